import { type Graph, reach, stagesOf } from "../graph/graph.js";
import { byCodePoint } from "../order.js";
import { canonicalJson, type ProjectCode } from "../project/digest.js";
import type { Project, Table } from "../project/model.js";
import type { ModuleReading, Sources, TableSource } from "../source/model.js";
import type { Change } from "./model.js";

/** A project at one point in time: everything that a comparison looks at. */
export interface ProjectState {
  readonly project: Project;
  readonly graph: Graph;
  readonly code: ProjectCode;
  /** Null with --no-source: modules are compared byte by byte then. */
  readonly sources: Sources | null;
}

/** What happened to one table between a base and now. */
export interface TableChange {
  readonly change: Change;
  /** What a reviewer wants to know: `code`, `helper PATH`, `tags: +x -y`, `kind: a -> b`, `renamed from x`, `upstream x`. */
  readonly reasons: readonly string[];
  /** What loses data or is rebuilt because of it; null when nothing is. */
  readonly risk: string | null;
}

/** Reasons that leave what a table holds as it is, so that nothing downstream is affected (contract, "JSON"). */
const harmless = ["tags", "description", "owner", "layer"];

/**
 * Compares two states of a project.
 * @returns the change of each table of either, by name; removed tables are those of `base` that `now` lacks.
 */
export function compareProjects(base: ProjectState, now: ProjectState): Map<string, TableChange> {
  const before = new Map(base.project.tables.map((table) => [table.name, table]));
  const after = new Map(now.project.tables.map((table) => [table.name, table]));
  const changes = new Map<string, TableChange>();
  const spreading = new Set<string>();

  const added = now.project.tables.filter((table) => !before.has(table.name));
  const removed = base.project.tables.filter((table) => !after.has(table.name));
  const renames = findRenames(base, now, removed, added);
  for (const table of removed) {
    const successor = [...renames].find(([, old]) => old === table.name)?.[0];
    const reasons = successor === undefined ? [] : [`renamed to ${successor}`];
    changes.set(table.name, { change: "removed", reasons, risk: lossOf(base.sources?.tables.get(table.name)) });
  }
  for (const table of added) {
    const old = renames.get(table.name);
    changes.set(table.name, { change: "added", reasons: old === undefined ? [] : [`renamed from ${old}`], risk: null });
    spreading.add(table.name);
  }
  for (const table of now.project.tables) {
    const old = before.get(table.name);
    if (!old) continue;
    const { reasons, risk } = compareTable(old, table, base, now);
    if (reasons.length === 0) continue;
    changes.set(table.name, { change: "modified", reasons, risk });
    if (reasons.some((reason) => !harmless.includes(reason.split(":")[0] ?? ""))) spreading.add(table.name);
  }
  for (const [name, causes] of affectedBy(now.graph, spreading)) {
    if (!changes.has(name))
      changes.set(name, { change: "affected", reasons: causes.map((cause) => `upstream ${cause}`), risk: null });
  }
  for (const name of after.keys())
    if (!changes.has(name)) changes.set(name, { change: "unchanged", reasons: [], risk: null });
  return changes;
}

function compareTable(
  old: Table,
  table: Table,
  base: ProjectState,
  now: ProjectState,
): { reasons: string[]; risk: string | null } {
  const [oldSource, source] = [base.sources?.tables.get(old.name), now.sources?.tables.get(table.name)];
  const reasons: string[] = [];
  let risk: string | null = null;

  if (codeDiffers(old, table, oldSource, source, base, now)) reasons.push("code");
  reasons.push(...helperChanges(oldSource, source, base, now).map((path) => `helper ${path}`));
  // What code that does not parse says of a table is not the whole of it.
  const told = isWhole(base, oldSource) && isWhole(now, source);
  if (told && oldSource?.kind && source?.kind && oldSource.kind !== source.kind) {
    reasons.push(`kind: ${oldSource.kind} -> ${source.kind}`);
    risk = oldSource.kind === "streaming_table" ? "history lost" : "full refresh";
  }
  if (told) reasons.push(...expectationChanges(oldSource, source));
  const keys = [oldSource, source].map((each) => each?.dataset?.cdcKeys?.join(", ") ?? null);
  if (told && keys[0] !== null && keys[1] !== null && keys[0] !== keys[1]) {
    reasons.push(`keys: ${keys[0]} -> ${keys[1]}`);
    risk ??= "full refresh";
  }
  if (old.layer !== table.layer) reasons.push(`layer: ${old.layer} -> ${table.layer}`);
  if (old.pipeline !== table.pipeline) {
    reasons.push(`pipeline: ${old.pipeline ?? "none"} -> ${table.pipeline ?? "none"}`);
    risk ??= source?.kind === "streaming_table" ? "history lost" : "full refresh";
  }
  reasons.push(
    ...setChange(
      "depends_on",
      old.dependsOn.map((item) => item.name),
      table.dependsOn.map((item) => item.name),
    ),
  );
  if (canonicalJson(old.source) !== canonicalJson(table.source)) reasons.push("source");
  reasons.push(...setChange("tags", old.tags, table.tags));
  if ((old.description ?? "") !== (table.description ?? "")) reasons.push("description");
  if (old.owner !== table.owner) reasons.push("owner");
  return { reasons, risk };
}

