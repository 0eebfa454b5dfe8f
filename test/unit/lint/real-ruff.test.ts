import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type LintOptions, runLint } from "../../../src/lint/run.js";
import { runProcess } from "../../../src/system/process.js";
import { pythonTools } from "../../python-tools.js";
import { folderOf } from "./folder.js";

const tools = pythonTools("ruff");

function lint(directory: string, more: Partial<LintOptions> = {}) {
  return runLint({
    directory,
    fix: false,
    ruffVersion: null,
    inAction: false,
    environment: { ...process.env, PATH: tools },
    runProcess,
    ...more,
  });
}

const unused = '"""Orders."""\n\nimport os\n\nimport dlt\n\n\n@dlt.table\ndef orders():\n    return spark.table("x")\n';

test("a finding has its place, ruff's code and page, and the fix as a diff with the command that applies it", async () => {
  const result = await lint(folderOf({ "transformations/orders.py": unused }));
  expect(result.diagnostics).toEqual([
    {
      code: "LDP701",
      severity: "error",
      message: "F401 `os` imported but unused",
      file: "transformations/orders.py",
      line: 3,
      column: 8,
      endLine: 3,
      rule: "F401",
      url: "https://docs.astral.sh/ruff/rules/unused-import",
      fix: {
        message: "Remove unused import: `os`",
        diff: "@@ -2,3 +2,2 @@\n \n-import os\n ",
        command: "ldp lint --fix",
      },
    },
  ]);
});

test("a fix that is not safe names the command that applies it", async () => {
  const module = "def f():\n    x = 1\n";
  const { diagnostics } = await lint(folderOf({ "tests/it's a.py": module }));
  expect(diagnostics[0]).toMatchObject({
    rule: "F841",
    fix: { command: `ruff check --fix --unsafe-fixes --select F841 'tests/it'\\''s a.py'` },
  });
});

test("the names that Databricks gives every module are known", async () => {
  const module = "spark.range(1)\ndbutils.fs.ls('/')\ndisplay(1)\n";
  expect((await lint(folderOf({ "pipelines/a.py": module }))).diagnostics.map(({ rule }) => rule)).not.toContain(
    "F821",
  );
});

test("a file that is not formatted is one finding, at the lines that were touched", async () => {
  const module = `a = {  'x':1}\n${"\n\ndef f():\n    return 1\n".repeat(3)}\n\nb=  2\n`;
  const directory = folderOf({ "transformations/a.py": module });
  const last = module.trimEnd().split("\n").length;
  const [old] = (await lint(directory)).diagnostics;
  expect(old).toMatchObject({
    code: "LDP702",
    file: "transformations/a.py",
    line: 1,
    fix: { command: "ldp lint --fix" },
  });
  expect(old?.fix?.diff).toContain("-a = {  'x':1}\n+a = {\"x\": 1}");
  const touched = await lint(directory, { changedLines: new Map([["transformations/a.py", [[last, last]]]]) });
  expect(touched).toMatchObject({ fresh: 1, unformatted: ["transformations/a.py"] });
  expect(touched.diagnostics[0]?.line).toBe(last);
});

test("code that does not parse is a finding, and other files are formatted still", async () => {
  const result = await lint(folderOf({ "transformations/a.py": "def f(:\n", "transformations/b.py": "x=1\n" }));
  expect(result.diagnostics.map(({ code, file, rule }) => [code, file, rule])).toEqual([
    ["LDP701", "transformations/a.py", "invalid-syntax"],
    ["LDP701", "transformations/a.py", "invalid-syntax"],
    ["LDP702", "transformations/b.py", "format"],
  ]);
});

