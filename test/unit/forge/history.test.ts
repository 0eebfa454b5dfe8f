import { rmSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { newLines } from "../../../src/forge/github/pulls.js";
import { makeRepository, type Repository } from "../../e2e/git.ts";
import { addPull, mergePull } from "../../fakes/github/state.ts";
import { part, scene } from "./github.ts";

function repository(files?: Record<string, string>): Repository {
  const made = makeRepository(files);
  onTestFinished(() => rmSync(made.folder, { recursive: true }));
  return made;
}

/** A repository whose branch `change` is pull request 7, and what the server knows of it. */
async function changed(files: Record<string, string | null>, start?: Record<string, string>) {
  const repo = repository(start);
  const base = repo.git("rev-parse", "HEAD");
  repo.git("switch", "--quiet", "--create", "change");
  const head = repo.commit("Change", files);
  repo.git("switch", "--quiet", "main");
  const made = await scene({ repository: repo.folder });
  addPull(made.github.state, {
    number: 7,
    head: { ref: "change", sha: head, repository: "acme/shop" },
    base: { ref: "main", sha: base },
  });
  return { ...made, repo, base, head, pulls: part(made.forge.pullRequests) };
}

describe("the pull request that a commit came by", () => {
  it.each(["merge", "squash", "rebase"])("by %s", async (way) => {
    const { repo, github, pulls, head } = await changed({ "a.py": "x = 1\n" });
    repo.commit("Meanwhile", { "b.py": "y = 1\n" });
    if (way === "merge") repo.git("merge", "--quiet", "--no-ff", "change", "--message", "Merge");
    if (way === "squash") repo.git("merge", "--quiet", "--squash", "change");
    if (way === "squash") repo.commit("Change (#7)");
    if (way === "rebase") repo.git("cherry-pick", "change");
    const sha = repo.git("rev-parse", "HEAD");
    mergePull(github.state, 7, sha);
    const found = await pulls.mergedBy(sha);
    expect(found).toMatchObject({ ok: true, value: { number: 7, head, mergeCommit: sha, base: "main" } });
  });

  it("is none for a direct push, nor an open one that has the commit", async () => {
    const { pulls, base, head, repo } = await changed({ "a.py": "x = 1\n" });
    expect(await pulls.mergedBy(base)).toEqual({ ok: true, value: null });
    expect(await pulls.mergedBy(head)).toEqual({ ok: true, value: null });
    const direct = repo.commit("Direct", { "c.py": "z = 1\n" });
    expect(await pulls.mergedBy(direct)).toEqual({ ok: true, value: null });
  });

  it("is a finding for a commit that GitHub does not know", async () => {
    const { pulls } = await changed({ "a.py": "" });
    expect(await pulls.mergedBy("f".repeat(40))).toMatchObject({ ok: false, finding: { code: "LDP908" } });
  });
});

describe("what a pull request changes", () => {
  it("lists files with the lines that are new", async () => {
    const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);
    const edited = lines(40);
    edited.splice(1, 1, "new 2");
    edited.splice(30, 0, "new 31", "new 32");
    const { pulls } = await changed(
      {
        "a.py": `${edited.join("\n")}\n`,
        "gone.py": null,
        "new.py": "one\ntwo\n",
        "with space.py": "é\n",
        "moved.py": `${lines(9).join("\n")}\n`,
        "old.py": null,
      },
      { "a.py": `${lines(40).join("\n")}\n`, "gone.py": "x\n", "old.py": `${lines(9).join("\n")}\n` },
    );
    const answer = await pulls.changedFiles(7);
    expect(answer.ok && Object.fromEntries(answer.value)).toEqual({
      "a.py": {
        status: "modified",
        previous: null,
        lines: [
          [2, 2],
          [31, 32],
        ],
      },
      "new.py": { status: "added", previous: null, lines: [[1, 2]] },
      "with space.py": { status: "added", previous: null, lines: [[1, 1]] },
      "moved.py": { status: "renamed", previous: "old.py", lines: [] },
    });
  });

  it("reads all pages", async () => {
    const files = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`t/${index}.py`, `x = ${index}\n`]));
    const { pulls, github } = await changed(files);
    const answer = await pulls.changedFiles(7);
    expect(answer.ok && answer.value.size).toBe(130);
    expect(github.seen).toHaveLength(2);
  });

  it("knows no lines of a file without a patch", async () => {
    const { pulls } = await changed({ "x.bin": "a\0b" });
    const answer = await pulls.changedFiles(7);
    expect(answer.ok && answer.value.get("x.bin")).toMatchObject({ lines: [] });
  });
});

describe("newLines", () => {
  it("counts as the new file does, through several hunks, and without a line end at the end", () => {
    const patch = [
      "@@ -1,3 +1,4 @@ class X:",
      " a",
      "-b",
      "+B",
      "+C",
      " c",
      "@@ -10 +11,2 @@",
      "-old",
      "\\ No newline at end of file",
      "+++looks like a header",
      "+new",
      "\\ No newline at end of file",
    ].join("\n");
    expect(newLines(patch)).toEqual([
      [2, 3],
      [11, 12],
    ]);
  });
});

describe("history", () => {
  it("tells whether a tag's commit is on the default branch", async () => {
    const { repo, forge, base, head } = await changed({ "a.py": "x = 1\n" });
    const history = part(forge.history);
    const next = repo.commit("Next", { "b.py": "y = 1\n" });
    expect(await history.placeOnBranch(base, "main")).toEqual({ ok: true, value: "state" });
    expect(await history.placeOnBranch(next, "main")).toEqual({ ok: true, value: "state" });
    expect(await history.placeOnBranch(head, "main")).toEqual({ ok: true, value: "outside" });
    expect(await history.placeOnBranch(head, "change")).toEqual({ ok: true, value: "state" });
    expect(await history.placeOnBranch(head, "no/such")).toMatchObject({ ok: false, finding: { code: "LDP905" } });
  });

  it("tells a state of the branch from a commit inside of what was merged, however long ago", async () => {
    const { repo, forge, base, head } = await changed({ "a.py": "x = 1\n" });
    const history = part(forge.history);
    const before = repo.commit("Before the merge", { "b.py": "y = 1\n" });
    repo.git("merge", "--quiet", "--no-ff", "change", "--message", "Merge");
    const merge = repo.git("rev-parse", "HEAD");
    for (let i = 0; i < 120; i += 1) repo.commit(`Later ${i}`);
    for (const sha of [base, before, merge])
      expect(await history.placeOnBranch(sha, "main")).toEqual({ ok: true, value: "state" });
    expect(await history.placeOnBranch(head, "main")).toEqual({ ok: true, value: "merged" });
  });

  it("finds where two commits part, which a shallow checkout can't", async () => {
    const { repo, forge, base, head } = await changed({ "a.py": "x = 1\n" });
    const next = repo.commit("Next", { "b.py": "y = 1\n" });
    expect(await part(forge.history).mergeBase(next, head)).toEqual({ ok: true, value: base });
  });

  it("reads the tree of a commit, equal for equal files", async () => {
    const { repo, forge, base } = await changed({ "a.py": "x = 1\n" });
    const history = part(forge.history);
    const again = repo.commit("The same files");
    expect(await history.treeOf(base)).toEqual({ ok: true, value: repo.git("rev-parse", "HEAD^{tree}") });
    expect(await history.treeOf(again)).toEqual(await history.treeOf(base));
  });
});
