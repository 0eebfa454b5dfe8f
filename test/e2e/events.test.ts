import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { examplePayload } from "../fakes/github/examples.ts";
import { openRepository } from "./git.ts";
import type { StepResult } from "./runner.ts";
import { type Job, type Scenario, startScenario } from "./scenario.ts";
import { edited, shop } from "./shop.ts";

const plain = { inputs: { lint: "false" } };

let scenario: Scenario;
const start = async (...args: Parameters<typeof startScenario>) => {
  scenario = await startScenario(...args);
  return scenario;
};
afterEach(() => scenario.end());

const errors = (result: StepResult) => result.annotations.filter(({ kind }) => kind === "error");

/** Validated and planned, nothing deployed, nothing asked of GitHub. */
function expectOnlyPlanned(result: StepResult): void {
  expect(result.exitCode, result.raw).toBe(0);
  expect(result.outputs).toMatchObject({ valid: "true", environments: "[]" });
  expect(result.outputs["plan-digest"]).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(result.outputs.deployed).toBe("[]");
  expect(result.summary).not.toBe("");
  expect(scenario.github.state.comments).toEqual([]);
  expect(scenario.github.state.deployments).toEqual([]);
}

describe("events that deploy nothing are validated and planned, to the summary", () => {
  it.each<[string, Record<string, unknown>]>([
    ["release", examplePayload("release", { action: "published" })],
    ["merge_group", examplePayload("merge_group")],
    ["workflow_dispatch", examplePayload("workflow_dispatch")],
    ["schedule", { schedule: "0 3 * * *" }],
    ["watch", { action: "started" }],
    ["pull_request_target", examplePayload("pull_request", { action: "opened" })],
    ["pull_request", { action: "opened" }],
  ])("%s", async (name, payload) => {
    const { event, run } = await start(shop);
    expectOnlyPlanned(await run(event(name, payload), plain));
  });

  it("a push to another branch", async () => {
    const { push, run } = await start(shop);
    expectOnlyPlanned(await run(push({ "README.md": "# Shop\n" }, "feature"), plain));
  });

  it("a tag that no environment deploys", async () => {
    const { tag, run } = await start(shop);
    expectOnlyPlanned(await run(tag("nightly-1"), plain));
  });

  it("a merge in a project whose environments are all deployed by tags", async () => {
    const { push, run } = await start({
      ...shop,
      "config.yml": edited("config.yml", "deploy_on: merge", "deploy_on: manual"),
    });
    expectOnlyPlanned(await run(push({ "README.md": "# Shop\n" }), plain));
  });

  it("a tag that no environment deploys is linted too", async () => {
    const { tag, run } = await start({ ...shop, "transformations/bronze/late.py": "x = 1\nimport os\n" });
    const result = await run(tag("nightly-1"));
    expect(result.exitCode, result.raw).toBe(1);
    expect(errors(result).map(({ file }) => file)).toContain("transformations/bronze/late.py");
  });

  it("a closed pull request leaves outputs that a later step can read", async () => {
    const { pullRequest, close, run } = await start(shop);
    pullRequest(7, { "README.md": "# Shop\n" });
    const { outputs } = await run(close(7), plain);
    expect(outputs).toMatchObject({
      environments: "[]",
      "changed-tables": "[]",
      deployed: "[]",
      "has-changes": "false",
    });
  });

  it("the config file is the same however it is written, and never outside of the project", async () => {
    const { pullRequest, run } = await start(shop);
    const job = pullRequest(7, { "README.md": "# Shop\n" });
    const [one, other, outside] = [
      await run(job, plain),
      await run(job, { inputs: { lint: "false", config: "./config.yml" } }),
      await run(job, { inputs: { lint: "false", config: "../config.yml" } }),
    ];
    expect(other?.outputs.project).toBe(one?.outputs.project);
    expect(other?.outputs["changed-tables"]).toBe("[]");
    expect(outside?.exitCode).toBe(1);
    expect(outside?.log).toContain("LDP901");
  });

  it.each<[string, Record<string, unknown>]>([
    ["pull_request_review", { action: "submitted" }],
    ["merge_group", examplePayload("merge_group")],
  ])("%s is not deployed, whatever is asked for", async (name, payload) => {
    const { event, run } = await start(shop);
    const inputs = { ...plain.inputs, command: "deploy", environment: "dev", "plan-binding": "off" };
    const result = await run(event(name, payload), { inputs });
    expect(result.exitCode).toBe(1);
    expect(errors(result)[0]?.title).toContain("LDP615");
    expect(scenario.github.state.deployments).toEqual([]);
  });

  it("and one without a rule says so", async () => {
    const { event, run } = await start(shop);
    const result = await run(event("watch", { action: "started" }), plain);
    expect(result.log).toContain("There is no rule for the event watch");
  });
});

