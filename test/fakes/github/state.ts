import type { GitStore } from "./git.ts";

export interface User {
  readonly login: string;
  readonly id: number;
  readonly type: "User" | "Bot";
}

export interface Comment {
  readonly id: number;
  readonly pull: number;
  readonly user: User;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
  /** Null until its text is changed. */
  lastEditedAt: string | null;
  editor: User | null;
}

export interface Pull {
  readonly number: number;
  title: string;
  readonly user: User;
  state: "open" | "closed";
  locked: boolean;
  head: { readonly ref: string; readonly sha: string; readonly repository: string };
  base: { readonly ref: string; readonly sha: string };
  mergedAt: string | null;
  mergeCommit: string | null;
}

export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly payload: unknown;
  readonly description: string | null;
  readonly transient: boolean;
  readonly production: boolean;
  readonly creator: User;
  readonly createdAt: string;
  /** Newest first, as GitHub lists them. */
  readonly statuses: DeploymentStatus[];
}

export interface DeploymentStatus {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly creator: User;
  readonly createdAt: string;
}

export interface State {
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  /** Null: every question about commits is a 404. */
  git: GitStore | null;
  readonly pulls: Map<number, Pull>;
  readonly comments: Comment[];
  readonly deployments: Deployment[];
  /** Tags that have a release. */
  readonly releases: Set<string>;
  /** Numbers and times only go up. */
  nextId(): number;
  now(): string;
}

/** Times are made up, a second apart: nothing depends on the clock. */
export function newState(owner: string, name: string, defaultBranch: string): State {
  let id = 1_000;
  let seconds = 0;
  return {
    owner,
    name,
    defaultBranch,
    git: null,
    pulls: new Map(),
    comments: [],
    deployments: [],
    releases: new Set(),
    nextId: () => {
      id += 1;
      return id;
    },
    now: () => {
      seconds += 1;
      return new Date(Date.UTC(2026, 0, 5, 9) + seconds * 1_000).toISOString().replace(/\.\d+Z$/, "Z");
    },
  };
}

/** What a pull request is made of; the rest is that of a new one. */
export type NewPull = Pick<Pull, "number" | "head" | "base"> & Partial<Pull>;

export function addPull(state: State, pull: NewPull): Pull {
  const added: Pull = {
    title: "A change",
    user: user("dev", 7),
    state: "open",
    locked: false,
    mergedAt: null,
    mergeCommit: null,
    ...pull,
  };
  state.pulls.set(added.number, added);
  return added;
}

/** Marks a pull request as merged by a commit. */
export function mergePull(state: State, number: number, mergeCommit: string): void {
  const pull = state.pulls.get(number);
  if (!pull) throw new Error(`no pull request ${number}`);
  Object.assign(pull, { state: "closed", mergedAt: state.now(), mergeCommit });
}

export function addComment(state: State, pull: number, user: User, body: string): Comment {
  const createdAt = state.now();
  const comment = {
    id: state.nextId(),
    pull,
    user,
    body,
    createdAt,
    updatedAt: createdAt,
    lastEditedAt: null,
    editor: null,
  };
  state.comments.push(comment);
  return comment;
}

/** Changes a comment's text, as its author or anyone with write access may. GitHub keeps the author. */
export function editComment(state: State, comment: Comment, editor: User, body: string): void {
  const now = state.now();
  Object.assign(comment, { body, updatedAt: now, lastEditedAt: now, editor });
}

export function user(login: string, id: number): User {
  return { login, id, type: login.endsWith("[bot]") ? "Bot" : "User" };
}

/** A user as GitHub embeds one. */
export function userJson(base: string, { login, id, type }: User): object {
  const url = `${base}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: `U_${id}`,
    avatar_url: "https://avatars.githubusercontent.com/u/0",
    gravatar_id: "",
    url,
    html_url: `https://github.com/${encodeURIComponent(login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    user_view_type: "public",
    site_admin: false,
  };
}
