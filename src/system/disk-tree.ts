import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { byCodePoint } from "../order.js";
import { type EntryKind, type FileTree, TreeError } from "../project/tree.js";

/** The files below a folder on disk. Each folder and file is looked at once: a tree is for one command. */
export function diskTree(directory: string): FileTree {
  const folders = new Map<string, EntryKind>();
  const kindOfFolder = (path: string): EntryKind => {
    if (path === "." || path === "" || path === "/") return "directory";
    const known = folders.get(path);
    if (known) return known;
    const above = kindOfFolder(dirname(path));
    const kind = above === "directory" || path.startsWith("..") ? entryKind(join(directory, path)) : above;
    folders.set(path, kind);
    return kind;
  };
  const kind = (path: string): EntryKind => {
    const above = path.startsWith("/") ? "directory" : kindOfFolder(dirname(path));
    if (above === "symlink") return "symlink";
    if (above !== "directory") return "missing";
    return entryKind(path.startsWith("/") ? path : join(directory, path));
  };
  const lists = new Map<string, readonly string[]>();
  return {
    kind,
    read: (path) => {
      const found = kind(path);
      // A link could lead out of the project: its target is nothing of the project's, whoever asks.
      if (found === "symlink") throw new TreeError(`${path} is, or is behind, a symbolic link.`);
      // A pipe would be waited for.
      if (found === "other") throw new TreeError(`${path} is not a regular file.`);
      try {
        return readFileSync(path.startsWith("/") ? path : join(directory, path));
      } catch (error) {
        throw new TreeError(`${path} can't be read: ${reason(error)}.`);
      }
    },
    list: (folder) => {
      const known = lists.get(folder);
      if (known) return known;
      const files = folder === "" || kind(folder) === "directory" ? walk(directory, folder).sort(byCodePoint) : [];
      lists.set(folder, files);
      return files;
    },
  };
}

function walk(directory: string, folder: string): string[] {
  const files: string[] = [];
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    let entries: import("node:fs").Dirent[];
    try {
      entries = readdirSync(join(directory, next), { withFileTypes: true });
    } catch {
      continue;
    }
    for (const entry of entries) {
      const path = next === "" ? entry.name : `${next}/${entry.name}`;
      if (entry.isFile()) files.push(path);
      else if (entry.isDirectory() && !entry.name.startsWith(".") && path !== "node_modules") waiting.push(path);
    }
  }
  return files;
}

function entryKind(path: string): EntryKind {
  try {
    const stat = lstatSync(path);
    if (stat.isFile()) return "file";
    if (stat.isDirectory()) return "directory";
    return stat.isSymbolicLink() ? "symlink" : "other";
  } catch {
    return "missing";
  }
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "EISDIR") return "it is a directory";
  if (code === "ENOENT") return "it does not exist";
  return code ?? String(error);
}
