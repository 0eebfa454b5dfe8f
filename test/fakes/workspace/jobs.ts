import { badRequest, jsonBody, ok, type Reply, type Route, refuse, route, type WorkspaceRequest } from "./http.ts";
import { array, type Json, type JsonObject, object, text } from "./json.ts";

export interface Job {
  readonly id: bigint;
  readonly creator: string;
  readonly createdAt: number;
  /** As the workspace would echo them. A test edits them to play a change by hand. */
  settings: JsonObject;
}

export interface JobRun {
  readonly id: number;
  readonly job: bigint;
  readonly body: JsonObject;
  /** Looks until it ends. */
  looks: number;
  readonly result: "SUCCESS" | "FAILED";
}

export interface JobTables {
  readonly jobs: Map<string, Job>;
  readonly runs: Map<string, JobRun>;
  runResult: "SUCCESS" | "FAILED";
  nextJob: bigint;
}

// Real ids are beyond what a double holds: whoever reads one with JSON.parse alone is caught here.
const FIRST_JOB = 900_719_925_474_099_301n;

export function newJobs(): JobTables {
  return { jobs: new Map(), runs: new Map(), runResult: "SUCCESS", nextJob: FIRST_JOB };
}

export function jobRoutes(tables: JobTables, onDelete: (id: string) => void): Route[] {
  const version = "/api/2.2/jobs";
  return [
    route("POST", `${version}/create`, (request) => create(tables, request)),
    route("GET", `${version}/get`, (request) => get(tables, request.query.get("job_id") ?? "")),
    route("GET", `${version}/list`, () => ok({ jobs: [...tables.jobs.values()].map(shown), has_more: false })),
    route("POST", `${version}/reset`, (request) => reset(tables, request)),
    route("POST", `${version}/update`, (request) => update(tables, request)),
    route("POST", `${version}/delete`, (request) => {
      const id = text(object(jsonBody(request)).job_id);
      if (!tables.jobs.delete(id)) return missing(id);
      onDelete(id);
      return ok();
    }),
    route("POST", `${version}/run-now`, (request) => runNow(tables, request)),
    route("GET", `${version}/runs/get`, (request) => run(tables, request.query.get("run_id") ?? "")),
    route("GET", `${version}/runs/list`, (request) => runs(tables, request)),
    route("GET", `${version}/runs/get-output`, () => ok({ metadata: {}, logs: "" })),
  ];
}

function create(tables: JobTables, request: WorkspaceRequest): Reply {
  const settings = echoed(checked(object(jsonBody(request))));
  const id = tables.nextJob++;
  tables.jobs.set(id.toString(), { id, creator: request.identity.userName, createdAt: Date.now(), settings });
  return ok({ job_id: id });
}

function get(tables: JobTables, id: string): Reply {
  const job = tables.jobs.get(id);
  return job ? ok(shown(job)) : missing(id);
}

function reset(tables: JobTables, request: WorkspaceRequest): Reply {
  const body = object(jsonBody(request));
  const job = tables.jobs.get(text(body.job_id));
  if (!job) return missing(text(body.job_id));
  const settings = echoed(checked(object(body.new_settings)));
  // A reset without run_as keeps the one that was set.
  job.settings = { ...(job.settings.run_as === undefined ? {} : { run_as: job.settings.run_as }), ...settings };
  return ok();
}

function update(tables: JobTables, request: WorkspaceRequest): Reply {
  const body = object(jsonBody(request));
  const job = tables.jobs.get(text(body.job_id));
  if (!job) return missing(text(body.job_id));
  job.settings = echoed(checked({ ...job.settings, ...object(body.new_settings) }));
  return ok();
}

function checked(settings: JsonObject): JsonObject {
  const keys = array(settings.tasks).map((task) => text(object(task).task_key));
  if (keys.includes("")) throw badRequest("Every task needs a task_key.");
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw badRequest(`Task key '${twice}' is used more than once.`);
  for (const task of array(settings.tasks)) {
    for (const dependency of array(object(task).depends_on)) {
      const key = text(object(dependency).task_key);
      if (!keys.includes(key)) throw badRequest(`Task depends on '${key}', which is not a task of the job.`);
    }
  }
  return settings;
}

/** Settings with what the service adds of its own: leaving it out would show as drift, and so would adding more. */
function echoed(settings: JsonObject): JsonObject {
  const tasks = array(settings.tasks).map((task): Json => {
    const { depends_on, ...rest } = object(task);
    const dependencies = array(depends_on).toSorted((a, b) =>
      text(object(a).task_key) < text(object(b).task_key) ? -1 : 1,
    );
    return {
      run_if: "ALL_SUCCESS",
      timeout_seconds: 0,
      email_notifications: {},
      ...rest,
      ...(dependencies.length > 0 ? { depends_on: dependencies } : {}),
    };
  });
  return {
    email_notifications: {},
    webhook_notifications: {},
    timeout_seconds: 0,
    max_concurrent_runs: 1,
    format: "MULTI_TASK",
    ...settings,
    ...(tasks.length > 0 ? { tasks } : {}),
  };
}

function shown(job: Job) {
  return {
    job_id: job.id,
    creator_user_name: job.creator,
    run_as_user_name: text(object(job.settings.run_as).user_name) || job.creator,
    created_time: job.createdAt,
    settings: job.settings,
  };
}

function missing(id: string): Reply {
  return refuse(400, "INVALID_PARAMETER_VALUE", `Job ${id} does not exist.`);
}

function runNow(tables: JobTables, request: WorkspaceRequest): Reply {
  const body = object(jsonBody(request));
  const job = tables.jobs.get(text(body.job_id));
  if (!job) return missing(text(body.job_id));
  const id = tables.runs.size + 501;
  tables.runs.set(String(id), { id, job: job.id, body, looks: 2, result: tables.runResult });
  return ok({ run_id: id, number_in_job: id });
}

function run(tables: JobTables, id: string): Reply {
  const found = tables.runs.get(id);
  if (!found) return badRequest(`Run ${id} does not exist.`);
  const reply = ok(shownRun(found));
  if (found.looks > 0) found.looks--;
  return reply;
}

function shownRun(one: JobRun) {
  const ended = one.looks === 0;
  return {
    run_id: one.id,
    job_id: one.job,
    run_name: "run",
    run_page_url: `http://localhost/run/${one.id}`,
    state: ended
      ? { life_cycle_state: "TERMINATED", result_state: one.result, state_message: "" }
      : { life_cycle_state: "RUNNING", state_message: "In run" },
    tasks: [],
  };
}

function runs(tables: JobTables, request: WorkspaceRequest): Reply {
  const job = request.query.get("job_id");
  const active = request.query.get("active_only") === "true";
  const found = [...tables.runs.values()].filter(
    (one) => (job === null || one.job.toString() === job) && (!active || one.looks > 0),
  );
  return ok({ runs: found.map(shownRun), has_more: false });
}
