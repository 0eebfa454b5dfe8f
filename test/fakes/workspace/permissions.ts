import {
  badRequest,
  jsonBody,
  notFound,
  ok,
  type Reply,
  type Route,
  refuse,
  route,
  type WorkspaceRequest,
} from "./http.ts";
import { array, type Json, type JsonObject, object, text } from "./json.ts";

/** Access lists by `jobs/1`, `pipelines/…`, `directories/7`. */
export type AccessLists = Map<string, JsonObject[]>;

const kinds: Readonly<Record<string, string>> = {
  jobs: "job",
  pipelines: "pipelines",
  directories: "directory",
  "sql/warehouses": "warehouses",
  clusters: "cluster",
};

/** `owner` tells who made an object, or null where there is no such object. */
export function permissionRoutes(lists: AccessLists, owner: (object: string) => string | null): Route[] {
  const known = (handle: (key: string, kind: string, request: WorkspaceRequest) => Reply) => {
    return (request: WorkspaceRequest, kind = "", id = "") => {
      const key = `${kind}/${id}`;
      if (!kinds[kind]) return refuse(400, "INVALID_PARAMETER_VALUE", `Unknown object type ${kind}.`);
      const creator = owner(key);
      if (creator === null) return notFound(`${kinds[kind]} ${id} does not exist.`);
      if (!lists.has(key)) lists.set(key, [entry({ user_name: creator, permission_level: ownerLevel(kind) })]);
      return handle(key, kind, request);
    };
  };
  // To see who has which right takes the right to change it, as on a real workspace.
  const manages = (key: string, { identity }: WorkspaceRequest) =>
    identity.userName === owner(key) ||
    (lists.get(key) ?? []).some(
      (one) =>
        [identity.userName, ...identity.groups].includes(principal(one)) &&
        /^(?:CAN_MANAGE|IS_OWNER)$/.test(text(object(array(one.all_permissions)[0]).permission_level)),
    );
  const notManaged = (key: string, kind: string, { identity }: WorkspaceRequest) =>
    refuse(403, "PERMISSION_DENIED", `${identity.userName} does not have Manage permissions on ${kinds[kind]} ${key}.`);
  const show = (key: string, kind: string) =>
    ok({ object_id: `/${key}`, object_type: kinds[kind], access_control_list: lists.get(key) ?? [] });
  return [
    route(
      "GET",
      "/api/2.0/permissions/{}/{}",
      known((key, kind, request) => (manages(key, request) ? show(key, kind) : notManaged(key, kind, request))),
    ),
    route(
      "PUT",
      "/api/2.0/permissions/{}/{}",
      known((key, kind, request) => {
        const given = array(object(jsonBody(request)).access_control_list).map(object);
        const owners = given.filter((one) => text(one.permission_level) === "IS_OWNER");
        if (ownerLevel(kind) === "IS_OWNER" && owners.length !== 1) {
          throw badRequest(`The ${kinds[kind]} must have exactly one owner.`);
        }
        lists.set(key, given.map(entry));
        return show(key, kind);
      }),
    ),
    route(
      "PATCH",
      "/api/2.0/permissions/{}/{}",
      known((key, kind, request) => {
        const given = array(object(jsonBody(request)).access_control_list).map((one) => entry(object(one)));
        const kept = (lists.get(key) ?? []).filter(
          (one) => !given.some((other) => principal(other) === principal(one)),
        );
        lists.set(key, [...kept, ...given]);
        return show(key, kind);
      }),
    ),
  ];
}

function ownerLevel(kind: string): string {
  return kind === "jobs" || kind === "pipelines" ? "IS_OWNER" : "CAN_MANAGE";
}

function entry(given: JsonObject): JsonObject {
  const { permission_level, ...who } = given;
  return { ...who, all_permissions: [{ permission_level: permission_level as Json, inherited: false }] };
}

function principal(one: JsonObject): string {
  return text(one.user_name) || text(one.group_name) || text(one.service_principal_name);
}
