import type { LineRange, TouchedLines } from "../lint/touched.js";
import { GitError, git } from "../system/git.js";

/** The lines that differ between a commit and HEAD, in a folder and relative to it; null when git can't tell. */
export function touchedLines(directory: string, base: string): TouchedLines | null {
  try {
    const options = ["--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--diff-filter=d", "--relative"];
    return readDiff(git(directory, ["-c", "core.quotePath=false", "diff", ...options, base, "HEAD"]).toString("utf8"));
  } catch (error) {
    if (error instanceof GitError) return null;
    throw error;
  }
}

/** The new lines of a unified diff without context, by the path after it. */
export function readDiff(diff: string): TouchedLines {
  const files = new Map<string, LineRange[]>();
  let ranges: LineRange[] | null = null;
  let left = 0;
  for (const line of diff.split("\n")) {
    // Inside a hunk only its lines count: one may look like a header.
    if (left > 0 && /^[-+\\]/.test(line)) {
      if (!line.startsWith("\\")) left -= 1;
      continue;
    }
    const file = /^\+\+\+ (?:"b\/(.*)"|b\/(.*?))\t?$/.exec(line);
    if (file) {
      ranges = [];
      files.set(file[2] ?? (file[1] ?? "").replace(/\\(["\\])/g, "$1"), ranges);
      continue;
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (!hunk) continue;
    const [removed, start, added] = [Number(hunk[1] ?? 1), Number(hunk[2]), Number(hunk[3] ?? 1)];
    left = removed + added;
    if (added > 0) ranges?.push([start, start + added - 1]);
  }
  return files;
}
