import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { examplePayload } from "../fakes/github/examples.ts";
import { defaultToken, type GitHub, type GitHubOptions, startGitHub } from "../fakes/github/github.ts";
import { pullJson } from "../fakes/github/pulls.ts";
import { repositoryJson } from "../fakes/github/repository.ts";
import { addPull, mergePull } from "../fakes/github/state.ts";
import { makeRepository, openRepository, type Repository } from "./git.ts";
import { cleanUp, runStep, type Step, type StepResult } from "./runner.ts";

export type Files = Readonly<Record<string, string | null>>;

/** An event with the checkout that actions/checkout makes of it. */
export interface Job extends Pick<Step, "workspace" | "event"> {
  readonly env: Readonly<Record<string, string>>;
}

/** A repository on a GitHub that is played on loopback, and what happens to it. */
export interface Scenario {
  readonly origin: Repository;
  readonly github: GitHub;
  /** Makes, or pushes to, a pull request into main: its branch gets a commit with these files. */
  pullRequest(number: number, files: Files, options?: PullOptions): Job;
  /** The closed event of a pull request that was merged by `merge`, or only closed. */
  close(number: number): Job;
  /** Merges a pull request into main: the push that this is. */
  merge(number: number, way?: "merge" | "squash"): Job;
  /** A commit straight to a branch. */
  push(files: Files, branch?: string): Job;
  /** A tag on a commit, by default main's. */
  tag(name: string, commit?: string): Job;
  /** Any other event, with main checked out. */
  event(name: string, payload: Readonly<Record<string, unknown>>): Job;
  run(job: Job, options?: Partial<Omit<Step, "workspace" | "event">>): Promise<StepResult>;
  /** The bodies of the comments of a pull request. */
  comments(number: number): string[];
  end(): Promise<void>;
}

export interface PullOptions {
  readonly action?: string;
  readonly fork?: boolean;
  readonly draft?: boolean;
  /** As in actions/checkout; default 2, since the base is the first parent of the merge. */
  readonly depth?: number;
}

