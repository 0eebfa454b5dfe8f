// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a bundle look like this
import { describe, expect, test } from "vitest";
import { checkBinding, planDifference } from "../../../src/bundle/binding.js";
import { boundActions, bundleDigest } from "../../../src/bundle/digest.js";
import type { EnvironmentPlan, ResourceAction } from "../../../src/bundle/model.js";
import { parsePlanJson } from "../../../src/bundle/plan-json.js";
import { readActions } from "../../../src/bundle/read-plan.js";
import { actionsOf, context } from "./recorded.js";

function planOf(actions: readonly ResourceAction[], changed: Partial<EnvironmentPlan> = {}): EnvironmentPlan {
  return {
    environment: "dev",
    target: "dev",
    status: "planned",
    reason: null,
    engine: "direct",
    cliVersion: "1.13.0",
    digest: bundleDigest(boundActions(actions)),
    counts: { create: 0, update: 0, recreate: 0, delete: 0 },
    actions,
    diagnostics: [],
    ...changed,
  };
}

const reviewed = (actions: readonly ResourceAction[]) => ({
  digest: bundleDigest(boundActions(actions)),
  actions: boundActions(actions),
  where: "#7",
});

describe("the bundle digest", () => {
  test("is of actions and new values, whatever the order", () => {
    const actions = actionsOf("rename");
    expect(bundleDigest(boundActions([...actions].reverse()))).toBe(bundleDigest(boundActions(actions)));
    expect(bundleDigest(boundActions(actionsOf("update")))).not.toBe(bundleDigest(boundActions(actions)));
  });

  const update = (path: string, change: object, resource = "jobs.a", state: object = {}) => {
    const plan = {
      plan_version: 2,
      plan: {
        [`resources.${resource}`]: { action: "update", new_state: { value: state }, changes: { [path]: change } },
      },
    };
    return (more = {}) => {
      const raw = parsePlanJson(JSON.stringify(plan));
      return raw ? readActions(raw, { ...context, ...more }) : [];
    };
  };
  const digest = `sha256:${"a".repeat(64)}`;
  const before = `sha256:${"b".repeat(64)}`;

  test.each([
    [
      "the project digest",
      update("configuration['ldp.project']", { action: "update", old: before, new: digest }),
      { project: digest },
    ],
    [
      "what a cluster policy fills in",
      update("job_clusters[job_cluster_key='a'].new_cluster.custom_tags", { action: "update", remote: { a: 1 } }),
      {},
    ],
    ["a comment of Catalog Explorer", update("comment", { action: "update", remote: "by hand" }, "schemas.a"), {}],
    [
      "a warehouse's own settings",
      update("warehouse_type", { action: "update", remote: "PRO" }, "sql_warehouses.a"),
      {},
    ],
    ["what Unity Catalog computes", update("securable_kind", { action: "update", remote: "X" }, "schemas.a"), {}],
    [
      "the owner that is whoever deploys",
      update(
        "[user_name='tester@example.com']",
        { action: "update", new: { level: "IS_OWNER", user_name: "tester@example.com" } },
        "jobs.a.permissions",
        {
          __embed__: [{ level: "IS_OWNER", user_name: "tester@example.com" }],
        },
      ),
      {},
    ],
  ])("leaves out %s", (_what, actions, more) => {
    const read = actions(more);
    expect(read[0]?.fields[0]?.ignored).toEqual(expect.any(String));
    expect(boundActions(read)).toEqual([]);
  });

  test.each([
    [
      "another value of the same field",
      update("configuration['ldp.project']", { action: "update", old: before, new: "x" }),
      { project: digest },
    ],
    [
      "a tag that the bundle sets",
      update("new_cluster.custom_tags", { action: "update", old: {}, new: { a: 1 }, remote: {} }),
      {},
    ],
    [
      "an owner that is not who deploys",
      update(
        "[user_name='ann']",
        { action: "update", new: { level: "IS_OWNER", user_name: "ann" } },
        "jobs.a.permissions",
        {
          __embed__: [{ level: "IS_OWNER", user_name: "ann" }],
        },
      ),
      {},
    ],
    ["a recreate, whatever its field", update("comment", { action: "recreate", remote: "x" }, "schemas.a"), {}],
  ])("keeps %s", (_what, actions, more) => {
    expect(boundActions(actions(more)).length).toBe(1);
  });

  test("of permissions is the same for who plans and who deploys", () => {
    const node = (who: string) => {
      const plan = {
        plan_version: 2,
        plan: {
          "resources.jobs.a.permissions": {
            action: "create",
            new_state: {
              value: {
                object_id: "",
                __embed__: [
                  { level: "CAN_VIEW", group_name: "g" },
                  { level: "IS_OWNER", user_name: who },
                ],
              },
            },
          },
        },
      };
      const raw = parsePlanJson(JSON.stringify(plan));
      return bundleDigest(boundActions(raw ? readActions(raw, { ...context, identity: who }) : []));
    };
    expect(node("planner")).toBe(node("deployer"));
  });
});

