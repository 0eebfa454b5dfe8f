import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { validateCommand } from "../../src/commands/validate.js";
import { pythonTools } from "../python-tools.js";
import { type Block, blocks, type Page, pages } from "./pages.js";

// CONTRIBUTING.md ("Documentation") has the conventions. The catalogue's examples have a test of their own.
const guides = pages().filter((page) => page.path !== "docs/errors.md");
const codeOf = (page: Page) => blocks(page).filter(({ language }) => ["python", "sql"].includes(language));
const where = (page: Page, { line }: Block) => `${page.path}:${line}`;
const all = guides.flatMap((page) => codeOf(page).map((block) => [where(page, block), block] as const));
const python = all.filter(([, { language }]) => language === "python");

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "ldp-docs-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test.each(python)("%s is Python, as CPython parses it", (_where, { body }) => {
  expect(run(["-c", "import ast, sys; ast.parse(sys.stdin.read())"], scratch, body)).toEqual([0, ""]);
});

test.each(all)("%s says which file it is, or why it is not run", (_where, { notRun, meta }) => {
  if (notRun === null) expect(meta).toMatch(/^\S+\.(py|sql)( finds=[\w,]+)?$/);
});

for (const page of guides) {
  const files = codeOf(page).filter(({ notRun }) => notRun === null);
  if (files.length > 0) describe(page.path, () => follow(page, files));
}

/** Writes the files of a page in their order, and holds each to what it is: a module to `ldp validate` and the engine, a test to pytest. */
function follow(page: Page, files: readonly Block[]): void {
  test.each(files.map((block) => [where(page, block), block] as const))(
    "%s does what a file of that name is for",
    (_where, block) => {
      const together = files.filter((one) => one.config === block.config);
      const folder = project([...together, block]);
      const [path = "", finds] = block.meta.split(" finds=");
      if (path.startsWith("tests/")) {
        const [status, printed] = run(["-m", "pytest", "-q", "-p", "no:cacheprovider", path], folder);
        expect(printed).toMatch(/\d+ (passed|skipped)/);
        expect(status, printed).toBe(0);
      } else {
        expect(codes(folder)).toEqual(finds?.split(",") ?? []);
        const [status, printed] = run(["pipelines/ldp_engine.py", "--dry-run"], folder);
        expect(status, printed).toBe(0);
        expect(printed).toMatch(/^Plan: /);
      }
    },
  );
}

/** The project in which a block stands: the config.yml above it with the engine, else the example, with the tables above it. */
function project(files: readonly Block[]): string {
  const folder = mkdtempSync(join(scratch, "project-"));
  const config = files[0]?.config;
  if (config?.meta === "config") {
    cpSync("example-repo/pipelines", join(folder, "pipelines"), { recursive: true });
    writeFileSync(join(folder, "config.yml"), `${config.body}\n`);
  } else {
    cpSync("example-repo", folder, { recursive: true });
    const file = join(folder, "config.yml");
    if (config)
      writeFileSync(
        file,
        readFileSync(file, "utf8").replace(/^tables:\n/m, (key) => `${key}${config.body}\n`),
      );
  }
  for (const { meta, body } of files) {
    const path = join(folder, meta.split(" ")[0] ?? "");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${body}\n`);
  }
  return folder;
}

function codes(directory: string): string[] {
  const { stdout } = validateCommand({
    directory,
    config: "config.yml",
    format: "json",
    strict: true,
    source: true,
    text: { color: false, width: 0 },
  });
  return (JSON.parse(stdout) as { diagnostics: readonly { code: string }[] }).diagnostics.map(({ code }) => code);
}

function run(args: readonly string[], cwd: string, input = ""): [number | null, string] {
  const tools = pythonTools("python");
  const env = {
    ...process.env,
    PATH: [tools, process.env.PATH].join(delimiter),
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const result = spawnSync(resolve(tools, "python"), [...args], { cwd, env, input, encoding: "utf8" });
  if (result.error) throw result.error;
  return [result.status, `${result.stdout}${result.stderr}`];
}
