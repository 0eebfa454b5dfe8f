import { spawnSync } from "node:child_process";
import { UserError } from "./errors.js";

const MAX_OUTPUT = 512 * 1024 * 1024;

/**
 * Runs git in a folder and returns its standard output.
 * @throws UserError LDP907 where git is missing, GitError where it fails.
 */
export function git(
  directory: string,
  args: readonly string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Buffer {
  const result = spawnSync("git", [...args], {
    cwd: directory,
    input: options.input ?? "",
    maxBuffer: MAX_OUTPUT,
    timeout: 120_000,
    // No prompt, no paging, no translation; nothing of the repository's own settings is needed.
    env: { ...process.env, GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C", ...options.env },
    windowsHide: true,
  });
  if (result.error && (result.error as NodeJS.ErrnoException).code === "ENOENT") {
    throw new UserError("LDP907", "git was not found.", "Install git, or leave --base out.");
  }
  if (result.error) throw new GitError(result.error.message);
  if (result.status !== 0) throw new GitError(result.stderr.toString("utf8").trim().split("\n").at(-1) ?? "git failed");
  return result.stdout;
}

export class GitError extends Error {}
