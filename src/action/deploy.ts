import type { Reviewed } from "../bundle/binding.js";
import { type DeployOptions, deployEnvironment } from "../bundle/deploy.js";
import type { DeployResult } from "../bundle/model.js";
import { releaseGate } from "../bundle/release-gate.js";
import { runRequest } from "../bundle/run.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import type { Answer } from "../forge/forge.js";
import type { Environment } from "../project/model.js";
import { renderDeployMarkdown } from "../render/deploy.js";
import { readHeader } from "../render/header.js";
import { UserError } from "../system/errors.js";
import { GitError, git } from "../system/git.js";
import { bundleOptions } from "./bundle-tools.js";
import type { ActionContext } from "./context.js";
import { output } from "./outputs.js";
import { makeReport, type Review, writeReport } from "./review.js";

/**
 * Deploys one environment: the checks of a release tag, the review that binds the plan, the bundle's own gate, and a record of it.
 * @returns why the job fails; null when the deploy succeeded.
 */
export async function deploy(context: ActionContext, review: Review, environment: Environment): Promise<string | null> {
  const { forge, inputs } = context;
  const grounds = await checkRelease(context, environment);
  if (!grounds.allowed) {
    forge.annotate(grounds.diagnostics, context.project);
    output("deployed", []);
    forge.addSummary(renderDeployMarkdown(environment.name, null, grounds.diagnostics, context.links));
    return `${environment.name} is not deployed: ${grounds.diagnostics[0]?.message ?? "a check of the tag failed"}`;
  }
  checkCheckout(context);
  const reviewed = inputs.planBinding === "off" ? null : await findReviewed(context, environment);
  const options: DeployOptions = {
    ...bundleOptions(context, review, environment, true),
    allowDestructive: inputs.allowDestructive,
    binding: inputs.planBinding,
    reviewed,
    planOnly: false,
    forceLock: inputs.forceLock,
    lockTimeout: inputs.lockTimeout * 60_000,
    run:
      inputs.run === "false"
        ? null
        : runRequest(tablesToRun(review, inputs.run), review.state?.project.pipeline ?? null),
  };
  const record = await startRecord(context, review, environment, grounds.override);
  const result = await deployEnvironment(options);
  await finishRecord(context, record, environment, result);

  const diagnostics = [...grounds.diagnostics, ...result.diagnostics];
  forge.annotate(diagnostics, context.project);
  forge.addSummary(renderDeployMarkdown(environment.name, result, diagnostics, context.links));
  output("bundle-digest", result.plan.digest ?? "");
  output(
    "destructive",
    result.plan.actions.some((action) => action.destructive),
  );
  output("deployed", result.outcome === "deployed" ? result.resources : []);
  writeReport(context, makeReport(context, review, [result.plan]));
  if (result.outcome !== "deployed") {
    const error = diagnostics.find((diagnostic) => diagnostic.severity === "error");
    return `${environment.name}: ${result.outcome}${error ? `: ${error.message}` : ""}`;
  }
  return result.run && !result.run.succeeded ? `${environment.name}: deployed, and the update after it failed` : null;
}

interface Grounds {
  readonly allowed: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly override: string | null;
}

/** Whether a tag may be deployed, by the server's history and our own deployment records. Other events need no grounds. */
async function checkRelease(context: ActionContext, environment: Environment): Promise<Grounds> {
  const { event, forge, inputs } = context;
  if (event.kind !== "tag-push" && environment.requires === null)
    return { allowed: true, diagnostics: [], override: null };
  const commit = commitOf(context);
  const unasked = <T>(what: string): Answer<T> => ({
    ok: false,
    finding: finding("LDP905", `there is no github-token to ${what} with`, null, {
      hint: "Leave the input github-token at its default.",
    }),
  });
  const { history, deployments } = forge;
  const named = event.defaultBranch === null ? await history?.defaultBranch() : null;
  const branch = event.defaultBranch ?? (named?.ok ? named.value : "main");
  const tree = history ? await history.treeOf(commit) : unasked<string>("read the commit");
  const gate = releaseGate({
    environment: environment.name,
    tag: event.kind === "tag-push" ? event.tag : (event.ref ?? commit),
    commit,
    defaultBranch: branch,
    onDefaultBranch:
      event.kind !== "tag-push"
        ? { ok: true, value: "state" }
        : history
          ? await history.placeOnBranch(commit, branch)
          : unasked("ask for the branch's history"),
    requires: environment.requires,
    deployed:
      environment.requires === null
        ? null
        : !tree.ok
          ? tree
          : deployments
            ? await deployments.succeeded(environment.requires, tree.value, context.project)
            : unasked("read the deployments"),
    override: inputs.overrideReason,
  });
  if (gate.grounds !== null) context.print(gate.grounds);
  return gate;
}

