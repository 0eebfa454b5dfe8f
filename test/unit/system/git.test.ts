import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { touchedLines } from "../../../src/action/touched.js";
import { GitError, git } from "../../../src/system/git.js";
import { readRevision } from "../../../src/system/git-tree.js";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A checkout whose folder `etl` poses as a bare repository with settings that start a program: all of it can be committed. */
function hostileCheckout(): { readonly project: string; readonly proof: string } {
  const top = mkdtempSync(join(tmpdir(), "ldp-git-"));
  folders.push(top);
  const [project, proof] = [join(top, "etl"), join(top, "started")];
  git(top, ["init", "--quiet", "--initial-branch", "main"]);
  for (const folder of ["objects/pack", "refs/heads"]) mkdirSync(join(project, folder), { recursive: true });
  writeFileSync(join(project, "HEAD"), "ref: refs/heads/main\n");
  writeFileSync(
    join(project, "config"),
    `[core]\n\trepositoryformatversion = 0\n\tworktree = .\n\tfsmonitor = "touch '${proof}'; false"\n`,
  );
  return { project, proof };
}

test("a folder that poses as a repository starts no program", () => {
  const { project, proof } = hostileCheckout();
  expect(() => git(project, ["ls-files", "--modified"])).toThrow(GitError);
  expect(() => git(project, ["status", "--short"])).toThrow(GitError);
  expect(existsSync(proof)).toBe(false);
});

test("such a folder has no base, and telling its touched lines starts nothing", () => {
  const { project, proof } = hostileCheckout();
  expect(() => readRevision(project, "HEAD")).toThrow(/bare repository/);
  touchedLines(project, "0123456789abcdef0123456789abcdef01234567");
  expect(existsSync(proof)).toBe(false);
});
