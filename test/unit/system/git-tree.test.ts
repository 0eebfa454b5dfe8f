import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { git } from "../../../src/system/git.js";
import { readRevision } from "../../../src/system/git-tree.js";

const folders: string[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "ldp-revision-"));
  folders.push(made);
  return made;
}

/** A repository on `main` with two commits, the first of them tagged v1.0. */
function repository(): string {
  const made = folder();
  const as = ["-c", "user.name=Dev", "-c", "user.email=dev@example.com"];
  git(made, ["init", "--quiet", "--initial-branch", "main"]);
  for (const text of ["one", "two"]) {
    writeFileSync(join(made, "config.yml"), text);
    git(made, ["add", "--all"]);
    git(made, [...as, "commit", "--quiet", "--message", text]);
    if (text === "one") git(made, ["tag", "v1.0"]);
  }
  return made;
}

function refused(directory: string, ref: string) {
  try {
    readRevision(directory, ref);
  } catch (error) {
    const { code, message, hint } = error as { code: string; message: string; hint: string };
    return { code, message, hint };
  }
  throw new Error(`${ref} was read`);
}

describe("LDP903 names the cause of its own", () => {
  test("no git repository", () => {
    vi.stubEnv("GIT_CEILING_DIRECTORIES", tmpdir());
    const { code, message, hint } = refused(folder(), "main");
    expect(code).toBe("LDP903");
    expect(message).toContain("is in no git repository");
    expect(hint).toBe("Run it in a checkout of the repository, or leave --base out.");
  });

  test.each([
    ["maim", 'Did you mean "main"?'],
    ["v1.1", 'Did you mean "v1.0"?'],
  ])("a slip in the name of a branch or tag: %s", (ref, hint) => {
    expect(refused(repository(), ref)).toEqual({
      code: "LDP903",
      message: `The base "${ref}" is no revision of this repository.`,
      hint,
    });
  });

  test("a branch that only the remote has", () => {
    const remote = repository();
    git(remote, ["branch", "release"]);
    const clone = folder();
    git(clone, ["clone", "--quiet", remote, "."]);
    expect(refused(clone, "release").hint).toBe('Did you mean "origin/release"?');
  });

  test("a name like no other", () => {
    expect(refused(repository(), "feature/export").hint).toContain("`git fetch`");
  });

  test("a shallow clone", () => {
    const clone = folder();
    git(clone, ["clone", "--quiet", "--depth=1", "--no-tags", `file://${repository()}`, "."]);
    const { hint } = refused(clone, "0123456789012345678901234567890123456789");
    expect(hint).toMatch(/^The clone is shallow: .*fetch-depth: 0/);
  });

  test("a repository without a commit", () => {
    const empty = folder();
    git(empty, ["init", "--quiet"]);
    expect(refused(empty, "HEAD").hint).toBe("The repository has no commit yet: leave --base out.");
  });
});

test("without git it is LDP907", () => {
  const made = repository();
  vi.stubEnv("PATH", "");
  expect(refused(made, "main").code).toBe("LDP907");
});
