import { appendFileSync, statSync } from "node:fs";

/** A step's summary may have 1 MiB; over it the runner drops the whole of it. */
const limit = 1024 * 1024;

/**
 * Adds the first text that still fits to the file of the job's summary (GITHUB_STEP_SUMMARY).
 * @returns that text; null when none fits, or the file can't be written
 */
export function addToSummary(file: string | undefined, texts: readonly string[]): string | null {
  if (!file) return null;
  const taken = size(file);
  const fitting = texts.find((text) => taken + Buffer.byteLength(text) + 1 <= limit);
  if (fitting === undefined) return null;
  try {
    appendFileSync(file, `${fitting}\n`);
    return fitting;
  } catch {
    return null;
  }
}

function size(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
