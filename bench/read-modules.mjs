// Times reading the modules of a project from disk, nothing else, in a process of its own for each run. Asserts nothing.
//   npm run build && node bench/read-modules.mjs [--runs N] FOLDER
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { openReader } from "../lib/source/read.js";
import { diskTree } from "../lib/system/disk-tree.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "9" }, once: { type: "boolean" } },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error("usage: node bench/read-modules.mjs [--runs N] FOLDER");
  process.exit(2);
}
if (values.once) console.log(JSON.stringify(readOnce(folder)));
else {
  const runs = Array.from({ length: Number(values.runs) }, () =>
    JSON.parse(spawnSync(process.execPath, [import.meta.filename, "--once", folder], { encoding: "utf8" }).stdout),
  );
  const [{ modules, bytes }] = runs;
  const times = runs.map((run) => run.ms).sort((a, b) => a - b);
  const peak = Math.max(...runs.map((run) => run.kib));
  console.log(
    `Node ${process.version}: ${modules} modules (${(bytes / 1e6).toFixed(1)} MB) in ${Math.round(times[times.length >> 1])} ms (median; ${Math.round(times[0])} to ${Math.round(times.at(-1))}), at most ${Math.round(peak / 1024)} MiB`,
  );
}

function readOnce(directory) {
  const tree = diskTree(directory);
  const paths = tree.list("").filter((path) => /\.(?:py|sql|ipynb)$/.test(path));
  const began = performance.now();
  const read = openReader(diskTree(directory), { fingerprints: false });
  for (const path of paths) read(path);
  const ms = performance.now() - began;
  const bytes = paths.reduce((sum, path) => sum + tree.read(path).length, 0);
  return { modules: paths.length, bytes, ms, kib: process.resourceUsage().maxRSS };
}
