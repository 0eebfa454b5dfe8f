import { spawnSync } from "node:child_process";
import { UserError } from "./errors.js";
import { which } from "./which.js";

const MAX_OUTPUT = 512 * 1024 * 1024;

/**
 * What git is told before its command, wherever it runs in a checkout. A folder of the repository may look like a bare repository
 * (`HEAD`, `objects/`, `refs/` can be committed), and git would take its settings, which name programs to start.
 */
export const gitSafety: readonly string[] = ["-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false"];

/** The full path of git, or null: a bare name is looked up in the working directory first on Windows, which the checkout is. */
export function gitProgram(env: Readonly<Record<string, string | undefined>>): string | null {
  return which("git", env);
}

/**
 * Runs git in a folder and returns its standard output.
 * @throws UserError LDP907 where git is missing, GitError where it fails.
 */
export function git(
  directory: string,
  args: readonly string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Buffer {
  const program = gitProgram(process.env);
  if (program === null) throw new UserError("LDP907", "git was not found.", "Install git, or leave --base out.");
  const result = spawnSync(program, [...gitSafety, ...args], {
    cwd: directory,
    input: options.input ?? "",
    maxBuffer: MAX_OUTPUT,
    timeout: 120_000,
    // No prompt, no paging, no translation; nothing of the repository's own settings is needed.
    env: { ...process.env, GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C", ...options.env },
    windowsHide: true,
  });
  if (result.error) throw new GitError(result.error.message);
  if (result.status !== 0) throw new GitError(result.stderr.toString("utf8").trim().split("\n").at(-1) ?? "git failed");
  return result.stdout;
}

export class GitError extends Error {}
