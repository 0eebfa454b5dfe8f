import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type Files = Record<string, string>;

/** The files of example-repo/: as they were committed, and as they are now. Without git both are what is there. */
export function exampleFiles(top: string): { readonly committed: Files; readonly current: Files } {
  const names = git(top, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "example-repo");
  const paths = names === null ? walk(join(top, "example-repo"), "") : names.split("\0").filter(Boolean).map(inside);
  const current = Object.fromEntries(
    paths
      .filter((path) => existsSync(join(top, "example-repo", path)))
      .map((path) => [path, readFileSync(join(top, "example-repo", path), "utf8")]),
  );
  const committed = git(top, "ls-tree", "-r", "-z", "--name-only", "HEAD", "--", "example-repo/");
  if (!committed) return { committed: current, current };
  return {
    current,
    committed: Object.fromEntries(
      committed
        .split("\0")
        .filter(Boolean)
        .map((name) => [inside(name), git(top, "cat-file", "blob", `HEAD:${name}`) ?? ""]),
    ),
  };
}

function inside(path: string): string {
  return path.slice("example-repo/".length);
}

function git(top: string, ...args: readonly string[]): string | null {
  const { status, stdout } = spawnSync("git", ["-C", top, ...args], { encoding: "utf8", maxBuffer: 1 << 26 });
  return status === 0 ? stdout : null;
}

function walk(folder: string, below: string): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return entry.name.startsWith(".") ? [] : walk(folder, path);
    return entry.isFile() ? [path] : [];
  });
}
