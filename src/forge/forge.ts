import type { Diagnostic } from "../diagnostics/diagnostic.js";

/**
 * What a request to the forge gave: its value, or a finding that says why not (LDP905: the token may not, naming the
 * permission; LDP906: the network or the server failed). A refusal is a value, since the job's result often stands without it:
 * the caller decides whether it is a notice (a comment) or a reason to stop (a gate).
 */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly finding: Diagnostic };

/** Where findings, summaries and comments go, and where the records of deployments come from. */
export interface Forge {
  readonly kind: "github" | "azure";
  /**
   * Prints findings as annotations, errors first, and all of them to the log.
   * @param directory the project's folder in the repository, `.` for the top: annotations name files from the top
   * @returns how many became annotations and how many the forge's limit left out
   */
  annotate(findings: readonly Diagnostic[], directory: string): Annotated;
  /**
   * Adds Markdown to the job's summary.
   * @param shorter texts to fall back to, longest first, where `markdown` passes the forge's limit
   * @returns the text that was taken, or null when even the last was too long or there is nowhere to write
   */
  addSummary(markdown: string, ...shorter: readonly string[]): string | null;
  /** Null where the forge, or this adapter, has none. */
  readonly pullRequests: PullRequests | null;
  readonly history: History | null;
  readonly deployments: Deployments | null;
}

export interface Annotated {
  readonly shown: number;
  readonly left: number;
}

export interface PullRequests {
  /**
   * Writes our comment of a pull request: updates the oldest that is ours and has the same key, creates one where there is none,
   * removes doubles of it. Never touches a comment of another author, whatever it contains.
   * @param body starts with the marker (render/header.ts), from which the key is read
   * @param head the commit that the body stands for: when the pull request has a newer one, nothing is written
   */
  writeComment(number: number, body: string, head: string | null): Promise<Answer<WrittenComment>>;
  /** Our own comments of a pull request, oldest first. */
  readComments(number: number): Promise<Answer<readonly OwnComment[]>>;
  /** The pull request that brought a commit to its branch (merge, squash or rebase), null when there is none. */
  mergedBy(sha: string): Promise<Answer<MergedPullRequest | null>>;
  /** What a pull request changes, by path from the top of the repository. Deleted files are left out. */
  changedFiles(number: number): Promise<Answer<ReadonlyMap<string, ChangedFile>>>;
}

export interface WrittenComment {
  readonly action: "created" | "updated" | "outdated";
  /** Null when it was outdated: another run, of a newer commit, writes the comment. */
  readonly url: string | null;
  readonly removed: number;
}

/** A comment that we made, as it is now. */
export interface OwnComment {
  readonly body: string;
  /** Who wrote the text that it has now, where that is not us: who may write to the repository may edit anyone's comment. */
  readonly editedBy: string | null;
}

export interface MergedPullRequest {
  readonly number: number;
  readonly url: string;
  /** The last commit of its branch. */
  readonly head: string;
  readonly mergeCommit: string | null;
  readonly base: string;
}

export interface ChangedFile {
  readonly status: "added" | "modified" | "renamed" | "other";
  readonly previous: string | null;
  /** First and last line, counted from 1, of each run of lines that are new; null when GitHub gave no patch: all of them. */
  readonly lines: readonly (readonly [number, number])[] | null;
}

/** A commit that a branch held at some time (`state`), that came into it inside of another one (`merged`), or that it lacks. */
export type BranchPlace = "state" | "merged" | "outside";

export interface History {
  /** The commit at which two commits' histories part. */
  mergeBase(base: string, head: string): Promise<Answer<string>>;
  /** How a branch has a commit, by the server's history: a checkout's is often cut. */
  placeOnBranch(sha: string, branch: string): Promise<Answer<BranchPlace>>;
  /** The name of the default branch. */
  defaultBranch(): Promise<Answer<string>>;
  /** The tree of a commit: equal trees are equal files, whatever the commits. */
  treeOf(sha: string): Promise<Answer<string>>;
}

/** What we record with a deployment, in its payload. */
export interface DeploymentRecord {
  /** Git's name of the tree that was deployed. */
  readonly tree: string;
  /** The project digest, and the folder of the project in the repository. */
  readonly project: string;
  readonly directory: string;
  readonly bundleDigest: string | null;
  /** Why the checks before it were overridden; null when they were not. */
  readonly override: string | null;
}

export interface NewDeployment extends DeploymentRecord {
  readonly environment: string;
  /** The commit. */
  readonly sha: string;
  readonly production: boolean;
}

export interface PastDeployment extends DeploymentRecord {
  readonly id: number;
  readonly sha: string;
  readonly createdAt: string;
}

export interface Deployments {
  /** Records a deployment as running; its id goes to `finish`. */
  start(deployment: NewDeployment): Promise<Answer<number>>;
  finish(id: number, state: "success" | "failure" | "error", details: DeploymentDetails): Promise<Answer<null>>;
  /**
   * The newest deployment of our own that succeeded with this tree and folder, however long ago: newer ones turn older ones
   * inactive, which takes nothing from them. Null when there is none.
   */
  succeeded(environment: string, tree: string, directory: string): Promise<Answer<PastDeployment | null>>;
}

export interface DeploymentDetails {
  readonly environmentUrl: string | null;
  /** One line; cut to 140 characters. */
  readonly description: string;
}
