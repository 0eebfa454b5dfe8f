import { byCodePoint } from "../order.js";
import type { Project } from "../project/model.js";
import type { FileTree } from "../project/tree.js";
import { modulesBeside } from "./beside.js";
import { nameOf } from "./discover.js";
import { isIgnored } from "./ignore.js";
import { indexNames, matchTable } from "./match.js";
import type { ModuleReading, Sources } from "./model.js";
import { openReader } from "./read.js";

/** A dataset that the code defines and config.yml does not have. */
export interface UnlistedDataset {
  readonly name: string;
  readonly module: string;
  readonly line: number;
}

/**
 * The datasets that no entry of config.yml is for, sorted by module and line: in the modules that it names, and in those beside or
 * below them. Temporary views are the code's own business, and so is a line with `# ldp: ignore`.
 */
export function unlistedDatasets(project: Project, sources: Sources, tree: FileTree): UnlistedDataset[] {
  const index = indexNames(
    project.tables.map((table) => table.name),
    project,
  );
  const named = new Set(project.tables.map((table) => table.module));
  const unlisted = (module: ModuleReading): UnlistedDataset[] =>
    module.datasets.flatMap((dataset) => {
      if (dataset.kind === "temporary_view" || dataset.flowOnly === true) return [];
      if (dataset.definedBy === "SELECT" && named.has(module.path)) return [];
      const name = nameOf(dataset, module.path, new Map());
      const { line } = dataset.place;
      if (name === null || matchTable(dataset.name ?? name, index, null).kind !== "external") return [];
      return isIgnored(module.ignores, "*", line) ? [] : [{ name, module: module.path, line }];
    });
  return modulesNear(named, sources, tree)
    .flatMap(unlisted)
    .sort((a, b) => byCodePoint(a.module, b.module) || a.line - b.line);
}

function modulesNear(named: ReadonlySet<string>, sources: Sources, tree: FileTree): ModuleReading[] {
  const read = openReader(tree, { fingerprints: false });
  const paths = new Set([...[...named].filter((path) => sources.modules.has(path)), ...modulesBeside(named, tree)]);
  return [...paths].flatMap((path) => sources.modules.get(path) ?? read(path) ?? []);
}
