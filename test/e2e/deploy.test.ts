import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { editComment, user } from "../fakes/github/state.ts";
import { jobToken } from "../fakes/github/tokens.ts";
import { startWorkspace, type Workspace, defaultToken as workspaceToken } from "../fakes/workspace/workspace.ts";
import { cliPath, missing } from "./bundle/bundle-project.ts";
import type { StepResult } from "./runner.ts";
import { type Job, type Scenario, startScenario } from "./scenario.ts";
import { edited, shop } from "./shop.ts";

const job = "resources/nightly.job.yml";
const later = { [job]: edited(job, "0 0 3 * * ?", "0 0 5 * * ?") };
const muchLater = { [job]: edited(job, "0 0 3 * * ?", "0 0 7 * * ?") };

const lock = "/Workspace/Shared/bundles/shop/dev/state/deploy.lock";

/** The digest of the first environment that a comment holds a review of. */
const digestIn = (comment: string): string => /sha256:[0-9a-f]{64}/.exec(comment)?.[0] ?? "";

const without = cliPath ? "" : ` (${missing})`;

describe.skipIf(!cliPath)(`with the real CLI and a workspace on loopback${without}`, () => {
  let scenario: Scenario;
  let workspace: Workspace;
  let run: (job: Job, inputs?: Record<string, string>, more?: Parameters<Scenario["run"]>[1]) => Promise<StepResult>;
  beforeEach(async () => {
    workspace = await startWorkspace();
    scenario = await startScenario(shop);
    run = (it, inputs = {}, more = {}) =>
      scenario.run(it, {
        ...more,
        inputs: { lint: "false", ...inputs },
        env: {
          DATABRICKS_HOST: workspace.url,
          DATABRICKS_TOKEN: workspaceToken,
          DATABRICKS_CLI_PATH: cliPath ?? "",
          ...more.env,
        },
      });
  });
  afterEach(async () => {
    await scenario.end();
    await workspace.close();
  });

  const records = () =>
    scenario.github.state.deployments.map(({ environment, statuses }) => [environment, statuses[0]?.state]);
  const errors = (result: StepResult) => result.annotations.filter(({ kind }) => kind === "error");
  const codes = (result: StepResult) => result.annotations.map(({ title }) => title?.slice(0, 6));
  /** A pull request that is reviewed, merged, and deployed to dev. */
  const toDev = async (): Promise<StepResult> => {
    const reviewed = await run(scenario.pullRequest(7, later));
    expect(reviewed.exitCode, reviewed.raw).toBe(0);
    const merged = await run(scenario.merge(7));
    expect(merged.exitCode, merged.raw).toBe(0);
    return merged;
  };

  it("a pull request shows what each environment will do", async () => {
    const result = await run(scenario.pullRequest(7, later));
    expect(result.exitCode, result.raw).toBe(0);
    const [comment = ""] = scenario.comments(7);
    expect(comment.split("\n")[1]).toMatch(/dev: 2 create.*prod: 2 create/);
    expect(workspace.pipelines.pipelines.size).toBe(0);
    expect(result.raw.replace(/^::add-mask::.*$/gm, "")).not.toContain(workspaceToken);
  });

  it("a merge deploys to dev exactly what was reviewed, and records it", async () => {
    const merged = await toDev();
    expect(JSON.parse(merged.outputs.deployed ?? "")).toHaveLength(2);
    expect(merged.outputs["bundle-digest"]).toMatch(/^sha256:/);
    expect(workspace.pipelines.pipelines.size).toBe(1);
    expect(records()).toEqual([["dev", "success"]]);
    expect(scenario.github.state.deployments[0]).toMatchObject({
      task: "ldp-deploy",
      sha: scenario.origin.git("rev-parse", "main"),
    });
    expect(errors(merged)).toEqual([]);
  });

  it("a squash merge too", async () => {
    expect((await run(scenario.pullRequest(7, later))).exitCode).toBe(0);
    const merged = await run(scenario.merge(7, "squash"));
    expect(merged.exitCode, merged.raw).toBe(0);
    expect(records()).toEqual([["dev", "success"]]);
  });

  it("a tag deploys to prod what its plan job planned, after dev", async () => {
    await toDev();
    const tag = scenario.tag("v1.0.0");
    const planned = await run(tag, { command: "plan", environment: "prod" });
    expect(planned.exitCode, planned.raw).toBe(0);
    const released = await run(tag, { environment: "prod", "reviewed-plan": planned.outputs["bundle-digest"] ?? "" });
    expect(released.exitCode, released.raw).toBe(0);
    expect(records()).toEqual([
      ["dev", "success"],
      ["prod", "success"],
    ]);
    expect(workspace.pipelines.pipelines.size).toBe(2);
  });

  it("refuses a plan that changed after the review, and shows the difference", async () => {
    await run(scenario.pullRequest(7, later));
    scenario.origin.commit("Meanwhile", muchLater);
    scenario.origin.git("merge", "--quiet", "--strategy-option=theirs", "--message", "Merge", "pr-7");
    const other = {
      "resources/etl.pipeline.yml": edited("resources/etl.pipeline.yml", "schema: shop", "schema: shop2"),
    };
    scenario.origin.commit("Sneaked in", other);
    const job = scenario.merge(7);
    const refused = await run(job);
    expect(refused.exitCode, refused.raw).toBe(1);
    expect(codes(refused)).toContain("LDP604");
    expect(refused.log).toContain("pipelines.etl");
    expect(workspace.pipelines.pipelines.size).toBe(0);
    expect(records()).toEqual([["dev", "failure"]]);
    const warned = await run(job, { "plan-binding": "warn" });
    expect(warned.exitCode, warned.raw).toBe(0);
    expect(records().at(-1)).toEqual(["dev", "success"]);
  });

  it("refuses a plan whose review somebody edited, although it has the right digest now", async () => {
    await run(scenario.pullRequest(7, later));
    scenario.origin.commit("Meanwhile", muchLater);
    scenario.origin.git("merge", "--quiet", "--strategy-option=ours", "--message", "Merge", "pr-7");
    const job = scenario.merge(7);
    const [reviewed, now] = [digestIn(scenario.comments(7)[0] ?? ""), (await run(job)).outputs["bundle-digest"]];
    expect(now).not.toBe(reviewed);
    const [comment] = scenario.github.state.comments;
    if (!comment) throw new Error("there is no comment");
    const mallory = user("mallory", 66);
    editComment(scenario.github.state, comment, mallory, comment.body.replace(reviewed, now ?? ""));
    const refused = await run(job);
    expect(refused.exitCode, refused.raw).toBe(1);
    expect(errors(refused).map(({ message }) => message)).toContainEqual(
      expect.stringContaining("pull/7 was edited by mallory"),
    );
    expect(codes(refused)).toContain("LDP605");
    expect(workspace.pipelines.pipelines.size).toBe(0);
    // By the bot's own hand the very same text binds.
    editComment(scenario.github.state, comment, comment.user, comment.body);
    const bound = await run(job);
    expect(bound.exitCode, bound.raw).toBe(0);
  });

  it("refuses a push that no pull request reviewed, unless told to warn only", async () => {
    const push = scenario.push(later);
    const refused = await run(push);
    expect(refused.exitCode).toBe(1);
    expect(codes(refused)).toContain("LDP605");
    const warned = await run(push, { "plan-binding": "warn" });
    expect(warned.exitCode, warned.raw).toBe(0);
  });

  it("refuses a tag off the default branch", async () => {
    await toDev();
    scenario.pullRequest(8, muchLater);
    const result = await run(scenario.tag("v2.0.0", "pr-8"), { environment: "prod", "plan-binding": "off" });
    expect(result.exitCode).toBe(1);
    expect(codes(result)).toEqual(expect.arrayContaining(["LDP610", "LDP611"]));
    expect(records()).toEqual([["dev", "success"]]);
  });

  it("refuses a tag on a commit from inside of a merged branch, which no review has shown by itself", async () => {
    scenario.pullRequest(7, muchLater);
    const hidden = scenario.origin.git("rev-parse", "pr-7");
    scenario.pullRequest(7, later);
    scenario.merge(7);
    const result = await run(scenario.tag("v2.0.0", hidden), { environment: "prod", "plan-binding": "off" });
    expect(result.exitCode).toBe(1);
    const refusal = errors(result).find(({ title }) => title?.includes("LDP610"));
    expect(refusal?.message).toContain("inside of a merged branch");
    expect(workspace.seen).toEqual([]);
  });

  it("refuses a tag whose files never were in dev, but for a reason, which is recorded", async () => {
    const tag = scenario.tag("v1.0.0");
    const refused = await run(tag, { "plan-binding": "off" });
    expect(refused.exitCode).toBe(1);
    expect(codes(refused)).toContain("LDP611");
    const forced = await run(tag, { "plan-binding": "off", "override-reason": "hotfix of an outage" });
    expect(forced.exitCode, forced.raw).toBe(0);
    expect(records()).toEqual([["prod", "success"]]);
    expect(scenario.github.state.deployments[0]?.payload).toMatchObject({ override: "hotfix of an outage" });
  });

  it("deploys without the permission to record, and says what that will cost", async () => {
    const token = { ...jobToken, permissions: { contents: "read", "pull-requests": "write" } as const };
    await scenario.end();
    scenario = await startScenario(shop, { tokens: { ghs_less: token } });
    const result = await run(scenario.push(later), { "plan-binding": "off" }, { token: "ghs_less" });
    expect(result.exitCode, result.raw).toBe(0);
    expect(result.annotations[0]).toMatchObject({
      kind: "warning",
      message: expect.stringContaining("deployments: write"),
    });
  });

  it("on a fork's pull request plans nothing, whatever variables are there", async () => {
    const result = await run(scenario.pullRequest(7, later, { fork: true }));
    expect(result.exitCode, result.raw).toBe(0);
    expect(workspace.seen).toEqual([]);
  });

  it("nor does the command deploy, there", async () => {
    const result = await run(scenario.pullRequest(7, later, { fork: true }), { command: "deploy", environment: "dev" });
    expect(result.exitCode).toBe(1);
    expect(errors(result)[0]?.message).toContain("Nothing is deployed: the pull request comes from a fork");
    expect(workspace.seen).toEqual([]);
  });

  it("nor on a pull request of the repository itself, whose scripts would run: nothing is asked of the workspace", async () => {
    const bundle = edited("databricks.yml", "bundle:", "experimental:\n  scripts:\n    preinit: touch ran\nbundle:");
    const job = scenario.pullRequest(7, { ...later, "databricks.yml": bundle });
    const result = await run(job, { command: "deploy", environment: "dev", "plan-binding": "off" });
    expect(result.exitCode).toBe(1);
    expect(codes(result)).toContain("LDP615");
    expect(workspace.seen).toEqual([]);
    expect(existsSync(join(job.workspace, "ran"))).toBe(false);
    expect(records()).toEqual([]);
  });

  it("a cancelled job ends before the runner kills it, frees its lock, and says what may have been done", async () => {
    workspace.addFault({ kind: "latency", milliseconds: 30_000, method: "POST", path: "/api/2.0/pipelines" });
    const reached = () => workspace.files.has(lock);
    const result = await run(scenario.push(later), { "plan-binding": "off" }, { cancelWhen: reached });
    expect(result.exitCode, result.raw).toBe(1);
    expect(codes(result)).toContain("LDP532");
    const locked = workspace.files.has(lock);
    expect(locked && !result.log.includes("unlock"), result.raw).toBe(false);
    expect(result.summary).toContain("cancelled");
    expect(records()).toEqual([["dev", "error"]]);
  });
});