describe("binding", () => {
  test("agrees with the plan that was reviewed", () => {
    const actions = actionsOf("update");
    expect(checkBinding(planOf(actions), reviewed(actions), "enforce")).toEqual([]);
  });

  test("stops a plan that differs, field by field (LDP604)", () => {
    const [found] = checkBinding(planOf(actionsOf("drift")), reviewed(actionsOf("update")), "enforce");
    expect(found).toMatchObject({ code: "LDP604", severity: "error" });
    expect(found?.message).toBe(
      "the plan for dev is not the one that was reviewed in #7: jobs.nightly max_concurrent_runs: changes, not reviewed (now 7 -> 1)",
    );
    expect(found?.hint).toContain("reviewed-plan sha256:");
  });

  test("only warns when asked to, and is silent when off", () => {
    const plan = planOf(actionsOf("drift"));
    expect(checkBinding(plan, reviewed(actionsOf("update")), "warn")[0]?.severity).toBe("warning");
    expect(checkBinding(plan, reviewed(actionsOf("update")), "off")).toEqual([]);
  });

  test("says both digests where the comment had no room for fields", () => {
    const review = { ...reviewed(actionsOf("update")), actions: null };
    expect(checkBinding(planOf(actionsOf("drift")), review, "enforce")[0]?.message).toContain(review.digest);
  });

  test("names who edited the comment, which makes it no review (LDP605)", () => {
    const edited = { digest: null, actions: null, where: "#7", editedBy: "mallory" };
    const [found, ...more] = checkBinding(planOf(actionsOf("update")), edited, "enforce");
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      code: "LDP605",
      severity: "error",
      message: expect.stringContaining("the comment of #7 was edited by mallory"),
    });
  });

  test("without a review stops what changes anything (LDP605)", () => {
    expect(checkBinding(planOf(actionsOf("update")), null, "enforce").map((one) => one.code)).toEqual(["LDP605"]);
    expect(checkBinding(planOf([]), null, "enforce")).toEqual([]);
  });

  test("can't be had of a plan without a digest (LDP606)", () => {
    const plan = planOf(actionsOf("update"), { digest: null, engine: "terraform" });
    expect(checkBinding(plan, reviewed([]), "enforce").map((one) => one.code)).toEqual(["LDP606"]);
  });

  test("a difference names what is new, gone, and another value", () => {
    const before = boundActions(actionsOf("rename"));
    expect(planDifference(before, actionsOf("recreate"))).toEqual([
      "jobs.nightly max_concurrent_runs: was reviewed as changed, does not change now",
      "jobs.nightly schedule.quartz_cron_expression: was reviewed as changed, does not change now",
      "jobs.nightly tasks[task_key='refresh'].pipeline_task.pipeline_id: changes to another value than was reviewed (now 00000000-0000-4000-8000-000000000000 -> ${resources.pipelines.etl.id})",
      "pipelines.etl: recreate, reviewed was delete",
      "pipelines.etl storage: changes, not reviewed (now dbfs:/one -> dbfs:/two)",
      "pipelines.etl_main: create was reviewed, nothing is to be done now",
    ]);
  });
});
