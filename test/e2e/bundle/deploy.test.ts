import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { boundActions } from "../../../src/bundle/digest.js";
import type { EnvironmentPlan } from "../../../src/bundle/model.js";
import { startWorkspace, type Workspace } from "../../fakes/workspace/workspace.ts";
import { type BundleProject, bundleProject, cliPath, cliVersion, missing, renamePipeline } from "./bundle-project.js";

const codes = (diagnostics: readonly { code: string }[]) =>
  diagnostics.map((one) => one.code).filter((code) => code !== "LDP502");
const actions = (plan: { actions: readonly { resource: string; action: string }[] }) =>
  plan.actions.map((one) => `${one.action} ${one.resource}`);

describe.skipIf(!cliPath)(`deploys with the Databricks CLI ${cliVersion ?? `(${missing})`}`, () => {
  let workspace: Workspace;
  let project: BundleProject;

  beforeEach(async () => {
    workspace = await startWorkspace();
    project = bundleProject(workspace);
  });
  afterEach(async () => {
    await workspace.close();
    project.remove();
    expect(workspace.unknown).toEqual([]);
  });

  test("first deploy: everything is created from the plan file, with links, and nothing is left to do", async () => {
    const planned = await project.plan();
    expect(planned).toMatchObject({
      status: "planned",
      engine: "direct",
      counts: { create: 2, update: 0, recreate: 0, delete: 0 },
      identity: "tester@example.com",
    });

    const result = await project.deploy({ binding: "enforce", reviewed: reviewed(planned) });
    expect(codes(result.diagnostics)).toEqual([]);
    expect(result).toMatchObject({ outcome: "deployed", method: "plan file" });
    expect(result.resources).toEqual([
      expect.objectContaining({
        resource: "jobs.nightly",
        action: "create",
        name: "shop-nightly-dev",
        id: "900719925474099301",
      }),
      expect.objectContaining({ resource: "pipelines.etl", action: "create", name: "shop-etl-dev" }),
    ]);
    for (const { url } of result.resources) expect(url).toContain(workspace.url);
    expect(workspace.pipelines.pipelines.size).toBe(1);
    expect([...workspace.files.keys()].filter((path) => path.endsWith("deploy.lock"))).toEqual([]);
  });

  test("no change: the plan is empty and a deploy does nothing", async () => {
    await project.deploy();
    const planned = await project.plan();
    expect(planned.actions).toEqual([]);
    expect(await project.deploy()).toMatchObject({ outcome: "deployed", resources: [] });
  });

  test("code only: the plan of resources is empty, and the deploy uploads the code", async () => {
    await project.deploy();
    project.edit("transformations/gold/revenue.py", (text) => text.replace("country", "region"));
    expect((await project.plan()).actions).toEqual([]);
    expect((await project.deploy()).outcome).toBe("deployed");
    const file = workspace.files.get("/Workspace/Shared/bundles/shop/dev/files/transformations/gold/revenue.py");
    expect(file?.content.toString()).toContain("region");
  });

  test("the project digest reaches the bundle as a variable, and is no part of the bundle digest", async () => {
    const digest = (sign: string) => `sha256:${sign.repeat(64)}`;
    await project.deploy({ project: digest("a") });
    const planned = await project.plan({ project: digest("b") });
    expect(actions(planned)).toEqual(["update pipelines.etl"]);
    expect(planned.actions[0]?.fields[0]).toMatchObject({ path: "configuration['ldp.project']", values: null });
    const other = await project.plan({ project: digest("c") });
    expect(other.digest).toBe(planned.digest);
  });

  test("update: the fields are shown with old and new, and the job's link comes back", async () => {
    await project.deploy();
    project.edit("resources/nightly.job.yml", (text) => text.replace("0 0 3 * * ?", "0 0 5 * * ?"));
    const planned = await project.plan();
    expect(actions(planned)).toEqual(["update jobs.nightly"]);
    expect(planned.actions[0]?.fields).toEqual([
      expect.objectContaining({
        path: "schedule.quartz_cron_expression",
        values: { old: "0 0 3 * * ?", new: "0 0 5 * * ?" },
      }),
    ]);
    const result = await project.deploy();
    expect(result.resources).toEqual([expect.objectContaining({ resource: "jobs.nightly", action: "update" })]);
    expect((await project.plan()).actions).toEqual([]);
  });

  test("a renamed key destroys the pipeline: refused with its tables, deployed when it is named", async () => {
    await project.deploy();
    const id = [...workspace.pipelines.pipelines.keys()][0];
    renamePipeline(project);
    project.edit("resources/etl.pipeline.yml", (text) => text.replace("shop-etl-", "shop-etl-main-"));

    const refused = await project.deploy();
    expect(refused.outcome).toBe("refused");
    expect(codes(refused.diagnostics)).toEqual(["LDP601"]);
    expect(refused.diagnostics.find((one) => one.code === "LDP601")?.message).toBe(
      "dev: pipelines.etl is deleted; with it orders_bronze (history lost), orders_silver (rebuilt), revenue (rebuilt), and allow-destructive does not name it",
    );
    expect(workspace.pipelines.pipelines.has(id ?? "")).toBe(true);
    expect(workspace.seen.filter((one) => one.method === "DELETE")).toEqual([]);

    const wrong = await project.deploy({ allowDestructive: ["pipelines.etl_main"] });
    expect(codes(wrong.diagnostics).sort()).toEqual(["LDP601", "LDP602"]);

    const allowed = await project.deploy({ allowDestructive: ["resources.pipelines.etl"] });
    expect(allowed.outcome).toBe("deployed");
    expect(allowed.resources.map((one) => `${one.action} ${one.resource}`).sort()).toEqual([
      "create pipelines.etl_main",
      "delete pipelines.etl",
      "update jobs.nightly",
    ]);
    expect(workspace.pipelines.pipelines.has(id ?? "")).toBe(false);
  });

  test("recreate: a changed storage is refused, and named it is deployed", async () => {
    project.edit("resources/etl.pipeline.yml", (text) =>
      text.replace(/ {6}catalog.*\n {6}schema.*\n {6}serverless.*\n/, "      storage: dbfs:/one\n      target: shop\n"),
    );
    await project.deploy();
    project.edit("resources/etl.pipeline.yml", (text) => text.replace("dbfs:/one", "dbfs:/two"));
    const refused = await project.deploy();
    expect(refused).toMatchObject({ outcome: "refused", plan: { counts: { recreate: 1 } } });
    expect(refused.diagnostics.find((one) => one.code === "LDP601")?.message).toContain(
      "pipelines.etl is deleted and created anew; with it orders_bronze (history lost)",
    );
    const allowed = await project.deploy({ allowDestructive: ["pipelines.etl"] });
    expect(allowed.outcome).toBe("deployed");
    expect(allowed.resources.map((one) => `${one.action} ${one.resource}`)).toContain("recreate pipelines.etl");
  });

  test("prevent_destroy: the CLI itself refuses what was named", async () => {
    project.edit("resources/etl.pipeline.yml", (text) => `${text}      lifecycle:\n        prevent_destroy: true\n`);
    project.edit("resources/etl.pipeline.yml", (text) =>
      text.replace(/ {6}catalog.*\n {6}schema.*\n {6}serverless.*\n/, "      storage: dbfs:/one\n      target: shop\n"),
    );
    await project.deploy();
    project.edit("resources/etl.pipeline.yml", (text) => text.replace("dbfs:/one", "dbfs:/two"));
    const result = await project.deploy({ allowDestructive: ["pipelines.etl"] });
    expect(result.outcome).toBe("failed");
    expect(result.diagnostics.find((one) => one.severity === "error")?.message).toContain("prevent_destroy");
    expect(workspace.pipelines.pipelines.size).toBe(1);
  });

  test("drift by hand: the plan shows what somebody changed, and the deploy changes it back", async () => {
    await project.deploy();
    const [job] = workspace.jobs.jobs.values();
    if (!job) throw new Error("no job was deployed");
    job.settings = { ...job.settings, max_concurrent_runs: 7 };
    const planned = await project.plan();
    expect(planned.actions[0]?.fields).toEqual([
      expect.objectContaining({ path: "max_concurrent_runs", byHand: true, values: { old: "7", new: "1" } }),
    ]);
    expect((await project.deploy()).outcome).toBe("deployed");
    expect(job.settings.max_concurrent_runs).toBe(1);
  });

  test("changed plan after review: the deploy stops and shows the field", async () => {
    await project.deploy();
    project.edit("resources/nightly.job.yml", (text) => text.replace("0 0 3 * * ?", "0 0 5 * * ?"));
    const planned = await project.plan();
    const [job] = workspace.jobs.jobs.values();
    if (!job) throw new Error("no job was deployed");
    job.settings = { ...job.settings, max_concurrent_runs: 7 };
    const stopped = await project.deploy({ binding: "enforce", reviewed: reviewed(planned) });
    expect(stopped.outcome).toBe("refused");
    expect(stopped.diagnostics.find((one) => one.code === "LDP604")?.message).toBe(
      "the plan for dev is not the one that was reviewed in #7: jobs.nightly max_concurrent_runs: changes, not reviewed (now 7 -> 1)",
    );
    const warned = await project.deploy({ binding: "warn", reviewed: reviewed(planned) });
    expect(warned.outcome).toBe("deployed");
    expect(warned.diagnostics.find((one) => one.code === "LDP604")?.severity).toBe("warning");
  });

  test("plan only: nothing is changed", async () => {
    const result = await project.deploy({ planOnly: true });
    expect(result).toMatchObject({ outcome: "planned", resources: [] });
    expect(workspace.jobs.jobs.size).toBe(0);
  });

  test("a run after the deploy: all of a new pipeline, later the tables that were asked for", async () => {
    const run = new Map([["etl", ["orders_bronze", "revenue"]]]);
    for (let time = 0; time < 2; time++) {
      expect(await project.deploy({ run })).toMatchObject({
        outcome: "deployed",
        run: { pipelines: ["etl"], succeeded: true },
      });
    }
    expect([...workspace.pipelines.updates.values()].map((update) => update.body)).toEqual([
      {},
      { refresh_selection: ["orders_bronze", "revenue"] },
    ]);
  });

  test("a run that fails is said, with the command that starts it again", async () => {
    workspace.pipelines.updateResult = "FAILED";
    const result = await project.deploy({ run: new Map([["etl", "all"]]) });
    expect(result).toMatchObject({ outcome: "deployed", run: { succeeded: false } });
    expect(result.diagnostics.find((one) => one.code === "LDP536")?.hint).toContain("databricks bundle run etl -t dev");
  });
});

function reviewed(plan: EnvironmentPlan) {
  return { digest: plan.digest, actions: boundActions(plan.actions), where: "#7" };
}
