import { describe, expect, test } from "vitest";
import { parsePlanJson, parsePlanText } from "../../../src/bundle/plan-json.js";
import { countActions, readActions } from "../../../src/bundle/read-plan.js";
import { actionsOf, context, lines, recorded, recordedPlan } from "./recorded.js";

describe("what the CLI recorded", () => {
  test.each([
    ["first", ["create jobs.nightly", "create pipelines.etl"]],
    ["unchanged", []],
    [
      "update",
      ["update jobs.nightly: schedule.quartz_cron_expression", "update pipelines.etl: configuration['secret.value']"],
    ],
    [
      "rename",
      [
        "update jobs.nightly: max_concurrent_runs, schedule.quartz_cron_expression, tasks[task_key='refresh'].pipeline_task.pipeline_id",
        "delete pipelines.etl (destructive)",
        "create pipelines.etl_main",
      ],
    ],
    [
      "recreate",
      [
        "update jobs.nightly: tasks[task_key='refresh'].pipeline_task.pipeline_id",
        "recreate pipelines.etl (destructive): storage",
      ],
    ],
    [
      "schema-removed",
      [
        "update jobs.nightly.permissions: [group_name='data-team'].level",
        "update pipelines.etl.permissions: [group_name='data-team'].level",
        "delete schemas.shop (destructive)",
        "delete volumes.landing (destructive)",
      ],
    ],
  ])("%s", (name, expected) => {
    expect(lines(actionsOf(name))).toEqual(expected);
  });

  test("counts are those of the CLI's own line", () => {
    expect(recorded("rename.plan.txt")).toContain("Plan: 1 to add, 1 to change, 1 to delete");
    expect(countActions(actionsOf("rename"))).toEqual({ create: 1, update: 1, recreate: 0, delete: 1 });
    expect(countActions(actionsOf("recreate"))).toEqual({ create: 0, update: 1, recreate: 1, delete: 0 });
  });

  test("what is gone already is not destroyed", () => {
    const gone = actionsOf("gone").find((one) => one.resource === "pipelines.etl");
    expect(gone).toMatchObject({ action: "delete", gone: true, destructive: false, lost: [] });
  });

  test("a changed value by hand is told from a change of the bundle", () => {
    const [job] = actionsOf("drift");
    expect(job?.fields.map(({ path, byHand, values }) => [path, byHand ?? false, values])).toEqual([
      ["max_concurrent_runs", true, { old: "7", new: "1" }],
      ["schedule.quartz_cron_expression", false, { old: "0 0 3 * * ?", new: "0 0 5 * * ?" }],
    ]);
  });

  test("only harmless values are kept", () => {
    const [, pipeline] = actionsOf("update");
    expect(pipeline?.fields[0]).toMatchObject({ path: "configuration['secret.value']", values: null });
    expect(JSON.stringify(actionsOf("update"))).not.toContain("abc");
    const created = actionsOf("first").find((one) => one.resource === "pipelines.etl");
    const shown = created?.fields.filter((field) => field.values !== null).map((field) => field.path);
    expect(shown).toEqual(["catalog", "channel", "edition", "libraries", "name", "root_path", "schema", "serverless"]);
  });
});

describe("tables that die", () => {
  const lost = (name: string, resource: string, changed = {}) =>
    actionsOf(name, changed)
      .find((one) => one.resource === resource)
      ?.lost.map((table) => `${table.name}: ${table.effect}`);

  test("with their pipeline: streaming tables lose history, views are rebuilt, temporary views have nothing", () => {
    expect(lost("recreate", "pipelines.etl")).toEqual([
      "clicks: may be lost",
      "orders_bronze: history lost",
      "orders_silver: rebuilt",
    ]);
  });

  test("with a pipeline whose key was renamed: those of its new key, and the rename is known where the name is the same", () => {
    const renamed = context.tables.map((table) => ({
      ...table,
      pipeline: table.pipeline === "etl" ? "etl_main" : "other",
    }));
    expect(lost("rename", "pipelines.etl", { tables: renamed })).toEqual([
      "clicks: may be lost",
      "orders_bronze: history lost",
      "orders_silver: rebuilt",
    ]);
    expect(actionsOf("rename").find((one) => one.resource === "pipelines.etl")?.renamedTo).toBe("pipelines.etl_main");
  });

  test("with a pipeline that is in the base only", () => {
    expect(lost("rename", "pipelines.etl", { tables: [], baseTables: context.tables })?.length).toBe(3);
  });

  test("tables of no known pipeline may be any deleted pipeline's", () => {
    const unowned = [{ name: "loose", kind: "streaming_table" as const, pipeline: null }];
    expect(lost("recreate", "pipelines.etl", { tables: unowned })).toEqual(["loose: history lost"]);
  });

  test("with a schema: those that are published there", () => {
    expect(lost("schema-removed", "schemas.shop")).toContain("orders_bronze: history lost");
    expect(lost("schema-removed", "schemas.shop", { published: new Map([["etl", "main.elsewhere"]]) })).toEqual([]);
  });
});

describe("plans of other forms", () => {
  const actions = (plan: object) => {
    const raw = parsePlanJson(JSON.stringify(plan));
    return raw && lines(readActions(raw, context));
  };

  test("an action that is not known counts as destructive, of any resource", () => {
    const plan = { plan_version: 3, novel: true, plan: { "resources.jobs.a": { action: "transmute", more: [] } } };
    expect(actions(plan)).toEqual(["transmute jobs.a (destructive)"]);
  });

  test("a resource type that is not known may hold data", () => {
    const plan = {
      plan_version: 2,
      plan: { "resources.lakes.a": { action: "delete" }, "resources.jobs.a": { action: "delete" } },
    };
    expect(actions(plan)).toEqual(["delete jobs.a", "delete lakes.a (destructive)"]);
  });

  test("the terraform engine's has actions only, and no digest", () => {
    const raw = parsePlanJson('{"cli_version":"1.2.0","plan":{"resources.pipelines.etl":{"action":"recreate"}}}');
    expect(raw?.engine).toBe("terraform");
    expect(raw && lines(readActions(raw, context))).toEqual(["recreate pipelines.etl (destructive)"]);
  });

  test("the text is read where there is no JSON", () => {
    expect(parsePlanJson(recorded("rename.plan.txt"))).toBeNull();
    const raw = parsePlanText(recorded("rename.plan.txt"));
    expect(raw && lines(readActions(raw, context))).toEqual([
      "update jobs.nightly",
      "delete pipelines.etl (destructive)",
      "create pipelines.etl_main",
    ]);
    expect(parsePlanText("Error: nothing\n")).toBeNull();
  });

  test.each(["", "null", "[]", "1", '{"plan":[]}', '{"other":1}', "{"])("%s is no plan", (text) => {
    expect(parsePlanJson(text)).toBeNull();
  });

  test("ids beyond 2^53 keep their digits", () => {
    const raw = recordedPlan("unchanged");
    expect(raw.resources.find((one) => one.resource === "jobs.nightly")?.remote?.job_id).toBe("900719925474099301");
  });
});
