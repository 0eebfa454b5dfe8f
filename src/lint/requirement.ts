import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parse } from "smol-toml";
import { parseSpecifier, type VersionSpecifier } from "./version.js";

/** The ruff that a project asks for, and where it says so. */
export interface RuffRequirement extends VersionSpecifier {
  readonly from: string;
}

type Toml = Readonly<Record<string, unknown>>;

/**
 * What the project asks of ruff's version: `required-version` of its ruff configuration and every dependency on ruff in the nearest
 * pyproject.toml (project, its extras, dependency groups, uv's and Poetry's tables), all taken together. Null when it asks for nothing.
 * A file that is not TOML asks for nothing here; ruff itself says what is wrong with it.
 */
export function ruffRequirement(directory: string): RuffRequirement | null {
  const found: { specifier: VersionSpecifier; from: string }[] = [];
  const add = (text: unknown, from: string) => {
    const specifier = typeof text === "string" ? parseSpecifier(text) : null;
    if (specifier !== null && specifier.text !== "*") found.push({ specifier, from });
  };
  for (const folder of projectFolders(directory)) {
    const name = (file: string) => relative(directory, join(folder, file)).replaceAll("\\", "/");
    for (const file of [".ruff.toml", "ruff.toml"])
      add(readToml(join(folder, file))?.["required-version"], `${name(file)}, required-version`);
    const pyproject = readToml(join(folder, "pyproject.toml"));
    if (pyproject !== null) {
      add(at(pyproject, "tool", "ruff", "required-version"), `${name("pyproject.toml")}, tool.ruff.required-version`);
      for (const [text, table] of dependencies(pyproject)) add(text, `${name("pyproject.toml")}, ${table}`);
    }
    if (found.length > 0) break;
  }
  if (found.length === 0) return null;
  return {
    text: [...new Set(found.map(({ specifier }) => specifier.text))].join(","),
    from: [...new Set(found.map(({ from }) => from))].join("; "),
    allows: (version) => found.every(({ specifier }) => specifier.allows(version)),
  };
}

/** The project's folder and those above it, up to the top of the repository. */
export function projectFolders(directory: string): string[] {
  const folders = [directory];
  for (let folder = directory; !existsSync(join(folder, ".git")); folder = dirname(folder)) {
    const above = dirname(folder);
    if (above === folder) return [directory];
    folders.push(above);
  }
  return folders;
}

/** A TOML file as a table; null where there is none, or it is not TOML. */
export function readToml(path: string): Toml | null {
  try {
    if (!statSync(path).isFile() || statSync(path).size > 1024 * 1024) return null;
    return parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

/** The version parts of all requirements on ruff, each with the table that it stands in. */
function* dependencies(pyproject: Toml): Generator<[string, string]> {
  const lists: [unknown, string][] = [
    [at(pyproject, "project", "dependencies"), "project.dependencies"],
    [at(pyproject, "tool", "uv", "dev-dependencies"), "tool.uv.dev-dependencies"],
  ];
  for (const table of [["project", "optional-dependencies"], ["dependency-groups"]])
    for (const [group, list] of Object.entries(asTable(at(pyproject, ...table))))
      lists.push([list, `${table.join(".")}.${group}`]);
  for (const [list, table] of lists)
    for (const item of Array.isArray(list) ? list : []) {
      // PEP 508: name, extras, specifiers with or without parentheses, marker.
      const match =
        typeof item === "string" ? /^\s*ruff\s*(?:\[[^\]]*\])?\s*\(?([^;()@]*)\)?\s*(?:;.*)?$/i.exec(item) : null;
      if (match?.[1]) yield [match[1], table];
    }
  const poetry = asTable(at(pyproject, "tool", "poetry"));
  const groups = Object.entries(asTable(poetry.group)).map(
    ([name, group]) => [`group.${name}.dependencies`, at(asTable(group), "dependencies")] as const,
  );
  for (const [name, table] of [
    ...groups,
    ["dependencies", poetry.dependencies] as const,
    ["dev-dependencies", poetry["dev-dependencies"]] as const,
  ]) {
    const ruff = asTable(table).ruff;
    const version = typeof ruff === "string" ? ruff : asTable(ruff).version;
    if (typeof version === "string") yield [version, `tool.poetry.${name}`];
  }
}

function at(table: Toml, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => asTable(value)[key], table);
}

function asTable(value: unknown): Toml {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Toml) : {};
}
