import { posix } from "node:path";
import type { Diagnostic, Place } from "../diagnostics/diagnostic.js";
import { sortDiagnostics } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { nearest } from "../diagnostics/nearest.js";
import { checkShape } from "./check-shape.js";
import type { Dependency, Environment, Layer, Project, RuleSetting, Table } from "./model.js";
import { layers } from "./model.js";
import { type FileTree, TreeError } from "./tree.js";
import { parseYaml, type YamlText } from "./yaml.js";

/** What config.yml says, and what is wrong with it as a file and in its shape: LDP101-105, 201, 301. */
export interface LoadedProject {
  /** Null when LDP101, LDP102 or LDP105 ended the reading. */
  readonly project: Project | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads config.yml. Never throws for what a user wrote: every mistake is a finding, all in one run.
 * @param configFile relative to the project, with `/`.
 */
export function loadProject(tree: FileTree, configFile: string): LoadedProject {
  const top: Place = { file: configFile, line: 1, column: 1 };
  const unreadable = (message: string, hint?: string): LoadedProject => ({
    project: null,
    diagnostics: [finding("LDP101", message, top, hint === undefined ? {} : { hint })],
  });
  switch (tree.kind(configFile)) {
    case "missing":
      return unreadable(
        `${configFile} does not exist.`,
        "`ldp init` writes a new project, `ldp import` a config.yml for existing pipelines; -C and --config name others.",
      );
    case "directory":
      return unreadable(`${configFile} is a directory.`);
    case "symlink":
      return unreadable(`${configFile} is, or is behind, a symbolic link.`, "Put the file itself there.");
    case "other":
      return unreadable(`${configFile} is not a regular file.`);
    case "file":
  }
  let bytes: Uint8Array;
  try {
    bytes = tree.read(configFile);
  } catch (error) {
    if (error instanceof TreeError) return unreadable(error.message);
    throw error;
  }
  const { text, diagnostics } = parseYaml(bytes, configFile);
  if (!text) return { project: null, diagnostics };
  const findings = [...diagnostics, ...checkShape(text)];
  const project = readProject(text, configFile, tree, findings);
  return { project, diagnostics: sortDiagnostics(findings) };
}

function readProject(text: YamlText, configFile: string, tree: FileTree, findings: Diagnostic[]): Project {
  const root = mapping(text.value) ?? {};
  const pipeline = string(root.pipeline);
  const tables: Table[] = [];
  const first = new Map<string, Table>();
  list(root.tables).forEach((item, index) => {
    const table = readTable(text, tree, item, index, pipeline, findings);
    if (!table) return;
    const before = first.get(table.name.toLowerCase());
    if (before) {
      findings.push(
        finding(
          "LDP201",
          `The table "${table.name}" is declared twice${before.name === table.name ? "" : ` (as "${before.name}" too)`}.`,
          table.place,
          {
            table: table.name,
            hint: "Names are compared without case. Rename one of the two.",
            related: [{ ...before.place, message: `"${before.name}" is declared here first.` }],
          },
        ),
      );
      return;
    }
    first.set(table.name.toLowerCase(), table);
    tables.push(table);
  });
  return {
    configFile,
    pipeline,
    catalog: string(root.catalog),
    schema: string(root.schema),
    tables,
    environments: readEnvironments(text, mapping(root.environments) ?? {}, findings),
    rules: readRules(mapping(root.rules) ?? {}),
  };
}

function readTable(
  text: YamlText,
  tree: FileTree,
  item: unknown,
  index: number,
  projectPipeline: string | null,
  findings: Diagnostic[],
): Table | null {
  const table = mapping(item);
  const name = string(table?.name);
  if (!table || name === null) return null;
  const path = ["tables", index];
  const place = text.placeOf([...path, "name"]);
  const layer = layers.find((known) => known === table.layer) ?? null;
  const given = string(table.module);
  const modulePlace = given === null ? place : text.placeOf([...path, "module"]);
  const module = text.isAmbiguous([...path, given === null ? "name" : "module"])
    ? null
    : given === null
      ? defaultModule(name, layer, tree)
      : checkedModule(given, modulePlace, name, findings);
  if (module !== null) findings.push(...checkModuleFile(module, modulePlace, name, tree));

  const seen = new Set<string>();
  const dependsOn: Dependency[] = list(table.depends_on).flatMap((dependency, position) => {
    if (typeof dependency !== "string" || seen.has(dependency)) return [];
    if (text.isAmbiguous([...path, "depends_on", position])) return [];
    seen.add(dependency);
    return [{ name: dependency, place: text.placeOf([...path, "depends_on", position]) }];
  });
  return {
    name,
    layer: layer ?? "bronze",
    layerKnown: layer !== null,
    tags: [...new Set(list(table.tags).filter((tag) => typeof tag === "string"))],
    dependsOn,
    module: module ?? given ?? "",
    moduleGiven: given !== null,
    moduleRefused: module === null || tree.kind(module) === "symlink",
    description: string(table.description),
    owner: string(table.owner),
    pipeline: string(table.pipeline) ?? projectPipeline,
    source: mapping(table.source),
    place,
    modulePlace,
  };
}

function defaultModule(name: string, layer: Layer | null, tree: FileTree): string | null {
  const last = name.split(".").at(-1) ?? name;
  if (layer === null || !/^\w+$/.test(last)) return null;
  const stem = `transformations/${layer}/${last}`;
  return tree.kind(`${stem}.py`) === "missing" && tree.kind(`${stem}.sql`) !== "missing" ? `${stem}.sql` : `${stem}.py`;
}

/** The normalised path of a given module; null, with LDP103, for one that can't be a module of the project. */
function checkedModule(given: string, place: Place, table: string, findings: Diagnostic[]): string | null {
  const refuse = (message: string, hint: string) => {
    findings.push(finding("LDP103", message, place, { table, hint }));
    return null;
  };
  const shown = JSON.stringify(given);
  if (given === "") return null;
  if (given.includes("\\")) return refuse(`The module ${shown} has a backslash.`, "Separate folders with /.");
  const path = posix.normalize(given);
  if (posix.isAbsolute(path) || /^[A-Za-z]:/.test(path)) {
    return refuse(`The module ${shown} is an absolute path.`, "Give it relative to the project.");
  }
  if (path === ".." || path.startsWith("../")) {
    return refuse(`The module ${shown} is outside the project.`, "Move the file into the project.");
  }
  if (!/\.(py|sql|ipynb)$/.test(path)) {
    return refuse(`The module ${shown} is no .py, .sql or .ipynb file.`, "Name the file that defines the table.");
  }
  return path;
}

function checkModuleFile(module: string, place: Place, table: string, tree: FileTree): Diagnostic[] {
  switch (tree.kind(module)) {
    case "file":
      return [];
    case "symlink": {
      const hint = "Put the file itself there: symbolic links are not followed.";
      return [finding("LDP103", `The module ${module} is, or is behind, a symbolic link.`, place, { table, hint })];
    }
    case "directory":
    case "other":
      return [finding("LDP301", `The module ${module} of "${table}" is not a file.`, place, { table })];
    case "missing": {
      const hint = nearestModule(module, tree) ?? "Create it, or name another file with `module:`.";
      return [finding("LDP301", `The module ${module} of "${table}" does not exist.`, place, { table, hint })];
    }
  }
}

/** The file of the same name in another folder, else the one of the same folder whose name is near. */
function nearestModule(module: string, tree: FileTree): string | undefined {
  const isModule = (path: string) => /\.(py|sql|ipynb)$/.test(path);
  const base = posix.basename(module).toLowerCase();
  const namesakes = tree.list("").filter((path) => isModule(path) && posix.basename(path).toLowerCase() === base);
  const [only, ...others] = namesakes;
  const namesake = nearest(module, namesakes);
  if (namesake !== undefined) return namesake;
  if (only !== undefined && others.length === 0) return `Did you mean ${JSON.stringify(only)}?`;
  const slash = module.lastIndexOf("/");
  return nearest(module, tree.list(slash < 0 ? "" : module.slice(0, slash)).filter(isModule));
}

function readEnvironments(
  text: YamlText,
  environments: Record<string, unknown>,
  findings: Diagnostic[],
): Environment[] {
  const names = Object.keys(environments);
  return names.flatMap((name) => {
    const environment = mapping(environments[name]);
    const target = string(environment?.target);
    if (!environment || target === null) return [];
    const requires = text.isAmbiguous(["environments", name, "requires"]) ? null : string(environment.requires);
    const place = text.placeOf(["environments", name, "requires"]);
    if (requires === name) {
      findings.push(
        finding("LDP103", `The environment "${name}" requires itself.`, place, {
          hint: "Name the one that is deployed before it.",
        }),
      );
    } else if (requires !== null && !names.includes(requires)) {
      const hint = nearest(requires, names) ?? `Environments: ${names.join(", ")}.`;
      findings.push(
        finding("LDP103", `The environment "${name}" requires "${requires}", which does not exist.`, place, { hint }),
      );
    }
    const deployOn =
      environment.deploy_on === "merge" || environment.deploy_on === "tag" ? environment.deploy_on : "manual";
    return [
      {
        name,
        target,
        deployOn,
        tagPattern: deployOn === "tag" ? (string(environment.tag_pattern) ?? "v*") : null,
        requires,
        planEnvironment: string(environment.plan_environment),
        url: string(environment.url),
      },
    ];
  });
}

function readRules(rules: Record<string, unknown>): Record<string, RuleSetting> {
  const entries = Object.entries(rules).flatMap(([code, setting]): [string, RuleSetting][] =>
    setting === "off" || setting === "info" || setting === "warning" || setting === "error" ? [[code, setting]] : [],
  );
  return Object.fromEntries(entries);
}

function mapping(value: unknown): Record<string, unknown> | null {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function string(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