/** What was reviewed: the input, else what the comment of the merged pull request holds for this project and environment. */
async function findReviewed(context: ActionContext, environment: Environment): Promise<Reviewed | null> {
  const { inputs, forge } = context;
  if (inputs.reviewedPlan !== null)
    return { digest: inputs.reviewedPlan, actions: null, where: "the input reviewed-plan" };
  if (!forge.pullRequests) return null;
  const merged = await forge.pullRequests.mergedBy(commitOf(context));
  if (!merged.ok || merged.value === null) {
    if (!merged.ok) forge.annotate([merged.finding], context.project);
    return null;
  }
  // A pull request into another branch was reviewed against that branch's state.
  const branch = context.event.defaultBranch;
  if (branch !== null && merged.value.base !== branch) return null;
  const comments = await forge.pullRequests.readComments(merged.value.number);
  if (!comments.ok) {
    forge.annotate([comments.finding], context.project);
    return null;
  }
  let edited: Reviewed | null = null;
  for (const { body, editedBy } of comments.value) {
    const header = readHeader(body);
    // A comment that stands for an earlier push of the branch reviewed something else.
    if (header?.key !== inputs.commentKey || header.commit !== merged.value.head) continue;
    const found = header.environments.find(
      (each) => each.directory === context.project && each.environment === environment.name,
    );
    if (!found) continue;
    if (editedBy === null) return { digest: found.digest, actions: found.actions, where: merged.value.url };
    edited ??= { digest: null, actions: null, where: merged.value.url, editedBy };
  }
  return edited;
}

function tablesToRun(review: Review, which: "changed" | "all") {
  return review.plan.tables.filter(
    (table) =>
      table.change !== "removed" && (which === "all" || (table.change !== null && table.change !== "unchanged")),
  );
}

async function startRecord(
  context: ActionContext,
  review: Review,
  environment: Environment,
  override: string | null,
): Promise<number | null> {
  const { forge } = context;
  if (!forge.deployments) return null;
  const answer = await forge.deployments.start({
    environment: environment.name,
    sha: commitOf(context),
    tree: treeOfHead(context.directory),
    project: review.plan.project ?? "",
    directory: context.project,
    bundleDigest: null,
    override,
    production: environment.deployOn === "tag",
  });
  if (answer.ok) return answer.value;
  // Without a record a later `requires` refuses: that has to be seen now, not at the release.
  forge.annotate([answer.finding], context.project);
  return null;
}

async function finishRecord(
  context: ActionContext,
  record: number | null,
  environment: Environment,
  result: DeployResult,
): Promise<void> {
  if (record === null) return;
  const state = result.outcome === "deployed" ? "success" : result.outcome === "cancelled" ? "error" : "failure";
  const { counts } = result.plan;
  const description = `${result.outcome}: ${counts.create} created, ${counts.update} updated, ${counts.recreate} recreated, ${counts.delete} deleted`;
  const answer = await context.forge.deployments?.finish(record, state, {
    environmentUrl: environment.url ?? result.url,
    description,
  });
  if (answer && !answer.ok) context.forge.annotate([answer.finding], context.project);
}

function commitOf(context: ActionContext): string {
  if (context.event.sha) return context.event.sha;
  throw new UserError("LDP901", "GITHUB_SHA is not set: it is not known which commit is deployed.");
}

/**
 * Refuses to deploy other files than those of the commit that the checks are about.
 * @throws UserError LDP901 when the checkout is of another commit with another tree.
 */
function checkCheckout(context: ActionContext): void {
  const commit = commitOf(context);
  const deployed = treeOfHead(context.directory);
  let expected: string;
  try {
    expected = git(context.directory, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}^{tree}`])
      .toString("utf8")
      .trim();
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    expected = "";
  }
  if (expected === deployed) return;
  throw new UserError(
    "LDP901",
    `The checkout is not of ${commit.slice(0, 8)}, the commit of this event: its review and its history say nothing of these files.`,
    "Leave `ref` of actions/checkout at its default.",
  );
}

/** The tree that is deployed: that of what is checked out, whatever the event says. */
function treeOfHead(directory: string): string {
  try {
    return git(directory, ["rev-parse", "HEAD^{tree}"]).toString("utf8").trim();
  } catch (error) {
    if (error instanceof GitError) {
      throw new UserError(
        "LDP901",
        "The workspace is no git repository: it is not known what is deployed.",
        "Check the repository out with actions/checkout.",
      );
    }
    throw error;
  }
}
