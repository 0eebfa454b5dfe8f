import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { validate } from "@actions/languageservice";
import { describe, expect, test } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse } from "yaml";
import { pythonTools } from "../python-tools.js";
import { workflows, write } from "./workflows.js";

const { ours, template } = workflows();
const all = Object.entries({ ...ours, ...template }).filter(([path]) => path.includes("/workflows/"));
const actionlint = process.env.ACTIONLINT_PATH ?? "";
const noGo = "there is no Go to install actionlint 1.7.12 with";

/** What actionlint 1.7.12 does not know yet, and GitHub does (rhysd/actionlint#711). */
const falseReports = [
  /^specifying action "\$\/\.github\/actions\/ldp" in invalid format because ref is missing/,
  /^unexpected key "queue" for "concurrency" section/,
];

describe("actionlint", () => {
  test.each(all)("%s", (path, text) => {
    if (!existsSync(actionlint)) throw new Error(noGo);
    const folder = write({ [path]: text });
    mkdirSync(join(folder, ".git"));
    const args = ["-format", "{{json .}}", "-shellcheck=", "-pyflakes=", path];
    const { stdout, stderr } = spawnSync(actionlint, args, { cwd: folder, encoding: "utf8" });
    expect(stderr).toBe("");
    const messages = (JSON.parse(stdout) as readonly { message: string; line: number }[]).filter(
      ({ message }) => !falseReports.some((report) => report.test(message)),
    );
    expect(messages.map(({ message, line }) => `${line}: ${message}`)).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});

describe("zizmor, as strict as it can be", () => {
  const zizmor = join(pythonTools("zizmor"), "zizmor");
  const audit = (folder: string) => {
    const args = ["--offline", "--no-progress", "--persona", "pedantic", "--format", "json-v1", "."];
    const result = spawnSync(zizmor, args, { cwd: folder, encoding: "utf8" });
    return { findings: JSON.parse(result.stdout) as readonly { ident: string; desc: string }[], log: result.stderr };
  };

  test.each([
    [
      "ours",
      {
        ...ours,
        ".github/zizmor.yml": readFileSync(".github/zizmor.yml", "utf8"),
        ".github/dependabot.yml": readFileSync(".github/dependabot.yml", "utf8"),
        ".github/actions/ldp/action.yml": readFileSync(".github/actions/ldp/action.yml", "utf8"),
        "action.yml": readFileSync("action.yml", "utf8"),
      },
    ],
    ["the template's", template],
  ])("%s have no finding", (_, files) => {
    const folder = write(files);
    const { findings, log } = audit(folder);
    expect(findings.map(({ ident, desc }) => `${ident}: ${desc}`)).toEqual([]);
    expect(log).toContain("completed");
    expect(log).not.toMatch(/WARN|ERROR/);
    rmSync(folder, { recursive: true });
  });
});

describe("@actions/languageservice", () => {
  test.each(all)("%s", async (path, text) => {
    const document = TextDocument.create(`file://${resolve(path)}`, "yaml", 1, text);
    const found = await validate(document);
    expect(found.map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
  });
});

describe("our CI", () => {
  const ci = parse(ours[".github/workflows/ci.yml"] ?? "") as { jobs: Record<string, { needs?: string[] }> };

  test("the aggregate job needs every other job", () => {
    expect([...(ci.jobs.ok?.needs ?? [])].sort()).toEqual(
      Object.keys(ci.jobs)
        .filter((name) => name !== "ok")
        .sort(),
    );
  });
});
