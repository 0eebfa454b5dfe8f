import type { BranchPlace } from "../forge.js";
import type { Client } from "./client.js";
import type { Place } from "./place.js";

const pageSize = 100;
/** Pages of commits that are looked through for the line of a branch. */
const mostPages = 100;

/**
 * How a branch has a commit, by the server's comparison. A commit that is a state of the branch is met on the way from its head along
 * first parents; one that only came in by a merge was never what the branch held. A branch or commit that GitHub does not know is a 404.
 */
export async function placeOnBranch(client: Client, place: Place, sha: string, branch: string): Promise<BranchPlace> {
  const since = new Map<string, readonly string[]>();
  for (let page = 1; page <= mostPages; page++) {
    const { data } = await client.request("GET /repos/{owner}/{repo}/compare/{basehead}", {
      ...place,
      basehead: `${sha}...${branch}`,
      per_page: pageSize,
      page,
    });
    if (data.status === "identical") return "state";
    if (data.status !== "ahead") return "outside";
    for (const commit of data.commits)
      since.set(
        commit.sha,
        commit.parents.map((parent) => parent.sha),
      );
    if (since.size >= data.total_commits) return isFirstParent(since, sha) ? "state" : "merged";
    if (data.commits.length === 0) break;
  }
  throw Object.assign(new Error(`the way from ${branch} to the commit is too long`), { status: 422 });
}

/** @param since the parents of each commit that the branch has since */
function isFirstParent(since: ReadonlyMap<string, readonly string[]>, sha: string): boolean {
  const parents = new Set([...since.values()].flat());
  let commit = [...since.keys()].find((one) => !parents.has(one));
  while (commit !== undefined && commit !== sha) commit = since.get(commit)?.[0];
  return commit === sha;
}

/** The merge base of two commits, by the server's comparison: a checkout's history is often cut. */
export async function mergeBase(client: Client, place: Place, base: string, head: string): Promise<string> {
  const { data } = await client.request("GET /repos/{owner}/{repo}/compare/{basehead}", {
    ...place,
    basehead: `${base}...${head}`,
    per_page: 1,
  });
  return data.merge_base_commit.sha;
}

export async function defaultBranch(client: Client, place: Place): Promise<string> {
  const { data } = await client.request("GET /repos/{owner}/{repo}", { ...place });
  return data.default_branch;
}

export async function treeOf(client: Client, place: Place, sha: string): Promise<string> {
  const { data } = await client.request("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", {
    ...place,
    commit_sha: sha,
  });
  return data.tree.sha;
}
