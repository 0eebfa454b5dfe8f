import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DeployOptions, deployArguments, deployEnvironment } from "../../../src/bundle/deploy.js";
import { planEnvironment } from "../../../src/bundle/plan-environment.js";
import { runArguments, runCommands, runRequest } from "../../../src/bundle/run.js";
import { runProcess } from "../../../src/system/process.js";
import { type CannedReply, standIn } from "../../fakes/databricks/stand-in.js";
import { recorded, tables } from "./recorded.js";

const project = fileURLToPath(new URL("../../fixtures/bundle/project", import.meta.url));
const secret = "dapi-very-secret";
const valid = { stdout: recorded("valid.validate.json") };
const free = { code: 1, stderr: "Error: Path (/x/deploy.lock) doesn't exist.\n" };
const plan = (name: string) => ({ stdout: recorded(`${name}.plan.json`) });

let home = "";
let directory = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ldp-deploy-"));
  directory = join(home, "project");
  cpSync(project, directory, { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

type Replies = Readonly<Record<string, CannedReply | readonly CannedReply[]>>;

function deploy(replies: Replies, changed: Partial<DeployOptions> = {}, env: Record<string, string> = {}) {
  const cli = standIn(join(home, "bin"), {
    "bundle validate": valid,
    "workspace export": free,
    "workspace get-status": free,
    "bundle deploy": {
      stderr: "Uploading bundle files to /x...\nUpdated jobs.nightly\nFiles: 9 uploaded, 0 deleted\n",
    },
    "bundle summary": { stdout: recorded("deployed.summary.json") },
    ...replies,
  });
  const log: string[] = [];
  const waits: number[] = [];
  let clock = Date.parse("2026-01-01T00:12:00Z");
  const options: DeployOptions = {
    directory,
    environment: "dev",
    target: "dev",
    trusted: true,
    allowBuild: false,
    project: null,
    tables,
    baseTables: [],
    install: { version: null, baseUrl: null },
    toolCache: null,
    tools: {
      run: runProcess,
      env: {
        PATH: process.env.PATH,
        CI: "true",
        DATABRICKS_CLI_PATH: cli.path,
        DATABRICKS_HOST: "http://127.0.0.1:1",
        DATABRICKS_TOKEN: secret,
        GITHUB_TOKEN: "ghs_forge",
        ...env,
      },
      sleep: async (milliseconds) => {
        waits.push(milliseconds);
        clock += milliseconds;
      },
      now: () => clock,
      log: (line) => log.push(line),
      temporary: home,
    },
    allowDestructive: [],
    binding: "off",
    reviewed: null,
    planOnly: false,
    forceLock: false,
    lockTimeout: 60_000,
    run: null,
    ...changed,
  };
  return { options, cli, log, waits, result: deployEnvironment(options) };
}

const bundleCalls = (cli: ReturnType<typeof standIn>) =>
  cli
    .calls()
    .filter((call) => call.args[0] === "bundle")
    .map((call) => call.args.map((arg) => (arg.endsWith("plan.json") ? "PLAN" : arg)).join(" "))
    .map((call) => call.replace(/ --log-file \S+ --log-level debug$/, ""));

const updated = [plan("update"), plan("unchanged")];

describe("what the CLI is called with", () => {
  test("validate, plan, deploy of the plan file, summary, and a plan that checks: each once", async () => {
    const { cli, result, log } = deploy({ "bundle plan": updated });
    expect(await result).toMatchObject({ outcome: "deployed", method: "plan file" });
    expect(bundleCalls(cli)).toEqual([
      "bundle validate -t dev -o json",
      "bundle plan -t dev -o json",
      "bundle deploy -t dev --plan PLAN",
      "bundle summary -t dev -o json",
      "bundle plan -t dev -o json",
    ]);
    const deployed = cli.calls().find((call) => call.args[1] === "deploy");
    expect(deployed?.plan).toBe(recorded("update.plan.json"));
    expect(log.join("\n")).toContain("updated jobs.nightly");
  });

  test("credentials come by the environment and are in no argument; the forge's token is nowhere", async () => {
    const { cli, result } = deploy({ "bundle plan": updated });
    await result;
    for (const call of cli.calls()) {
      expect(call.args.join(" ")).not.toContain(secret);
      expect(call.env.DATABRICKS_TOKEN).toBe(secret);
      expect(Object.values(call.env)).not.toContain("ghs_forge");
      expect(call.env.DATABRICKS_BUNDLE_RESTRICTED_CODE_EXECUTION).toBeUndefined();
    }
  });

  test("a plan of a pull request is restricted", async () => {
    const { cli, options, result } = deploy({ "bundle plan": updated }, { planOnly: true });
    await result;
    await planEnvironment({ ...options, trusted: false });
    expect(cli.calls().at(-1)?.env.DATABRICKS_BUNDLE_RESTRICTED_CODE_EXECUTION).toBe("1");
  });

  test("the project digest is handed over where the bundle has the variable", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const { cli, result } = deploy({ "bundle plan": updated }, { project: digest });
    await result;
    expect(bundleCalls(cli)[0]).toBe(`bundle validate -t dev --var project=${digest} -o json`);
    expect(bundleCalls(cli)[2]).toBe(`bundle deploy -t dev --var project=${digest} --plan PLAN`);
  });

  test("--auto-approve comes only with what was named, --force-lock only when asked", async () => {
    const refused = deploy({ "bundle plan": [plan("recreate"), plan("unchanged")] });
    expect((await refused.result).outcome).toBe("refused");
    expect(bundleCalls(refused.cli).some((call) => call.startsWith("bundle deploy"))).toBe(false);
    rmSync(join(home, "bin"), { recursive: true });

    const named = deploy(
      { "bundle plan": [plan("recreate"), plan("unchanged")] },
      { allowDestructive: ["pipelines.etl"], forceLock: true },
    );
    expect((await named.result).outcome).toBe("deployed");
    expect(bundleCalls(named.cli)).toContain("bundle deploy -t dev --auto-approve --force-lock --plan PLAN");
    expect(named.cli.calls().some((call) => call.args[1] === "export" && call.cwd === directory)).toBe(false);
  });

  test.each([
    [["-t", "dev"], { approve: false, forceLock: false, plan: null }, "bundle deploy -t dev"],
    [["-t", "dev"], { approve: true, forceLock: false, plan: "p" }, "bundle deploy -t dev --auto-approve --plan p"],
    [["-t", "dev"], { approve: false, forceLock: true, plan: null }, "bundle deploy -t dev --force-lock"],
  ])("arguments of a deploy", (common, options, expected) => {
    expect(deployArguments(common, options).join(" ")).toBe(expected);
  });

  test("arguments of a run: the tables by name, never an empty selection", () => {
    expect(runArguments(["-t", "dev"], "etl", ["a", "b"]).join(" ")).toBe("bundle run etl -t dev --refresh a,b");
    expect(runArguments(["-t", "dev"], "etl", "all").join(" ")).toBe("bundle run etl -t dev");
    const request = runRequest([...tables, { name: "loose", kind: null, pipeline: null }], "etl");
    expect([...request]).toEqual([
      ["etl", ["clicks", "loose", "orders_bronze", "orders_silver"]],
      ["other", ["other"]],
    ]);
    expect(
      runCommands(
        new Map([
          ["etl", []],
          ["b", ["x"]],
        ]),
        "dev",
      ),
    ).toEqual(["databricks bundle run b -t dev --refresh x"]);
    expect(runCommands(new Map([["a; rm -rf", ["x"]]]), "dev")).toEqual([
      "databricks bundle run 'a; rm -rf' -t dev --refresh x",
    ]);
  });
});

describe("a plain deploy, where a plan file can't be (LDP533)", () => {
  const note = (result: { diagnostics: readonly { code: string; message: string }[] }) =>
    result.diagnostics.find((one) => one.code === "LDP533")?.message;

  test("with the terraform engine", async () => {
    const terraform = { stdout: '{"cli_version":"1.13.0","plan":{"resources.jobs.nightly":{"action":"update"}}}' };
    const { cli, result } = deploy({ "bundle plan": [terraform, { stdout: '{"cli_version":"1.13.0","plan":{}}' }] });
    const deployed = await result;
    expect(deployed).toMatchObject({
      outcome: "deployed",
      method: "plain",
      plan: { engine: "terraform", digest: null },
    });
    expect(note(deployed)).toContain("the terraform engine has no plan files");
    expect(deployed.diagnostics.map((one) => one.code)).toContain("LDP533");
    expect(bundleCalls(cli)).toContain("bundle deploy -t dev");
  });

  test("with artifacts", async () => {
    writeFileSync(join(directory, "resources", "artifacts.yml"), "artifacts: {a: {type: whl, build: uv build}}\n");
    const { result } = deploy({ "bundle plan": updated });
    expect(note(await result)).toContain("the bundle has artifacts");
  });

  test("with fail_on_active_runs", async () => {
    const config = JSON.parse(recorded("valid.validate.json")) as { bundle: object };
    const stdout = JSON.stringify({
      ...config,
      bundle: { ...config.bundle, deployment: { fail_on_active_runs: true } },
    });
    const { result } = deploy({ "bundle plan": updated, "bundle validate": { stdout } });
    expect(note(await result)).toContain("fail_on_active_runs");
  });
});

describe("what goes wrong", () => {
  const codes = (result: { diagnostics: readonly { code: string; severity: string }[] }) =>
    result.diagnostics.filter((one) => one.severity === "error").map((one) => one.code);

  test("a deploy that fails is not repeated, and says its cause once (LDP531)", async () => {
    const { cli, result } = deploy({
      "bundle plan": [plan("first"), plan("update")],
      "bundle deploy": { code: 1, stderr: recorded("failed.deploy.txt") },
    });
    const failed = await result;
    expect([failed.outcome, codes(failed)]).toEqual(["failed", ["LDP531"]]);
    expect(failed.diagnostics.find((one) => one.code === "LDP531")?.message).toContain("disk full");
    expect(bundleCalls(cli).filter((call) => call.startsWith("bundle deploy")).length).toBe(1);
  });

  test("a stale plan did nothing: it is planned and gated again", async () => {
    const { cli, result } = deploy({
      "bundle plan": [plan("update"), plan("recreate")],
      "bundle deploy": { code: 1, stderr: recorded("stale.deploy.txt") },
    });
    expect([(await result).outcome, codes(await result)]).toEqual(["refused", ["LDP601"]]);
    expect(bundleCalls(cli).filter((call) => call.startsWith("bundle deploy")).length).toBe(1);
  });

  test("a lock is waited for with progress, then an error with its owner and age (LDP530)", async () => {
    const lock = {
      stdout: '{"ID":"x","User":"ann@example.com","AcquisitionTime":"2026-01-01T00:00:00Z","IsForced":false}',
    };
    const { cli, result, log, waits } = deploy({ "bundle plan": updated, "workspace export": lock });
    const failed = await result;
    expect([failed.outcome, codes(failed)]).toEqual(["failed", ["LDP530"]]);
    expect(failed.diagnostics.find((one) => one.code === "LDP530")?.message).toBe(
      "dev: the deploy lock is held by ann@example.com since 2026-01-01T00:00:00Z (13 min), and it was not released within 1 min; nothing was deployed",
    );
    expect(waits).toEqual([10_000, 10_000, 10_000, 10_000, 10_000, 10_000]);
    expect(log.filter((line) => line.includes("waiting")).length).toBe(6);
    expect(bundleCalls(cli)).toEqual(["bundle validate -t dev -o json"]);
  });

  test("a lock that was taken in between is an error of the same kind, when nobody may wait", async () => {
    const { result } = deploy(
      { "bundle plan": updated, "bundle deploy": { code: 1, stderr: recorded("locked.deploy.txt") } },
      { lockTimeout: 0 },
    );
    expect(codes(await result)).toEqual(["LDP530"]);
  });

  test("a read-only step that may pass is tried three times, after 2 and 6 seconds", async () => {
    const reset = { code: 1, stderr: "Error: read tcp 127.0.0.1:1: connection reset by peer\n" };
    const { waits, result, cli } = deploy({ "bundle validate": [reset, reset, valid], "bundle plan": updated });
    expect((await result).outcome).toBe("deployed");
    expect(waits).toEqual([2_000, 6_000]);
    expect(bundleCalls(cli).filter((call) => call.startsWith("bundle validate")).length).toBe(3);
  });

  test("a refusal is not tried again (LDP513), and shows no secret", async () => {
    const { waits, result } = deploy({
      "bundle validate": { code: 1, stderr: `${recorded("forbidden.validate.txt")}token: ${secret}\n` },
    });
    expect(codes(await result)).toEqual(["LDP513"]);
    expect(waits).toEqual([]);
    expect(JSON.stringify(await result)).not.toContain(secret);
  });

  test.each([
    ["a right that is missing", "Error: you may not read /x. (403 PERMISSION_DENIED)\n", "root_path and its resources"],
    ["a login that is not trusted", "Error: invalid_client (401 unauthenticated)\n", "a federation policy"],
  ])("with OIDC the hint is of %s", async (_what, stderr, hint) => {
    const oidc = {
      DATABRICKS_TOKEN: "",
      DATABRICKS_AUTH_TYPE: "github-oidc",
      DATABRICKS_CLIENT_ID: "c",
      ACTIONS_ID_TOKEN_REQUEST_URL: "http://127.0.0.1:1/token",
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "t",
    };
    const { result } = deploy({ "bundle validate": { code: 1, stderr } }, {}, oidc);
    expect((await result).diagnostics).toMatchObject([{ code: "LDP513", hint: expect.stringContaining(hint) }]);
  });

  test.each([
    ["a bundle that is not valid", { code: 1, stderr: recorded("broken.validate.txt") }, "LDP501"],
    ["a command that says nothing of use", { code: 3, stderr: "something odd\n" }, "LDP504"],
    ["output that is not JSON", { stdout: "not JSON" }, "LDP525"],
    ["the state of another deployment", { code: 1, stderr: "Error: lineage mismatch in state files\n" }, "LDP527"],
  ])("%s", async (_what, reply, code) => {
    const { result } = deploy({ "bundle validate": reply });
    expect([(await result).outcome, codes(await result)]).toEqual(["failed", [code]]);
  });

  test("a plan that is none (LDP525)", async () => {
    const { result } = deploy({ "bundle plan": { stdout: "{}" } });
    expect(codes(await result)).toEqual(["LDP525"]);
  });

  test("a command that never ends is stopped at its limit (LDP505)", async () => {
    const { options } = deploy({});
    const slow = {
      ...options.tools,
      run: (...args: Parameters<typeof runProcess>) => runProcess("sleep", ["30"], args[2]),
    };
    const versioned = {
      ...slow,
      run: (...args: Parameters<typeof runProcess>) =>
        args[1][0] === "--version" ? runProcess(...args) : slow.run(...args),
    };
    const result = await deployEnvironment({ ...options, tools: versioned, limits: { validate: 200 } });
    expect(codes(result)).toEqual(["LDP505"]);
  });

  test("a folder without a bundle (LDP504)", async () => {
    rmSync(join(directory, "databricks.yml"));
    expect(codes(await deploy({}).result)).toEqual(["LDP504"]);
  });

  test("no CLI (LDP506)", async () => {
    const { result } = deploy({}, {}, { DATABRICKS_CLI_PATH: "/nowhere/databricks" });
    expect(codes(await result)).toEqual(["LDP506"]);
  });

  test("something left to do after the deploy is a warning (LDP534), a failed summary too (LDP535)", async () => {
    const { result } = deploy({
      "bundle plan": [plan("update"), plan("update")],
      "bundle summary": { code: 1, stderr: "Error: x\n" },
    });
    const deployed = await result;
    expect(deployed.outcome).toBe("deployed");
    expect(deployed.diagnostics.find((one) => one.code === "LDP534")?.message).toBe(
      "dev: a plan right after the deploy still wants to update jobs.nightly (schedule.quartz_cron_expression); update pipelines.etl (configuration['secret.value'])",
    );
    expect(deployed.diagnostics.map((one) => one.code)).toContain("LDP535");
  });

  test("a root_path with the user's name in it is said in CI (LDP526)", async () => {
    const stdout = recorded("valid.validate.json").replaceAll(
      "/Workspace/Shared/bundles",
      "/Workspace/Users/tester@example.com",
    );
    const { result } = deploy({ "bundle validate": { stdout }, "bundle plan": updated });
    expect((await result).diagnostics.find((one) => one.code === "LDP526")).toMatchObject({
      severity: "info",
      file: "databricks.yml",
      line: 17,
    });
  });

  test("the plan file is removed, whatever happens", async () => {
    const { result } = deploy({ "bundle plan": updated, "bundle deploy": { code: 1, stderr: "Error: x\n" } });
    await result;
    const { globSync } = await import("node:fs");
    expect(globSync("**/plan.json", { cwd: home })).toEqual([]);
    expect(readFileSync(join(directory, "databricks.yml"), "utf8")).toContain("name: shop");
  });
});
