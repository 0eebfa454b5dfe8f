import type { Finished } from "../system/process.js";

/** How a process ended, in one line: for messages. */
export function howItEnded(finished: Finished, timeout: number): string {
  if (finished.timedOut) return `did not end within ${timeout / 1000} s`;
  if (finished.startError !== null)
    return `could not be started (${finished.startError.code ?? finished.startError.message})`;
  const said = lastLine(finished.stderr) ?? lastLine(finished.stdout);
  const end = finished.signal === null ? `ended with status ${finished.code}` : `was ended by ${finished.signal}`;
  return said === null ? end : `${end}: ${said}`;
}

function lastLine(text: string): string | null {
  const line =
    text
      .trimEnd()
      .split("\n")
      .at(-1)
      ?.replaceAll(/\p{Cc}+/gu, " ")
      .trim() ?? "";
  return line === "" ? null : line.slice(0, 300);
}
