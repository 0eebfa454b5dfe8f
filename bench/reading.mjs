// Precision and recall of reading the code, on public repositories whose labels are in test/public. Asserts nothing.
//   npm run build && node bench/reading.mjs FOLDER     FOLDER holds the checkouts, each named OWNER+NAME; --all shows each difference
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openReader } from "../lib/source/read.js";
import { diskTree } from "../lib/system/disk-tree.js";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { all: { type: "boolean" } } });
const [folder] = positionals;
if (folder === undefined) {
  console.error("usage: node bench/reading.mjs [--all] FOLDER");
  process.exit(2);
}
const labels = join(import.meta.dirname, "../test/public");
const total = { modules: 0, datasets: score(), reads: score() };

console.log("| Repository | Commit | Modules | Datasets | Precision | Recall | Reads | Precision | Recall |");
console.log("|---|---|--:|--:|--:|--:|--:|--:|--:|");
for (const file of readdirSync(labels).filter((name) => name.endsWith(".labels.json"))) {
  const checkout = resolve(folder, file.replace(/\.labels\.json$/, ""));
  const label = JSON.parse(readFileSync(join(labels, file), "utf8"));
  if (!existsSync(checkout)) {
    console.error(`not there: ${checkout} (${label.repository} at ${label.commit})`);
    continue;
  }
  const found = measure(checkout, label);
  row(`\`${label.repository}\``, `\`${label.commit.slice(0, 12)}\``, found);
  total.modules += found.modules;
  for (const what of ["datasets", "reads"])
    for (const key of Object.keys(score())) total[what][key] += found[what][key];
}
row("**all**", "", total);

/** Compares what the reader says of every module of a checkout with its labels. A module without labels defines nothing. */
function measure(checkout, { modules, left_out: leftOut = {} }) {
  const tree = diskTree(checkout);
  const read = openReader(tree, { fingerprints: false });
  const found = { modules: Object.keys(modules).length, datasets: score(), reads: score() };
  const ignored = (path) =>
    Object.keys(leftOut).some((one) => path === one || path.startsWith(`${one.replace(/\/?\**$/, "")}/`));
  const labelled = (path) =>
    modules[path] === undefined ? [] : [...modules[path].datasets, ...(modules[path].sinks ?? [])];
  const saidOf = new Map();
  for (const path of tree.list("").filter((one) => /\.(?:py|sql|ipynb)$/.test(one) && !ignored(one))) {
    const reading = read(path);
    saidOf.set(path, reading === null ? [] : [...reading.datasets, ...(reading.sinks ?? [])]);
  }
  // What a library's functions define is told of the modules that call them; the labels have it where its text stands.
  for (const [library, { called_in: callers = [] }] of Object.entries(modules)) {
    const names = new Set(labelled(library).map(nameOf));
    for (const caller of callers) {
      const own = new Set(labelled(caller).map(nameOf));
      const isOf = (one) => !own.has(nameOf(one)) && names.has(nameOf(one));
      const said = saidOf.get(caller) ?? [];
      saidOf.set(library, [...(saidOf.get(library) ?? []), ...said.filter(isOf)]);
      saidOf.set(
        caller,
        said.filter((one) => !isOf(one)),
      );
    }
  }
  for (const [path, said] of saidOf) {
    const wanted = labelled(path);
    const defined = said.filter((one) => one.definedBy !== "SELECT");
    compare(found.datasets, path, defined.map(nameOf), wanted.map(nameOf));
    for (const label of wanted) {
      const one = defined.find((dataset) => nameOf(dataset) === nameOf(label));
      if (label.reads === undefined) continue;
      const resolved = (one?.reads ?? []).filter((place) => place.resolved);
      const reads = resolved.map(({ table, streaming }) => same(`${streaming ? "STREAM " : ""}${table}`));
      compare(found.reads, `${path}: ${label.name}`, reads, label.reads.map(same));
    }
  }
  return found;
}

function score() {
  return { right: 0, invented: 0, missed: 0 };
}

function compare(into, where, said, wanted) {
  const [a, b] = [new Set(said), new Set(wanted)];
  const invented = [...a].filter((one) => !b.has(one));
  const missed = [...b].filter((one) => !a.has(one));
  into.right += [...a].filter((one) => b.has(one)).length;
  into.invented += invented.length;
  into.missed += missed.length;
  if (values.all && invented.length + missed.length > 0)
    console.error(`${where}\n  invented: ${invented.join(", ")}\n  missed: ${missed.join(", ")}`);
}

function nameOf(dataset) {
  const name = dataset.name === null ? "?" : same(dataset.name).replace(/^live\./, "");
  return /\{\.\.\.\}[^.]*$/.test(name) ? "?" : name;
}

/** Names are compared without case; what the text does not tell is `{...}`. */
function same(name) {
  return name
    .toLowerCase()
    .replaceAll("…", "...")
    .replaceAll(/\$?\{[^}]*\}/g, "{...}");
}

function row(name, commit, { modules, datasets, reads }) {
  const cells = [datasets, reads].flatMap(({ right, invented, missed }) => [
    right + missed,
    percent(right, right + invented),
    percent(right, right + missed),
  ]);
  console.log(`| ${name} | ${commit} | ${modules} | ${cells.join(" | ")} |`);
}

function percent(part, whole) {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}
