import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { pythonTools } from "../python-tools.js";
import { folderOf, programs } from "../unit/lint/folder.js";

const tools = pythonTools("ruff");
const config = "version: 1\ntables:\n  - name: orders\n    layer: bronze\n";
const clean =
  '"""Orders."""\n\nimport dlt\n\n\n@dlt.table(comment="Orders.")\ndef orders():\n    """Orders."""\n    return spark.read.table("raw.orders")\n';
const module = "transformations/bronze/orders.py";

function ldp(directory: string, args: readonly string[], path = tools) {
  const result = spawnSync(process.execPath, [resolve("dist/cli.js"), "lint", "-C", directory, ...args], {
    encoding: "utf8",
    env: { ...process.env, PATH: path, NO_COLOR: "1", LDP_LINT_TIMEOUT: "2", LDP_CACHE_DIR: folderOf() },
  });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}

test("a clean project: status 0, and one line", () => {
  const { status, stdout } = ldp(folderOf({ "config.yml": config, [module]: clean }), []);
  expect(stdout).toBe("✓ no findings (ruff 0.17.6, PATH)\n");
  expect(status).toBe(0);
});

test("one finding: its place, ruff's code, the fix as a diff and the command, once, in every format", () => {
  const directory = folderOf({
    "config.yml": config,
    [module]: clean.replace("import dlt", "import os\n\nimport dlt"),
  });
  const text = ldp(directory, []);
  expect(text.status).toBe(1);
  expect(text.stdout).toBe(`${module}:3:8: error LDP701 F401 \`os\` imported but unused
    fix:  ldp lint --fix
    @@ -2,3 +2,2 @@

    -import os


✗ 1 finding (ruff 0.17.6, PATH)
`);
  const json = ldp(directory, ["--format", "json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    schema: "ldp.lint/1",
    total: 1,
    diagnostics: [{ code: "LDP701", severity: "error", file: module, line: 3, column: 8, rule: "F401" }],
  });
  const sarif = ldp(directory, ["--format", "sarif"]);
  expect(JSON.parse(sarif.stdout).runs[0].results).toHaveLength(1);
  const github = ldp(directory, ["--format", "github"]);
  expect(github.stdout.split("\n").filter((line) => line.startsWith("::error "))).toHaveLength(1);
  expect(github.stdout).toContain(`file=${module},line=3`);
  for (const { status } of [json, sarif, github]) expect(status).toBe(1);
});

test("--fix writes what the diff shows, and then it is clean", () => {
  const directory = folderOf({
    "config.yml": config,
    [module]: clean.replace("import dlt", "import os\n\nimport dlt"),
  });
  const { status, stderr } = ldp(directory, ["--fix"]);
  expect(status).toBe(0);
  expect(stderr).toContain("Mended: 1 finding.");
  expect(readFileSync(join(directory, module), "utf8")).toBe(clean);
});

test("rules of config.yml are kept", () => {
  const unformatted = folderOf({ "config.yml": `${config}rules: {LDP702: "off"}\n`, [module]: `${clean}x  =  1\n` });
  expect(ldp(unformatted, []).status).toBe(0);
});

test("a missing config.yml is LDP101 and status 2", () => {
  const { status, stdout } = ldp(folderOf({ [module]: clean }), ["--format", "json"]);
  expect(status).toBe(2);
  expect(JSON.parse(stdout).diagnostics).toMatchObject([{ code: "LDP101" }]);
});

test.each([
  ["LDP703", "there is none, and no Python", {}],
  ["LDP704", "it crashes", { ruff: 'case "$1" in --version) echo ruff 0.17.6;; *) exit 101;; esac' }],
  ["LDP704", "it hangs", { ruff: 'case "$1" in --version) echo ruff 0.17.6;; *) /bin/sleep 600;; esac' }],
  ["LDP704", "it prints garbage", { ruff: 'case "$1" in --version) echo ruff 0.17.6;; *) echo "::error::x";; esac' }],
  ["LDP704", "it is another program", { ruff: "echo hello" }],
])("%s where %s: one document, one line, status 2", (code, _, bodies) => {
  const directory = folderOf({ "config.yml": config, [module]: clean });
  const { status, stdout, stderr } = ldp(directory, ["--format", "json"], programs(bodies));
  expect(JSON.parse(stdout)).toMatchObject({ schema: "ldp.error/1", code });
  expect(stderr).toMatch(new RegExp(`^${code}: .*\n`));
  expect(stderr).not.toContain("\n::");
  expect(status).toBe(2);
});
