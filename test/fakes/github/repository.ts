import { examplePayload } from "./examples.ts";
import type { GitCommit } from "./git.ts";
import { type Asked, notFound, ok, Refusal } from "./http.ts";
import type { Handlers } from "./routes.ts";
import { type State, userJson } from "./state.ts";
import type { Need } from "./tokens.ts";

const read: Need = [["contents", "read"]];
const person = { name: "Dev", email: "dev@example.com", date: "2026-01-05T09:00:00Z" };

/** The repository itself: its commits, refs, files and releases. */
export function repositoryHandlers(state: State, base: () => string): Handlers {
  const url = () => `${base()}/repos/${state.owner}/${state.name}`;
  const resolved = (revision: string | undefined): string => {
    const sha = state.git?.resolve(revision ?? "");
    if (!sha) throw notFound();
    return sha;
  };
  const git = () => {
    if (!state.git) throw notFound();
    return state.git;
  };
  return {
    "users/get-authenticated": {
      need: [],
      handle: (asked) => {
        if (asked.caller.kind === "installation") throw new Refusal(403, "Resource not accessible by integration");
        return ok(userJson(base(), { login: asked.caller.login, id: asked.caller.id, type: "User" }));
      },
    },
    "repos/get": { need: [], handle: () => ok(repositoryJson(state)) },
    "repos/compare-commits-with-basehead": {
      need: read,
      handle: (asked) => {
        const [from, to, more] = (asked.parts.basehead ?? "").split("...");
        if (!from || !to || more !== undefined) throw notFound();
        const [start, end] = [resolved(from), resolved(to)];
        const { ahead, behind } = git().distance(start, end);
        const common = git().mergeBase(start, end);
        if (common === null) throw new Refusal(404, `No common ancestor between ${from} and ${to}.`);
        const status = ahead > 0 && behind > 0 ? "diverged" : ahead > 0 ? "ahead" : behind > 0 ? "behind" : "identical";
        return ok({
          url: `${url()}/compare/${from}...${to}`,
          status,
          ahead_by: ahead,
          behind_by: behind,
          total_commits: ahead,
          merge_base_commit: { sha: common },
          commits: pageOf(asked, git().commits(start, end)).map((commit) => commitJson(url(), commit)),
          files: [],
        });
      },
    },
    "git/get-commit": {
      need: read,
      handle: (asked) => {
        const name = asked.parts.commit_sha ?? "";
        if (!/^[0-9a-f]{40}$/.test(name)) throw notFound();
        const { sha, tree, parents, message } = git().commit(resolved(name));
        const link = `${url()}/git/commits/${sha}`;
        return ok({
          sha,
          node_id: `C_${sha}`,
          url: link,
          html_url: `https://github.com/${state.owner}/${state.name}/commit/${sha}`,
          author: person,
          committer: person,
          tree: { sha: tree, url: `${url()}/git/trees/${tree}` },
          message,
          parents: parents.map((parent) => ({
            sha: parent,
            url: `${url()}/git/commits/${parent}`,
            html_url: `https://github.com/${state.owner}/${state.name}/commit/${parent}`,
          })),
          verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
        });
      },
    },
    "git/get-ref": {
      need: read,
      handle: (asked) => {
        const ref = `refs/${asked.parts.ref}`;
        const sha = resolved(ref);
        return ok({
          ref,
          node_id: `REF_${sha}`,
          url: `${url()}/git/${ref}`,
          object: { type: "commit", sha, url: `${url()}/git/commits/${sha}` },
        });
      },
    },
    "repos/get-content": {
      need: read,
      handle: (asked) => {
        const path = asked.parts.path ?? "";
        const content = git().content(resolved(asked.query.get("ref") ?? state.defaultBranch), path);
        if (!content) throw notFound();
        return ok({
          type: "file",
          encoding: "base64",
          size: content.length,
          name: path.split("/").pop(),
          path,
          content: content.toString("base64"),
        });
      },
    },
    "repos/get-release-by-tag": { need: read, handle: (asked) => release(state, asked) },
  };
}

/** A comparison has the page of its commits that was asked for, and 250 where none was. */
function pageOf<T>({ query }: Asked, all: readonly T[]): readonly T[] {
  const size = Math.min(Number(query.get("per_page") ?? 250), 250);
  const page = Number(query.get("page") ?? 1);
  return all.slice((page - 1) * size, page * size);
}

function commitJson(url: string, { sha, tree, parents, message }: GitCommit): object {
  const link = (name: string) => ({ sha: name, url: `${url}/commits/${name}`, html_url: `${url}/commit/${name}` });
  return {
    ...link(sha),
    node_id: `C_${sha}`,
    comments_url: `${url}/commits/${sha}/comments`,
    commit: {
      url: `${url}/git/commits/${sha}`,
      author: person,
      committer: person,
      message,
      comment_count: 0,
      tree: { sha: tree, url: `${url}/git/trees/${tree}` },
    },
    author: null,
    committer: null,
    parents: parents.map(link),
  };
}

function release(state: State, asked: Asked) {
  const tag = asked.parts.tag ?? "";
  if (!state.releases.has(tag)) throw notFound();
  const example = examplePayload("release", { action: "published" }).release as object;
  return ok({ ...example, tag_name: tag, name: tag, target_commitish: state.defaultBranch });
}

export function repositoryJson(state: State): Record<string, unknown> {
  const example = examplePayload("push", { ref: "refs/heads/master" }).repository as object;
  return {
    ...example,
    name: state.name,
    full_name: `${state.owner}/${state.name}`,
    private: true,
    default_branch: state.defaultBranch,
    master_branch: state.defaultBranch,
  };
}
