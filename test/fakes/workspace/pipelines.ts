import { randomUUID } from "node:crypto";
import type { WorkspaceRequest } from "./http.ts";
import { badRequest, type Identity, jsonBody, notFound, ok, type Reply, type Route, refuse, route } from "./http.ts";
import { array, type Json, type JsonObject, object, text } from "./json.ts";

export interface Pipeline {
  readonly id: string;
  readonly creator: string;
  /** The body of the last create or edit. A test edits it to play a change by hand. */
  spec: JsonObject;
  modifiedAt: number;
}

export interface Update {
  readonly id: string;
  readonly pipeline: string;
  readonly body: JsonObject;
  readonly events: JsonObject[];
  /** What is still to come, one state a look. */
  states: string[];
  state: string;
}

export interface PipelineTables {
  readonly pipelines: Map<string, Pipeline>;
  readonly updates: Map<string, Update>;
  /** What the next updates end as. */
  updateResult: "COMPLETED" | "FAILED" | "CANCELED";
}

export function newPipelines(): PipelineTables {
  return { pipelines: new Map(), updates: new Map(), updateResult: "COMPLETED" };
}

export function pipelineRoutes(tables: PipelineTables, onDelete: (id: string) => void): Route[] {
  const known = (handle: (pipeline: Pipeline, request: WorkspaceRequest, ...parts: string[]) => Reply) => {
    return (request: WorkspaceRequest, id = "", ...parts: string[]) => {
      const pipeline = tables.pipelines.get(id);
      if (!pipeline) return notFound(`The specified pipeline ${id} was not found.`);
      return handle(pipeline, request, ...parts);
    };
  };
  return [
    route("GET", "/api/2.0/pipelines", () => ok({ statuses: [...tables.pipelines.values()].map(listed) })),
    route("POST", "/api/2.0/pipelines", (request) => create(tables, request)),
    route(
      "GET",
      "/api/2.0/pipelines/{}",
      known((pipeline) => ok(shown(pipeline, tables))),
    ),
    route(
      "PUT",
      "/api/2.0/pipelines/{}",
      known((pipeline, request) => edit(tables, pipeline, request)),
    ),
    route(
      "DELETE",
      "/api/2.0/pipelines/{}",
      known((pipeline) => {
        tables.pipelines.delete(pipeline.id);
        onDelete(pipeline.id);
        return ok();
      }),
    ),
    route(
      "POST",
      "/api/2.0/pipelines/{}/updates",
      known((pipeline, request) => start(tables, pipeline, request)),
    ),
    route(
      "GET",
      "/api/2.0/pipelines/{}/updates/{}",
      known((_pipeline, _request, id = "") => follow(tables, id)),
    ),
    route(
      "GET",
      "/api/2.0/pipelines/{}/events",
      known((pipeline, request) => events(tables, pipeline, request)),
    ),
    route(
      "POST",
      "/api/2.0/pipelines/{}/stop",
      known((pipeline) => stop(tables, pipeline)),
    ),
  ];
}

function create(tables: PipelineTables, request: WorkspaceRequest): Reply {
  const spec = checked(tables, request, null);
  const pipeline = { id: randomUUID(), creator: request.identity.userName, spec, modifiedAt: Date.now() };
  tables.pipelines.set(pipeline.id, pipeline);
  return ok({ pipeline_id: pipeline.id });
}

function edit(tables: PipelineTables, pipeline: Pipeline, request: WorkspaceRequest): Reply {
  const spec = checked(tables, request, pipeline);
  for (const field of ["storage"]) {
    if (text(spec[field]) !== text(pipeline.spec[field]) && text(spec[field]) !== `dbfs:/pipelines/${pipeline.id}`) {
      return badRequest(`Cannot update the pipeline: '${field}' can't be changed after creation.`);
    }
  }
  pipeline.spec = spec;
  pipeline.modifiedAt = Date.now();
  return ok();
}

function checked(tables: PipelineTables, request: WorkspaceRequest, self: Pipeline | null): JsonObject {
  const spec = object(jsonBody(request));
  const name = text(spec.name);
  if (spec.catalog !== undefined && text(spec.schema) === "" && text(spec.target) === "") {
    throw badRequest("A pipeline that publishes to Unity Catalog needs 'schema' or 'target'.");
  }
  const taken = [...tables.pipelines.values()].some((other) => other !== self && text(other.spec.name) === name);
  if (name !== "" && taken && spec.allow_duplicate_names !== true) {
    throw refuse(409, "RESOURCE_CONFLICT", `The pipeline name '${name}' is already used by another pipeline.`);
  }
  return spec;
}

function listed(pipeline: Pipeline) {
  return { pipeline_id: pipeline.id, name: pipeline.spec.name, state: "IDLE", creator_user_name: pipeline.creator };
}

