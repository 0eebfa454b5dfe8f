import { byCodePoint } from "../order.js";
import type { Project, Table } from "../project/model.js";
import { type FileTree, TreeError } from "../project/tree.js";
import { modulesBeside } from "./beside.js";
import { joinedFingerprint } from "./digest.js";
import { addTo } from "./group.js";
import { definesTable, indexNames, matchTable, type NameIndex } from "./match.js";
import type { Dataset, ModuleReading, ReadOptions, Sources, TableSource } from "./model.js";
import { lastPart } from "./names.js";
import { maxBytes, openModules } from "./python/module.js";
import { readPython } from "./python/read.js";
import { readSql } from "./sql/module.js";

/**
 * Reads the modules of a project's tables, and every module of the project that those import. Text alone is read: nothing is imported
 * or run. A module that is missing, or can't be read, is not in the result. Takes about 0.1 ms a kilobyte.
 */
export function readSources(project: Project, tree: FileTree, options: ReadOptions): Sources {
  const read = openReader(tree, options);
  const modules = new Map<string, ModuleReading>();
  const visit = (path: string): ModuleReading | null => {
    const known = modules.get(path);
    if (known !== undefined) return known;
    const reading = read(path);
    if (reading === null) return null;
    modules.set(path, reading);
    for (const imported of reading.imports) visit(imported);
    return reading;
  };
  for (const table of project.tables) if (!table.moduleRefused) visit(table.module);
  const tables = new Map<string, TableSource>();
  const index = indexNames(
    project.tables.map((table) => table.name),
    project,
  );
  const flows = flowsElsewhere(modules, index);
  const unnamed: ReadonlyMap<string, readonly FlowElsewhere[]> = options.fingerprints
    ? unnamedFlows(project, tree, modules, read, visit, index)
    : new Map();
  const tablesIn = tablesByModule(project);
  const known = new Map<ModuleReading, Definitions>();
  const definitions = (module: ModuleReading): Definitions => {
    const found = known.get(module) ?? definitionsOf(module);
    known.set(module, found);
    return found;
  };
  for (const table of project.tables) {
    const module = modules.get(table.module) ?? null;
    const own =
      module === null ? null : datasetOf(table, definitions(module), project, tablesIn.get(table.module) ?? []);
    const others = (flows.get(table.name) ?? []).filter(({ flow }) => flow !== own);
    const flowsBeside = unnamed.get(table.name) ?? [];
    const dataset =
      own === null
        ? null
        : withFlows(
            own,
            others.map(({ flow }) => flow),
          );
    tables.set(table.name, {
      table: table.name,
      module: table.module,
      dataset,
      kind: dataset?.kind ?? null,
      fingerprint:
        dataset &&
        (flowsBeside.length === 0
          ? dataset.fingerprint
          : joinedFingerprint([dataset, ...flowsBeside.map(({ flow }) => flow)])),
      helpers: module === null ? new Map() : helpersOf(module, [...others, ...flowsBeside], modules),
    });
  }
  return { modules, tables };
}

/** The tables of config.yml by their module, in its order. */
export function tablesByModule(project: Project): ReadonlyMap<string, readonly Table[]> {
  const tables = new Map<string, Table[]>();
  for (const table of project.tables) addTo(tables, table.module, table);
  return tables;
}

/** A function that reads one module of a tree by its path: Python, a notebook, or SQL; null where there is none. */
export function openReader(tree: FileTree, options: ReadOptions): (path: string) => ModuleReading | null {
  const python = openModules(tree);
  return (path) => (path.endsWith(".sql") ? readSqlFile(path, tree, options) : readPython(path, python, options));
}

function readSqlFile(path: string, tree: FileTree, options: ReadOptions): ModuleReading | null {
  let bytes: Uint8Array;
  try {
    bytes = tree.read(path);
  } catch (error) {
    if (error instanceof TreeError) return null;
    throw error;
  }
  const tooBig = bytes.length > maxBytes;
  let text = "";
  let fault: string | null = null;
  try {
    if (!tooBig) text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    fault = "not UTF-8";
  }
  let reading: ModuleReading;
  try {
    reading = readSql(path, text, options);
  } catch (error) {
    // What is nested deeper than the stack is too big, for this module alone.
    if (!(error instanceof RangeError)) throw error;
    reading = { ...readSql(path, "", options), tooBig: true };
  }
  const syntaxError =
    fault === null ? reading.syntaxError : { message: fault, place: { file: path, line: 1, column: 1 } };
  return { ...reading, tooBig: tooBig || reading.tooBig, syntaxError };
}

/** The datasets of a module by the last part of their names, in lower case, and its bare query. */
interface Definitions {
  readonly byLastPart: ReadonlyMap<string, readonly Dataset[]>;
  readonly bare: Dataset | null;
}

