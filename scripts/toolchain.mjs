// Where the scripts find their tools, and how a fresh clone gets them. Plain JavaScript: it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";

import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The path of the Node 24 binary that package.json brings. */
export function node24() {
  return join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
}

/** The script behind a name in node_modules/.bin. */
export function tool(name) {
  return realpathSync(join(root, "node_modules", ".bin", name));
}

/** The environment for child processes: Node 24 comes first on PATH. */
export function toolEnvironment(extra = {}) {
  return { ...process.env, PATH: [dirname(node24()), process.env.PATH].join(delimiter), ...extra };
}

/** Installs the development dependencies where package-lock.json is not the one that they were installed from. */
export function installDependencies() {
  const stamp = join(root, "node_modules", ".installed-from");
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && existsSync(node24()) && readFileSync(stamp, "utf8") === wanted) return;
  console.error("Installing the development dependencies (npm ci) …");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { stdio: ["ignore", 2, 2] });
  if (!existsSync(node24())) fail("npm ci did not install Node 24: allow the install script of the package `node`.");
  writeFileSync(stamp, wanted);
}

/** Runs a command, ends the process with its status when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", env: toolEnvironment(), ...options });
  if (result.error) fail(`${command} could not be started: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
  return result;
}

/** Runs a command and returns its exit status; 127 where it can't be started. */
export function status(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: toolEnvironment(),
    ...options,
  });
  return result.error ? 127 : (result.status ?? 1);
}

/** Says in one line what is missing, and ends. */
export function fail(message) {
  console.error(message);
  process.exit(2);
}
