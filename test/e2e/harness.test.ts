import { describe, expect, it } from "vitest";
import { readFileCommands } from "./file-commands.ts";
import { openRepository } from "./git.ts";
import { readLog } from "./log.ts";
import { startScenario } from "./scenario.ts";

describe("the harness reads what a runner reads", () => {
  it("outputs, of one line and of several", () => {
    const text = "a=1=2\nb<<END_x\nline 1\nc=3\n\nEND_x\r\nd<<E\nE\n";
    expect(readFileCommands(text)).toEqual({ a: "1=2", b: "line 1\nc=3\n", d: "" });
    for (const bad of ["=x", "text", "a<<", "a<<E\nno end"]) expect(() => readFileCommands(bad)).toThrow();
  });

  it("annotations, masks and other commands", () => {
    const raw = [
      "plain",
      "::error file=a%2Cb.py,line=3,col=4,title=T%3A x::100%25 a%0Ab",
      "::add-mask::secret",
      "  ::group::Plan",
      "text ::error::no command",
      ...Array(11).fill("::notice::n"),
    ].join("\n");
    const read = readLog(raw);
    expect(read.annotations[0]).toEqual({
      kind: "error",
      message: "100% a\nb",
      title: "T: x",
      file: "a,b.py",
      line: 3,
      column: 4,
    });
    expect(read).toMatchObject({ masked: ["secret"], commands: ["::group::Plan"], dropped: 1 });
    expect(read.log.split("\n").slice(0, 3)).toEqual(["plain", "100% a\nb".split("\n")[0], "b"]);
  });
});

describe("the harness leaves a checkout as actions/checkout does", () => {
  it("of a pull request: the merge commit, detached, cut at a depth", async () => {
    const scenario = await startScenario({ "a.txt": "1\n" });
    try {
      const job = scenario.pullRequest(5, { "b.txt": "2\n" });
      const { git } = openRepository(job.workspace);
      expect(git("rev-parse", "HEAD")).toBe(job.env.GITHUB_SHA);
      expect(git("rev-parse", "HEAD^1")).toBe(scenario.origin.git("rev-parse", "main"));
      expect(git("rev-parse", "HEAD^2")).toBe(scenario.origin.git("rev-parse", "pr-5"));
      expect(git("branch", "--show-current")).toBe("");
      expect(git("rev-parse", "--is-shallow-repository")).toBe("true");
      const again = scenario.pullRequest(5, { "c.txt": "3\n" }, { depth: 1 });
      const shallow = openRepository(again.workspace);
      expect(() => shallow.git("cat-file", "-e", "HEAD^1^{tree}")).toThrow();
      expect(again.event.payload).toMatchObject({ action: "synchronize", number: 5 });
    } finally {
      await scenario.end();
    }
  });

  it("of a branch and of a tag", async () => {
    const scenario = await startScenario({ "a.txt": "1\n" });
    try {
      scenario.pullRequest(5, { "b.txt": "2\n" });
      const merged = scenario.merge(5);
      expect(openRepository(merged.workspace).git("branch", "--show-current")).toBe("main");
      const tag = scenario.tag("v1.0");
      expect(openRepository(tag.workspace).git("rev-parse", "HEAD")).toBe(merged.env.GITHUB_SHA);
      expect(tag.env.GITHUB_REF_TYPE).toBe("tag");
      const other = scenario.push({ "c.txt": "" }, "feature");
      expect(other.event.payload).toMatchObject({ ref: "refs/heads/feature", before: "0".repeat(40) });
    } finally {
      await scenario.end();
    }
  });
});
