import type { Client } from "./client.js";
import type { Place } from "./place.js";

/** Whether a branch has a commit, by the server's comparison. A branch or commit that GitHub does not know is a 404. */
export async function isOnBranch(client: Client, place: Place, sha: string, branch: string): Promise<boolean> {
  const { data } = await client.request("GET /repos/{owner}/{repo}/compare/{basehead}", {
    ...place,
    basehead: `${branch}...${sha}`,
    // The commits and files are not looked at.
    per_page: 1,
  });
  return data.status === "behind" || data.status === "identical";
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
