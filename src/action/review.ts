import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentPlan } from "../bundle/model.js";
import { planEnvironment, unplanned } from "../bundle/plan-environment.js";
import { stopped } from "../bundle/session.js";
import { namedEnvironment } from "../commands/environment.js";
import { renderGraph } from "../commands/graph.js";
import { makePlan } from "../commands/make-plan.js";
import { isInvalid } from "../commands/project-state.js";
import { count, type Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { lintFails, lintProject, toolText } from "../lint/lint-project.js";
import type { LintResult } from "../lint/model.js";
import type { ProjectState } from "../plan/changes.js";
import type { Plan } from "../plan/model.js";
import type { Environment } from "../project/model.js";
import { lineAddress } from "../render/comment/links.js";
import type { GraphNode } from "../render/graph-view.js";
import { renderPlanJson } from "../render/json.js";
import type { Report } from "../render/report.js";
import { UserError } from "../system/errors.js";
import { runProcess } from "../system/process.js";
import { version } from "../version.js";
import { findBase } from "./base.js";
import { bundleOptions } from "./bundle-tools.js";
import type { ActionContext } from "./context.js";
import { environmentsToDeploy } from "./environments.js";
import { output } from "./outputs.js";
import { linesOfPullRequest } from "./touched.js";

/** What was found of the project, without its bundle. */
export interface Review {
  readonly plan: Plan;
  readonly state: ProjectState | null;
  readonly base: ProjectState | null;
  readonly lint: LintResult | null;
  /** Why lint did not run: it was switched off, or ruff could not do its work. */
  readonly lintReason: string | null;
  /** Findings of lint, and of what kept it from running. */
  readonly lintDiagnostics: readonly Diagnostic[];
  readonly valid: boolean;
  /** Why the job fails for it; null when it does not. */
  readonly failure: string | null;
}

/** Which parts of a review are wanted. */
export interface Parts {
  readonly lint: boolean;
}

/** Validates, plans and lints the project, and sets the outputs that say so. */
export async function reviewProject(context: ActionContext, parts: Parts): Promise<Review> {
  const { inputs } = context;
  const base = await findBase(context);
  const {
    plan,
    checked,
    base: before,
  } = makePlan({
    directory: context.directory,
    config: inputs.config,
    mode: inputs.mode,
    selection: { tags: inputs.tags, tagMode: inputs.tagMode, select: inputs.select, exclude: inputs.exclude },
    base: base.commit,
    baseMissing: base.missing,
    strict: inputs.strict,
    source: true,
  });
  const { lint, reason, diagnostics } = parts.lint
    ? await lintReview(context, checked.state, base.commit)
    : noLint("not asked for");
  const valid = !isInvalid(plan.diagnostics, inputs.strict);
  const review: Review = {
    plan,
    state: checked.state,
    base: before,
    lint,
    lintReason: reason,
    lintDiagnostics: diagnostics,
    valid,
    failure: whyFailed(context, plan, valid, lint, diagnostics),
  };
  await setOutputs(context, review, checked);
  return review;
}

/** The bundle plans of a pull request, or of whatever else is looked at without deploying it. */
export async function planEnvironments(context: ActionContext, review: Review): Promise<EnvironmentPlan[]> {
  const { inputs, event } = context;
  const project = review.state?.project;
  if (!project || inputs.bundlePlan === "off") return [];
  const wanted: readonly Environment[] =
    inputs.environment === null ? project.environments : [namedEnvironment(project, inputs.environment)];
  const plans: EnvironmentPlan[] = [];
  for (const environment of wanted) {
    // One after the other: they share the bundle's local folder.
    // What is not on a protected branch or tag may have been written by anyone who can push: it is not executed to be planned.
    const trusted = event.kind === "tag-push" || (event.kind === "branch-push" && event.isDefault);
    const options = bundleOptions(context, review, environment, trusted);
    plans.push(
      event.untrusted === null
        ? await planEnvironment(options)
        : unplanned(options, stopped("skipped", `${event.untrusted}, which gets no credentials`, []), null),
    );
  }
  const [only] = plans;
  output("bundle-digest", plans.length === 1 ? (only?.digest ?? "") : "");
  output(
    "destructive",
    plans.some((plan) => plan.actions.some((action) => action.destructive)),
  );
  return plans;
}

/** Everything that a comment or a summary shows of this run. */
export function makeReport(context: ActionContext, review: Review, environments: readonly EnvironmentPlan[]): Report {
  const { lint } = review;
  const cli = environments.find((plan) => plan.cliVersion !== null)?.cliVersion;
  return {
    schema: "ldp.report/1",
    directory: context.project,
    configFile: context.inputs.config,
    plan: review.plan,
    environments,
    lint: lint && {
      diagnostics: lint.diagnostics,
      total: lint.total,
      fresh: lint.fresh,
      unformatted: lint.unformatted,
      tool: toolText(lint),
    },
    lintReason: review.lintReason,
    links: context.links,
    failure: review.failure,
    versions: {
      "ldp-action": version,
      ...(lint?.tool.version ? { ruff: lint.tool.version } : {}),
      ...(cli ? { "Databricks CLI": cli } : {}),
    },
  };
}

/** Writes the report where the jobs that merge it find it. */
export function writeReport(context: ActionContext, report: Report): void {
  const environment = context.inputs.environment;
  const file = join(context.temporary, environment === null ? "report.json" : `report-${environment}.json`);
  writeFileSync(file, JSON.stringify(report));
  output("report-file", file);
}

async function lintReview(context: ActionContext, state: ProjectState | null, base: string | null) {
  const { inputs, directory } = context;
  if (inputs.lint === "false") return noLint("switched off by the input lint");
  try {
    const lint = await lintProject({
      directory,
      project: state?.project ?? null,
      sources: state?.sources ?? null,
      fix: false,
      ruffVersion: inputs.ruffVersion,
      changedLines: await linesOfPullRequest(context, base),
      inAction: true,
      environment: context.env,
      runProcess,
    });
    return { lint, reason: null, diagnostics: lint.diagnostics };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const diagnostic = finding(error.code, error.message, null, error.hint === undefined ? {} : { hint: error.hint });
    return { lint: null, reason: error.message, diagnostics: [diagnostic] };
  }
}

function noLint(reason: string): { lint: null; reason: string; diagnostics: readonly Diagnostic[] } {
  return { lint: null, reason, diagnostics: [] };
}

function whyFailed(
  { inputs }: ActionContext,
  plan: Plan,
  valid: boolean,
  lint: LintResult | null,
  lintDiagnostics: readonly Diagnostic[],
): string | null {
  if (!valid) {
    const errors = count(plan.diagnostics, "error");
    return errors > 0
      ? `${errors} error${errors === 1 ? "" : "s"} in the project`
      : "warnings in the project, and strict is set";
  }
  if (lint === null && lintDiagnostics.length > 0) return lintDiagnostics[0]?.message ?? "ruff did not run";
  if (lint && inputs.lint !== "false" && lintFails(lint, inputs.lint === "changed" ? "changed" : "all")) {
    return inputs.lint === "changed" ? "lint findings on changed lines" : "lint findings";
  }
  return null;
}

async function setOutputs(
  context: ActionContext,
  review: Review,
  checked: ReturnType<typeof makePlan>["checked"],
): Promise<void> {
  const { plan } = review;
  const all = [...plan.diagnostics, ...review.lintDiagnostics];
  const names = (...changes: readonly string[]) =>
    plan.tables.filter((table) => changes.includes(table.change ?? "")).map((table) => table.name);
  const changed = names("added", "removed", "modified");
  const planFile = join(context.temporary, "plan.json");
  writeFileSync(planFile, renderPlanJson(plan));
  output("valid", review.valid);
  output("errors", count(all, "error"));
  output("warnings", count(all, "warning"));
  output("project", plan.project ?? "");
  output("plan-digest", plan.digest ?? "");
  output("plan-file", planFile);
  output(
    "selected-tables",
    plan.tables.filter((table) => table.selected).map((table) => table.name),
  );
  output("changed-tables", changed);
  output("affected-tables", names("affected"));
  output("has-changes", changed.length > 0);
  const environments = checked.state?.project.environments ?? [];
  output(
    "environments",
    environmentsToDeploy(context.event, environments).map((environment) => environment.name),
  );
  output(
    "plan-environments",
    environments.map(({ name, planEnvironment }) => ({ environment: name, plan_environment: planEnvironment ?? "" })),
  );
  if (checked.state) {
    const dagFile = join(context.temporary, "dag.html");
    const { repository } = context.event;
    const title =
      [repository?.name, ...(context.project === "." ? [] : [context.project])].join(" / ") || context.project;
    const address = (node: GraphNode) =>
      lineAddress({ directory: context.project, links: context.links }, node.module, node.line);
    writeFileSync(dagFile, await renderGraph(plan, checked, "html", false, { title, address }));
    output("dag-file", dagFile);
  }
}
