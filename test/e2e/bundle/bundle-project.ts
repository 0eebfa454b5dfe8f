import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Tools } from "../../../src/bundle/cli.js";
import { type DeployOptions, deployEnvironment } from "../../../src/bundle/deploy.js";
import type { DeployResult, EnvironmentPlan, OwnedTable } from "../../../src/bundle/model.js";
import { planEnvironment } from "../../../src/bundle/plan-environment.js";
import { runProcess } from "../../../src/system/process.js";
import { which } from "../../../src/system/which.js";
import { defaultToken, type Workspace } from "../../fakes/workspace/workspace.ts";

const source = fileURLToPath(new URL("../../fixtures/bundle/project", import.meta.url));

/** The real CLI, or null; `missing` then says how to get it. */
export const cliPath = process.env.DATABRICKS_CLI_PATH || which("databricks", process.env);
export const cliVersion = cliPath
  ? (/\d+\.\d+\.\d+/.exec(spawnSync(cliPath, ["--version"], { encoding: "utf8" }).stdout)?.[0] ?? "unknown")
  : null;
export const missing =
  "no Databricks CLI: put `databricks` on PATH (https://docs.databricks.com/dev-tools/cli/install) or set DATABRICKS_CLI_PATH";

export const tables: readonly OwnedTable[] = [
  { name: "orders_bronze", kind: "streaming_table", pipeline: "etl" },
  { name: "orders_silver", kind: "materialized_view", pipeline: "etl" },
  { name: "revenue", kind: "materialized_view", pipeline: "etl" },
];

/** A copy of the test bundle that belongs to one test, with the CLI pointed at one fake workspace. */
export interface BundleProject {
  readonly directory: string;
  readonly log: string[];
  readonly env: Record<string, string | undefined>;
  edit(file: string, change: (text: string) => string): void;
  write(file: string, text: string): void;
  plan(options?: Partial<DeployOptions>): Promise<EnvironmentPlan>;
  deploy(options?: Partial<DeployOptions>): Promise<DeployResult>;
  options(changed?: Partial<DeployOptions>): DeployOptions;
  remove(): void;
}

export function bundleProject(
  workspace: Workspace,
  changed: Record<string, string | undefined> = {},
  from = source,
): BundleProject {
  const home = mkdtempSync(join(tmpdir(), "ldp-bundle-"));
  const directory = join(home, "project");
  cpSync(from, directory, { recursive: true });
  const log: string[] = [];
  const env: Record<string, string | undefined> = {
    PATH: process.env.PATH,
    HOME: home,
    CI: "true",
    DATABRICKS_CLI_PATH: cliPath ?? undefined,
    DATABRICKS_CACHE_ENABLED: "false",
    DATABRICKS_CLI_DISABLE_TELEMETRY: "1",
    DATABRICKS_HOST: workspace.url,
    DATABRICKS_TOKEN: defaultToken,
    ...changed,
  };
  const options = (more: Partial<DeployOptions> = {}): DeployOptions => ({
    directory,
    environment: "dev",
    target: "dev",
    trusted: true,
    allowBuild: false,
    project: null,
    tables,
    baseTables: [],
    install: { version: ">=1.0", baseUrl: null },
    toolCache: null,
    tools: tools(env, home, log),
    allowDestructive: [],
    binding: "off",
    reviewed: null,
    planOnly: false,
    forceLock: false,
    lockTimeout: 0,
    run: null,
    ...more,
  });
  return {
    directory,
    log,
    env,
    edit: (file, change) => {
      const path = join(directory, file);
      const text = readFileSync(path, "utf8");
      const edited = change(text);
      if (edited === text) throw new Error(`the edit of ${file} changed nothing`);
      writeFileSync(path, edited);
    },
    write: (file, text) => writeFileSync(join(directory, file), text),
    plan: (more) => planEnvironment({ ...options(more), trusted: more?.trusted ?? false }),
    deploy: (more) => deployEnvironment(options(more)),
    options,
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

export function tools(env: Record<string, string | undefined>, temporary: string, log: string[]): Tools {
  return {
    run: runProcess,
    env,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 200))),
    now: Date.now,
    log: (line) => log.push(line),
    temporary,
  };
}

/** Renames the pipeline's key, as an innocent-looking refactoring does. */
export function renamePipeline(project: BundleProject): void {
  project.edit("resources/etl.pipeline.yml", (text) => text.replace("    etl:\n", "    etl_main:\n"));
  project.edit("resources/nightly.job.yml", (text) => text.replace("pipelines.etl.id", "pipelines.etl_main.id"));
}
