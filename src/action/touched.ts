import type { ChangedFile } from "../forge/forge.js";
import type { LineRange, TouchedLines } from "../lint/touched.js";
import { GitError, git } from "../system/git.js";
import type { ActionContext } from "./context.js";

/**
 * The lines that a pull request touches in the project: by git, else, where the base could not be had, by GitHub's list of its files.
 * Null when neither tells, and for other events.
 */
export async function linesOfPullRequest(context: ActionContext, base: string | null): Promise<TouchedLines | null> {
  const { event, forge, directory, project } = context;
  if (event.kind !== "pull-request") return null;
  const local = base === null ? null : touchedLines(directory, base);
  if (local !== null) return local;
  const answer = await forge.pullRequests?.changedFiles(event.number);
  return answer?.ok ? inProject(answer.value, project) : null;
}

/** By paths relative to the project; a file without a patch counts as touched as a whole. */
function inProject(files: ReadonlyMap<string, ChangedFile>, project: string): TouchedLines {
  const prefix = project === "." ? "" : `${project}/`;
  const whole: readonly LineRange[] = [[1, Number.MAX_SAFE_INTEGER]];
  return new Map(
    [...files]
      .filter(([path]) => path.startsWith(prefix))
      .map(([path, { lines }]) => [path.slice(prefix.length), lines ?? whole]),
  );
}

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