function codeDiffers(
  old: Table,
  table: Table,
  oldSource: TableSource | undefined,
  source: TableSource | undefined,
  base: ProjectState,
  now: ProjectState,
): boolean {
  const [a, b] = [oldSource?.fingerprint ?? null, source?.fingerprint ?? null];
  if (a !== null && b !== null) return a !== b;
  // Where the code was not read, or can't be, the bytes tell.
  return base.code.files.get(old.module) !== now.code.files.get(table.module);
}

/**
 * The modules that the table's imports, directly or through others, and that changed. One that is imported on one side alone counts where
 * the module that imports it was read on both sides: what a module that does not parse, or is gone, imports is not known, not changed.
 */
function helperChanges(
  old: TableSource | undefined,
  source: TableSource | undefined,
  base: ProjectState,
  now: ProjectState,
): string[] {
  if (!old || !source) return [];
  const paths = new Set([...old.helpers.keys(), ...source.helpers.keys()]);
  const importers = [[old.module, source.module], ...[...paths].map((path) => [path, path])].flatMap(([a, b]) => {
    const [before, after] = [readWhole(base, a), readWhole(now, b)];
    return before === null || after === null ? [] : [[before.imports, after.imports]];
  });
  const isImportedDifferently = (path: string) =>
    importers.some(([before, after]) => before?.includes(path) !== after?.includes(path));
  return [...paths]
    .filter((path) =>
      old.helpers.has(path) && source.helpers.has(path)
        ? old.helpers.get(path) !== source.helpers.get(path)
        : isImportedDifferently(path),
    )
    .sort(byCodePoint);
}

/** Whether nothing that a table's code is made of fails to parse. */
function isWhole(state: ProjectState, source: TableSource | undefined): boolean {
  return [source?.module, ...(source?.helpers.keys() ?? [])].every((path) => {
    const module = path === undefined ? undefined : state.sources?.modules.get(path);
    return module === undefined || (!module.tooBig && module.syntaxError === null);
  });
}

function readWhole(state: ProjectState, path: string | undefined): ModuleReading | null {
  const module = path === undefined ? undefined : state.sources?.modules.get(path);
  return module === undefined || module.tooBig || module.syntaxError !== null ? null : module;
}

function expectationChanges(old: TableSource | undefined, source: TableSource | undefined): string[] {
  if (!old?.dataset || !source?.dataset) return [];
  const named = (each: TableSource) =>
    new Map(
      each.dataset?.expectations.flatMap((item) => (item.name === null ? [] : [[item.name, JSON.stringify(item)]])),
    );
  const [before, after] = [named(old), named(source)];
  return [...new Set([...before.keys(), ...after.keys()])].sort(byCodePoint).flatMap((name) => {
    const [a, b] = [before.get(name), after.get(name)];
    if (a === b) return [];
    return `expectation ${name} ${a === undefined ? "added" : b === undefined ? "removed" : "changed"}`;
  });
}

function setChange(what: string, before: readonly string[], after: readonly string[]): string[] {
  const plus = after.filter((item) => !before.includes(item)).sort(byCodePoint);
  const minus = before.filter((item) => !after.includes(item)).sort(byCodePoint);
  if (plus.length === 0 && minus.length === 0) return [];
  return [`${what}: ${[...plus.map((item) => `+${item}`), ...minus.map((item) => `-${item}`)].join(" ")}`];
}

/** Added tables that are a removed one under another name: the same code, and the only such pair. */
function findRenames(
  base: ProjectState,
  now: ProjectState,
  removed: readonly Table[],
  added: readonly Table[],
): Map<string, string> {
  const identity = (state: ProjectState, table: Table): string | null => {
    const dataset = state.sources?.tables.get(table.name)?.dataset;
    return dataset?.body ?? (state.sources ? null : (state.code.files.get(table.module) ?? null));
  };
  const renames = new Map<string, string>();
  for (const table of added) {
    const own = identity(now, table);
    if (own === null) continue;
    const old = removed.filter((each) => identity(base, each) === own);
    const rivals = added.filter((each) => identity(now, each) === own);
    const [only] = old;
    if (only && old.length === 1 && rivals.length === 1) renames.set(table.name, only.name);
  }
  return renames;
}

function lossOf(source: TableSource | undefined): string | null {
  switch (source?.kind) {
    case "streaming_table":
      return "history lost when the inactive table is dropped";
    case "temporary_view":
      return null;
    default:
      return "no longer refreshed";
  }
}

/** How many causes an affected table names at most. */
const MAX_CAUSES = 20;

/** Every table downstream of a start, with the starts that reach it, sorted: the causes a reviewer looks for. */
function affectedBy(graph: Graph, starts: ReadonlySet<string>): Map<string, string[]> {
  const causes = new Map<string, ReadonlySet<string>>();
  const affected = new Set([...reach(graph.downstream, starts)]);
  for (const name of stagesOf(graph, affected).flat()) {
    const own = new Set<string>();
    for (const upstream of graph.upstream.get(name) ?? []) {
      if (starts.has(upstream)) own.add(upstream);
      for (const cause of causes.get(upstream) ?? []) own.add(cause);
    }
    // One more than is shown tells that there are more; whole sets would be quadratic in large projects.
    causes.set(name, new Set([...own].sort(byCodePoint).slice(0, MAX_CAUSES + 1)));
  }
  return new Map(
    [...causes].flatMap(([name, own]) => {
      if (starts.has(name)) return [];
      const shown = [...own].slice(0, MAX_CAUSES);
      return [[name, own.size > MAX_CAUSES ? [...shown, "and more"] : shown]];
    }),
  );
}
