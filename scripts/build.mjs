// Builds dist/ from src/: tsc, then ncc for each entry. `--check` builds beside it and compares with what is committed.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fail, installDependencies, node24, root, run, tool } from "./toolchain.mjs";

const check = process.argv.includes("--check");
installDependencies();
const scratch = join(root, ".cache");
mkdirSync(scratch, { recursive: true });
const out = mkdtempSync(join(scratch, "dist-"));

rmSync(join(root, "lib"), { recursive: true, force: true });
run(node24(), [tool("tsc"), "-p", "tsconfig.json"]);

for (const [entry, file] of [
  ["action", "index.js"],
  ["cli", "cli.js"],
]) {
  // ncc names its output index.js, so each entry is built in a folder of its own.
  const folder = join(out, entry);
  run(node24(), [
    tool("ncc"),
    "build",
    join("lib", `${entry}.js`),
    "-o",
    folder,
    "--license",
    "licenses.txt",
    "--quiet",
  ]);
  renameSync(join(folder, "index.js"), join(out, file));
  renameSync(join(folder, "licenses.txt"), join(out, `${file.replace(/\.js$/, "")}.licenses.txt`));
  const extra = readdirSync(folder).filter((name) => name !== "package.json");
  if (extra.length > 0)
    fail(`ncc wrote ${extra.join(", ")} beside ${file}: a dynamic import without webpackMode "eager"?`);
  rmSync(folder, { recursive: true });
}
const cli = readFileSync(join(out, "cli.js"), "utf8");
if (!cli.startsWith("#!")) writeFileSync(join(out, "cli.js"), `#!/usr/bin/env node\n${cli}`);
// pre-commit runs it as it is.
chmodSync(join(out, "cli.js"), 0o755);
writeFileSync(join(out, "package.json"), '{\n  "type": "module"\n}\n');

const dist = join(root, "dist");
if (check) {
  const names = (folder) => (existsSync(folder) ? readdirSync(folder).sort() : []);
  const differing = [...new Set([...names(out), ...names(dist)])].filter((name) => {
    const [built, committed] = [join(out, name), join(dist, name)];
    return !existsSync(built) || !existsSync(committed) || !readFileSync(built).equals(readFileSync(committed));
  });
  rmSync(out, { recursive: true });
  if (differing.length > 0)
    fail(`dist/ is not what the sources build: ${differing.join(", ")}. Run npm run build and commit it.`);
  console.log("dist/ is what the sources build.");
} else {
  rmSync(dist, { recursive: true, force: true });
  cpSync(out, dist, { recursive: true });
  rmSync(out, { recursive: true });
}