describe("events that deploy", () => {
  it("without credentials fail, and say which variables are missing", async () => {
    const { push, run } = await start(shop);
    const result = await run(push({ "README.md": "# Shop\n" }), plain);
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain("DATABRICKS_HOST");
    expect(JSON.parse(result.outputs.environments ?? "")).toEqual(["dev"]);
  });

  it("of a broken project deploy nothing", async () => {
    const { push, run, github } = await start(shop);
    const result = await run(push({ "transformations/gold/revenue.py": null }), plain);
    expect(result.exitCode).toBe(1);
    expect(errors(result)[0]?.title).toContain("LDP301");
    expect(github.state.deployments).toEqual([]);
  });

  it("for two environments ask which one", async () => {
    const config = edited("config.yml", 'deploy_on: tag, tag_pattern: "v*", requires: dev', "deploy_on: merge");
    const { push, run } = await start({ ...shop, "config.yml": config });
    const result = await run(push({ "README.md": "# Shop\n" }), plain);
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain("dev and prod");
    expect(JSON.parse(result.outputs.environments ?? "")).toEqual(["dev", "prod"]);
  });

  it("know no environment that config.yml lacks", async () => {
    const { push, run } = await start(shop);
    const result = await run(push({ "README.md": "# Shop\n" }), { inputs: { ...plain.inputs, environment: "prd" } });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain("prod");
  });
});

describe("wrong inputs", () => {
  it("are one error that lists them all", async () => {
    const { pullRequest, run } = await start(shop);
    const inputs = { "tag-mode": "xor", strict: "perhaps", command: "destroy" };
    const result = await run(pullRequest(7, { "README.md": "" }), { inputs });
    expect(result.exitCode).toBe(1);
    expect(errors(result)).toHaveLength(1);
    for (const name of Object.keys(inputs)) expect(errors(result)[0]?.message).toContain(name);
  });

  it.each([
    ["a folder that is not there", "no/such"],
    ["a folder outside the workspace", "../.."],
  ])("%s", async (_name, directory) => {
    const { pullRequest, run } = await start(shop);
    const result = await run(pullRequest(7, { "README.md": "" }), { inputs: { "working-directory": directory } });
    expect(result.exitCode).toBe(1);
    expect(errors(result)[0]?.message).toContain("working-directory");
  });

  it("an event file that is no JSON", async () => {
    const { pullRequest, run } = await start(shop);
    const job = pullRequest(7, { "README.md": "", "event.json": "{" });
    const result = await run(job, { ...plain, env: { GITHUB_EVENT_PATH: join(job.workspace, "event.json") } });
    expect(result.exitCode).toBe(1);
    expect(errors(result)[0]?.message).toContain("GITHUB_EVENT_PATH");
    expect(result.raw).not.toContain("    at ");
  });
});

describe("bad files", () => {
  const config = shop["config.yml"] ?? "";
  const repeat = (text: string, count: number) =>
    Array.from({ length: count }, (_, index) => text.replaceAll("#", String(index))).join("");
  const bomb = `a: &b0 [x]\n${Array.from({ length: 12 }, (_, index) => `b${index}: &b${index + 1} [${Array(9).fill(`*b${index}`).join(", ")}]\n`).join("")}`;
  const prepare: Readonly<Record<string, (folder: string) => void>> = {
    "an empty file": (folder) => writeFileSync(join(folder, "config.yml"), ""),
    "no file": (folder) => rmSync(join(folder, "config.yml")),
    "a directory": (folder) => {
      rmSync(join(folder, "config.yml"));
      mkdirSync(join(folder, "config.yml"));
    },
    binary: (folder) => writeFileSync(join(folder, "config.yml"), Buffer.from([0xff, 0xfe, 0, 1, 2, 0x80])),
    "ten megabytes": (folder) => writeFileSync(join(folder, "config.yml"), config + repeat("# filler #\n", 800_000)),
    "an alias bomb": (folder) => writeFileSync(join(folder, "config.yml"), bomb),
    tabs: (folder) => writeFileSync(join(folder, "config.yml"), config.replaceAll("  ", "\t")),
    "doubled keys": (folder) => writeFileSync(join(folder, "config.yml"), `${config}version: 1\n`),
    "a link out of the project": (folder) => {
      const outside = join(mkdtempSync(join(tmpdir(), "outside-")), "revenue.py");
      writeFileSync(outside, shop["transformations/gold/revenue.py"] ?? "");
      rmSync(join(folder, "transformations/gold/revenue.py"));
      symlinkSync(outside, join(folder, "transformations/gold/revenue.py"));
    },
    "a name that would be a command": (folder) =>
      writeFileSync(
        join(folder, "config.yml"),
        config.replace("name: revenue", String.raw`name: "a\n::error::b\n##[error]c"`),
      ),
    "a module that is a directory": (folder) => {
      rmSync(join(folder, "transformations/gold/revenue.py"));
      mkdirSync(join(folder, "transformations/gold/revenue.py"));
    },
  };
  const codes: Readonly<Record<string, string>> = {
    "an empty file": "LDP103",
    "no file": "LDP101",
    "a directory": "LDP101",
    binary: "LDP101",
    "ten megabytes": "LDP105",
    "an alias bomb": "LDP105",
    tabs: "LDP102",
    "doubled keys": "LDP102",
    "a link out of the project": "LDP103",
    "a name that would be a command": "LDP103",
    "a module that is a directory": "LDP301",
  };

  it.each(Object.keys(prepare))("%s", async (name) => {
    const { pullRequest, run } = await start(shop);
    const job: Job = pullRequest(7, { "README.md": "" });
    prepare[name]?.(job.workspace);
    const before = openRepository(job.workspace).git("status", "--porcelain");
    const result = await run(job, plain);
    expect(result.exitCode, result.raw).toBe(1);
    expect(result.outputs.valid, result.raw).toBe("false");
    expect(errors(result)[0]?.title, result.raw).toContain(codes[name]);
    // What the names held has become text, not commands.
    expect(result.commands).toEqual([]);
    expect(errors(result).every(({ title }) => title?.startsWith("LDP") || title === null)).toBe(true);
    expect(openRepository(job.workspace).git("status", "--porcelain")).toBe(before);
  });

  it("a byte order mark and CRLF are no error", async () => {
    const { pullRequest, run } = await start(shop);
    const job = pullRequest(7, { "README.md": "" });
    writeFileSync(join(job.workspace, "config.yml"), `\uFEFF${config.replaceAll("\n", "\r\n")}`);
    expect((await run(job, plain)).exitCode).toBe(0);
  });
});

