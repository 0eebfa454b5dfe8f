import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWorkspace, type Workspace } from "../../fakes/workspace/workspace.ts";
import { type BundleProject, bundleProject, cliPath, cliVersion, missing } from "./bundle-project.js";

const example = fileURLToPath(new URL("../../../example-repo", import.meta.url));
const digest = `sha256:${"5".repeat(64)}`;

describe.skipIf(!cliPath)(`the template's bundle with the Databricks CLI ${cliVersion ?? `(${missing})`}`, () => {
  let workspace: Workspace;
  let project: BundleProject;

  beforeEach(async () => {
    workspace = await startWorkspace();
    project = bundleProject(workspace, {}, example);
  });
  afterEach(async () => {
    await workspace.close();
    project.remove();
    expect(workspace.unknown).toEqual([]);
  });

  const deployed = async (target: string) => {
    const result = await project.deploy({ environment: target, target, project: digest });
    expect(result.diagnostics).toEqual([]);
    expect(result).toMatchObject({ outcome: "deployed" });
    const [job] = [...workspace.jobs.jobs.values()].map((one) => one.settings);
    const [pipeline] = [...workspace.pipelines.pipelines.values()].map((one) => one.spec);
    // As JSON that a test may look into as it likes.
    return JSON.parse(JSON.stringify({ job, pipeline }));
  };

  test.each(["dev", "prod"])("%s: a plan without a finding creates the job and the pipeline", async (target) => {
    const planned = await project.plan({ environment: target, target });
    expect(planned.diagnostics).toEqual([]);
    expect(planned.actions.map((one) => `${one.action} ${one.resource}`)).toEqual([
      "create jobs.etl_job",
      "create pipelines.etl",
    ]);
  });

  test("the job runs the engine with its parameters, and with the digest of the reviewed code", async () => {
    const { job } = await deployed("prod");
    const [task] = job.tasks;
    expect(task.spark_python_task.python_file).toBe("/Workspace/Bundles/shop/prod/files/pipelines/ldp_engine.py");
    const [pipelineId] = workspace.pipelines.pipelines.keys();
    expect(task.spark_python_task.parameters).toEqual([
      ...["--pipeline-id", pipelineId],
      ...["--tags", "{{job.parameters.tags}}"],
      ...["--tag-mode", "{{job.parameters.tag_mode}}"],
      ...["--mode", "{{job.parameters.mode}}"],
      ...["--expect-project", digest],
    ]);
    expect(job.parameters).toEqual([
      { name: "tags", default: "" },
      { name: "tag_mode", default: "or" },
      { name: "mode", default: "batch" },
    ]);
    expect(job).toMatchObject({ max_concurrent_runs: 1, schedule: { timezone_id: "UTC" } });
    expect(job.schedule.pause_status).not.toBe("PAUSED");
    expect(job.email_notifications.on_failure).toEqual(["data-team@example.com"]);
  });

  test("the pipeline's only source is the engine, and its files are there; dev has names of its own", async () => {
    const { job, pipeline } = await deployed("dev");
    expect(pipeline.libraries).toEqual([
      { file: { path: "/Workspace/Bundles/shop/dev/files/pipelines/ldp_engine.py" } },
    ]);
    expect(pipeline).toMatchObject({
      name: "[dev] shop-etl",
      catalog: "main",
      schema: "shop_dev",
      serverless: true,
      development: true,
      root_path: "/Workspace/Bundles/shop/dev/files",
      configuration: { "ldp.data": "/Volumes/main/shop_dev/landing", "ldp.root": "/Workspace/Bundles/shop/dev/files" },
    });
    expect(job).toMatchObject({ name: "[dev] shop-etl", schedule: { pause_status: "PAUSED" } });

    const root = "/Workspace/Bundles/shop/dev/files/";
    const files = [...workspace.files.keys()]
      .filter((path) => path.startsWith(root))
      .map((path) => path.slice(root.length));
    for (const path of [
      "config.yml",
      "pipelines/ldp/config.schema.json",
      "transformations/gold/revenue_by_country.sql",
    ])
      expect(files).toContain(path);
    expect(files.filter((path) => /^(tests|data|\.ldp)\//.test(path))).toEqual([]);
  });

  test("the variant with a job cluster is a valid bundle too", async () => {
    const variant = readFileSync(join(project.directory, "workflows/etl_job_cluster.yml.example"), "utf8");
    project.write("workflows/etl_job.yml", variant);
    rmSync(join(project.directory, "workflows/etl_job_cluster.yml.example"));
    const { job } = await deployed("prod");
    expect(job.job_clusters).toMatchObject([{ job_cluster_key: "engine", new_cluster: { num_workers: 0 } }]);
    expect(job.tasks).toMatchObject([{ job_cluster_key: "engine", libraries: [{}, {}] }]);
    expect(job.environments).toBeUndefined();
  });
});
