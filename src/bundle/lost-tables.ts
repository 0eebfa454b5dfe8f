import { byCodePoint } from "../order.js";
import type { ProjectState } from "../plan/changes.js";
import type { LostTable, OwnedTable } from "./model.js";
import type { RawResource } from "./plan-json.js";

/** Where each pipeline of the bundle publishes, in lower case: `catalog.schema`. */
export type PublishedSchemas = ReadonlyMap<string, string>;

/**
 * The tables that go with a deleted or recreated resource: with a pipeline those that it owns, with a schema those that are
 * published there.
 * @param tables of config.yml as it is now
 * @param baseTables of config.yml before the change: a pipeline that was renamed or removed owns its tables only there
 * @param renamedTo the resource under which the plan creates the same thing again
 */
export function lostTables(
  resource: RawResource,
  tables: readonly OwnedTable[],
  baseTables: readonly OwnedTable[],
  published: PublishedSchemas,
  renamedTo: string | null,
): LostTable[] {
  const [type, key = ""] = resource.resource.split(".");
  const owners = new Set<string>();
  if (type === "pipelines") {
    owners.add(key);
    const owned = [...tables, ...baseTables].some((table) => table.pipeline === key);
    if (!owned && renamedTo !== null) owners.add(renamedTo.split(".")[1] ?? "");
  } else if (type === "schemas") {
    const schema = schemaName(resource);
    for (const [pipeline, name] of published) if (name === schema) owners.add(pipeline);
  } else return [];

  const kinds = new Map([...baseTables, ...tables].map((table) => [table.name, table.kind]));
  const owned = [...tables, ...baseTables].filter((table) => table.pipeline !== null && owners.has(table.pipeline));
  // Where nobody says whose a table is, it may be this pipeline's.
  const unowned = type === "pipelines" ? [...tables, ...baseTables].filter((table) => table.pipeline === null) : [];
  const names = [...new Set([...owned, ...unowned].map((table) => table.name))].sort(byCodePoint);
  return names.flatMap((name) => {
    const kind = kinds.get(name) ?? null;
    if (kind === "temporary_view") return [];
    const effect = kind === "streaming_table" ? "history lost" : kind === null ? "may be lost" : "rebuilt";
    return [{ name, kind, effect } as const];
  });
}

function schemaName(resource: RawResource): string {
  const state = resource.remote ?? resource.state ?? {};
  return `${state.catalog_name ?? ""}.${state.name ?? ""}`.toLowerCase();
}

/** The tables of a project's state with what the bundle needs to know of them; none without a state. */
export function ownedTables(state: ProjectState | null): OwnedTable[] {
  return (state?.project.tables ?? []).map((table) => ({
    name: table.name,
    kind: state?.sources?.tables.get(table.name)?.kind ?? null,
    pipeline: table.pipeline,
  }));
}
