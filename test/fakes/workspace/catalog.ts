import { randomUUID } from "node:crypto";
import { badRequest, jsonBody, notFound, ok, type Route, refuse, route, type WorkspaceRequest } from "./http.ts";
import { array, type JsonObject, object, text } from "./json.ts";

/** Unity Catalog's schemas and volumes by full name, and the grants on each. */
export interface CatalogTables {
  readonly schemas: Map<string, JsonObject>;
  readonly volumes: Map<string, JsonObject>;
  readonly grants: Map<string, Map<string, string[]>>;
}

export function newCatalog(): CatalogTables {
  return { schemas: new Map(), volumes: new Map(), grants: new Map() };
}

export function catalogRoutes(tables: CatalogTables): Route[] {
  const base = "/api/2.1/unity-catalog";
  const collection = (kind: "schemas" | "volumes", parent: (body: JsonObject) => string, extra: () => JsonObject) => {
    const found = (name: string): JsonObject => {
      const one = tables[kind].get(name);
      if (!one) throw notFound(`${kind === "schemas" ? "Schema" : "Volume"} '${name}' does not exist.`);
      return one;
    };
    return [
      route("POST", `${base}/${kind}`, (request) => {
        const body = object(jsonBody(request));
        const name = `${parent(body)}.${text(body.name).toLowerCase()}`;
        if (tables[kind].has(name)) {
          return refuse(400, "RESOURCE_ALREADY_EXISTS", `'${name}' already exists.`);
        }
        if (kind === "volumes" && !tables.schemas.has(parent(body)) && !parent(body).endsWith(".default")) {
          return notFound(`Schema '${parent(body)}' does not exist.`);
        }
        const who = request.identity.userName;
        const now = Date.now();
        const created: JsonObject = {
          ...body,
          name: text(body.name).toLowerCase(),
          full_name: name,
          owner: who,
          created_at: now,
          created_by: who,
          updated_at: now,
          updated_by: who,
          ...extra(),
        };
        tables[kind].set(name, created);
        return ok(created);
      }),
      route("GET", `${base}/${kind}/{}`, (_request, name = "") => ok(found(name))),
      route("PATCH", `${base}/${kind}/{}`, (request, name = "") => {
        const changed = { ...found(name), ...object(jsonBody(request)), updated_at: Date.now() };
        tables[kind].set(name, changed);
        return ok(changed);
      }),
      route("DELETE", `${base}/${kind}/{}`, (request, name = "") => {
        found(name);
        const inside = [...tables.volumes.keys()].some((volume) => volume.startsWith(`${name}.`));
        if (kind === "schemas" && inside && request.query.get("force") !== "true") {
          throw badRequest(`Schema '${name}' is not empty.`);
        }
        tables[kind].delete(name);
        return ok();
      }),
    ];
  };
  return [
    route("GET", `${base}/current-metastore-assignment`, () =>
      ok({ default_catalog_name: "main", metastore_id: "metastore", workspace_id: 900_800_700_600 }),
    ),
    ...collection(
      "schemas",
      (body) => text(body.catalog_name),
      () => ({ schema_id: randomUUID(), browse_only: false }),
    ),
    ...collection(
      "volumes",
      (body) => `${text(body.catalog_name)}.${text(body.schema_name)}`,
      () => ({
        volume_id: randomUUID(),
      }),
    ),
    route("GET", `${base}/permissions/{}/{}`, (_request, kind, name) => ok(shownGrants(tables, `${kind}/${name}`))),
    route("PATCH", `${base}/permissions/{}/{}`, (request, kind, name) =>
      changeGrants(tables, request, `${kind}/${name}`),
    ),
  ];
}

function shownGrants(tables: CatalogTables, key: string) {
  const grants = [...(tables.grants.get(key) ?? new Map<string, string[]>())];
  return {
    privilege_assignments: grants.map(([principal, privileges]) => ({ principal, privileges })),
  };
}

function changeGrants(tables: CatalogTables, request: WorkspaceRequest, key: string) {
  const grants = tables.grants.get(key) ?? new Map<string, string[]>();
  for (const change of array(object(jsonBody(request)).changes).map(object)) {
    const principal = text(change.principal);
    const removed = array(change.remove).map(text);
    const kept = removed.includes("ALL_PRIVILEGES")
      ? []
      : (grants.get(principal) ?? []).filter((privilege) => !removed.includes(privilege));
    const privileges = [...new Set([...kept, ...array(change.add).map(text)])].sort();
    if (privileges.length > 0) grants.set(principal, privileges);
    else grants.delete(principal);
  }
  tables.grants.set(key, grants);
  return ok(shownGrants(tables, key));
}
