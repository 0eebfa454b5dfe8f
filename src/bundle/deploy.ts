import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { hasErrors } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { UserError } from "../system/errors.js";
import { checkBinding, type PlanBinding, type Reviewed } from "./binding.js";
import { type Attempt, cancelled, failed, isStale } from "./deploy-failure.js";
import { boundActions } from "./digest.js";
import { checkGate } from "./gate.js";
import { describeLock, isLockFailure, lockPath, releaseCommand, waitForLock } from "./lock.js";
import type { DeployedResource, DeployResult, EnvironmentPlan } from "./model.js";
import { lockTaken, logArguments, ownLockId } from "./own-lock.js";
import { adviceFor, type PlannedBundle, planBundle, unique, unplanned } from "./plan-environment.js";
import { firstRun, type RunRequest, runPipelines } from "./run.js";
import { type EnvironmentOptions, isStopped, openBundle, type Session, stopped } from "./session.js";
import { deployedResources } from "./summary.js";
import { type ResolvedBundle, validateBundle } from "./validate.js";

export interface DeployOptions extends EnvironmentOptions {
  /** Resources that the plan may destroy. */
  readonly allowDestructive: readonly string[];
  readonly binding: PlanBinding;
  /** Null where nothing was reviewed, or nobody can tell. */
  readonly reviewed: Reviewed | null;
  /** Stop after the gate. */
  readonly planOnly: boolean;
  readonly forceLock: boolean;
  /** Milliseconds to wait for the lock of someone else. */
  readonly lockTimeout: number;
  /** The update to start after the deploy; null: none. */
  readonly run: RunRequest | null;
}

/**
 * Validates, plans, gates and deploys one environment: the plan file that passed the gate, where the CLI takes it. A deploy is
 * never repeated; what is tried again is planned and gated again, after a lock or a stale plan, when nothing was done.
 * Never throws for what a user can mend.
 */
