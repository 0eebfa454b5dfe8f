import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import type { CliResult } from "./cli.js";
import { bundleFindings } from "./diagnostics.js";
import { readLock, releaseCommand, releaseLock } from "./lock.js";
import type { DeployedResource } from "./model.js";
import { lastLines } from "./output.js";
import type { Session } from "./session.js";
import type { ResolvedBundle } from "./validate.js";

/** Whether the CLI refused a plan file because the state has moved on: nothing was done then. */
export function isStale(stderr: string): boolean {
  return /plan serial \d+ does not match|plan lineage .* does not match|state has been modified since the plan/i.test(
    stderr,
  );
}

/** LDP531: a deploy that failed, with its cause, what was done before it, and what became of the lock. */
export async function failed(
  session: Session,
  bundle: ResolvedBundle,
  result: CliResult,
  lockId: string | null,
  done: readonly DeployedResource[],
): Promise<Diagnostic> {
  const { environment } = session.options;
  const errors = bundleFindings(result.stderr).filter((one) => one.severity === "error");
  const [first, ...others] = errors;
  const seconds = Math.round(result.milliseconds / 1000);
  const cause = result.timedOut
    ? `it did not end within ${seconds} s and was stopped`
    : (first?.message ?? (lastLines(result.stderr, 3).join(" | ") || `exit status ${result.code}`));
  const lock = await settleLock(session, bundle, lockId);
  const more = others.map((one) => one.message).slice(0, 5);
  return finding(
    "LDP531",
    `${environment}: the deploy failed${after(done)}: ${cause}`,
    first?.file && first.line ? { file: first.file, line: first.line, column: first.column ?? 1 } : null,
    {
      hint: [
        first?.hint,
        more.length > 0 ? `Also: ${more.join("; ")}.` : undefined,
        lock,
        "The next plan holds what is left.",
      ]
        .filter((part) => part !== undefined && part !== "")
        .join(" "),
    },
  );
}

/** LDP532: a deploy that was cancelled. Takes at most some seconds: that is all a runner leaves. */
export async function cancelled(
  session: Session,
  bundle: ResolvedBundle,
  result: CliResult,
  lockId: string | null,
  done: readonly DeployedResource[],
): Promise<Diagnostic> {
  const lock = await settleLock(session, bundle, lockId);
  const seconds = Math.round(result.milliseconds / 1000);
  return finding(
    "LDP532",
    `${session.options.environment}: the deploy was cancelled after ${seconds} s${after(done)}; what was under way may have been done too`,
    null,
    { hint: [lock, "Deploy again: the next plan holds what is left."].filter((part) => part !== "").join(" ") },
  );
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
