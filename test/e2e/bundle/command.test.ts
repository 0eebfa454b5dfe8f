// `ldp deploy` as a person starts it: the built command, the real CLI, a workspace on loopback.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWorkspace, type Workspace } from "../../fakes/workspace/workspace.ts";
import { type BundleProject, bundleProject, cliPath, cliVersion, missing, renamePipeline } from "./bundle-project.js";

const command = fileURLToPath(new URL("../../../dist/cli.js", import.meta.url));
const lock = "/Workspace/Shared/bundles/shop/dev/state/deploy.lock";
const ready = cliPath && existsSync(command);
const why = cliPath ? "no dist/cli.js: npm run build" : missing;

describe.skipIf(!ready)(`ldp deploy with the Databricks CLI ${ready ? cliVersion : `(${why})`}`, () => {
  let workspace: Workspace;
  let project: BundleProject;

  beforeEach(async () => {
    workspace = await startWorkspace();
    project = bundleProject(workspace);
  });
  afterEach(async () => {
    await workspace.close();
    project.remove();
  });

  function ldp(...args: string[]) {
    const env = { ...project.env, TMPDIR: process.env.TMPDIR };
    const child = spawn(process.execPath, [command, ...args], { cwd: project.directory, env });
    const out = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => (out.stdout += chunk));
    child.stderr.on("data", (chunk: Buffer) => (out.stderr += chunk));
    const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
      child.on("close", (code) => resolve({ code, ...out })),
    );
    return { child, ended };
  }

  test("one JSON document on stdout, progress on stderr", async () => {
    const { code, stdout, stderr } = await ldp("deploy", "--environment", "dev", "--format", "json").ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: "ldp.deploy/1", environment: "dev", deployed: true });
    expect(stderr).toContain("created pipelines.etl");
    expect(stdout + stderr).not.toContain("fake-workspace-token");
  });

  test("a destroyed streaming table is named, and needs the name of its pipeline", async () => {
    await project.deploy();
    renamePipeline(project);
    project.edit("config.yml", (text) => text.replace("pipeline: etl", "pipeline: etl_main"));
    const refused = await ldp("deploy", "--environment", "dev").ended;
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/LDP601 dev: pipelines\.etl is deleted; with it orders_bronze \(history lost\)/);
    // The CLI deletes and creates at the same time: of two pipelines with one name the new one is refused, now and then.
    project.edit("resources/etl.pipeline.yml", (text) => text.replace("name: shop-etl", "name: shop-main"));
    const named = await ldp("deploy", "--environment", "dev", "--allow-destructive", "resources.pipelines.etl").ended;
    expect(named.code).toBe(0);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("%s in the middle: the lock is released, exit status 2", async (signal) => {
    workspace.addFault({ method: "POST", path: "/api/2.2/jobs/create", kind: "hang" });
    const { child, ended } = ldp("deploy", "--environment", "dev", "--format", "json");
    await until(() => workspace.faults.acted === 1 && workspace.files.has(lock));
    child.kill(signal);
    const { code, stdout } = await ended;
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      deployed: false,
      diagnostics: expect.arrayContaining([
        expect.objectContaining({ code: "LDP532", hint: expect.stringContaining("Our deploy lock is released.") }),
      ]),
    });
    expect(workspace.files.has(lock)).toBe(false);
  });

  test("doctor shows who and where, and nothing of the token", async () => {
    const { code, stdout } = await ldp("doctor").ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^identity +tester@example\.com$/m);
    expect(stdout).toContain(workspace.url);
    expect(stdout).not.toContain("fake-workspace-token");
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it never happened");
}
