// Writes what the docs take from the sources: the error catalogue, the configuration reference, the action's inputs and outputs.
// usage: npm run docs [-- --check]    --check compares only, and ends with 1 where something is out of date
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import * as module from "node:module";
import { join } from "node:path";
import { parse } from "yaml";
import { errorPages } from "./docs/errors.mjs";
import { inputTable, outputTable } from "./docs/inputs.mjs";
import { environmentReference, rootReference, sourceReference, tableReference } from "./docs/schema.mjs";
import { node24, root } from "./toolchain.mjs";

if (Number(process.versions.node.split(".")[0]) < 24) {
  // Older versions can't import TypeScript.
  const again = spawnSync(node24(), process.argv.slice(1), { stdio: "inherit" });
  process.exit(again.status ?? 1);
}
// The sources import each other as .js, which they are once built.
module.registerHooks({
  resolve: (specifier, context, next) =>
    next(
      specifier.startsWith(".") && context.parentURL?.includes("/src/") ? specifier.replace(/\.js$/, ".ts") : specifier,
      context,
    ),
});
const { catalogue } = await import("../src/diagnostics/catalogue.ts");

const read = (path) => readFileSync(join(root, path), "utf8");
const action = parse(read("action.yml"));
const schema = JSON.parse(read("src/project/config.schema.json"));

const pages = {
  "docs/errors.md": { catalogue: errorPages(catalogue) },
  "docs/configuration.md": {
    root: rootReference(schema),
    table: tableReference(schema),
    source: sourceReference(schema),
    environment: environmentReference(schema),
  },
  "README.md": { inputs: inputTable(action.inputs), outputs: outputTable(action.outputs) },
};

const check = process.argv.includes("--check");
const stale = [];
for (const [path, parts] of Object.entries(pages)) {
  const before = read(path);
  const after = Object.entries(parts).reduce((text, [name, body]) => place(text, name, body, path), before);
  if (after === before) continue;
  stale.push(path);
  if (!check) writeFileSync(join(root, path), after);
}
if (check && stale.length > 0) {
  console.error(`Out of date: ${stale.join(", ")}. Run \`npm run docs\`.`);
  process.exit(1);
}
console.log(stale.length === 0 ? "The generated parts are up to date." : `Wrote ${stale.join(", ")}.`);

/** A page with the part between the markers of a name replaced. */
function place(text, name, body, path) {
  const [open, close] = [`<!-- generated: ${name} -->\n`, `<!-- end of ${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`${path} lacks the markers of the generated part "${name}".`);
  return `${text.slice(0, start + open.length)}\n${body.trim()}\n\n${text.slice(end)}`;
}
