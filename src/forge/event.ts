import { readFileSync } from "node:fs";
import { UserError } from "../system/errors.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A commit on a side of a pull request. `repository` is `owner/name`, null when the fork was deleted. */
export interface Side {
  readonly sha: string;
  readonly ref: string;
  readonly repository: string | null;
}

interface Common {
  /** GitHub's own name of the event, as it stands under `on:`. */
  readonly name: string;
  readonly repository: { readonly owner: string; readonly name: string } | null;
  /** Null when the payload does not tell (a schedule). */
  readonly defaultBranch: string | null;
  /** The commit that the workflow runs for; on a pull request the merge commit. */
  readonly sha: string | null;
  /** The full name of the ref, such as `refs/heads/main`. */
  readonly ref: string | null;
  /**
   * Why what is checked out must get no credentials, as the end of a sentence ("the pull request comes from a fork"); null
   * when someone with write access stands behind it.
   */
  readonly untrusted: string | null;
}

export interface PullRequestEvent extends Common {
  readonly kind: "pull-request";
  /** `opened`, `synchronize`, `reopened`, `closed`, `edited`, … */
  readonly action: string;
  readonly number: number;
  readonly draft: boolean;
  readonly merged: boolean;
  readonly fromFork: boolean;
  readonly head: Side;
  readonly base: Side;
  /** The test merge of head into base, which actions/checkout leaves checked out; null on a conflict or a closed pull request. */
  readonly mergeCommit: string | null;
}

export interface BranchPushEvent extends Common {
  readonly kind: "branch-push";
  readonly branch: string;
  readonly isDefault: boolean;
  /** The branch's commit before the push; null for a new branch. */
  readonly before: string | null;
  readonly forced: boolean;
}

export interface TagPushEvent extends Common {
  readonly kind: "tag-push";
  readonly tag: string;
}

/** A branch or tag was deleted: what is checked out is not what the event is about. */
export interface RefDeletedEvent extends Common {
  readonly kind: "ref-deleted";
}

export interface ReleaseEvent extends Common {
  readonly kind: "release";
  readonly action: string;
  readonly tag: string;
}

export interface MergeGroupEvent extends Common {
  readonly kind: "merge-group";
  readonly action: string;
  readonly head: string;
  readonly base: string;
}

export interface DispatchEvent extends Common {
  readonly kind: "dispatch";
  readonly inputs: Readonly<Record<string, string>>;
}

export interface ScheduleEvent extends Common {
  readonly kind: "schedule";
  readonly cron: string | null;
}

/** An event that there is no rule for, or one whose payload lacks what its rule needs. */
export interface OtherEvent extends Common {
  readonly kind: "other";
  /** What the payload lacks; null when the event is simply another one. */
  readonly lack: string | null;
}

export type ForgeEvent =
  | PullRequestEvent
  | BranchPushEvent
  | TagPushEvent
  | RefDeletedEvent
  | ReleaseEvent
  | MergeGroupEvent
  | DispatchEvent
  | ScheduleEvent
  | OtherEvent;

/** Events whose workflow holds secrets while what it may look at is anyone's. */
const hostFor = ["pull_request_target", "workflow_run", "issue_comment"];

/**
 * Tells what happened from what GitHub hands to a job.
 * @param payload the parsed JSON of GITHUB_EVENT_PATH
 * @param env GITHUB_EVENT_NAME, _REF, _SHA, _REPOSITORY, _ACTOR (docs.github.com: "Variables reference", "Events that trigger workflows")
 */
export function forgeEvent(payload: unknown, env: Environment): ForgeEvent {
  const name = env.GITHUB_EVENT_NAME || "unknown";
  const common: Common = {
    name,
    repository: repositoryOf(env.GITHUB_REPOSITORY ?? text(payload, "repository", "full_name")),
    defaultBranch: text(payload, "repository", "default_branch"),
    sha: env.GITHUB_SHA || null,
    ref: env.GITHUB_REF || text(payload, "ref"),
    untrusted: hostFor.includes(name) ? `the event is ${name}, which runs with secrets for anyone's code` : null,
  };
  switch (name) {
    case "pull_request":
      return pullRequest(payload, env, common);
    case "push":
      return push(payload, common);
    case "release":
      return release(payload, common);
    case "merge_group":
      return mergeGroup(payload, common);
    case "workflow_dispatch":
      return { ...common, kind: "dispatch", inputs: texts(at(payload, "inputs")) };
    case "schedule":
      return { ...common, kind: "schedule", cron: text(payload, "schedule") };
    default:
      return { ...common, kind: "other", lack: null };
  }
}