describe("lint", () => {
  const module = "transformations/silver/orders_silver.py";
  const silver = `import os\nfrom pyspark import pipelines as dp\nfrom pyspark.sql import SparkSession\n\n\n@dp.materialized_view(name="orders_silver")\ndef orders_silver():\n    """Orders, once each."""\n    return SparkSession.active().read.table("orders_bronze").dropDuplicates(["id"])\n`;

  it("shows a finding at its line, once", async () => {
    const { pullRequest, run, comments } = await start(shop);
    const result = await run(pullRequest(7, { [module]: silver }));
    const found = errors(result).filter(({ file, title }) => file === module && title?.includes("F401"));
    expect(found, result.raw).toMatchObject([{ line: 1, title: expect.stringContaining("F401") }]);
    expect(result.exitCode).toBe(1);
    expect(comments(7)[0]).toContain("F401");
  });

  it("with lint: changed fails only for changed lines", async () => {
    const { pullRequest, run } = await start({ ...shop, [module]: silver });
    const untouched = await run(pullRequest(7, { "README.md": "" }), { inputs: { lint: "changed" } });
    expect(untouched.exitCode, untouched.raw).toBe(0);
    const touched = await run(pullRequest(7, { [module]: silver.replace("import os", "import sys") }), {
      inputs: { lint: "changed" },
    });
    expect(touched.exitCode, touched.raw).toBe(1);
  });

  it("knows the changed lines from GitHub where the base can't be had", async () => {
    const { pullRequest, run } = await start({ ...shop, [module]: silver });
    const inputs = { lint: "changed" };
    const job = pullRequest(7, { [module]: `${silver}\n\nX = 1\n` }, { depth: 1 });
    openRepository(job.workspace).git("remote", "set-url", "origin", "file:///nowhere/at/all");
    const untouched = await run(job, { inputs });
    expect(untouched.exitCode, untouched.raw).toBe(0);
    const other = pullRequest(7, { [module]: silver.replace("import os", "import sys") }, { depth: 1 });
    openRepository(other.workspace).git("remote", "set-url", "origin", "file:///nowhere/at/all");
    expect((await run(other, { inputs })).exitCode).toBe(1);
  });

  it("without Python and ruff is a clear error", async () => {
    const { pullRequest, run } = await start(shop);
    const job = pullRequest(7, { "README.md": "" });
    const bin = mkdtempSync(join(tmpdir(), "bin-"));
    writeFileSync(join(bin, "git"), `#!/bin/sh\nPATH=${process.env.PATH} exec git "$@"\n`);
    chmodSync(join(bin, "git"), 0o755);
    const tools = join(dirname(bin), "empty-tools");
    const result = await run(job, { env: { PATH: bin, RUNNER_TOOL_CACHE: tools } });
    expect(result.exitCode).toBe(1);
    expect(errors(result)[0]?.title, result.raw).toMatch(/^LDP7/);
    expect(errors(result)[0]?.message).toMatch(/Python/);
  });
});