export async function startScenario(
  files: Readonly<Record<string, string>>,
  options: GitHubOptions = {},
): Promise<Scenario> {
  const origin = makeRepository(files);
  // What lets GitHub's own server give any commit by its name.
  origin.git("config", "uploadpack.allowAnySHA1InWant", "true");
  const github = await startGitHub({ repository: origin.folder, ...options });
  const { state } = github;
  const fullName = `${state.owner}/${state.name}`;
  const folders = [origin.folder];

  const checkout = (sha: string, ref: string, depth: number): string => {
    const folder = mkdtempSync(join(tmpdir(), "ldp-workspace-"));
    folders.push(folder);
    const { git } = openRepository(folder);
    const local = ref.replace(
      /^refs\/(pull|heads)\//,
      (_all, kind: string) => `refs/remotes/${kind === "pull" ? "pull/" : "origin/"}`,
    );
    git("init", "--quiet", "--initial-branch=main");
    git("remote", "add", "origin", `file://${origin.folder}`);
    git("fetch", "--quiet", "--no-tags", ...(depth > 0 ? [`--depth=${depth}`] : []), "origin", `+${sha}:${local}`);
    git("checkout", "--quiet", "--force", ...(ref.startsWith("refs/heads/") ? ["-B", ref.slice(11), local] : [local]));
    return folder;
  };
  const job = (
    name: string,
    payload: object,
    ref: string,
    sha: string,
    env: Record<string, string> = {},
    depth = 1,
  ): Job => ({
    workspace: checkout(sha, ref, depth),
    event: { name, payload: { ...payload, repository: repositoryJson(state) } },
    env: {
      GITHUB_REPOSITORY: fullName,
      GITHUB_REF: ref,
      GITHUB_REF_NAME: ref.replace(/^refs\/(heads|tags|pull)\//, ""),
      GITHUB_REF_TYPE: ref.startsWith("refs/tags/") ? "tag" : "branch",
      GITHUB_SHA: sha,
      ...env,
    },
  });
  const branchOf = (number: number) => `pr-${number}`;
  const main = () => origin.git("rev-parse", "main");
  const pullOf = (number: number) => {
    const pull = state.pulls.get(number);
    if (!pull) throw new Error(`there is no pull request ${number}`);
    return pull;
  };
  const pushed = (branch: string, before: string): Job => {
    const ref = `refs/heads/${branch}`;
    const sha = origin.git("rev-parse", branch);
    const payload = {
      ...examplePayload("push", { ref: "refs/heads/master" }),
      ref,
      before,
      after: sha,
      deleted: false,
    };
    return job("push", payload, ref, sha);
  };

  return {
    origin,
    github,
    pullRequest(number, changes, { action, fork = false, draft = false, depth = 2 } = {}) {
      const known = state.pulls.has(number);
      origin.git("switch", "--quiet", ...(known ? [branchOf(number)] : ["--create", branchOf(number), "main"]));
      const head = origin.commit(`Change ${number}`, changes);
      origin.git("switch", "--quiet", "--detach", "main");
      origin.git("merge", "--quiet", "--no-ff", "--message", `Merge ${head} into ${main()}`, head);
      const merge = origin.git("rev-parse", "HEAD");
      origin.git("update-ref", `refs/pull/${number}/merge`, merge);
      origin.git("switch", "--quiet", "main");
      const repository = fork ? `stranger/${state.name}` : fullName;
      const pull = addPull(state, {
        ...state.pulls.get(number),
        number,
        head: { ref: branchOf(number), sha: head, repository },
        base: { ref: "main", sha: main() },
      });
      const payload = {
        ...examplePayload("pull_request", { action: "opened" }),
        action: action ?? (known ? "synchronize" : "opened"),
        number,
        pull_request: { ...pullJson(state, github.url, pull), draft },
      };
      const env = { GITHUB_BASE_REF: "main", GITHUB_HEAD_REF: branchOf(number) };
      return job("pull_request", payload, `refs/pull/${number}/merge`, merge, env, depth);
    },
    close(number) {
      const payload = {
        ...examplePayload("pull_request", { action: "closed" }),
        number,
        pull_request: pullJson(state, github.url, pullOf(number)),
      };
      return job("pull_request", payload, "refs/heads/main", main());
    },
    merge(number, way = "merge") {
      const before = main();
      const branch = branchOf(number);
      if (way === "squash") {
        origin.git("merge", "--quiet", "--squash", branch);
        origin.commit(`Change (#${number})`);
      } else {
        origin.git("merge", "--quiet", "--no-ff", "--message", `Merge pull request #${number}`, branch);
      }
      mergePull(state, number, main());
      return pushed("main", before);
    },
    push(changes, branch = "main") {
      const known = branch === "main" || origin.git("branch", "--list", branch) !== "";
      origin.git("switch", "--quiet", ...(known ? [branch] : ["--create", branch]));
      const before = known ? origin.git("rev-parse", branch) : "0".repeat(40);
      origin.commit("Direct", changes);
      origin.git("switch", "--quiet", "main");
      return pushed(branch, before);
    },
    tag(name, commit = "main") {
      const sha = origin.git("rev-parse", commit);
      origin.git("tag", name, sha);
      const ref = `refs/tags/${name}`;
      const payload = { ...examplePayload("push", { ref: "refs/tags/simple-tag" }), ref, after: sha, deleted: false };
      return job("push", payload, ref, sha);
    },
    event: (name, payload) => job(name, payload, "refs/heads/main", main()),
    run: ({ workspace, event, env }, stepOptions = {}) =>
      runStep({
        workspace,
        event,
        token: defaultToken,
        apiUrl: github.url,
        ...stepOptions,
        env: { ...env, ...stepOptions.env },
      }),
    comments: (number) => state.comments.filter(({ pull }) => pull === number).map(({ body }) => body),
    async end() {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      cleanUp();
      await github.close();
    },
  };
}
