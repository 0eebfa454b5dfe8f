import type { ChangedFile, MergedPullRequest } from "../forge.js";
import type { Client } from "./client.js";
import type { Place } from "./place.js";

/**
 * The merged pull request that a commit came by. GitHub also lists pull requests that merely contain the commit; one whose merge
 * made this very commit goes first, then the one that was merged last.
 */
export async function mergedBy(client: Client, place: Place, sha: string): Promise<MergedPullRequest | null> {
  const all = await client.paginate("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", {
    ...place,
    commit_sha: sha,
    per_page: 100,
  });
  const [found] = all
    .filter((pull) => pull.merged_at !== null)
    .sort(
      (a, b) =>
        Number(b.merge_commit_sha === sha) - Number(a.merge_commit_sha === sha) ||
        Date.parse(b.merged_at ?? "") - Date.parse(a.merged_at ?? ""),
    );
  if (!found) return null;
  const { number, html_url: url, head, base, merge_commit_sha: mergeCommit } = found;
  return { number, url, head: head.sha, mergeCommit, base: base.ref };
}

/** What a pull request changes; GitHub lists up to 3,000 files. */
export async function changedFiles(
  client: Client,
  place: Place,
  number: number,
): Promise<ReadonlyMap<string, ChangedFile>> {
  const files = await client.paginate("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", {
    ...place,
    pull_number: number,
    per_page: 100,
  });
  return new Map(
    files
      .filter((file) => file.status !== "removed")
      .map((file) => [
        file.filename,
        {
          status: statusOf(file.status),
          previous: file.previous_filename ?? null,
          // A patch is left out where it is too big, for binaries, and where a rename changed nothing.
          lines: file.patch === undefined ? (file.changes === 0 ? [] : null) : newLines(file.patch),
        },
      ]),
  );
}

/** The runs of added lines of a unified diff's hunks, numbered as in the new file. */
export function newLines(patch: string): (readonly [number, number])[] {
  const runs: [number, number][] = [];
  let line = 0;
  for (const text of patch.split("\n")) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text);
    if (hunk) {
      line = Number(hunk[1]);
    } else if (text.startsWith("+")) {
      const last = runs.at(-1);
      if (last && last[1] === line - 1) last[1] = line;
      else runs.push([line, line]);
      line += 1;
    } else if (!text.startsWith("-") && !text.startsWith("\\")) {
      line += 1;
    }
  }
  return runs;
}

function statusOf(status: string): ChangedFile["status"] {
  return status === "added" || status === "modified" || status === "renamed" ? status : "other";
}