test("notebooks are looked at, with the line of the file and of the cell", async () => {
  const notebook = {
    cells: [{ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source: ["import os\n", "x = 1"] }],
    metadata: { language_info: { name: "python" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  const text = JSON.stringify(notebook, null, 1);
  const line = text.split("\n").findIndex((row) => row.includes("import os")) + 1;
  const result = await lint(folderOf({ "transformations/a.ipynb": text }));
  expect(result.diagnostics.find(({ rule }) => rule === "F401")).toMatchObject({
    file: "transformations/a.ipynb",
    line,
    message: "F401 `os` imported but unused (cell 1, line 1)",
    fix: { diff: "@@ -1,2 +1,1 @@\n-import os\n x = 1" },
  });
});

test("the project's own configuration is used, also that of a folder above in the repository", async () => {
  const files = { "transformations/a.py": 'import os\n\n\ndef f() -> None:\n    """Do."""\n' };
  const own = folderOf({ ...files, "pyproject.toml": '[tool.ruff.lint]\nselect = ["ANN"]\n' });
  expect((await lint(own)).diagnostics).toEqual([]);
  const top = folderOf({
    ".git/HEAD": "",
    "ruff.toml": 'lint.select = ["ANN"]\n',
    "etl/transformations/a.py": "import os\n",
  });
  expect((await lint(join(top, "etl"))).diagnostics).toEqual([]);
});

test("line-length of black is kept where ruff has no settings", async () => {
  const module = `x = [${Array.from({ length: 30 }, () => "10").join(", ")}]\n`;
  expect(module.length).toBeGreaterThan(110);
  const directory = folderOf({ "transformations/a.py": module, "pyproject.toml": "[tool.black]\nline-length = 140\n" });
  expect((await lint(directory)).diagnostics).toEqual([]);
});

test.each([
  ["LDP706", "selects a rule that does not exist", 'lint.select = ["NOPE"]\n', "NOPE"],
  ["LDP706", "is not TOML", "[[[", "ruff.toml"],
  ["LDP706", "has an unknown setting", "colour = 1\n", "colour"],
])("%s where ruff's configuration %s", async (code, _, text, named) => {
  const directory = folderOf({ "transformations/a.py": "x = 1\n", "ruff.toml": text });
  await expect(lint(directory)).rejects.toMatchObject({ code, message: expect.stringContaining(named) });
});

test("--fix mends what is safe, formats, and reports what is left", async () => {
  const directory = folderOf({
    "transformations/a.py": "import os\nimport sys\n\ndef f( a ):\n    x = sys\n    return a\n",
  });
  const result = await lint(directory, { fix: true });
  expect(readFileSync(join(directory, "transformations/a.py"), "utf8")).toBe(
    "import sys\n\n\ndef f(a):\n    x = sys\n    return a\n",
  );
  expect(result.diagnostics.map(({ rule, line }) => [rule, line])).toEqual([["F841", 5]]);
  expect(result.fixed).toEqual({ findings: 2, files: 1 });
});

test("without --fix nothing is written", async () => {
  const directory = folderOf({ "transformations/a.py": "import os\nx=1\n" });
  await lint(directory);
  expect(existsSync(join(directory, ".ruff_cache"))).toBe(false);
  expect(readFileSync(join(directory, "transformations/a.py"), "utf8")).toBe("import os\nx=1\n");
});

test("the text of a file behind a link that leaves the project is not shown", async () => {
  const outside = folderOf({ "secret.py": "import os  # secret\n" });
  const directory = folderOf();
  mkdirSync(join(directory, "transformations"));
  symlinkSync(join(outside, "secret.py"), join(directory, "transformations/a.py"));
  expect(JSON.stringify((await lint(directory)).diagnostics)).not.toContain("secret");
});

describe("in a workflow no text of a file outside of the repository comes out", () => {
  const secret = "TOP_SECRET=abc def\n";
  const inWorkflow = async (files: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}) => {
    const outside = folderOf({ "secret.env": secret, "mod.py": "import hidden\nX=token_abc\n", "ruff.toml": secret });
    const fill = (text: string) => text.replaceAll("OUTSIDE", outside);
    const project = { ".git/HEAD": "", "etl/transformations/sub/a.py": "x = 1\n", "etl/pipelines/b.py": "x = 1\n" };
    const directory = folderOf(
      Object.fromEntries(Object.entries({ ...project, ...files }).map(([name, text]) => [name, fill(text)])),
    );
    for (const [name, target] of Object.entries(links)) symlinkSync(fill(target), join(directory, name));
    const environment = { ...process.env, PATH: tools, GITHUB_ACTIONS: "true", HIDDEN: "hunter2" };
    return lint(join(directory, "etl"), { environment, files: ["transformations", "pipelines", "linked"] }).then(
      (result) => JSON.stringify(result),
      (error: unknown) => error as { code: string; message: string },
    );
  };
  const absolute = 'extend = "OUTSIDE/secret.env"\n';

  test.each([
    ["extend of an absolute path", { "etl/ruff.toml": absolute }, {}],
    ["extend that climbs", { "etl/ruff.toml": 'extend = "../../../../../../../../etc/passwd"\n' }, {}],
    ["extend of a home folder", { "etl/.ruff.toml": 'extend = "~/.databrickscfg"\n' }, {}],
    ["extend of a variable", { "etl/ruff.toml": 'extend = "${HIDDEN}.toml"\n' }, {}],
    ["extend in pyproject.toml", { "etl/pyproject.toml": `[tool.ruff]\n${absolute}` }, {}],
    ["extend in dotted and quoted keys", { "etl/pyproject.toml": `tool."ruff".${absolute}` }, {}],
    ["extend above the project", { "ruff.toml": absolute }, {}],
    ["extend in a nested folder", { "ruff.toml": "", "etl/transformations/sub/ruff.toml": absolute }, {}],
    ["extend in a folder without Python", { "ruff.toml": "", "etl/pipelines/x/y/ruff.toml": absolute }, {}],
    ["extend of what extends", { "etl/ruff.toml": 'extend = "../base.toml"\n', "base.toml": absolute }, {}],
    ["extend through a link", { "etl/ruff.toml": 'extend = "../base.toml"\n' }, { "base.toml": "OUTSIDE/secret.env" }],
    ["a link in place of ruff.toml", {}, { "etl/ruff.toml": "OUTSIDE/secret.env" }],
    ["a nested link", { "ruff.toml": "" }, { "etl/pipelines/pyproject.toml": "OUTSIDE/secret.env" }],
    ["a file that we can't read", { "etl/ruff.toml": `${absolute}[[[` }, {}],
  ])("%s: LDP706", async (_, files, links) => {
    const refused = await inWorkflow(files, links);
    expect(refused).toMatchObject({ code: "LDP706", message: expect.stringContaining("is not used") });
    expect(JSON.stringify(refused)).not.toMatch(/TOP_SECRET|abc|root:|hunter2/);
  });

  test.each([
    ["a linked module", {}, { "etl/transformations/mod.py": "OUTSIDE/mod.py" }],
    ["a linked folder", { "ruff.toml": "" }, { "etl/linked": "OUTSIDE" }],
  ])("%s is not told of", async (_, files, links) => {
    const shown = await inWorkflow(files, links);
    expect(shown).toContain('"diagnostics":[]');
    expect(shown).not.toMatch(/hidden|token_abc|TOP_SECRET/);
  });

  test("what stays in the repository is used", async () => {
    const files = {
      "base.toml": 'lint.select = ["D"]\n',
      "etl/ruff.toml": 'extend = "../base.toml"\n',
      "etl/transformations/ruff.toml": 'extend = "../ruff.toml"\n',
    };
    expect(await inWorkflow(files)).toContain("D100");
  });
});