function shown(pipeline: Pipeline, tables: PipelineTables) {
  const { parameters, run_as, ...rest } = pipeline.spec;
  const storage = rest.catalog === undefined && rest.storage === undefined;
  const running = [...tables.updates.values()].filter((update) => update.pipeline === pipeline.id);
  return {
    pipeline_id: pipeline.id,
    name: rest.name,
    state: running.some((update) => update.states.length > 0) ? "RUNNING" : "IDLE",
    creator_user_name: pipeline.creator,
    run_as_user_name: text(object(run_as).user_name) || pipeline.creator,
    last_modified: pipeline.modifiedAt,
    effective_publishing_mode: "DEFAULT_PUBLISHING_MODE",
    spec: { ...rest, id: pipeline.id, ...(storage ? { storage: `dbfs:/pipelines/${pipeline.id}` } : {}) },
    latest_updates: running.reverse().map((update) => ({ update_id: update.id, state: update.state })),
    ...(parameters === undefined ? {} : { parameters }),
    ...(run_as === undefined ? {} : { run_as }),
  };
}

function start(tables: PipelineTables, pipeline: Pipeline, request: WorkspaceRequest): Reply {
  const body = request.body.length === 0 ? {} : object(jsonBody(request));
  const busy = [...tables.updates.values()].some((one) => one.pipeline === pipeline.id && one.states.length > 0);
  if (busy) return refuse(409, "RESOURCE_CONFLICT", `An active update already exists for pipeline '${pipeline.id}'.`);
  if (body.full_refresh === true && array(body.refresh_selection).length > 0) {
    return badRequest("full_refresh and refresh_selection can't be given together.");
  }
  const update: Update = {
    id: randomUUID(),
    pipeline: pipeline.id,
    body,
    events: [],
    states: ["INITIALIZING", "RUNNING", tables.updateResult],
    state: "WAITING_FOR_RESOURCES",
  };
  tables.updates.set(update.id, update);
  record(update, request.identity, "update_progress", `Update ${update.id.slice(0, 6)} is WAITING_FOR_RESOURCES.`);
  return ok({ update_id: update.id });
}

/** Each look at an update moves it one state on, so that a follower sees all of them without a clock. */
function follow(tables: PipelineTables, id: string): Reply {
  const update = tables.updates.get(id);
  if (!update) return notFound(`The specified update ${id} was not found.`);
  const next = update.states.shift();
  if (next !== undefined) {
    update.state = next;
    if (next === "RUNNING") {
      for (const table of [...array(update.body.refresh_selection), ...array(update.body.full_refresh_selection)]) {
        record(update, null, "flow_progress", `Flow '${text(table)}' is RUNNING.`);
        if (update.states[0] === "COMPLETED")
          record(update, null, "flow_progress", `Flow '${text(table)}' has COMPLETED.`);
      }
    }
    record(
      update,
      null,
      "update_progress",
      `Update ${id.slice(0, 6)} is ${next}.`,
      next === "FAILED" ? "ERROR" : "INFO",
    );
  }
  return ok({
    update: { update_id: id, pipeline_id: update.pipeline, state: update.state, creation_time: Date.now() },
  });
}

function record(update: Update, identity: Identity | null, type: string, message: string, level = "INFO"): void {
  update.events.push({
    id: randomUUID(),
    event_type: type,
    level,
    message,
    maturity_level: "STABLE",
    timestamp: new Date(Date.now() + update.events.length).toISOString(),
    origin: { pipeline_id: update.pipeline, update_id: update.id, ...(identity ? { user_id: identity.id } : {}) },
    ...(level === "ERROR"
      ? {
          error: {
            exceptions: [{ class_name: "org.apache.spark.SparkException", message: "The table's query failed." }],
          },
        }
      : {}),
  });
}

function events(tables: PipelineTables, pipeline: Pipeline, request: WorkspaceRequest): Reply {
  const filter = request.query.get("filter") ?? "";
  const wanted = /update_id\s*=\s*'([^']+)'/.exec(filter)?.[1];
  const level = /level\s*(?:=|in)\s*\(?'([A-Z]+)'/.exec(filter)?.[1];
  const since = /timestamp\s*>=?\s*'([^']+)'/.exec(filter)?.[1] ?? "";
  const found = [...tables.updates.values()]
    .filter((update) => update.pipeline === pipeline.id && (wanted === undefined || update.id === wanted))
    .flatMap((update) => update.events)
    .filter((event) => (level === undefined || event.level === level) && text(event.timestamp) > since);
  const ascending = (request.query.get("order_by") ?? "").endsWith("asc");
  const limit = Number(request.query.get("max_results") ?? "25");
  return ok({ events: (ascending ? found : found.reverse()).slice(0, limit) });
}

function stop(tables: PipelineTables, pipeline: Pipeline): Reply {
  for (const update of tables.updates.values()) {
    if (update.pipeline === pipeline.id && update.states.length > 0) {
      update.states = [];
      update.state = "CANCELED";
    }
  }
  return ok();
}

/** The body with which an update was started, for asserting on a selection. */
export function updateBodies(tables: PipelineTables): Json[] {
  return [...tables.updates.values()].map((update) => update.body);
}
