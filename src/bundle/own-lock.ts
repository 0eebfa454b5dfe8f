import { readFileSync } from "node:fs";
import type { Tools } from "./cli.js";

/** Milliseconds that a cancelled deploy gets to learn whether it took the lock; a runner kills after ten seconds. */
const patience = 1_500;
const step = 20;

/** The arguments that make the CLI write its log, in which each request stands with its body and answer. */
export function logArguments(file: string): string[] {
  return ["--log-file", file, "--log-level", "debug"];
}

/**
 * The ID of the lock that this very run of the CLI took, by its log; null when it took none, or does not know it yet. Neither the
 * user nor the time in a lock tells whose it is: two jobs that deploy at once have the same identity.
 */
export function ownLockId(logFile: string): string | null {
  const taken = [...readLog(logFile).matchAll(written)].at(-1)?.groups?.body;
  return taken === undefined ? null : (/"ID": "([^"\s]+)"/.exec(taken)?.[1] ?? null);
}

/**
 * Waits until a run of the CLI that is about to take the lock has done so, or has failed to: killed in between it would leave a
 * lock that nobody can tell for ours. Returns at once where it has not come to that, or is past it.
 */
export async function lockTaken(logFile: string, { sleep }: Pick<Tools, "sleep">): Promise<void> {
  for (let waited = 0; waited < patience; waited += step) {
    if (!asking.test(readLog(logFile)) || ownLockId(logFile) !== null) return;
    await sleep(step);
  }
}

const asking = / Info: Acquiring deployment lock /;
const written = / POST \S*\/deploy\.lock(?:\?\S*)?\n(?<body>(?:> .*\n)+)< HTTP\/\S+ 2\d\d /g;

/** Empty before the CLI starts it, and after it was removed. */
function readLog(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
