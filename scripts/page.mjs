// Puts the sources of the DAG page (src/render/page) into src/render/page-assets.ts, from which the command writes the page.
// usage: node scripts/page.mjs [--check]      --check only tells whether the file is what the sources give
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, node24, root, run, tool } from "./toolchain.mjs";

const sources = join(root, "src", "render", "page");
const compiled = join(root, ".cache", "page");
rmSync(compiled, { recursive: true, force: true });
mkdirSync(compiled, { recursive: true });
run(node24(), [tool("tsc"), "-p", join(sources, "tsconfig.json")]);

const script = ["graph", "layout", "draw", "panel", "app"]
  .map((name) => readFileSync(join(compiled, `${name}.js`), "utf8").replace(/^"use strict";\n/, ""))
  .join("");
const style = readFileSync(join(sources, "style.css"), "utf8");
const text = `// Written by scripts/page.mjs from src/render/page: edit there, and run it again.
export const pageScript: string = ${JSON.stringify(`"use strict";\n${script}`)};
export const pageStyle: string = ${JSON.stringify(style)};
`;
const target = join(root, "src", "render", "page-assets.ts");
if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text)
    fail("src/render/page-assets.ts is not what src/render/page gives: run node scripts/page.mjs");
} else writeFileSync(target, text);
