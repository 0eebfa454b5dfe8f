import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/**
 * The folder of the programs of test/python/requirements.txt (ruff, uv, pre-commit, zizmor …), which `npm test` installs.
 * Throws where one of the given programs is missing.
 */
export function pythonTools(...programs: readonly string[]): string {
  const python = process.env.LDP_TEST_PYTHON;
  const folder = python ? dirname(python) : resolve(process.platform === "win32" ? ".venv/Scripts" : ".venv/bin");
  const missing = programs.filter(
    (name) => !existsSync(join(folder, name)) && !existsSync(join(folder, `${name}.exe`)),
  );
  if (missing.length > 0) throw new Error(`${missing.join(", ")} not found in ${folder}: run \`npm test\` once.`);
  return folder;
}

/**
 * A folder of wheels, so that pip and uv work without a network once it was filled. Null where the package index can't be reached.
 * The packages are given as `name==version`.
 */
export function wheels(...packages: readonly string[]): string | null {
  const folder = resolve(".cache", "wheels");
  mkdirSync(folder, { recursive: true });
  const there = readdirSync(folder).map((name) => name.split("-").slice(0, 2).join("==").toLowerCase());
  const missing = packages.filter((one) => !there.includes(one.replaceAll("-", "_")));
  if (missing.length === 0) return folder;
  const python = join(pythonTools("python"), "python");
  const args = ["-m", "pip", "download", "--quiet", "--only-binary", ":all:", "--dest", folder, ...missing];
  return spawnSync(python, args, { stdio: "ignore" }).status === 0 ? folder : null;
}
