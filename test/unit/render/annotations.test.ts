import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.js";
import { renderAnnotations } from "../../../src/render/annotations.js";
import { logText, workflowCommand } from "../../../src/render/escape/command.js";

const finding: Diagnostic = {
  code: "LDP202",
  severity: "error",
  message: "orders depends on custmers, which no table is called",
  file: "config.yml",
  line: 7,
  column: 20,
  hint: "Did you mean customers?",
};

describe("workflow commands", () => {
  const hostile = "100%\r\n::error::x, a:b; c] ##vso[task.complete]";

  it("of GitHub stay one command", () => {
    const line = workflowCommand("github", {
      name: "error",
      properties: { file: hostile, line: 3, col: null },
      message: hostile,
    });
    expect(line).toBe(
      "::error file=100%25%0D%0A%3A%3Aerror%3A%3Ax%2C a%3Ab; c] ##vso[task.complete],line=3::100%25%0D%0A::error::x, a:b; c] ##vso[task.complete]",
    );
  });

  it("of Azure DevOps stay one command", () => {
    const line = workflowCommand("azure", {
      name: "task.logissue",
      properties: { type: "error", sourcepath: hostile },
      message: "a\nb%",
    });
    expect(line).toBe(
      "##vso[task.logissue type=error;sourcepath=100%AZP25%0D%0A::error::x, a:b%3B c%5D ##vso[task.complete%5D;]a%0Ab%AZP25",
    );
  });

  it.each([
    "::error::x",
    "  ::set-output name=x::y",
    "a\n::add-mask::b",
    "a\r::stop-commands::b",
    "##[error]x",
    "text ##vso[task.setvariable]x",
    "::::",
    "####",
    "\u0007::error::",
  ])("are not made by text for the log: %j", (text) => {
    for (const line of logText(text).split(/\r\n|[\r\n]/)) {
      expect(line.trimStart().startsWith("::")).toBe(false);
      expect(line).not.toContain("##");
    }
    expect(logText(text).replaceAll("\u200b", "")).toBe(text.replace(/\r\n?/g, "\n").replace("\u0007", ""));
  });
});

describe("annotations", () => {
  it("stand at the file from the top of the repository, with the code and the hint", () => {
    expect(renderAnnotations([finding], "etl/shop").lines).toEqual([
      "::error file=etl/shop/config.yml,line=7,col=20,title=LDP202%3A unknown dependency::orders depends on custmers, which no table is called%0ADid you mean customers?",
    ]);
    expect(renderAnnotations([finding], ".").lines[0]).toContain("file=config.yml,");
  });

  it("have no column where they span lines, and no place where there is none", () => {
    expect(renderAnnotations([{ ...finding, endLine: 9 }], ".").lines[0]).toMatch(/line=7,endLine=9,title/);
    const nowhere = { ...finding, file: null, line: null, column: null };
    expect(renderAnnotations([nowhere], "x").lines[0]).toMatch(/^::error title=LDP202/);
  });

  it("are made once of the same finding", () => {
    expect(renderAnnotations([finding, { ...finding }, { ...finding, line: 8 }], ".")).toMatchObject({
      shown: 2,
      left: 0,
    });
  });

  it("come errors first, ten of a kind, the rest counted and in the log", () => {
    const many = (severity: Diagnostic["severity"], count: number) =>
      Array.from({ length: count }, (_, index): Diagnostic => ({ ...finding, severity, line: index + 1 }));
    const { lines, shown, left } = renderAnnotations(
      [...many("info", 12), ...many("warning", 11), ...many("error", 13)],
      ".",
    );
    const kinds = lines.map((line) => /^::(\w+)/.exec(line)?.[1] ?? "log");
    expect(kinds.slice(0, 30)).toEqual([
      ...Array(10).fill("error"),
      ...Array(10).fill("warning"),
      ...Array(10).fill("notice"),
    ]);
    expect(lines[29]).toContain("3 errors, 1 warning, 3 notices more");
    expect(kinds.slice(30)).toEqual(Array(7).fill("log"));
    expect(lines[30]).toBe(
      "config.yml:11:20: error: LDP202 orders depends on custmers, which no table is called Did you mean customers?",
    );
    expect([shown, left]).toEqual([29, 7]);
  });

  it("are logging commands on Azure DevOps, without a limit", () => {
    const many = Array.from({ length: 12 }, (_, index) => ({ ...finding, line: index + 7 }));
    const { lines, left } = renderAnnotations([...many, { ...finding, severity: "info" }], "etl", "azure");
    expect(lines[0]).toBe(
      "##vso[task.logissue type=error;sourcepath=etl/config.yml;linenumber=7;columnnumber=20;code=LDP202;]LDP202: orders depends on custmers, which no table is called%0ADid you mean customers?",
    );
    expect(lines).toHaveLength(13);
    expect(lines[12]).toMatch(/^etl\/config.yml:7:20: info/);
    expect(left).toBe(0);
  });
});
