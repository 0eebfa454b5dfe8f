import type { Finished } from "../system/process.js";

/** How a process ended, in one line: for messages. */
export function howItEnded(finished: Finished, timeout: number): string {
  if (finished.timedOut) return `did not end within ${timeout / 1000} s`;
  if (finished.startError !== null)
    return `could not be started (${finished.startError.code ?? finished.startError.message})`;
  const said = fatalLine(finished.stderr) ?? fatalLine(finished.stdout);
  const end = finished.signal === null ? `ended with status ${finished.code}` : `was ended by ${finished.signal}`;
  return said === null ? end : `${end}: ${said}`;
}

/** The line that says what went wrong: the last that calls itself an error, else the last one. */
function fatalLine(text: string): string | null {
  const lines = text
    .split("\n")
    .map((line) => line.replaceAll(/\p{Cc}+/gu, " ").trim())
    .filter((line) => line !== "");
  return (lines.findLast((line) => /^error\b/i.test(line)) ?? lines.at(-1))?.slice(0, 300) ?? null;
}
