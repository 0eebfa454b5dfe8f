// Writes example-repo/: the template with fixed values, as `ldp init` writes it. A unit test proves that the two are equal.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installDependencies, node24, root, run, tool } from "./toolchain.mjs";

installDependencies();
run(node24(), [tool("tsc"), "-p", "tsconfig.json"]);
const { initProject } = await import(pathToFileURL(join(root, "lib", "commands", "init.js")).href);
const folder = join(root, "example-repo");
rmSync(folder, { recursive: true, force: true });
const { written } = initProject(folder, { name: "shop", catalog: "main", schema: "shop" });
console.log(`example-repo: ${written.length} files`);
