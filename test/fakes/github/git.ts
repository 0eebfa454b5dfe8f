import { spawnSync } from "node:child_process";

/** A commit as git stores it. */
export interface GitCommit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
}

export interface GitFile {
  readonly status: "added" | "modified" | "removed" | "renamed";
  readonly filename: string;
  readonly previous: string | null;
  readonly blob: string;
  readonly additions: number;
  readonly deletions: number;
  readonly patch: string | null;
}

/** The real repository behind the fake: what GitHub tells of commits, trees and differences comes from it. */
export interface GitStore {
  /** The full name of a commit; null when the repository has none of that name. */
  resolve(revision: string): string | null;
  commit(sha: string): GitCommit;
  /** How many commits `head` has that `base` lacks, and the reverse. */
  distance(base: string, head: string): { readonly ahead: number; readonly behind: number };
  /** The commits that `head` has and `base` lacks, oldest first. */
  commits(base: string, head: string): readonly GitCommit[];
  /** Null when two commits have no common history. */
  mergeBase(base: string, head: string): string | null;
  /** What `head` changes against its merge base with `base`, as a pull request shows it. */
  files(base: string, head: string): readonly GitFile[];
  content(revision: string, path: string): Buffer | null;
}

export function gitStore(folder: string): GitStore {
  const git = (...args: string[]) => spawnSync("git", ["-C", folder, ...args], { maxBuffer: 1 << 28 });
  const text = (...args: string[]): string => {
    const { status, stdout, stderr } = git(...args);
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
    return stdout.toString("utf8").trimEnd();
  };
  const listed = new Map<string, readonly GitFile[]>();
  return {
    resolve(revision) {
      const { status, stdout } = git("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`);
      return status === 0 ? stdout.toString("utf8").trim() : null;
    },
    commit(sha) {
      const [tree = "", parents = "", ...message] = text("show", "-s", "--format=%T%n%P%n%B", sha).split("\n");
      return { sha, tree, parents: parents.split(" ").filter(Boolean), message: message.join("\n").trim() };
    },
    distance(base, head) {
      const [behind = "0", ahead = "0"] = text("rev-list", "--left-right", "--count", `${base}...${head}`).split("\t");
      return { ahead: Number(ahead), behind: Number(behind) };
    },
    commits(base, head) {
      const listed = text("log", "--reverse", "--topo-order", "--format=%H %T %P", `${base}..${head}`);
      return listed.split("\n").flatMap((line) => {
        const [sha = "", tree = "", ...parents] = line.split(" ").filter(Boolean);
        return sha === "" ? [] : [{ sha, tree, parents, message: "" }];
      });
    },
    mergeBase(base, head) {
      const { status, stdout } = git("merge-base", base, head);
      return status === 0 ? stdout.toString("utf8").trim() : null;
    },
    files(base, head) {
      const range = `${base}...${head}`;
      const known = listed.get(range);
      if (known) return known;
      const words = text("diff", "--raw", "--no-abbrev", "-M", "-z", range).split("\0");
      // In the same order. Within a patch each line begins with a sign of its own.
      const diffs = text("diff", "-M", range)
        .split(/^diff --git /m)
        .slice(1);
      const files: GitFile[] = [];
      for (let at = 0; at + 1 < words.length; ) {
        const [, , , blob = "", letter = ""] = (words[at] ?? "").split(" ");
        const renamed = letter.startsWith("R");
        const previous = renamed ? (words[at + 1] ?? "") : null;
        const filename = words[at + (renamed ? 2 : 1)] ?? "";
        at += renamed ? 3 : 2;
        const diff = diffs[files.length] ?? "";
        const hunks = diff.indexOf("\n@@");
        const patch = hunks < 0 ? null : diff.slice(hunks + 1).trimEnd();
        const lines = patch?.split("\n") ?? [];
        files.push({
          status: letter === "A" ? "added" : letter === "D" ? "removed" : renamed ? "renamed" : "modified",
          filename,
          previous,
          blob,
          additions: lines.filter((line) => line.startsWith("+")).length,
          deletions: lines.filter((line) => line.startsWith("-")).length,
          patch,
        });
      }
      listed.set(range, files);
      return files;
    },
    content(revision, path) {
      const { status, stdout } = git("cat-file", "blob", `${revision}:${path}`);
      return status === 0 ? stdout : null;
    },
  };
}
