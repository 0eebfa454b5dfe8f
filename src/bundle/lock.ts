import type { BundleCli, Tools } from "./cli.js";
import { limits } from "./cli.js";

/** The deploy lock as the CLI writes it. */
export interface DeployLock {
  readonly id: string;
  readonly user: string;
  /** As written, and in milliseconds since the epoch. */
  readonly acquiredAt: string;
  readonly acquired: number;
}

const POLL = 10_000;

export function lockPath(statePath: string): string {
  return `${statePath}/deploy.lock`;
}

/** The lock as it is now; null when there is none; "unknown" when it could not be read. */
export async function readLock(
  cli: BundleCli,
  statePath: string,
  tools: Tools,
  evenCancelled = false,
): Promise<DeployLock | null | "unknown"> {
  const result = await cli.call(["workspace", "export", lockPath(statePath), "--format", "AUTO"], {
    timeout: evenCancelled ? 4_000 : limits.look,
    attempts: evenCancelled ? 1 : 3,
    // Away from the bundle: the CLI would resolve its host there.
    cwd: tools.temporary,
    evenCancelled,
  });
  if (!result.ok)
    return /doesn't exist|does not exist|RESOURCE_DOES_NOT_EXIST|404/i.test(result.stderr) ? null : "unknown";
  return parseLock(result.stdout);
}

export function parseLock(text: string): DeployLock | "unknown" {
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    const { ID, User, AcquisitionTime } = value;
    if (typeof ID !== "string" || typeof AcquisitionTime !== "string") return "unknown";
    return {
      id: ID,
      user: String(User ?? "unknown"),
      acquiredAt: AcquisitionTime,
      acquired: Date.parse(AcquisitionTime),
    };
  } catch {
    return "unknown";
  }
}

/** Whether a deploy failed because somebody else holds the lock: nothing was done then. */
export function isLockFailure(stderr: string): boolean {
  return /deploy lock (force-)?acquired by|Failed to acquire deployment lock/i.test(stderr);
}

/**
 * Waits until nobody holds the lock, at most `timeout` milliseconds, saying who holds it and since when.
 * @returns null when it is free, else the lock that is still held
 */
export async function waitForLock(
  cli: BundleCli,
  statePath: string,
  timeout: number,
  tools: Tools,
): Promise<DeployLock | null | "unknown"> {
  const started = tools.now();
  for (let first = true; ; first = false) {
    const lock = await readLock(cli, statePath, tools);
    const waited = tools.now() - started;
    if (lock === null || tools.signal?.aborted || waited >= timeout) return lock;
    if (lock === "unknown" && !first) return lock;
    const left = Math.ceil((timeout - waited) / 1000);
    tools.log(`${describeLock(lock, tools.now())}; waiting, ${left} s at most`);
    await tools.sleep(Math.min(POLL, Math.max(1, timeout - waited)), tools.signal);
  }
}

/** `the deploy lock is held by ann@example.com since 2026-01-01T00:00:00Z (12 min)` */
export function describeLock(lock: DeployLock | "unknown", now: number): string {
  if (lock === "unknown") return "the deploy lock is held by someone else";
  return `the deploy lock is held by ${lock.user} since ${lock.acquiredAt} (${age(now - lock.acquired)})`;
}

function age(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return "age unknown";
  const minutes = Math.max(0, Math.round(milliseconds / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
}

/**
 * Releases the lock when it is the one with our ID; a runner leaves about ten seconds for it.
 * @returns whether it is free now
 */
export async function releaseLock(cli: BundleCli, statePath: string, id: string, tools: Tools): Promise<boolean> {
  const lock = await readLock(cli, statePath, tools, true);
  if (lock === null) return true;
  if (lock === "unknown" || lock.id !== id) return false;
  const removed = await cli.call(["workspace", "delete", lockPath(statePath)], {
    timeout: 4_000,
    cwd: tools.temporary,
    evenCancelled: true,
  });
  return removed.ok;
}

/** The command by which a person releases a lock that stayed. */
export function releaseCommand(statePath: string): string {
  return `databricks workspace delete ${lockPath(statePath)}`;
}
