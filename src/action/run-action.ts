import { setFailed } from "@actions/core";
import { isForPullRequest } from "../bundle/environment.js";
import { namedEnvironment } from "../commands/environment.js";
import { count } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import type { Environment } from "../project/model.js";
import { logText } from "../render/escape/command.js";
import { plural } from "../render/words.js";
import { UserError } from "../system/errors.js";
import { type ActionContext, readContext } from "./context.js";
import { deploy } from "./deploy.js";
import { environmentsToDeploy } from "./environments.js";
import { startOutputs } from "./outputs.js";
import { publish, publishParts } from "./publish.js";
import { makeReport, planEnvironments, type Review, reviewProject, writeReport } from "./review.js";

/** Runs the action: inputs, command, outputs. A user's mistake fails the job with its code; anything else that is thrown is a bug. */
export async function runAction(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  let context: ActionContext | null = null;
  try {
    startOutputs();
    context = readContext(env);
    const failure = await dispatch(context);
    if (failure !== null) setFailed(logText(failure));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const diagnostic = finding(error.code, error.message, null, error.hint === undefined ? {} : { hint: error.hint });
    context?.forge.annotate([{ ...diagnostic, severity: "error" }], context.project);
    setFailed(logText(`${error.code}: ${error.message}${error.hint === undefined ? "" : ` ${error.hint}`}`));
  }
}

/** @returns why the job fails, in one line; null when it does not. */
async function dispatch(context: ActionContext): Promise<string | null> {
  const { inputs, event } = context;
  switch (inputs.command) {
    case "auto":
      return auto(context);
    case "validate":
    case "plan":
      return look(context, { lint: false, bundle: inputs.command === "plan" });
    case "lint":
      return look(context, { lint: true, bundle: false });
    case "deploy":
      return deployChosen(context, inputs.environment === null ? "event" : "input");
    case "comment":
      if (event.kind === "pull-request" && event.action === "closed") return null;
      await publishParts(context);
      return null;
  }
}

async function auto(context: ActionContext): Promise<string | null> {
  const { event } = context;
  switch (event.kind) {
    case "pull-request":
      if (event.action === "closed") {
        context.print("The pull request is closed: its comment stays as the record.");
        return null;
      }
      return look(context, { lint: true, bundle: true });
    case "branch-push":
      return event.isDefault ? deployChosen(context, "event") : look(context, { lint: true, bundle: true });
    case "tag-push":
      return deployChosen(context, "event");
    case "ref-deleted":
      context.print("A branch or tag was deleted: there is nothing to check.");
      return null;
    default:
      context.print(
        `There is no rule for the event ${event.name}${event.kind === "other" && event.lack ? ` (${event.lack})` : ""}: validated and planned, not deployed.`,
      );
      return look(context, { lint: true, bundle: true });
  }
}

/** Validates, plans and lints; says what was found in annotations, summary and comment. */
async function look(
  context: ActionContext,
  parts: { readonly lint: boolean; readonly bundle: boolean },
): Promise<string | null> {
  const review = await reviewProject(context, parts);
  const environments = parts.bundle ? await planEnvironments(context, review) : [];
  // Why an environment was not planned is a line of the comment: an annotation of it would stand on every pull request.
  const bundleFindings = environments.flatMap((plan) =>
    plan.status === "skipped" ? plan.diagnostics.filter(({ severity }) => severity !== "info") : plan.diagnostics,
  );
  annotate(context, review, bundleFindings);
  const report = makeReport(context, review, environments);
  writeReport(context, report);
  // Only a plan is worth a comment: what else is looked at is in the annotations and the summary.
  await publish(context, [report], { comment: parts.bundle });
  const failed = environments.find((plan) => plan.status === "failed");
  return review.failure ?? (failed ? `${failed.environment}: ${failed.reason}` : null);
}

async function deployChosen(context: ActionContext, by: "event" | "input"): Promise<string | null> {
  const { untrusted, name } = context.event;
  if (untrusted !== null) {
    throw new UserError(
      "LDP901",
      `Nothing is deployed: ${untrusted}.`,
      "Deploy what is merged, on a push to the default branch or of a tag.",
    );
  }
  // A plan for a deploy runs the bundle's scripts and Python with the deploying identity, before any review is asked for.
  if (isForPullRequest(context.env)) {
    throw new UserError(
      "LDP615",
      `Nothing is deployed: the event is ${name}, and what it checks out is not merged.`,
      "Deploy on a push to the default branch or of a tag; to try a branch out, on workflow_dispatch.",
    );
  }
  const review = await reviewProject(context, { lint: false });
  const { state } = review;
  if (!state || !review.valid) {
    annotate(context, review, []);
    await publish(context, [makeReport(context, review, [])], { comment: false });
    return review.failure ?? "the project is not valid";
  }
  const environment = chooseEnvironment(context, state.project.environments, by, (name) =>
    namedEnvironment(state.project, name),
  );
  if (environment === null) {
    context.print("No environment of config.yml is deployed by this event: validated and planned only.");
    return look(context, { lint: true, bundle: false });
  }
  annotate(context, review, []);
  return deploy(context, review, environment);
}

/** The one environment of this job: it holds one environment's credentials. */
function chooseEnvironment(
  { inputs, event }: ActionContext,
  environments: readonly Environment[],
  by: "event" | "input",
  named: (name: string) => Environment,
): Environment | null {
  const matching = environmentsToDeploy(event, environments);
  if (inputs.environment !== null) {
    const environment = named(inputs.environment);
    return by === "input" || matching.includes(environment) ? environment : null;
  }
  const [only, another] = matching;
  if (another) {
    throw new UserError(
      "LDP901",
      `This event deploys ${matching.map((environment) => environment.name).join(" and ")}, and a job holds the credentials of one.`,
      "Give each environment a job of its own with the input environment: the output environments is a matrix of them.",
    );
  }
  if (!only && inputs.command === "deploy") {
    throw new UserError(
      "LDP901",
      "No environment of config.yml is deployed by this event.",
      "Name one with the input environment, or set deploy_on in config.yml.",
    );
  }
  return only ?? null;
}

function annotate(context: ActionContext, review: Review, more: Review["lintDiagnostics"]): void {
  // Environments of one bundle find the same: once is enough.
  const findings = [
    ...new Map(
      [...review.plan.diagnostics, ...more, ...review.lintDiagnostics].map((each) => [JSON.stringify(each), each]),
    ).values(),
  ];
  context.forge.annotate(findings, context.project);
  const tables = review.state?.project.tables.length ?? 0;
  const [errors, warnings] = [count(findings, "error"), count(findings, "warning")];
  context.print(`${plural(tables, "table")}: ${plural(errors, "error")}, ${plural(warnings, "warning")}`);
}