function definitionsOf(module: ModuleReading): Definitions {
  const byLastPart = new Map<string, Dataset[]>();
  for (const dataset of module.datasets) {
    if (dataset.name !== null) addTo(byLastPart, lastPart(dataset.name), dataset);
  }
  return { byLastPart, bare: module.datasets.find((dataset) => dataset.definedBy === "SELECT") ?? null };
}

/**
 * The definition of a table in its module. Of several that agree with its name, the one that agrees with no other table of the module
 * better; a bare query in a .sql file is the table's.
 */
function datasetOf(
  table: Table,
  { byLastPart, bare }: Definitions,
  project: Project,
  siblings: readonly Table[],
): Dataset | null {
  if (bare !== null && siblings.length === 1) return bare;
  const fitting = (byLastPart.get(lastPart(table.name)) ?? []).filter((dataset) =>
    definesTable(dataset.name ?? "", table.name, project),
  );
  const exact = fitting.find((dataset) => dataset.name?.toLowerCase() === table.name.toLowerCase());
  if (exact !== undefined) return exact;
  const free = fitting.filter(
    (dataset) => !siblings.some((other) => other !== table && other.name.toLowerCase() === dataset.name?.toLowerCase()),
  );
  return free.find((dataset) => dataset.flowOnly !== true) ?? free[0] ?? null;
}

interface FlowElsewhere {
  readonly flow: Dataset;
  readonly module: ModuleReading;
}

/** Flows into a table that stand in other modules than its definition, by the table's name. */
function flowsElsewhere(
  modules: ReadonlyMap<string, ModuleReading>,
  index: NameIndex,
): Map<string, readonly FlowElsewhere[]> {
  const flows = new Map<string, FlowElsewhere[]>();
  for (const module of modules.values()) {
    for (const flow of module.datasets) {
      if (flow.flowOnly !== true || flow.name === null) continue;
      const match = matchTable(flow.name, index, null);
      if (match.kind === "table") addTo(flows, match.name, { flow, module });
    }
  }
  return flows;
}

/**
 * Flows in modules that config.yml does not name, and that lie beside or below those that it names. Whether the pipeline loads them is up
 * to its libraries, which are not looked at. They count for what changed alone: a change too many does no harm, a read that `depends_on`
 * lacks would be an error. By the table's name.
 */
function unnamedFlows(
  project: Project,
  tree: FileTree,
  modules: ReadonlyMap<string, ModuleReading>,
  read: (path: string) => ModuleReading | null,
  visit: (path: string) => unknown,
  index: NameIndex,
): Map<string, readonly FlowElsewhere[]> {
  const named = new Set(project.tables.map((table) => table.module));
  const found = new Map<string, ModuleReading>();
  for (const path of modulesBeside(named, tree)) {
    if (modules.has(path) || !mayHaveFlows(path, tree)) continue;
    const module = read(path);
    if (module === null) continue;
    found.set(path, module);
    for (const imported of module.imports) visit(imported);
  }
  return flowsElsewhere(found, index);
}

/** Whether a module is worth reading for its flows: most are not. */
function mayHaveFlows(path: string, tree: FileTree): boolean {
  try {
    const text = new TextDecoder().decode(tree.read(path));
    return path.endsWith(".sql")
      ? /\b(?:flow|apply\s+changes|auto\s+cdc|insert)\b/i.test(text)
      : /append_flow|apply_changes|auto_cdc|update_flow/.test(text);
  } catch (error) {
    if (error instanceof TreeError) return false;
    throw error;
  }
}

function withFlows(dataset: Dataset, flows: readonly Dataset[]): Dataset {
  if (flows.length === 0) return dataset;
  return {
    ...dataset,
    cdcKeys: dataset.cdcKeys ?? flows.find((flow) => flow.cdcKeys !== null)?.cdcKeys ?? null,
    reads: [...dataset.reads, ...flows.flatMap((flow) => flow.reads)],
    actions: [...dataset.actions, ...flows.flatMap((flow) => flow.actions)],
    fingerprint: joinedFingerprint([dataset, ...flows]),
  };
}

/** The modules that a table's module imports, and those that the modules of the flows into it import. */
function helpersOf(
  module: ModuleReading,
  flows: readonly FlowElsewhere[],
  modules: ReadonlyMap<string, ModuleReading>,
): ReadonlyMap<string, string | null> {
  const helpers = closure(module, modules);
  for (const { module: other } of flows)
    for (const [path, print] of closure(other, modules)) if (path !== module.path) helpers.set(path, print);
  return new Map([...helpers].sort(([a], [b]) => byCodePoint(a, b)));
}

/** Every module that a module imports, directly or through others, with its fingerprint. */
function closure(module: ModuleReading, modules: ReadonlyMap<string, ModuleReading>): Map<string, string | null> {
  const found = new Map<string, string | null>();
  const pending = [...module.imports];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const imported = modules.get(path);
    if (path === module.path || found.has(path) || imported === undefined) continue;
    found.set(path, imported.fingerprint);
    pending.push(...imported.imports);
  }
  return found;
}