export async function deployEnvironment(options: DeployOptions): Promise<DeployResult> {
  try {
    const session = await openBundle(options);
    if (isStopped(session)) return refused(unplanned(options, session, null), [], "failed");
    const bundle = await validateBundle(session);
    if (isStopped(bundle)) return refused(unplanned(options, bundle, session), [], ending(options));
    return await planAndDeploy(session, bundle, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const found = finding(error.code, error.message, null, error.hint === undefined ? {} : { hint: error.hint });
    return refused(unplanned(options, stopped("failed", error.message, [found]), null), [], "failed");
  }
}

async function planAndDeploy(session: Session, bundle: ResolvedBundle, options: DeployOptions): Promise<DeployResult> {
  const { tools } = options;
  const until = tools.now() + options.lockTimeout;
  const lockable = bundle.locks && !options.forceLock && !options.planOnly && bundle.statePath !== null;
  for (let round = 1; ; round++) {
    if (lockable) {
      const lock = await waitForLock(session.cli, bundle.statePath ?? "", Math.max(0, until - tools.now()), tools);
      if (tools.signal?.aborted) return refused(unplanned(options, waitCancelled(options), session), [], "cancelled");
      if (lock !== null && lock !== "unknown")
        return refused(unplanned(options, locked(options, bundle, lock, tools.now()), session), [], "failed");
    }
    const planned = await planBundle(session, bundle);
    if (isStopped(planned)) return refused(unplanned(options, planned, session), bundle.diagnostics, ending(options));

    const gate = checkGate(planned.plan, options.allowDestructive, adviceFor(planned.plan, bundle));
    const binding = checkBinding(planned.plan, options.reviewed, options.planOnly ? "off" : options.binding);
    const findings = [...planned.plan.diagnostics, ...gate.diagnostics, ...binding];
    if (!gate.allowed || hasErrors(binding)) return refused(planned.plan, findings, "refused");
    if (options.planOnly) return refused(planned.plan, findings, "planned");

    const method = deployMethod(session, bundle, planned);
    const outcome = await deployOnce(session, bundle, planned, method.how, gate.approve, options.forceLock);
    if (outcome === "again" && round < 5 && tools.now() <= until) {
      tools.log(`the state of ${options.environment} has changed since the plan; planning again`);
      continue;
    }
    const notes =
      method.why === null
        ? []
        : [finding("LDP533", `${options.environment}: deployed without the plan file: ${method.why}`, null)];
    if (outcome === "again") {
      const lock = locked(options, bundle, "unknown", tools.now());
      return refused(planned.plan, [...findings, ...lock.diagnostics], "failed");
    }
    if (!outcome.result.ok) {
      const how = outcome.result.cancelled ? cancelled : failed;
      const told = await how(session, bundle, planned.plan, outcome);
      return {
        ...refused(
          planned.plan,
          [...findings, ...notes, told.finding],
          outcome.result.cancelled ? "cancelled" : "failed",
        ),
        method: method.how,
        resources: told.done,
      };
    }
    return finish(session, bundle, planned, [...findings, ...notes], method.how, outcome.done, options.run);
  }
}

/** After a deploy that succeeded: links, the check that nothing is left to do, the first run. */
async function finish(
  session: Session,
  bundle: ResolvedBundle,
  planned: PlannedBundle,
  findings: readonly Diagnostic[],
  method: "plan file" | "plain",
  done: readonly DeployedResource[],
  request: RunRequest | null,
): Promise<DeployResult> {
  const { environment } = session.options;
  const linked = await deployedResources(session, planned.plan, done);
  const left = await leftOver(session, bundle);
  const run = request === null ? null : await runPipelines(session, firstRun(request, planned.plan));
  return {
    plan: planned.plan,
    outcome: "deployed",
    method,
    resources: linked ?? done,
    diagnostics: unique([
      ...findings,
      ...(linked
        ? []
        : [finding("LDP535", `${environment}: deployed, but bundle summary failed: there are no links`, null)]),
      ...left,
      ...(run?.diagnostics ?? []),
    ]),
    url: session.credentials.host || null,
    run: run && { pipelines: run.pipelines, succeeded: run.diagnostics.length === 0 },
  };
}

async function leftOver(session: Session, bundle: ResolvedBundle): Promise<Diagnostic[]> {
  const { environment } = session.options;
  const again = await planBundle(session, bundle);
  if (isStopped(again)) {
    return [finding("LDP535", `${environment}: deployed, but the plan after it failed: ${again.reason}`, null)];
  }
  const left = boundActions(again.plan.actions);
  if (left.length === 0) return [];
  const text = left.map(({ resource, action, fields }) => {
    const paths = Object.keys(fields);
    return `${action} ${resource}${paths.length > 0 && action !== "create" ? ` (${paths.slice(0, 5).join(", ")})` : ""}`;
  });
  return [finding("LDP534", `${environment}: a plan right after the deploy still wants to ${text.join("; ")}`, null)];
}

/** Whether the CLI can deploy the very plan file, and why not. */
export function deployMethod(
  session: Pick<Session, "hasArtifacts">,
  bundle: Pick<ResolvedBundle, "failOnActiveRuns">,
  planned: Pick<PlannedBundle, "raw">,
): { readonly how: "plan file" | "plain"; readonly why: string | null } {
  if (planned.raw.engine === "terraform") return { how: "plain", why: "the terraform engine has no plan files" };
  if (session.hasArtifacts)
    return { how: "plain", why: "the bundle has artifacts, which the CLI may leave out with a plan file" };
  if (bundle.failOnActiveRuns) return { how: "plain", why: "`fail_on_active_runs` is not looked at with a plan file" };
  return { how: "plan file", why: null };
}

/** One `bundle deploy`; "again" when it did nothing since the lock was taken or the plan was stale. */
async function deployOnce(
  session: Session,
  bundle: ResolvedBundle,
  planned: PlannedBundle,
  method: "plan file" | "plain",
  approve: boolean,
  forceLock: boolean,
): Promise<Attempt | "again"> {
  const { tools, environment } = session.options;
  // The CLI does not notice that a plan from before the first deploy is stale.
  if (planned.raw.serial === null && method === "plan file" && (await hasState(session, bundle))) return "again";

  const folder = join(tools.temporary, `plan-${randomUUID()}`);
  const file = join(folder, "plan.json");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, planned.file, { mode: 0o600 });
  const log = join(folder, "cli.log");
  const done: DeployedResource[] = [];
  tools.log(
    `deploying ${environment} (${method === "plan file" ? "the plan that passed the gate" : "without a plan file"})`,
  );
  try {
    const args = deployArguments(session.arguments, { approve, forceLock, plan: method === "plan file" ? file : null });
    const result = await session.cli.call([...args, ...logArguments(log)], {
      timeout: session.limits.deploy,
      beforeStop: () => lockTaken(log, tools),
      onStderrLine: (line) => {
        const [, verb = "", resource = ""] =
          /^(Created|Updated|Recreated|Deleted|Resized) (\S+\.\S+)$/.exec(line) ?? [];
        if (resource !== "") {
          done.push({ resource, action: verb.toLowerCase().replace(/d$/, ""), name: null, id: null, url: null });
          tools.log(`${verb.toLowerCase()} ${resource}`);
        }
      },
    });
    const nothing = !result.ok && !result.cancelled && done.length === 0;
    if (nothing && (isLockFailure(result.stderr) || isStale(result.stderr))) return "again";
    return { result, lockId: ownLockId(log), done };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The arguments of a deploy; pure, for the tests that compare them. */
export function deployArguments(
  common: readonly string[],
  options: { readonly approve: boolean; readonly forceLock: boolean; readonly plan: string | null },
): string[] {
  return [
    "bundle",
    "deploy",
    ...common,
    ...(options.approve ? ["--auto-approve"] : []),
    ...(options.forceLock ? ["--force-lock"] : []),
    ...(options.plan === null ? [] : ["--plan", options.plan]),
  ];
}

async function hasState(session: Session, bundle: ResolvedBundle): Promise<boolean> {
  if (bundle.statePath === null) return false;
  const result = await session.cli.call(
    ["workspace", "get-status", `${bundle.statePath}/resources.json`, "-o", "json"],
    {
      timeout: session.limits.look,
      attempts: 3,
      cwd: session.options.tools.temporary,
    },
  );
  return result.ok;
}

function duration(milliseconds: number): string {
  return milliseconds < 60_000 ? `${Math.round(milliseconds / 1000)} s` : `${Math.round(milliseconds / 60_000)} min`;
}

function ending(options: DeployOptions): "cancelled" | "failed" {
  return options.tools.signal?.aborted ? "cancelled" : "failed";
}

function waitCancelled(options: DeployOptions) {
  const message = `${options.environment}: cancelled while waiting for the deploy lock; nothing was changed`;
  return stopped("failed", message, [finding("LDP532", message, null)]);
}

function locked(options: DeployOptions, bundle: ResolvedBundle, lock: Parameters<typeof describeLock>[0], now: number) {
  const message = `${options.environment}: ${describeLock(lock, now)}, and it was not released within ${duration(options.lockTimeout)}; nothing was deployed`;
  const found = finding("LDP530", message, null, {
    hint: `When nobody is deploying, remove ${lockPath(bundle.statePath ?? "")} with \`${releaseCommand(bundle.statePath ?? "")}\`, or set \`force-lock: true\` for one run.`,
  });
  return stopped("failed", message, [found]);
}

function refused(
  plan: EnvironmentPlan,
  findings: readonly Diagnostic[],
  outcome: DeployResult["outcome"],
): DeployResult {
  return {
    plan,
    outcome,
    method: null,
    resources: [],
    diagnostics: unique([...plan.diagnostics, ...findings]),
    url: plan.host ?? null,
    run: null,
  };
}
