// Writes src/lint/ruff-versions.ts: the versions of ruff that the action may install, with the hashes of their wheels as the
// package index that uv is set up for names them. usage: node scripts/update-ruff-versions.mjs VERSION ...   (uv on PATH; adds to the table)
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, root } from "./toolchain.mjs";

const file = join(root, "src", "lint", "ruff-versions.ts");
const head = `/**
 * The versions of ruff that are installed where none is found, newest first, with the SHA-256 of each of their wheels. pip takes no other
 * file. Written by scripts/update-ruff-versions.mjs.
 */
export const ruffVersions: Readonly<Record<string, readonly string[]>> = {`;

const table = new Map();
try {
  const text = readFileSync(file, "utf8");
  for (const [, version, hashes] of text.matchAll(/"([\d.]+)": \[([^\]]*)\]/g))
    table.set(version, hashes.match(/[0-9a-f]{64}/g));
} catch {
  // The first run writes it.
}
for (const version of process.argv.slice(2)) {
  const args = ["pip", "compile", "--quiet", "--generate-hashes", "--only-binary", ":all:", "--no-header", "-"];
  const compiled = spawnSync("uv", args, { input: `ruff==${version}\n`, encoding: "utf8" });
  if (compiled.status !== 0) fail(`uv could not resolve ruff ${version}: ${compiled.stderr ?? compiled.error}`);
  table.set(version, compiled.stdout.match(/(?<=sha256:)[0-9a-f]{64}/g).sort());
}
const newestFirst = (a, b) => {
  const [x, y] = [a, b].map((version) => version.split(".").map(Number));
  return y[0] - x[0] || y[1] - x[1] || y[2] - x[2];
};
const entries = [...table.keys()].sort(newestFirst).map(
  (version) =>
    `  "${version}": [\n${table
      .get(version)
      .map((hash) => `    "${hash}",\n`)
      .join("")}  ],\n`,
);
writeFileSync(file, `${head}\n${entries.join("")}};\n`);
console.log(`${table.size} versions of ruff in the table.`);
