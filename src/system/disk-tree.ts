import { type Dirent, lstatSync, readdirSync, readFileSync, type Stats } from "node:fs";
import { basename, dirname, join } from "node:path";
import { byCodePoint } from "../order.js";
import { type EntryKind, type FileTree, TreeError } from "../project/tree.js";

/** How much of what was read is kept: a module's bytes are hashed and parsed, at different times. */
const keptBytes = 16 * 1024 * 1024;

/** The files below a folder on disk. Each folder and file is looked at once: a tree is for one command. */
export function diskTree(directory: string): FileTree {
  const folders = new Map<string, EntryKind>();
  const kindOfFolder = (path: string): EntryKind => {
    if (path === "." || path === "" || path === "/") return "directory";
    const known = folders.get(path);
    if (known) return known;
    const above = kindOfFolder(dirname(path));
    const kind = above === "directory" || path.startsWith("..") ? kindIn(dirname(path), path) : above;
    folders.set(path, kind);
    return kind;
  };
  const kind = (path: string): EntryKind => {
    if (path.startsWith("/")) return entryKind(path);
    const folder = dirname(path);
    const above = kindOfFolder(folder);
    if (above === "symlink") return "symlink";
    return above === "directory" ? kindIn(folder, path) : "missing";
  };
  // A name that is not listed may still be there: some file systems don't tell upper from lower case.
  const kindIn = (folder: string, path: string): EntryKind =>
    (path.startsWith("..") ? undefined : inside(folder).get(basename(path))) ?? entryKind(join(directory, path));

  const listings = new Map<string, ReadonlyMap<string, EntryKind>>();
  /** What stands in a folder, by its name: one look at a folder costs less than one at each of its files. */
  const inside = (folder: string): ReadonlyMap<string, EntryKind> => {
    const known = listings.get(folder);
    if (known) return known;
    const found = new Map(entriesOf(join(directory, folder)).map((entry) => [entry.name, kindOf(entry)]));
    listings.set(folder, found);
    return found;
  };
  const walk = (folder: string): string[] => {
    const files: string[] = [];
    const waiting = [folder];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const [name, kind] of inside(next === "" ? "." : next)) {
        const path = next === "" ? name : `${next}/${name}`;
        if (kind === "file") files.push(path);
        else if (kind === "directory" && !name.startsWith(".") && path !== "node_modules") waiting.push(path);
      }
    }
    return files;
  };

  const lists = new Map<string, readonly string[]>();
  const contents = new Map<string, Uint8Array>();
  let room = keptBytes;
  return {
    kind,
    read: (path) => {
      const kept = contents.get(path);
      if (kept !== undefined) return kept;
      const found = kind(path);
      // A link could lead out of the project: its target is nothing of the project's, whoever asks.
      if (found === "symlink") throw new TreeError(`${path} is, or is behind, a symbolic link.`);
      // A pipe would be waited for.
      if (found === "other") throw new TreeError(`${path} is not a regular file.`);
      try {
        const bytes = readFileSync(path.startsWith("/") ? path : join(directory, path));
        if (bytes.length <= room) {
          room -= bytes.length;
          contents.set(path, bytes);
        }
        return bytes;
      } catch (error) {
        throw new TreeError(`${path} can't be read: ${reason(error)}.`);
      }
    },
    list: (folder) => {
      const known = lists.get(folder);
      if (known) return known;
      const files = folder === "" || kind(folder) === "directory" ? walk(folder).sort(byCodePoint) : [];
      lists.set(folder, files);
      return files;
    },
  };
}

/** What a folder holds; nothing where it is none, or can't be read. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function entryKind(path: string): EntryKind {
  try {
    return kindOf(lstatSync(path));
  } catch {
    return "missing";
  }
}

function kindOf(entry: Dirent | Stats): EntryKind {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  return entry.isSymbolicLink() ? "symlink" : "other";
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "EISDIR") return "it is a directory";
  if (code === "ENOENT") return "it does not exist";
  return code ?? String(error);
}
