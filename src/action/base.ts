import { getExecOutput } from "@actions/exec";
import { GitError, git, gitProgram, gitSafety } from "../system/git.js";
import type { ActionContext } from "./context.js";

/** The commit to compare with, present in the local repository; or why there is none. */
export interface Base {
  readonly commit: string | null;
  /** Why changes can't be told; null where none were to be told. */
  readonly missing: string | null;
}

const none: Base = { commit: null, missing: null };

/**
 * The base of what the event is about: on a pull request the first parent of the merge commit when that is checked out, else the merge
 * base; of a merge group its base; of a push what the branch was before. A checkout of depth 1 has none of them, so they are fetched
 * by hash.
 */
export async function findBase(context: ActionContext): Promise<Base> {
  const { inputs, event } = context;
  if (inputs.base !== null) return present(context, inputs.base);
  switch (event.kind) {
    case "pull-request": {
      const head = headCommit(context.directory);
      if (head === null) return { commit: null, missing: "the workspace is no git repository" };
      // A merge of something else (`git pull` in a step before) has other parents than the pull request's.
      const [first, second] = head.parents;
      if (first !== undefined && second === event.head.sha) return present(context, first);
      return mergeBase(context, event.base.sha, head.sha);
    }
    case "merge-group":
      return present(context, event.base);
    case "branch-push":
      return event.before === null ? none : present(context, event.before);
    default:
      return none;
  }
}

/** Makes a commit available, from the server when the checkout was shallow. */
async function present(context: ActionContext, revision: string): Promise<Base> {
  if (has(context.directory, revision)) return { commit: revision, missing: null };
  if (!/^[0-9a-f]{40,64}$/.test(revision)) {
    return { commit: null, missing: `${revision} is no revision of the checkout (fetch-depth: 0 brings all)` };
  }
  const failure = await fetch(context, revision);
  return failure === null
    ? { commit: revision, missing: null }
    : { commit: null, missing: `the base ${revision.slice(0, 8)} could not be fetched (${failure})` };
}

async function mergeBase(context: ActionContext, base: string, head: string): Promise<Base> {
  try {
    const commit = git(context.directory, ["merge-base", base, head]).toString("utf8").trim();
    if (commit !== "") return { commit, missing: null };
  } catch (error) {
    // A shallow history has no merge base: the server knows it.
    if (!(error instanceof GitError)) throw error;
  }
  const answer = await context.forge.history?.mergeBase(base, head);
  if (answer?.ok) return present(context, answer.value);
  const why = answer ? answer.finding.message : "there is no token to ask GitHub with";
  return { commit: null, missing: `the checkout is shallow and the merge base is not known: ${why}` };
}

/**
 * Fetches one commit without history.
 * @returns null, or git's last line of error.
 */
async function fetch(context: ActionContext, commit: string): Promise<string | null> {
  const { exitCode, stderr } = await getExecOutput(
    gitProgram(context.env) ?? "git",
    [...gitSafety, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--depth=1", "origin", commit],
    {
      cwd: context.directory,
      silent: true,
      ignoreReturnCode: true,
      env: { ...definedOnly(context.env), GIT_TERMINAL_PROMPT: "0", ...tokenConfiguration(context) },
    },
  );
  return exitCode === 0 ? null : (stderr.trim().split("\n").at(-1) ?? `git fetch ended with ${exitCode}`);
}

/**
 * The token as git's configuration by environment: a checkout with `persist-credentials: false` rightly keeps none, and a command line can be
 * read by every process of the machine.
 */
function tokenConfiguration({ inputs, env }: ActionContext): Record<string, string> {
  if (inputs.githubToken === null) return {};
  const server = (env.GITHUB_SERVER_URL || "https://github.com").replace(/\/+$/, "");
  const credentials = Buffer.from(`x-access-token:${inputs.githubToken}`).toString("base64");
  const before = Number(env.GIT_CONFIG_COUNT ?? 0) || 0;
  return {
    GIT_CONFIG_COUNT: String(before + 1),
    [`GIT_CONFIG_KEY_${before}`]: `http.${server}/.extraheader`,
    [`GIT_CONFIG_VALUE_${before}`]: `AUTHORIZATION: basic ${credentials}`,
  };
}

function has(directory: string, revision: string): boolean {
  try {
    git(directory, ["cat-file", "-e", `${revision}^{tree}`]);
    return true;
  } catch (error) {
    if (error instanceof GitError) return false;
    throw error;
  }
}

/** HEAD and its parents as the commit names them: `rev-parse HEAD^1` knows none at the edge of a shallow history. */
function headCommit(directory: string): { readonly sha: string; readonly parents: readonly string[] } | null {
  try {
    const sha = git(directory, ["rev-parse", "HEAD"]).toString("utf8").trim();
    const [header = ""] = git(directory, ["cat-file", "commit", "HEAD"]).toString("utf8").split("\n\n");
    return { sha, parents: [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] ?? "") };
  } catch (error) {
    if (error instanceof GitError) return null;
    throw error;
  }
}

function definedOnly(env: ActionContext["env"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
