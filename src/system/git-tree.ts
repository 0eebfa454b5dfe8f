import { resolve } from "node:path";
import { nearest } from "../diagnostics/nearest.js";
import { byCodePoint } from "../order.js";
import { type EntryKind, type FileTree, TreeError } from "../project/tree.js";
import { UserError } from "./errors.js";
import { GitError, git } from "./git.js";

export interface Revision {
  /** As it was asked for. */
  readonly ref: string;
  /** The commit's full hash. */
  readonly commit: string;
  /** The project's files in that commit. */
  readonly tree: FileTree;
}

interface Entry {
  readonly mode: string;
  readonly object: string;
}

/**
 * The files of a project as they are in a commit, read through git without touching the work tree.
 * @throws UserError LDP903 when the folder is in no repository or the revision is not one, LDP907 where git is missing.
 */
export function readRevision(directory: string, ref: string): Revision {
  let commit: string;
  let prefix: string;
  try {
    if (ref.startsWith("-")) throw new GitError("a revision does not begin with -");
    commit = git(directory, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`])
      .toString("utf8")
      .trim();
    prefix = git(directory, ["rev-parse", "--show-prefix"]).toString("utf8").replace(/\n$/, "");
  } catch (error) {
    throw error instanceof GitError ? noRevision(directory, ref, error.message) : error;
  }
  return { ref, commit, tree: commitTree(directory, commit, prefix) };
}

/** Why a base can't be read, and what helps: each cause has another cure. */
function noRevision(directory: string, ref: string, why: string): UserError {
  if (why.includes("not a git repository")) {
    const message = `${directory} is in no git repository, so that there is no base ${JSON.stringify(ref)} to compare with.`;
    return new UserError("LDP903", message, "Run it in a checkout of the repository, or leave --base out.");
  }
  // The last of the lines about "dubious ownership" is the command that helps.
  if (why.startsWith("git config ")) {
    return new UserError("LDP903", `git refuses ${directory}, which belongs to another user.`, `Trust it: ${why}`);
  }
  const message = `The base ${JSON.stringify(ref)} is no revision of this repository${why ? ` (${why})` : ""}.`;
  return new UserError(
    "LDP903",
    message,
    why === "" ? cure(directory, ref) : "Give --base a branch, a tag or a commit.",
  );
}

function cure(directory: string, ref: string): string {
  const lines = (...args: string[]): string[] => git(directory, args).toString("utf8").split("\n").filter(Boolean);
  try {
    const names = lines("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes");
    const remote = names.find((name) => name.endsWith(`/${ref}`));
    const near = remote === undefined ? nearest(ref, names) : `Did you mean ${JSON.stringify(remote)}?`;
    if (lines("rev-parse", "--is-shallow-repository")[0] === "true") {
      const fetch = "The clone is shallow: fetch it (fetch-depth: 0 in actions/checkout, else git fetch --unshallow)";
      return `${near === undefined ? "" : `${near} `}${fetch}, or give --base another revision.`;
    }
    if (near !== undefined) return near;
    if (names.length === 0) return "The repository has no commit yet: leave --base out.";
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
  }
  return "`git fetch` brings what the remote has; `git branch --all` lists the branches that --base can name.";
}

function commitTree(directory: string, commit: string, prefix: string): FileTree {
  const entries = new Map<string, Entry>();
  const listing = git(directory, [
    "ls-tree",
    "-r",
    "-z",
    "--full-tree",
    commit,
    ...(prefix ? ["--", prefix] : []),
  ]).toString("utf8");
  for (const line of listing.split("\0")) {
    const match = /^(\d+) (\w+) ([0-9a-f]+)\t([\s\S]*)$/.exec(line);
    if (!match?.[1] || !match[3] || !match[4]?.startsWith(prefix)) continue;
    entries.set(match[4].slice(prefix.length), { mode: match[1], object: match[3] });
  }
  const paths = [...entries.keys()].sort(byCodePoint);
  const folders = new Set(paths.flatMap(foldersOf));
  const contents = new Map<string, Buffer>();

  const kind = (path: string): EntryKind => {
    for (const folder of foldersOf(path)) if (entries.get(folder)?.mode === "120000") return "symlink";
    const entry = entries.get(path);
    if (entry) return entry.mode === "120000" ? "symlink" : entry.mode === "160000" ? "other" : "file";
    return folders.has(path) ? "directory" : "missing";
  };
  const read = (path: string): Buffer => {
    const entry = entries.get(path);
    if (!entry) throw new TreeError(`${path} does not exist in ${commit.slice(0, 12)}.`);
    if (contents.size === 0) {
      // One process for all that a plan reads, instead of one for each file.
      const wanted = paths
        .filter((each) => /\.(py|sql|ipynb|ya?ml)$/.test(each))
        .map((each) => entries.get(each)?.object ?? "");
      for (const [object, bytes] of catFile(directory, wanted)) contents.set(object, bytes);
    }
    const content = contents.get(entry.object) ?? catFile(directory, [entry.object]).get(entry.object);
    if (!content) throw new TreeError(`${path} can't be read from ${commit.slice(0, 12)}.`);
    contents.set(entry.object, content);
    return content;
  };
  return {
    kind,
    read,
    list: (folder) =>
      paths.filter((path) => {
        if (folder !== "" && !path.startsWith(`${folder}/`)) return false;
        const below = folder === "" ? path : path.slice(folder.length + 1);
        const parts = below.split("/").slice(0, -1);
        return (
          kind(path) === "file" && !path.startsWith("node_modules/") && !parts.some((part) => part.startsWith("."))
        );
      }),
  };
}

/** The contents of objects, by their hash: `git cat-file --batch` answers `<hash> <type> <size>\n<bytes>\n`. */
function catFile(directory: string, objects: readonly string[]): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  if (objects.length === 0) return found;
  const output = git(resolve(directory), ["cat-file", "--batch"], { input: `${[...new Set(objects)].join("\n")}\n` });
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    const [object, type, size] = output.subarray(at, end).toString("utf8").split(" ");
    if (!object || type !== "blob" || !size) {
      at = end + 1;
      continue;
    }
    found.set(object, output.subarray(end + 1, end + 1 + Number(size)));
    at = end + 1 + Number(size) + 1;
  }
  return found;
}

function foldersOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