/** Reads the event of this job. Throws UserError LDP901 when GITHUB_EVENT_PATH is no file with JSON. */
export function readForgeEvent(env: Environment): ForgeEvent {
  const path = env.GITHUB_EVENT_PATH;
  if (!path) return forgeEvent({}, env);
  try {
    return forgeEvent(JSON.parse(readFileSync(path, "utf8")), env);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new UserError("LDP901", `the event of this job can't be read from GITHUB_EVENT_PATH: ${reason}`);
  }
}

function pullRequest(payload: unknown, env: Environment, common: Common): ForgeEvent {
  const pull = at(payload, "pull_request");
  const number = at(pull, "number") ?? at(payload, "number");
  const head = side(at(pull, "head"));
  const base = side(at(pull, "base"));
  if (typeof number !== "number" || !head || !base) {
    return { ...common, kind: "other", lack: "the payload has no number, head or base of a pull request" };
  }
  const fromFork = head.repository === null || head.repository.toLowerCase() !== base.repository?.toLowerCase();
  // Dependabot's pull requests come from a branch of the repository, but get a read-only token and no secrets.
  const dependabot = env.GITHUB_ACTOR === "dependabot[bot]" || text(pull, "user", "login") === "dependabot[bot]";
  return {
    ...common,
    kind: "pull-request",
    action: text(payload, "action") ?? "unknown",
    number,
    draft: at(pull, "draft") === true,
    merged: at(pull, "merged") === true,
    fromFork,
    head,
    base,
    // The payload's merge_commit_sha is of an earlier push, or missing, when the event is made.
    mergeCommit: env.GITHUB_REF === `refs/pull/${number}/merge` ? (env.GITHUB_SHA ?? null) : null,
    untrusted: fromFork
      ? "the pull request comes from a fork"
      : dependabot
        ? "the pull request comes from Dependabot"
        : null,
  };
}

function push(payload: unknown, common: Common): ForgeEvent {
  const ref = text(payload, "ref") ?? common.ref;
  if (ref === null) return { ...common, kind: "other", lack: "the payload has no ref" };
  if (at(payload, "deleted") === true) return { ...common, ref, kind: "ref-deleted" };
  if (ref.startsWith("refs/tags/")) return { ...common, ref, kind: "tag-push", tag: ref.slice("refs/tags/".length) };
  const branch = ref.replace(/^refs\/heads\//, "");
  const before = text(payload, "before");
  return {
    ...common,
    ref,
    kind: "branch-push",
    branch,
    isDefault: branch === common.defaultBranch,
    before: before === null || /^0+$/.test(before) ? null : before,
    forced: at(payload, "forced") === true,
  };
}

function release(payload: unknown, common: Common): ForgeEvent {
  const tag = text(payload, "release", "tag_name");
  if (tag === null) return { ...common, kind: "other", lack: "the payload has no tag of a release" };
  return { ...common, kind: "release", action: text(payload, "action") ?? "unknown", tag };
}

function mergeGroup(payload: unknown, common: Common): ForgeEvent {
  const head = text(payload, "merge_group", "head_sha");
  const base = text(payload, "merge_group", "base_sha");
  if (head === null || base === null) {
    return { ...common, kind: "other", lack: "the payload has no head_sha or base_sha of a merge group" };
  }
  return { ...common, kind: "merge-group", action: text(payload, "action") ?? "unknown", head, base };
}

function side(value: unknown): Side | null {
  const sha = text(value, "sha");
  const ref = text(value, "ref");
  return sha === null || ref === null ? null : { sha, ref, repository: text(value, "repo", "full_name") };
}

function repositoryOf(fullName: string | null): Common["repository"] {
  const [owner, name, more] = fullName?.split("/") ?? [];
  return owner && name && more === undefined ? { owner, name } : null;
}

function texts(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, String(entry)]));
}

function text(value: unknown, ...path: readonly string[]): string | null {
  const found = at(value, ...path);
  return typeof found === "string" && found !== "" ? found : null;
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}
