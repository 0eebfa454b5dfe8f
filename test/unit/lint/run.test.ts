import { join } from "node:path";
import { expect, test } from "vitest";
import { type LintOptions, runLint } from "../../../src/lint/run.js";
import { runProcess } from "../../../src/system/process.js";
import { folderOf, programs } from "./folder.js";

const entry = (file: string, row: number) => ({
  cell: null,
  code: "F401",
  filename: file,
  fix: null,
  location: { row, column: 8 },
  end_location: { row, column: 10 },
  message: "`os` imported but unused",
  url: "https://docs.astral.sh/ruff/rules/unused-import",
});

/** Lints a project of one module with a ruff that is a shell script: the bodies of its two commands. */
async function lint(bodies: { readonly check?: string; readonly format?: string }, more: Partial<LintOptions> = {}) {
  const directory = folderOf({ "transformations/a.py": "import os\n" });
  const { check = "echo '[]'", format = ":" } = bodies;
  const ruff = `case "$1" in --version) echo ruff 0.17.6;; check) ${check};; format) ${format};; esac`;
  const path = programs({ ruff });
  return runLint({
    directory,
    fix: false,
    ruffVersion: null,
    inAction: false,
    environment: { PATH: `${path}:/usr/bin:/bin` },
    runProcess,
    ...more,
  });
}

test("no findings", async () => {
  expect(await lint({})).toMatchObject({
    diagnostics: [],
    total: 0,
    fresh: null,
    unformatted: [],
    tool: { name: "ruff", version: "0.17.6", from: "PATH" },
  });
});

test.each([
  [
    "check crashes",
    { check: "echo 'panicked at src/main.rs' >&2; exit 101" },
    "`ruff check` (0.17.6, PATH) ended with status 101: panicked at src/main.rs",
  ],
  ["format crashes", { format: "kill -11 $$" }, "`ruff format` (0.17.6, PATH) was ended by SIGSEGV"],
  ["check prints garbage", { check: "echo hello" }, '`ruff check` did not print its report, but "hello"'],
  ["check prints other JSON", { check: "echo '[{\"a\": 1}]'" }, "did not print its report"],
  ["check prints half a report", { check: "echo '[{\"cell\": null,'; exit 1" }, "did not print its report"],
  ["check prints nothing", { check: ":" }, "`ruff check` did not print its report, but nothing"],
  ["format prints garbage", { format: "echo hello; exit 1" }, "`ruff format` did not print its report"],
  ["format prints garbage and is content", { format: "echo hello" }, "`ruff format` did not print its report"],
])("%s: LDP704", async (_, bodies, message) => {
  await expect(lint(bodies)).rejects.toMatchObject({ code: "LDP704", message: expect.stringContaining(message) });
});

test("a ruff that hangs is stopped, with what it started", async () => {
  const environment = {
    PATH: `${programs({ ruff: 'case "$1" in --version) echo ruff 0.17.6;; *) sleep 1000;; esac' })}:/usr/bin:/bin`,
    LDP_LINT_TIMEOUT: "0.5",
  };
  await expect(lint({}, { environment })).rejects.toMatchObject({
    code: "LDP704",
    message: "`ruff check` (0.17.6, PATH) did not end within 0.5 s",
  });
});

test("a million findings are counted, and the first ones kept", async () => {
  const line = JSON.stringify(entry("/nowhere/a.py", 1));
  const check = `printf '['; i=0; ${process.execPath} -e 'const t = process.argv[1] + ","; for (let i = 0; i < 1000; i++) require("fs").writeSync(1, t.repeat(1000))' '${line}'; printf '%s]' '${line}'; exit 1`;
  const before = process.memoryUsage().rss;
  const result = await lint({ check });
  expect(result.total).toBe(1_000_001);
  expect(result.diagnostics).toHaveLength(1000);
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
});

test("findings on touched lines come first, also when they come after a thousand others", async () => {
  const directory = folderOf({ "transformations/a.py": "import os\n".repeat(3000) });
  const entries = Array.from({ length: 3000 }, (_, i) => entry(join(directory, "transformations/a.py"), i + 1));
  const report = join(folderOf({ "report.json": JSON.stringify(entries) }), "report.json");
  const ruff = `case "$1" in --version) echo ruff 0.17.6;; check) cat ${report}; exit 1;; esac`;
  const result = await lint(
    {},
    {
      directory,
      environment: { PATH: `${programs({ ruff })}:/usr/bin:/bin` },
      changedLines: new Map([
        ["transformations/a.py", [[2500, 2501]] as const],
        ["transformations/b.py", [[1, 5]] as const],
      ]),
    },
  );
  expect(result).toMatchObject({ total: 3000, fresh: 2 });
  expect(result.diagnostics.slice(0, 3).map(({ line }) => line)).toEqual([2500, 2501, 1]);
  expect(result.diagnostics.filter(result.isFresh).map(({ line }) => line)).toEqual([2500, 2501]);
});

test("rules switch off what they name, and ruff is not even looked for when nothing is left", async () => {
  const findings = { check: `echo '${JSON.stringify([entry("/x/a.py", 1)])}'; exit 1` };
  expect(await lint({ ...findings, format: "exit 101" }, { rules: { LDP702: "off" } })).toMatchObject({ total: 1 });
  expect((await lint(findings, { rules: { LDP701: "warning" } })).diagnostics[0]).toMatchObject({
    severity: "warning",
  });
  expect(await lint({}, { rules: { LDP701: "off", LDP702: "off" }, environment: {} })).toMatchObject({
    total: 0,
    tool: { version: "" },
  });
});

test("a project without Python needs no ruff", async () => {
  expect(await lint({}, { directory: folderOf({ "config.yml": "" }), environment: {} })).toMatchObject({ total: 0 });
});
