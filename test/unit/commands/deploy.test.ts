import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DeployCommandOptions, deployCommand } from "../../../src/commands/deploy.js";
import { doctorCommand } from "../../../src/commands/doctor.js";
import { runProcess } from "../../../src/system/process.js";
import { standIn } from "../../fakes/databricks/stand-in.js";
import { recorded } from "../bundle/recorded.js";

const project = fileURLToPath(new URL("../../fixtures/bundle/project", import.meta.url));
const text = { color: false, width: 0 };
const plan = (name: string) => ({ stdout: recorded(`${name}.plan.json`) });

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ldp-command-"));
  cpSync(project, join(home, "project"), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function options(changed: Partial<DeployCommandOptions> = {}, replies = {}, env = {}): DeployCommandOptions {
  const cli = standIn(join(home, "bin"), {
    "bundle validate": { stdout: recorded("valid.validate.json") },
    "bundle plan": [plan("update"), plan("unchanged")],
    "workspace export": { code: 1, stderr: "Error: Path doesn't exist.\n" },
    "bundle deploy": { stderr: "Uploading bundle files to /x...\nUpdated jobs.nightly\n" },
    "bundle summary": { stdout: recorded("deployed.summary.json") },
    "current-user me": { stdout: '{"userName": "tester@example.com"}' },
    ...replies,
  });
  return {
    directory: join(home, "project"),
    config: "config.yml",
    environment: "dev",
    allowDestructive: [],
    reviewedPlan: null,
    planOnly: false,
    forceLock: false,
    lockTimeout: 0,
    format: "json",
    text,
    env: {
      PATH: process.env.PATH,
      DATABRICKS_CLI_PATH: cli.path,
      DATABRICKS_HOST: "http://127.0.0.1:1",
      DATABRICKS_TOKEN: "dapi-secret",
      ...env,
    },
    runProcess,
    toolCache: null,
    log: () => {},
    ...changed,
  };
}

async function run(changed: Partial<DeployCommandOptions> = {}, replies = {}, env = {}) {
  const outcome = await deployCommand(options(changed, replies, env));
  const json = changed.format === "text" ? null : (JSON.parse(outcome.stdout) as Record<string, unknown>);
  const codes = ((json?.diagnostics ?? []) as { code: string }[]).map((one) => one.code);
  return { ...outcome, json, codes };
}

describe("ldp deploy", () => {
  test("deploys, and says what a laptop can't check (LDP614)", async () => {
    const { exit, json, codes } = await run();
    expect(exit).toBe(0);
    expect(json).toMatchObject({
      schema: "ldp.deploy/1",
      environment: "dev",
      deployed: true,
      bundle_digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      actions: [
        { resource: "jobs.nightly", action: "update" },
        { resource: "pipelines.etl", action: "update" },
      ],
    });
    expect(codes).toEqual(["LDP614"]);
  });

  test("prints the links for people", async () => {
    const { stdout } = await run({ format: "text" });
    expect(stdout).toContain("dev is deployed");
    expect(stdout).toContain("jobs.nightly  http://127.0.0.1:1/jobs/900719925474099301?w=900800700600");
  });

  test("--plan-only stops after the gate", async () => {
    const { exit, json, codes } = await run({ planOnly: true });
    expect([exit, json?.deployed, codes]).toEqual([0, false, []]);
  });

  test.each([
    [false, "dev was not deployed"],
    [true, "dev was not planned"],
  ])("without credentials says what did not happen: --plan-only %s", async (planOnly, said) => {
    const { stdout, exit } = await run({ planOnly, format: "text" }, {}, { DATABRICKS_HOST: "", DATABRICKS_TOKEN: "" });
    expect(exit).toBe(2);
    expect(stdout).toContain(`✗ ${said}`);
  });

  test("--plan-only of what a gate refuses says that it would not be deployed", async () => {
    const { stdout, exit } = await run({ planOnly: true, format: "text" }, { "bundle plan": plan("recreate") });
    expect(exit).toBe(1);
    expect(stdout).toContain("✗ dev would not be deployed");
  });

  test("refuses to destroy what is not named: exit status 1, and the tables", async () => {
    const { exit, json, stdout } = await run({}, { "bundle plan": plan("recreate") });
    expect([exit, json?.deployed]).toEqual([1, false]);
    expect(stdout).toContain("orders_bronze (history lost)");
  });

  test.each(["pipelines.etl", "resources.pipelines.etl"])("takes the name %s", async (name) => {
    const { exit } = await run({ allowDestructive: [name] }, { "bundle plan": [plan("recreate"), plan("unchanged")] });
    expect(exit).toBe(0);
  });

  test("--reviewed-plan deploys only the plan with that digest", async () => {
    const planned = await run({ planOnly: true });
    const digest = String(planned.json?.bundle_digest);
    rmSync(join(home, "bin"), { recursive: true });
    expect((await run({ reviewedPlan: digest })).exit).toBe(0);
    rmSync(join(home, "bin"), { recursive: true });
    const other = await run({ reviewedPlan: `sha256:${"0".repeat(64)}` });
    expect([other.exit, other.codes]).toEqual([1, ["LDP604", "LDP614"]]);
  });

  test("without credentials: exit status 2, and one JSON document", async () => {
    const { exit, codes } = await run({}, {}, { DATABRICKS_HOST: "", DATABRICKS_TOKEN: "" });
    expect([exit, codes]).toEqual([2, ["LDP510", "LDP614"]]);
  });

  test("of an invalid project: its findings, exit status 1, and the CLI is not started", async () => {
    writeFileSync(join(home, "project", "config.yml"), "version: 1\ntables:\n  - {name: a, layer: brnze}\n");
    const { exit, json, codes } = await run();
    expect([exit, json?.deployed, codes]).toEqual([1, false, ["LDP103"]]);
  });

  test("without a config.yml: exit status 2", async () => {
    rmSync(join(home, "project", "config.yml"));
    expect(await run()).toMatchObject({ exit: 2, codes: ["LDP101"] });
  });

  test("of an environment that does not exist (LDP901)", async () => {
    await expect(deployCommand(options({ environment: "prd" }))).rejects.toMatchObject({ code: "LDP901" });
  });
});

describe("ldp doctor", () => {
  const doctor = (env = {}, replies = {}) => {
    const { directory, config, env: made } = options({}, replies, env);
    return doctorCommand({ directory, config, text, env: made, runProcess, toolCache: null });
  };

  test("shows the CLI, the login, the host and the identity", async () => {
    const { stdout, exit } = await doctor();
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^host +http:\/\/127.0.0.1:1$/m);
    expect(stdout).toMatch(/^login +pat$/m);
    expect(stdout).toMatch(/^identity +tester@example.com$/m);
    expect(stdout).toMatch(/^databricks +1.13.0 \(DATABRICKS_CLI_PATH: /m);
    expect(stdout).toMatch(/^environment dev +target dev, ready$/m);
    expect(stdout).not.toContain("dapi-secret");
  });

  test("says what is missing in the words of a deploy", async () => {
    const { stdout, exit } = await doctor({ DATABRICKS_TOKEN: "" });
    expect(exit).toBe(2);
    expect(stdout).toContain("LDP510 only DATABRICKS_HOST is set");
  });

  test("says when the workspace refuses", async () => {
    const { stdout, exit } = await doctor(
      {},
      { "current-user me": { code: 1, stderr: "Error: Invalid access token. Config: host=x\n" } },
    );
    expect(exit).toBe(2);
    expect(stdout).toContain("LDP513 the workspace does not accept the login: Invalid access token");
    expect(stdout).not.toContain("Config:");
  });

  test("says when the bundle has no such target", async () => {
    const config = join(home, "project", "config.yml");
    writeFileSync(config, readFileSync(config, "utf8").replace("target: prod", "target: prd"));
    const { stdout, exit } = await doctor();
    expect(exit).toBe(2);
    expect(stdout).toMatch(/^environment dev +target dev, ready$/m);
    expect(stdout).toMatch(/^environment prod +target prd, which the bundle does not have$/m);
    expect(stdout).toContain('LDP501 the environment "prod" has the target "prd", which the bundle does not have');
    expect(stdout).toContain('hint: Did you mean "prod"?');
  });

  test("does not judge targets where a file of the bundle can't be read", async () => {
    writeFileSync(join(home, "project", "databricks.yml"), "targets: [\n");
    const { stdout } = await doctor();
    expect(stdout).toContain("LDP521");
    expect(stdout).not.toContain("LDP501");
  });

  test("says when the bundle leads elsewhere, and asks only DATABRICKS_HOST", async () => {
    writeFileSync(join(home, "project", "resources", "x.yml"), "workspace: {host: https://elsewhere.example.com}\n");
    const { stdout, exit } = await doctor();
    expect(exit).toBe(2);
    expect(stdout).toContain("LDP520");
    expect(stdout).toMatch(/^identity +tester@example.com$/m);
  });
});
