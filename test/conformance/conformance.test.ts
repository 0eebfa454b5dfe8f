import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { runProcess } from "../../src/system/process.js";
import {
  type ConformanceCase,
  caseNames,
  type ExpectedDiagnostic,
  type Run,
  readCase,
  setUp,
  stagesOf,
} from "./case.js";

const cases = resolve(import.meta.dirname, "../../conformance");
const cli = resolve(process.env.LDP_CLI ?? resolve(import.meta.dirname, "../../dist/cli.js"));

interface Answer {
  readonly exit: number | null;
  readonly stdout: Readonly<Record<string, unknown>>;
}

interface Found {
  readonly code: string;
  readonly severity: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly table?: string;
  readonly message: string;
  readonly hint?: string;
  readonly related?: readonly { readonly line: number }[];
}

beforeAll(() => {
  if (!existsSync(cli)) throw new Error(`${cli} is missing: run \`npm run build\` first`);
});

describe.concurrent("conformance", () => {
  for (const name of caseNames(cases)) {
    const folder = join(cases, name);
    const conformanceCase = readCase(folder);
    it(`${name}: ${conformanceCase.about}`, async () => {
      await withProject(folder, conformanceCase, async (project) => {
        for (const run of conformanceCase.runs) compare(run, await ldp(project, run));
      });
    });
  }
});

async function withProject(folder: string, conformanceCase: ConformanceCase, use: (project: string) => Promise<void>) {
  const project = mkdtempSync(join(tmpdir(), "ldp-conformance-"));
  try {
    setUp(folder, conformanceCase, project);
    await use(project);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

async function ldp(project: string, run: Run): Promise<Answer> {
  const source = run.source ? [] : ["--no-source"];
  const args = [cli, run.command, "-C", project, ...source, ...(run.args ?? []), "--format", "json"];
  const finished = await runProcess(process.execPath, args, { timeout: 60_000 });
  try {
    return { exit: finished.code, stdout: JSON.parse(finished.stdout) };
  } catch {
    throw new Error(`exit ${finished.code}, stdout is not JSON: ${finished.stdout.slice(0, 500)}\n${finished.stderr}`);
  }
}

function compare(run: Run, answer: Answer) {
  const label = [run.command, ...(run.args ?? [])].join(" ");
  const found = (answer.stdout.diagnostics ?? []) as readonly Found[];
  const config = configFile(run);
  expect(
    found.map((diagnostic, i) => trimmed(diagnostic, run.diagnostics[i])),
    label,
  ).toEqual(run.diagnostics.map((expected) => ({ ...expected, file: fileOf(expected, config) })));
  for (const { message } of found) expect(message, `${label}: a message is one line`).not.toMatch(/[\n\r]/);
  expect(answer.exit, `${label}: exit status`).toBe(run.exit);
  expect(answer.stdout.schema, label).toBe(`ldp.${run.command}/1`);
  if (run.stages !== undefined) expect(answer.stdout.stages, `${label}: stages`).toEqual(stagesOf(run.stages));
  for (const key of ["selection", "mode", "project", "digest"] as const) {
    if (run[key] !== undefined) expect(answer.stdout[key], `${label}: ${key}`).toEqual(run[key]);
  }
  if (run.code !== undefined) {
    const tables = answer.stdout.tables as readonly { readonly name: string; readonly code: string | null }[];
    const codes = Object.fromEntries(tables.map((table) => [table.name, table.code]));
    expect(codes, `${label}: code`).toMatchObject(run.code);
  }
}

/** What was found, less what the expectation does not give; its texts become the expected part where they contain it. */
function trimmed(found: Found, expected: ExpectedDiagnostic | undefined) {
  const { code, severity, file, line } = found;
  if (expected === undefined) return { code, severity, file, line, message: found.message };
  return {
    code,
    severity,
    file,
    ...(expected.line !== undefined && { line }),
    ...((expected.column !== undefined || expected.line === null) && found.column !== null && { column: found.column }),
    ...(expected.table !== undefined && { table: found.table }),
    ...(expected.message !== undefined && { message: part(found.message, expected.message) }),
    ...(expected.hint !== undefined && { hint: part(found.hint, expected.hint) }),
    ...(expected.related !== undefined && { related: found.related?.map((place) => place.line) }),
  };
}

function part(text: string | undefined, expected: string): string | undefined {
  return text?.includes(expected) ? expected : text;
}

function fileOf(expected: ExpectedDiagnostic, config: string): string | null {
  if (expected.file !== undefined) return expected.file;
  return expected.line === null ? null : config;
}

function configFile(run: Run): string {
  const at = run.args?.indexOf("--config") ?? -1;
  return run.args?.[at + 1] && at >= 0 ? (run.args[at + 1] ?? "config.yml") : "config.yml";
}
