/** What stands at a path of a project. Symbolic links are never followed. */
export type EntryKind = "file" | "directory" | "symlink" | "missing" | "other";

/**
 * The files of a project as values, so that a work tree on disk, a commit in git, and a test's object are read alike.
 * Paths are relative to the project, with `/`, without `.` and `..`.
 */
export interface FileTree {
  /** What stands at a path; `symlink` also where a folder above it is one. */
  kind(path: string): EntryKind;
  /** The bytes of a file; throws TreeError where there is none or it can't be read. */
  read(path: string): Uint8Array;
  /** The paths of all regular files below a folder (`""`: the project), sorted by code point, links and dot folders left out. */
  list(folder: string): readonly string[];
}

/** A file that could not be read, with the reason in the system's words. */
export class TreeError extends Error {}

/** A tree made of texts: for tests, and for what is not on disk. */
export function memoryTree(files: Readonly<Record<string, string | Uint8Array>>): FileTree {
  const paths = Object.keys(files).sort();
  return {
    kind: (path) => (path in files ? "file" : paths.some((p) => p.startsWith(`${path}/`)) ? "directory" : "missing"),
    read: (path) => {
      const content = files[path];
      if (content === undefined) throw new TreeError(`${path}: no such file`);
      return typeof content === "string" ? new TextEncoder().encode(content) : content;
    },
    list: (folder) => paths.filter((path) => folder === "" || path.startsWith(`${folder}/`)),
  };
}
