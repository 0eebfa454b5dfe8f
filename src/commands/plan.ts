import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pause } from "../bundle/cli.js";
import type { Variables } from "../bundle/environment.js";
import { isForPullRequest } from "../bundle/environment.js";
import type { ToolCache } from "../bundle/install.js";
import { ownedTables } from "../bundle/lost-tables.js";
import type { EnvironmentPlan } from "../bundle/model.js";
import { planEnvironment } from "../bundle/plan-environment.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { azureForge } from "../forge/azure.js";
import type { Project } from "../project/model.js";
import { renderSummary } from "../render/comment/comment.js";
import { renderPlanJson } from "../render/json.js";
import { renderDeployText, renderPlanText, type TextOptions } from "../render/text.js";
import { UserError } from "../system/errors.js";
import type { RunProcess } from "../system/process.js";
import { version } from "../version.js";
import { namedEnvironment } from "./environment.js";
import { makePlan, type PlanOptions } from "./make-plan.js";
import { exitFor, type Outcome } from "./outcome.js";
import { folderInRepository } from "./repository-folder.js";

export const planFormats = ["text", "json", "markdown", "azure"] as const;

export interface PlanCommandOptions extends PlanOptions {
  readonly format: (typeof planFormats)[number];
  readonly text: TextOptions;
  /** The environment whose bundle is planned too; null: none. */
  readonly environment: string | null;
  readonly env: Variables;
  readonly runProcess: RunProcess;
  readonly toolCache: ToolCache | null;
  /** Takes progress, a line at a time: stderr. */
  readonly log: (line: string) => void;
}

/**
 * `ldp plan`: what would run, and what changed since a base; with an environment, what its deploy would do to the bundle's resources.
 * @throws UserError LDP901 when config.yml has no such environment, or for `azure` outside of Azure Pipelines; LDP903 when the base is no revision.
 */
export async function planCommand(options: PlanCommandOptions): Promise<Outcome> {
  const made = makePlan(options);
  const { plan, checked } = made;
  const project = checked.state?.project;
  const environments =
    project && options.environment !== null ? [await planBundle(options, made, project, options.environment)] : [];
  const markdown = () =>
    renderSummary([
      {
        schema: "ldp.report/1",
        directory: ".",
        configFile: options.config,
        plan,
        environments,
        lint: null,
        lintReason: null,
        links: { repository: null, pullRequest: null, commit: null, run: null, dag: null },
        versions: { ldp: version },
      },
    ]);
  const stdout = () => {
    switch (options.format) {
      case "text":
        return [
          renderPlanText(plan, options.text),
          ...environments.map((each) => {
            const outcome = {
              environment: each.environment,
              deployed: false,
              planOnly: true,
              plan: each,
              diagnostics: each.diagnostics,
            };
            return renderDeployText(outcome, options.text);
          }),
        ].join("\n");
      case "json":
        return renderPlanJson(plan, environments);
      case "markdown":
        return markdown();
      case "azure":
        return azurePage(options, plan.diagnostics, markdown());
    }
  };
  const failed = environments.some((each) => each.status === "failed");
  const exit = exitFor(plan.diagnostics, plan.digest === null);
  return { stdout: stdout(), stderr: "", exit: exit === 0 && failed ? 2 : exit };
}

/** The plan as a page of an Azure Pipelines run, and its findings at file and line: logging commands for stdout. */
function azurePage({ directory, env }: PlanCommandOptions, findings: readonly Diagnostic[], markdown: string): string {
  const lines: string[] = [];
  const forge = azureForge(env, (line) => lines.push(line));
  forge.annotate(findings, folderInRepository(directory));
  if (forge.addSummary(markdown) === null) {
    throw new UserError(
      "LDP901",
      "--format azure is for a job of Azure Pipelines: AGENT_TEMPDIRECTORY is not set.",
      "Use --format markdown elsewhere.",
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}

async function planBundle(
  options: PlanCommandOptions,
  { plan, base }: ReturnType<typeof makePlan>,
  project: Project,
  name: string,
): Promise<EnvironmentPlan> {
  const environment = namedEnvironment(project, name);
  // On a laptop the bundle's scripts and builds are one's own; in a job for a pull request they are anyone's.
  const own = !isForPullRequest(options.env);
  const temporary = mkdtempSync(join(tmpdir(), "ldp-plan-"));
  try {
    return await planEnvironment({
      directory: options.directory,
      environment: environment.name,
      target: environment.target,
      trusted: own,
      allowBuild: own,
      project: plan.project,
      tables: plan.tables.filter((table) => table.change !== "removed"),
      baseTables: ownedTables(base),
      install: { version: null, baseUrl: null },
      toolCache: options.toolCache,
      tools: { run: options.runProcess, env: options.env, sleep: pause, now: Date.now, log: options.log, temporary },
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
