import { examplePayload } from "./examples.ts";
import { type Asked, notFound, ok, page, Refusal } from "./http.ts";
import type { Handlers } from "./routes.ts";
import { type Pull, type State, userJson } from "./state.ts";
import type { Need } from "./tokens.ts";

const read: Need = [["pull-requests", "read"]];

export function pullHandlers(state: State, base: () => string): Handlers {
  const found = (asked: Asked): Pull => {
    const pull = state.pulls.get(Number(asked.parts.pull_number));
    if (!pull) throw notFound();
    return pull;
  };
  const json = (pull: Pull) => pullJson(state, base(), pull);
  return {
    "pulls/get": { need: read, handle: (asked) => ok(json(found(asked))) },
    "pulls/list": {
      need: read,
      handle: (asked) => {
        const wanted = asked.query.get("state") ?? "open";
        const head = asked.query.get("head");
        const list = [...state.pulls.values()]
          .filter((pull) => wanted === "all" || pull.state === wanted)
          .filter((pull) => head === null || `${pull.head.repository.split("/")[0]}:${pull.head.ref}` === head)
          .reverse();
        return page(asked, base(), list.map(json));
      },
    },
    "pulls/list-files": {
      need: read,
      handle: (asked) => {
        const pull = found(asked);
        if (!state.git) throw notFound();
        const prefix = `${base()}/repos/${state.owner}/${state.name}`;
        const files = state.git.files(pull.base.sha, pull.head.sha).map((file) => ({
          sha: file.blob,
          filename: file.filename,
          status: file.status,
          additions: file.additions,
          deletions: file.deletions,
          changes: file.additions + file.deletions,
          blob_url: `https://github.com/${state.owner}/${state.name}/blob/${pull.head.sha}/${encodeURIComponent(file.filename)}`,
          raw_url: `https://github.com/${state.owner}/${state.name}/raw/${pull.head.sha}/${encodeURIComponent(file.filename)}`,
          contents_url: `${prefix}/contents/${encodeURIComponent(file.filename)}?ref=${pull.head.sha}`,
          ...(file.patch === null ? {} : { patch: file.patch }),
          ...(file.previous === null ? {} : { previous_filename: file.previous }),
        }));
        return page(asked, base(), files.slice(0, 3_000));
      },
    },
    "repos/list-pull-requests-associated-with-commit": {
      need: read,
      handle: (asked) => {
        const git = state.git;
        const sha = git?.resolve(asked.parts.commit_sha ?? "");
        if (!git || !sha) throw new Refusal(422, `No commit found for SHA: ${asked.parts.commit_sha}`);
        const list = [...state.pulls.values()].filter(
          (pull) =>
            pull.mergeCommit === sha ||
            (git.distance(sha, pull.head.sha).behind === 0 && git.distance(sha, pull.base.sha).behind > 0),
        );
        return page(asked, base(), list.map(json));
      },
    },
  };
}

/** A pull request as GitHub gives it: the documented example, with what this one differs in. */
export function pullJson(state: State, base: string, pull: Pull): Record<string, unknown> {
  const example = examplePayload("pull_request", { action: "opened" }).pull_request as Record<
    string,
    Record<string, Record<string, unknown>>
  >;
  const fullName = `${state.owner}/${state.name}`;
  const side = (name: "head" | "base", ref: string, sha: string, repository: string) => ({
    ...example[name],
    label: `${repository.split("/")[0]}:${ref}`,
    ref,
    sha,
    repo: {
      ...example[name]?.repo,
      name: repository.split("/")[1],
      full_name: repository,
      default_branch: state.defaultBranch,
      fork: repository !== fullName,
    },
  });
  return {
    ...example,
    url: `${base}/repos/${fullName}/pulls/${pull.number}`,
    html_url: `https://github.com/${fullName}/pull/${pull.number}`,
    number: pull.number,
    title: pull.title,
    user: userJson(base, pull.user),
    state: pull.state,
    locked: pull.locked,
    merged_at: pull.mergedAt,
    merged: pull.mergedAt !== null,
    closed_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommit,
    head: side("head", pull.head.ref, pull.head.sha, pull.head.repository),
    base: side("base", pull.base.ref, pull.base.sha, fullName),
  };
}
