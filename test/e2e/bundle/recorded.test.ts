// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a bundle look like this
// Records what the real CLI prints in each scenario into test/fixtures/bundle/recorded, from which machines without a CLI test.
// With the CLI of the fixtures' version the records are compared; `vitest run -u` writes them anew.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWorkspace, type Workspace } from "../../fakes/workspace/workspace.ts";
import { type BundleProject, bundleProject, cliPath, cliVersion, missing, renamePipeline } from "./bundle-project.js";

const RECORDED = "1.13.0";
const folder = fileURLToPath(new URL("../../fixtures/bundle/recorded", import.meta.url));
const why = cliPath ? `records are of ${RECORDED}, this is ${cliVersion}` : missing;

describe.skipIf(cliVersion !== RECORDED)(
  `records of the Databricks CLI${cliVersion === RECORDED ? "" : ` (${why})`}`,
  () => {
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

    const cli = (...args: string[]) =>
      new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
        const child = spawn(cliPath ?? "", args, { cwd: project.directory, env: { ...project.env, NO_COLOR: "1" } });
        const out = { stdout: "", stderr: "" };
        child.stdout.on("data", (chunk: Buffer) => (out.stdout += chunk));
        child.stderr.on("data", (chunk: Buffer) => (out.stderr += chunk));
        child.on("close", (code) => resolve({ code, ...out }));
      });
    const settled = (text: string) =>
      `${text
        .replaceAll(workspace.url, "http://127.0.0.1:1")
        .replace(
          /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
          "00000000-0000-4000-8000-000000000000",
        )
        .replace(/"(last_modified|created_time|created_at|updated_at)": \d+/g, '"$1": 1')
        .replaceAll(project.directory, "/project")
        .trimEnd()}\n`;
    const record = async (name: string, text: string) => {
      await expect(settled(text)).toMatchFileSnapshot(join(folder, name));
    };
    const plan = async (name: string) => {
      const { code, stdout } = await cli("bundle", "plan", "-t", "dev", "-o", "json");
      expect(code).toBe(0);
      // Resources come in no order of their own.
      const value = JSON.parse(stdout.replace(/: (\d{16,})/g, ': "big $1"')) as { plan: Record<string, unknown> };
      const sorted = Object.fromEntries(Object.entries(value.plan).sort(([a], [b]) => (a < b ? -1 : 1)));
      await record(
        `${name}.plan.json`,
        JSON.stringify({ ...value, plan: sorted }, null, 2).replace(/"big (\d+)"/g, "$1"),
      );
    };
    const storage = (text: string) =>
      text.replace(/ {6}catalog.*\n {6}schema.*\n {6}serverless.*\n/, "      storage: dbfs:/one\n      target: shop\n");

    test("a bundle that is valid", async () => {
      const { stdout, stderr } = await cli("bundle", "validate", "-t", "dev", "-o", "json");
      await record("valid.validate.json", stdout);
      await record("valid.validate.txt", stderr);
    });

    test("plans: first, unchanged, update, drift, rename, recreate, gone", async () => {
      await plan("first");
      expect((await cli("bundle", "deploy", "-t", "dev")).code).toBe(0);
      await plan("unchanged");
      await record("deployed.summary.json", (await cli("bundle", "summary", "-t", "dev", "-o", "json")).stdout);

      project.edit("resources/nightly.job.yml", (text) => text.replace("0 0 3 * * ?", "0 0 5 * * ?"));
      project.edit("resources/etl.pipeline.yml", (text) =>
        text.replace("ldp.project:", "secret.value: abc\n        ldp.project:"),
      );
      await plan("update");
      const [job] = workspace.jobs.jobs.values();
      if (job) job.settings = { ...job.settings, max_concurrent_runs: 7 };
      await plan("drift");
      renamePipeline(project);
      await plan("rename");
      await record("rename.plan.txt", (await cli("bundle", "plan", "-t", "dev")).stdout);
      await record("rename.deploy.txt", (await cli("bundle", "deploy", "-t", "dev")).stderr);
      workspace.pipelines.pipelines.clear();
      await plan("gone");
    });

    test("a recreated pipeline", async () => {
      project.edit("resources/etl.pipeline.yml", storage);
      expect((await cli("bundle", "deploy", "-t", "dev")).code).toBe(0);
      project.edit("resources/etl.pipeline.yml", (text) => text.replace("dbfs:/one", "dbfs:/two"));
      await plan("recreate");
    });

    test("a schema and a volume that are removed, and permissions that change", async () => {
      project.write(
        "resources/landing.yml",
        "resources:\n  schemas:\n    shop:\n      catalog_name: main\n      name: shop\n  volumes:\n    landing:\n      catalog_name: main\n      schema_name: ${resources.schemas.shop.name}\n      name: landing\n",
      );
      project.edit(
        "databricks.yml",
        (text) => `${text}\npermissions:\n  - level: CAN_MANAGE\n    group_name: data-team\n`,
      );
      await plan("first-with-schema");
      expect((await cli("bundle", "deploy", "-t", "dev")).code).toBe(0);
      project.write("resources/landing.yml", "resources: {}\n");
      project.edit("databricks.yml", (text) => text.replace("CAN_MANAGE", "CAN_VIEW"));
      await plan("schema-removed");
    });

    test("a plan file that is stale, and a lock", async () => {
      const { stdout } = await cli("bundle", "plan", "-t", "dev", "-o", "json");
      expect((await cli("bundle", "deploy", "-t", "dev")).code).toBe(0);
      project.edit("resources/nightly.job.yml", (text) => text.replace("0 0 3 * * ?", "0 0 5 * * ?"));
      const later = await cli("bundle", "plan", "-t", "dev", "-o", "json");
      project.write("../stale.json", later.stdout);
      expect(stdout).not.toBe(later.stdout);
      expect((await cli("bundle", "deploy", "-t", "dev")).code).toBe(0);
      const stale = await cli("bundle", "deploy", "-t", "dev", "--plan", "../stale.json");
      expect(stale.code).toBe(1);
      await record("stale.deploy.txt", stale.stderr);

      workspace.lockByAnother("/Workspace/Shared/bundles/shop/dev/state", {
        user: "ann@example.com",
        acquiredAt: "2026-01-01T00:00:00Z",
      });
      const locked = await cli("bundle", "deploy", "-t", "dev");
      expect(locked.code).toBe(1);
      await record("locked.deploy.txt", locked.stderr);
    });

    test("diagnostics of all three kinds", async () => {
      project.edit("resources/nightly.job.yml", (text) => text.replace("      schedule:", "      scheduel:"));
      project.edit(
        "databricks.yml",
        (text) => `${text}\npermissions:\n  - level: CAN_MANAGE\n    group_name: data-team\n`,
      );
      await record("warnings.validate.txt", (await cli("bundle", "validate", "-t", "dev")).stderr);
      project.edit("resources/nightly.job.yml", (text) => text.replace("shop-nightly-", "shop-${var.nothing}-"));
      const broken = await cli("bundle", "validate", "-t", "dev", "-o", "json");
      expect(broken.code).toBe(1);
      await record("broken.validate.txt", broken.stderr);
      project.edit("resources/nightly.job.yml", (text) => text.replace("name: shop-", "name: [shop-"));
      await record("syntax.validate.txt", (await cli("bundle", "validate", "-t", "dev", "-o", "json")).stderr);
    });

    test("a workspace that refuses", async () => {
      workspace.addFault({
        method: "POST",
        path: "/api/2.2/jobs/create",
        kind: "status",
        status: 500,
        message: "disk full",
      });
      await record("failed.deploy.txt", (await cli("bundle", "deploy", "-t", "dev")).stderr);
      project.env.DATABRICKS_TOKEN = "wrong";
      await record("forbidden.validate.txt", (await cli("bundle", "validate", "-t", "dev", "-o", "json")).stderr);
    });
  },
);
