import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectFolders, readToml } from "./requirement.js";

/**
 * The options that give ruff its configuration: none where the project (or a folder above it in the repository, or one of the folders that are
 * looked at) has its own, which ruff then finds; else a built-in one, and nothing of the machine's.
 */
export function configurationOptions(directory: string, folders: readonly string[]): readonly string[] {
  const places = [...projectFolders(directory), ...folders.map((folder) => join(directory, folder))];
  if (places.some(hasConfiguration)) return [];
  const black = readToml(join(directory, "pyproject.toml"))?.tool as
    | { black?: { "line-length"?: unknown } }
    | undefined;
  const length = black?.black?.["line-length"];
  const settings = [
    `line-length = ${typeof length === "number" && length >= 1 && length <= 320 ? Math.trunc(length) : 100}`,
    // The oldest Python of the runtimes that pipelines run on.
    'target-version = "py310"',
    // Names that Databricks defines in every module.
    'builtins = ["spark", "dbutils", "display", "displayHTML", "sc"]',
    `src = [${[directory, ...folders.map((folder) => join(directory, folder))].map(tomlText).join(", ")}]`,
    'lint.select = ["E4", "E7", "E9", "F", "I", "B", "UP"]',
  ];
  return ["--isolated", ...settings.flatMap((setting) => ["--config", setting])];
}

function hasConfiguration(folder: string): boolean {
  if (existsSync(join(folder, "ruff.toml")) || existsSync(join(folder, ".ruff.toml"))) return true;
  const tool = readToml(join(folder, "pyproject.toml"))?.tool;
  return typeof tool === "object" && tool !== null && "ruff" in tool;
}

function tomlText(text: string): string {
  // JSON's escapes are a subset of those of TOML's basic strings.
  return JSON.stringify(text);
}
