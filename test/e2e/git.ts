import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A real repository in a temporary folder, on branch `main`, whose commits are the same on every machine. */
export interface Repository {
  readonly folder: string;
  /** Writes files (null removes one) and commits them. Returns the commit. */
  commit(message: string, files?: Readonly<Record<string, string | null>>): string;
  /** Writes a file, or removes it (null), without a commit. */
  write(path: string, text: string | null): void;
  git(...args: readonly string[]): string;
}

let seconds = 0;

export function makeRepository(files: Readonly<Record<string, string>> = { "README.md": "# Shop\n" }): Repository {
  const folder = mkdtempSync(join(tmpdir(), "ldp-repository-"));
  const repository = openRepository(folder);
  repository.git("init", "--quiet", "--initial-branch=main");
  repository.commit("Start", files);
  return repository;
}

export function openRepository(folder: string): Repository {
  const git = (...args: readonly string[]): string => {
    seconds += 1;
    const date = `${1_767_600_000 + seconds} +0000`;
    const { status, stdout, stderr, error } = spawnSync("git", ["-C", folder, ...args], {
      encoding: "utf8",
      env: {
        ...process.env,
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_AUTHOR_NAME: "Dev",
        GIT_AUTHOR_EMAIL: "dev@example.com",
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: "Dev",
        GIT_COMMITTER_EMAIL: "dev@example.com",
        GIT_COMMITTER_DATE: date,
      },
    });
    if (error) throw error;
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  };
  const write = (path: string, text: string | null): void => {
    const file = join(folder, path);
    if (text === null) {
      rmSync(file, { recursive: true });
    } else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  };
  return {
    folder,
    git,
    write,
    commit(message, files = {}) {
      for (const [path, text] of Object.entries(files)) write(path, text);
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message", message);
      return git("rev-parse", "HEAD");
    },
  };
}
