// Times `ldp validate`, `plan` and `graph` on generated projects; prints medians and the highest peak memory. Asserts nothing.
//   node bench/run.mjs [--runs N] [--cli FILE] [TABLES...]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { generate, write } from "./generate.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string", default: "5" },
    cli: { type: "string", default: resolve(import.meta.dirname, "../dist/cli.js") },
  },
});
const sizes = positionals.length > 0 ? positionals.map(Number) : [100, 1_000, 2_802];
const commands = [
  ["validate", "--format", "json"],
  ["validate", "--no-source", "--format", "json"],
  ["plan", "--format", "json"],
  ["graph", "--format", "json"],
];

console.log(
  `Node ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} cores, ${values.runs} runs each\n`,
);
console.log(
  "| tables | command | median | slowest | CPU, median | peak memory | exit |\n|---:|---|---:|---:|---:|---:|---:|",
);
for (const size of sizes) {
  const project = mkdtempSync(join(tmpdir(), "ldp-bench-"));
  try {
    write(project, generate(size));
    for (const command of commands) console.log(row(size, command, project));
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

function row(size, command, project) {
  const runs = Array.from({ length: Number(values.runs) }, () => time(command, project));
  const times = sorted(runs.map((run) => run.ms));
  const cpu = sorted(runs.map((run) => run.cpu));
  const peak = Math.max(...runs.map((run) => run.kib));
  const exits = [...new Set(runs.map((run) => run.exit))].join(", ");
  const shown = command.filter((part) => part !== "--format" && part !== "json").join(" ");
  return `| ${size} | \`${shown}\` | ${seconds(median(times))} | ${seconds(times.at(-1))} | ${seconds(median(cpu))} | ${Math.round(peak / 1024)} MiB | ${exits} |`;
}

/** One run in a process of its own, as a user has it: the start of Node and the loading of the bundle count. */
function time([command, ...options], project) {
  const usage = new URL("./usage.mjs", import.meta.url).href;
  const args = ["--import", usage, resolve(values.cli), command, "-C", project, ...options];
  const began = performance.now();
  const done = spawnSync(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    maxBuffer: 1024 * 1024 * 1024,
  });
  const ms = performance.now() - began;
  if (done.error) throw done.error;
  if (done.status === null || done.status === 2) throw new Error(`${command} could not run: ${done.stderr}`);
  return { ms, ...JSON.parse(String(done.output[3])), exit: done.status };
}

function sorted(numbers) {
  return [...numbers].sort((a, b) => a - b);
}

function median(ascending) {
  const middle = ascending.length >> 1;
  return ascending.length % 2 === 1 ? ascending[middle] : (ascending[middle - 1] + ascending[middle]) / 2;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}
