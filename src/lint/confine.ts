import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { parse } from "smol-toml";
import { UserError } from "../system/errors.js";
import { projectFolders } from "./requirement.js";

const names = [".ruff.toml", "ruff.toml", "pyproject.toml"];
const biggest = 1024 * 1024;

/** The top of the project's repository, absolute and real; the project's folder where there is no repository. */
export function repositoryTop(directory: string): string {
  return realpathSync(projectFolders(directory).at(-1) ?? directory);
}

/** Whether a path is in a folder, links followed; one that does not exist is looked at as it is written. */
export function isInside(top: string, path: string): boolean {
  const real = existsSync(path) ? realpathSync(path) : resolve(path);
  return `${real}${sep}`.startsWith(`${top}${sep}`);
}

/**
 * Refuses a configuration of ruff that makes it read a file outside of the repository, by `extend` or by a link: ruff shows the text that
 * it can't use, and values of variables that a path names. Looks at every configuration that ruff would find for the given paths.
 * @param directory the project's folder, absolute and real
 * @param paths files and folders that ruff looks at, relative to it
 * @throws UserError LDP706 naming the file and what it leads to, or that it is not TOML, which hides where it leads to
 */
export function confineConfiguration(directory: string, paths: readonly string[]): void {
  const top = repositoryTop(directory);
  const folders = new Set([...projectFolders(directory), ...paths.flatMap((path) => foldersOf(directory, path))]);
  const seen = new Set<string>();
  for (const folder of folders) for (const name of names) confine(join(folder, name), { top, directory, seen });
}

interface Walk {
  readonly top: string;
  readonly directory: string;
  readonly seen: Set<string>;
}

function confine(file: string, walk: Walk): void {
  if (walk.seen.has(file) || !existsSync(file)) return;
  walk.seen.add(file);
  const name = relative(walk.directory, file).split(sep).join("/");
  if (!isInside(walk.top, file)) throw refusal(`${name} is a link that leaves the repository`);
  for (const extended of extendedBy(file, name)) {
    const shown = JSON.stringify(extended.slice(0, 200));
    // ruff puts in the home folder, and the values of variables.
    if (/^~|\$/.test(extended)) throw refusal(`${name} extends ${shown}, which is no path of the repository`);
    for (const folder of new Set([dirname(file), dirname(realpathSync(file))])) {
      const target = resolve(folder, extended);
      if (!isInside(walk.top, target)) throw refusal(`${name} extends ${shown}, which is outside of the repository`);
      confine(target, walk);
    }
  }
}

/** What a configuration extends: at the top of ruff's own files, in the table of ruff in a pyproject.toml. */
function extendedBy(file: string, name: string): string[] {
  if (!statSync(file).isFile()) return [];
  if (statSync(file).size > biggest) throw refusal(`${name} has more than 1 MiB`);
  let table: Readonly<Record<string, unknown>>;
  try {
    table = parse(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    const [reason = ""] = error instanceof Error ? error.message.split("\n") : [];
    throw refusal(`${name} can't be read: ${reason}`);
  }
  const ruff = asTable(asTable(table.tool).ruff);
  return [table.extend, ruff.extend].filter((value) => typeof value === "string");
}

/** The folders between the project and a path, and all below it: ruff takes the configuration that is nearest to a file. */
function foldersOf(directory: string, path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const above = parts.map((_, length) => join(directory, ...parts.slice(0, length)));
  const start = join(directory, path);
  return statSync(start).isDirectory() ? [...above, ...foldersBelow(start)] : above;
}

function foldersBelow(folder: string): string[] {
  // ruff follows no link to a folder.
  const below = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isDirectory());
  return [folder, ...below.flatMap(foldersBelow)];
}

function refusal(message: string): UserError {
  return new UserError(
    "LDP706",
    `ruff's configuration is not used: ${message}`,
    "In a workflow ruff reads nothing but the repository: copy the shared settings into it.",
  );
}

function asTable(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
