import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import type { CliResult } from "./cli.js";
import { bundleFindings } from "./diagnostics.js";
import { readLock, releaseCommand, releaseLock } from "./lock.js";
import type { DeployedResource, EnvironmentPlan } from "./model.js";
import { lastLines } from "./output.js";
import { planBundle } from "./plan-environment.js";
import { isStopped, type Session } from "./session.js";
import type { ResolvedBundle } from "./validate.js";

/** Whether the CLI refused a plan file because the state has moved on: nothing was done then. */
export function isStale(stderr: string): boolean {
  return /plan serial \d+ does not match|plan lineage .* does not match|state has been modified since the plan/i.test(
    stderr,
  );
}

/** One run of `bundle deploy`. */
export interface Attempt {
  readonly result: CliResult;
  /** Of the lock that this run took; null when it is not known. */
  readonly lockId: string | null;
  /** What the CLI reported as done, which it does only at the end of a phase. */
  readonly done: readonly DeployedResource[];
}

interface Told {
  readonly finding: Diagnostic;
  readonly done: readonly DeployedResource[];
}

/** LDP531: a deploy that failed, with its cause, what was done before it, and what became of the lock. */
export async function failed(
  session: Session,
  bundle: ResolvedBundle,
  plan: EnvironmentPlan,
  attempt: Attempt,
): Promise<Told> {
  const { result } = attempt;
  const [first, ...others] = bundleFindings(result.stderr).filter((one) => one.severity === "error");
  const seconds = Math.round(result.milliseconds / 1000);
  const cause = result.timedOut
    ? `it did not end within ${seconds} s and was stopped`
    : (first?.message ?? (lastLines(result.stderr, 3).join(" | ") || `exit status ${result.code}`));
  const lock = await settleLock(session, bundle, attempt.lockId);
  const done = result.timedOut ? attempt.done : await doneOf(session, bundle, plan, attempt.done);
  const more = others.map((one) => one.message).slice(0, 5);
  const place = first?.file && first.line ? { file: first.file, line: first.line, column: first.column ?? 1 } : null;
  const hint = [
    first?.hint,
    more.length > 0 ? `Also: ${more.join("; ")}.` : undefined,
    taken.test(cause)
      ? `If an earlier deploy that was stopped created it, take it over: \`databricks bundle deployment bind KEY ID -t ${session.options.target}\`.`
      : undefined,
    lock,
    result.timedOut ? unrecorded : "The next plan holds what is left.",
  ];
  return {
    finding: finding("LDP531", `${session.options.environment}: the deploy failed${after(done)}: ${cause}`, place, {
      hint: hint.filter((part) => part !== undefined && part !== "").join(" "),
    }),
    done,
  };
}

/** LDP532: a deploy that was cancelled. Takes at most some seconds: that is all a runner leaves. */
export async function cancelled(
  session: Session,
  bundle: ResolvedBundle,
  plan: EnvironmentPlan,
  attempt: Attempt,
): Promise<Told> {
  const lock = await settleLock(session, bundle, attempt.lockId);
  const seconds = Math.round(attempt.result.milliseconds / 1000);
  const planned = plan.actions.map((one) => `${one.action} ${one.resource}`).join(", ");
  const open = planned === "" ? "" : `; any of this may have been done: ${planned}`;
  return {
    finding: finding(
      "LDP532",
      `${session.options.environment}: the deploy was cancelled after ${seconds} s${after(attempt.done)}${open}`,
      null,
      { hint: [lock, unrecorded].filter((part) => part !== "").join(" ") },
    ),
    done: attempt.done,
  };
}

const taken = /already (used|exists)|RESOURCE_CONFLICT|RESOURCE_ALREADY_EXISTS/i;

const unrecorded =
  "Deploy again: the next plan holds what is left. What was created and not recorded is planned as `create` again: take it over with `databricks bundle deployment bind KEY ID`.";

/** What a failed deploy did, told by a plan after it: what is not planned any more was done. */
async function doneOf(
  session: Session,
  bundle: ResolvedBundle,
  plan: EnvironmentPlan,
  reported: readonly DeployedResource[],
): Promise<readonly DeployedResource[]> {
  if (reported.length > 0) return reported;
  const now = await planBundle(session, bundle);
  if (isStopped(now)) return reported;
  const left = new Map(now.plan.actions.map((one) => [one.resource, one.action]));
  return plan.actions
    .filter((one) => left.get(one.resource) !== one.action)
    .map(({ resource, action }) => ({ resource, action, name: null, id: null, url: null }));
}

/** Releases our own lock after the CLI could not, and says what became of it. */
async function settleLock(session: Session, bundle: ResolvedBundle, lockId: string | null): Promise<string> {
  const { tools } = session.options;
  if (!bundle.locks || bundle.statePath === null) return "";
  if (lockId !== null) {
    return (await releaseLock(session.cli, bundle.statePath, lockId, tools))
      ? "Our deploy lock is released."
      : `The deploy lock could not be released; when nobody is deploying: \`${releaseCommand(bundle.statePath)}\`.`;
  }
  const lock = await readLock(session.cli, bundle.statePath, tools, true);
  if (lock === null) return "";
  return `A deploy lock is there and may be ours; when nobody is deploying: \`${releaseCommand(bundle.statePath)}\`.`;
}

function after(done: readonly DeployedResource[]): string {
  if (done.length === 0) return "";
  return ` after it had done: ${done.map((one) => `${one.action} ${one.resource}`).join(", ")}`;
}
