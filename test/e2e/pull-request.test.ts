import { rmSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { readHeader } from "../../src/render/header.js";
import { addComment, user } from "../fakes/github/state.ts";
import { actionsBot, forkToken, jobToken } from "../fakes/github/tokens.ts";
import { openRepository } from "./git.ts";
import type { StepResult } from "./runner.ts";
import { type Scenario, startScenario } from "./scenario.ts";
import { edited, shop, shopIn } from "./shop.ts";

/** Without lint, which has tests of its own and needs ruff. */
const plain = { inputs: { lint: "false" } };
const changed = {
  "transformations/silver/orders_silver.py": edited(
    "transformations/silver/orders_silver.py",
    '["id"]',
    '["id", "at"]',
  ),
};
const forked = "ghs_tokenOfTheFork";

let scenario: Scenario;
const start = async (...args: Parameters<typeof startScenario>) => {
  scenario = await startScenario(...args);
  return scenario;
};
afterEach(() => scenario.end());

const json = (result: StepResult, name: string) => JSON.parse(result.outputs[name] ?? "null");
const errors = (result: StepResult) => result.annotations.filter(({ kind }) => kind === "error");

describe("a pull request", () => {
  it("is validated, planned and commented, without credentials", async () => {
    const { pullRequest, run, comments } = await start(shop);
    const result = await run(pullRequest(7, changed), plain);
    expect(result.exitCode, result.raw).toBe(0);
    expect(result.outputs).toMatchObject({ valid: "true", errors: "0", "has-changes": "true", destructive: "false" });
    expect(json(result, "changed-tables")).toEqual(["orders_silver"]);
    expect(json(result, "affected-tables")).toEqual(["revenue"]);
    expect(json(result, "selected-tables")).toEqual(["orders_bronze", "orders_silver", "revenue"]);
    expect(json(result, "environments")).toEqual([]);
    const [comment = "", ...more] = comments(7);
    expect(more).toEqual([]);
    expect(comment).toContain("1 table changes");
    expect(comment).toContain("```mermaid");
    expect(readHeader(comment)?.commit).toBe(scenario.github.state.pulls.get(7)?.head.sha);
    expect(result.outputs["comment-url"]).toMatch(/\/pull\/7#issuecomment-\d+$/);
    expect(result.summary).toContain("1 table changes");
    expect(errors(result)).toEqual([]);
  });

  it("updates its comment on the next push, and says for which commit it stands", async () => {
    const { pullRequest, run, comments, github } = await start(shop);
    await run(pullRequest(7, changed), plain);
    const [first = ""] = comments(7);
    const second = await run(pullRequest(7, { "transformations/gold/revenue.py": null }), plain);
    expect(second.exitCode).toBe(1);
    const [now = "", ...more] = comments(7);
    expect(more).toEqual([]);
    expect(now).not.toBe(first);
    expect(now).toContain("LDP301");
    expect(now).toContain(github.state.pulls.get(7)?.head.sha.slice(0, 7));
  });

  it("with a broken config.yml fails with annotations at the right lines", async () => {
    const { pullRequest, run, comments } = await start(shop);
    const config = edited("config.yml", "depends_on: [orders_silver]", "depends_on: [orders_silvr]").replace(
      "layer: silver",
      "layer: sliver",
    );
    const result = await run(pullRequest(7, { "config.yml": config }), plain);
    expect(result.exitCode).toBe(1);
    expect(errors(result)).toMatchObject([
      { file: "config.yml", line: 5, title: expect.stringContaining("LDP103") },
      ...errors(result).slice(1),
    ]);
    expect(result.outputs).toMatchObject({ valid: "false" });
    expect(comments(7)[0]).toContain("LDP103");
    const unknown = edited("config.yml", "depends_on: [orders_silver]", "depends_on: [orders_silvr]");
    const again = await run(pullRequest(7, { "config.yml": unknown }), plain);
    expect(errors(again)[0]).toMatchObject({ file: "config.yml", line: 6, title: expect.stringContaining("LDP202") });
    expect(errors(again)[0]?.message).toContain("orders_silver");
  });

  it("of a project in a folder has its annotations there", async () => {
    const { pullRequest, run } = await start(shopIn("etl/shop"));
    const config = edited("config.yml", "[orders_silver]", "[orders_silvr]");
    const job = pullRequest(7, { "etl/shop/config.yml": config });
    const result = await run(job, { inputs: { ...plain.inputs, "working-directory": "etl/shop" } });
    expect(errors(result)[0]).toMatchObject({ file: "etl/shop/config.yml", line: 6 });
  });

  it("that is closed keeps its comment as the record", async () => {
    const { pullRequest, run, close, comments } = await start(shop);
    await run(pullRequest(7, changed), plain);
    const before = comments(7);
    const requests = scenario.github.seen.length;
    const result = await run(close(7), plain);
    expect(result.exitCode).toBe(0);
    expect(comments(7)).toEqual(before);
    expect(scenario.github.seen).toHaveLength(requests);
  });

  it.each([
    ["comment: false", { comment: "false" }, changed, 0],
    ["comment: changes-only, and nothing changes", { comment: "changes-only" }, { "README.md": "# Shop\n" }, 0],
    ["comment: changes-only, and something changes", { comment: "changes-only" }, changed, 1],
  ])("%s", async (_name, inputs, files, count) => {
    const { pullRequest, run, comments } = await start(shop);
    const result = await run(pullRequest(7, files), { inputs: { ...plain.inputs, ...inputs } });
    expect(result.exitCode).toBe(0);
    expect(comments(7)).toHaveLength(count);
    expect(result.summary).not.toBe("");
  });

  it("selects by tags, and says what the selection has not", async () => {
    const { pullRequest, run } = await start(shop);
    const job = pullRequest(7, changed);
    const some = await run(job, { inputs: { ...plain.inputs, select: "+orders_silver" } });
    expect(json(some, "selected-tables")).toEqual(["orders_bronze", "orders_silver"]);
    const none = await run(job, { inputs: { ...plain.inputs, tags: "dayly" } });
    expect(none.exitCode).toBe(1);
    expect(errors(none)[0]).toMatchObject({ file: null, message: expect.stringContaining("daily") });
  });

  it("checked out at depth 1 is compared all the same, with what the server knows", async () => {
    const { pullRequest, run } = await start(shop);
    const result = await run(pullRequest(7, changed, { depth: 1 }), plain);
    expect(result.exitCode, result.raw).toBe(0);
    expect(json(result, "changed-tables")).toEqual(["orders_silver"]);
  });

  it("whose base can't be had is planned without changes, and says so", async () => {
    const { pullRequest, run } = await start(shop);
    const job = pullRequest(7, changed, { depth: 1 });
    openRepository(job.workspace).git("remote", "set-url", "origin", "file:///nowhere/at/all");
    const result = await run(job, plain);
    expect(result.exitCode, result.raw).toBe(0);
    expect(`${result.log}${result.summary}`).toContain("base");
    expect(json(result, "changed-tables")).toEqual([]);
  });

  it("whose branch has moved on leaves the comment to the newer run", async () => {
    const { pullRequest, run, comments } = await start(shop);
    const old = pullRequest(7, changed);
    const now = pullRequest(7, { "README.md": "# Shop\n" });
    await run(now, plain);
    const before = comments(7);
    const late = await run(old, plain);
    expect(late.exitCode).toBe(0);
    expect(late.log).toContain("newer commit");
    expect(comments(7)).toEqual(before);
  });

  it("never takes a comment of someone else for its own", async () => {
    const { pullRequest, run, comments, github } = await start(shop);
    const job = pullRequest(7, changed);
    await run(job, plain);
    const [genuine = ""] = comments(7);
    github.state.comments.splice(0);
    addComment(github.state, 7, user("mallory", 66), genuine);
    for (let i = 0; i < 120; i += 1) addComment(github.state, 7, user("dev", 7), `talk ${i}`);
    const bot = addComment(github.state, 7, user(actionsBot.login, actionsBot.id), genuine);
    const result = await run(pullRequest(7, { "README.md": "# Shop\n" }), plain);
    expect(result.exitCode).toBe(0);
    expect(comments(7)[0]).toBe(genuine);
    expect(comments(7)).toHaveLength(122);
    expect(bot.body).not.toBe(genuine);
  });
});

describe("a token that may not comment leaves the job's result as it is", () => {
  it("of a fork: a notice, and the text in the summary", async () => {
    const { pullRequest, run, comments } = await start(shop, { tokens: { [forked]: forkToken } });
    const result = await run(pullRequest(7, changed, { fork: true }), { ...plain, token: forked });
    expect(result.exitCode, result.raw).toBe(0);
    expect(comments(7)).toEqual([]);
    expect(result.annotations).toMatchObject([{ kind: "notice", message: expect.stringContaining("fork") }]);
    expect(result.summary).toContain("1 table changes");
  });

  it("without the permission: a warning that names it", async () => {
    const token = { ...jobToken, permissions: { contents: "read", "pull-requests": "read" } as const };
    const { pullRequest, run } = await start(shop, { tokens: { ghs_less: token } });
    const result = await run(pullRequest(7, changed), { ...plain, token: "ghs_less" });
    expect(result.exitCode).toBe(0);
    expect(result.annotations).toMatchObject([
      {
        kind: "warning",
        message: expect.stringContaining("pull-requests: write"),
        title: expect.stringContaining("LDP905"),
      },
    ]);
  });

  it("without any permission", async () => {
    const token = { ...jobToken, permissions: {} };
    const { pullRequest, run } = await start(shop, { tokens: { ghs_none: token } });
    const result = await run(pullRequest(7, changed), { ...plain, token: "ghs_none" });
    expect(result.exitCode).toBe(0);
    expect(result.log).toContain("pull-requests");
  });

  it("a wrong one: a warning", async () => {
    const { pullRequest, run } = await start(shop);
    const result = await run(pullRequest(7, changed), { ...plain, token: "ghs_wrong" });
    expect(result.exitCode).toBe(0);
    expect(result.annotations).toMatchObject([
      { kind: "warning", message: expect.stringContaining("does not accept the token") },
    ]);
  });

  it("none at all: no request, and the text in the summary", async () => {
    const { pullRequest, run, github } = await start(shop);
    const result = await run(pullRequest(7, changed), { ...plain, token: "" });
    expect(result.exitCode).toBe(0);
    expect(github.seen).toEqual([]);
    expect(result.summary).toContain("1 table changes");
  });

  it("and fails all the same for a broken project", async () => {
    const { pullRequest, run } = await start(shop, { tokens: { [forked]: forkToken } });
    const job = pullRequest(7, { "config.yml": "version: 1\n" }, { fork: true });
    expect((await run(job, { ...plain, token: forked })).exitCode).toBe(1);
  });
});

describe("GitHub in trouble", () => {
  it("for a moment goes unnoticed", async () => {
    const { pullRequest, run, comments, github } = await start(shop);
    github.addFault({ kind: "status", status: 502 });
    github.addFault({ kind: "reset", method: "POST", path: "/comments" });
    github.addFault({ kind: "secondary-limit", retryAfter: 1, method: "GET", path: "/comments" });
    const result = await run(pullRequest(7, changed), plain);
    expect(result.exitCode).toBe(0);
    expect(github.faults.met).toBe(3);
    expect(comments(7)).toHaveLength(1);
    expect(result.annotations).toEqual([]);
  });

  it("for good costs the comment, not the job", async () => {
    const { pullRequest, run, github } = await start(shop);
    github.addFault({ kind: "html", times: 99 });
    const result = await run(pullRequest(7, changed), plain);
    expect(result.exitCode).toBe(0);
    expect(result.annotations).toMatchObject([{ kind: "warning", title: expect.stringContaining("LDP906") }]);
  });
});

describe("secrets", () => {
  it("are masked before anything else is printed, and never printed", async () => {
    const { pullRequest, run } = await start(shop, { tokens: { "ghs_secret,1": jobToken } });
    const result = await run(pullRequest(7, changed), { ...plain, token: "ghs_secret,1" });
    expect(result.masked).toEqual(["ghs_secret,1"]);
    expect(result.raw.replace(/^::add-mask::.*$/m, "")).not.toContain("ghs_secret");
    expect(JSON.stringify(result.outputs) + result.summary).not.toContain("ghs_secret");
  });
});

describe("several projects of one repository", () => {
  it("are merged into one comment by one job", async () => {
    const { pullRequest, run, comments } = await start({ ...shopIn("a"), ...shopIn("b") });
    const job = pullRequest(7, {
      "a/transformations/gold/revenue.py": null,
      "b/config.yml": edited("config.yml", "tags: [daily]", "tags: [daily, crm]"),
    });
    const one = (directory: string) =>
      run(job, { inputs: { ...plain.inputs, comment: "false", "working-directory": directory } });
    const [a, b] = [await one("a"), await one("b")];
    expect([a.exitCode, b.exitCode]).toEqual([1, 0]);
    expect(comments(7)).toEqual([]);
    const parts = [a, b].map(({ outputs }) => outputs["report-file"]).join("\n");
    const merged = await run(job, { inputs: { command: "comment", parts } });
    expect(merged.exitCode, merged.raw).toBe(0);
    const [comment = "", ...more] = comments(7);
    expect(more).toEqual([]);
    expect(comment).toContain("LDP301");
    expect(comment).toMatch(/`?a`?/);
    expect(comment).toMatch(/`?b`?/);
  });

  it("with a part that is missing or none of ours say which", async () => {
    const { pullRequest, run } = await start(shop);
    const job = pullRequest(7, { "part.json": "{}" });
    const missing = await run(job, { inputs: { command: "comment", parts: "no/such.json" } });
    expect(missing.exitCode).toBe(1);
    expect(missing.log).toContain("no/such.json");
    const wrong = await run(job, { inputs: { command: "comment", parts: "part.json" } });
    expect(wrong.exitCode).toBe(1);
    expect(wrong.log).toContain("part.json");
  });
});

describe("the workspace", () => {
  it("is left as it was", async () => {
    const { pullRequest, run } = await start(shop);
    const job = pullRequest(7, changed);
    await run(job, plain);
    expect(openRepository(job.workspace).git("status", "--porcelain")).toBe("");
  });

  it("that is no repository is planned without a comparison", async () => {
    const { pullRequest, run } = await start(shop);
    const job = pullRequest(7, changed);
    rmSync(`${job.workspace}/.git`, { recursive: true });
    const result = await run(job, plain);
    expect(result.exitCode, result.raw).toBe(0);
    expect(json(result, "changed-tables")).toEqual([]);
  });
});
