import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** conformance/<name>/case.json, as conformance/README.md describes it. */
export interface ConformanceCase {
  readonly about: string;
  readonly make?: readonly Make[];
  readonly runs: readonly Run[];
}

export interface Run {
  readonly command: "validate" | "plan";
  readonly args?: readonly string[];
  readonly source?: boolean;
  readonly engine?: boolean;
  readonly exit: number;
  readonly diagnostics: readonly ExpectedDiagnostic[];
  readonly stages?: readonly (readonly string[])[] | { readonly chain: number };
  readonly selection?: unknown;
  readonly mode?: string;
  readonly project?: string;
  readonly digest?: string | null;
  readonly code?: Readonly<Record<string, string | null>>;
}

export interface ExpectedDiagnostic {
  readonly code: string;
  readonly severity: string;
  readonly line?: number | null;
  readonly file?: string;
  readonly column?: number;
  readonly table?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly related?: readonly number[];
}

type Make = { readonly path: string } & (
  | { readonly directory: true }
  | { readonly text: string }
  | { readonly base64: string }
  | { readonly symlink: string }
  | { readonly head: string; readonly repeat: string; readonly bytes: number }
  | { readonly chain: number }
);

/** The names of the cases below a folder, sorted. */
export function caseNames(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "case.json")))
    .map((entry) => entry.name)
    .sort();
}

export function readCase(folder: string): ConformanceCase {
  return JSON.parse(readFileSync(join(folder, "case.json"), "utf8"));
}

/** Copies a case's project to an empty folder and makes what git can't hold. */
export function setUp(folder: string, conformanceCase: ConformanceCase, project: string): void {
  const given = join(folder, "project");
  if (existsSync(given)) cpSync(given, project, { recursive: true, verbatimSymlinks: true });
  for (const make of conformanceCase.make ?? []) {
    const path = join(project, make.path);
    mkdirSync(dirname(path), { recursive: true });
    if ("directory" in make) mkdirSync(path);
    else if ("text" in make) writeFileSync(path, make.text);
    else if ("base64" in make) writeFileSync(path, Buffer.from(make.base64, "base64"));
    else if ("symlink" in make) symlinkSync(make.symlink, path);
    else if ("repeat" in make) writeFileSync(path, filled(make.head, make.repeat, make.bytes));
    else writeFileSync(path, chain(make.chain));
  }
}

/** The stages that a run expects, with those of a chain written out. */
export function stagesOf(stages: NonNullable<Run["stages"]>): readonly (readonly string[])[] {
  return "chain" in stages ? Array.from({ length: stages.chain }, (_, i) => [link(stages.chain - 1 - i)]) : stages;
}

function filled(head: string, repeat: string, bytes: number): Buffer {
  const start = Buffer.from(head);
  return Buffer.concat([start, Buffer.alloc(bytes - start.length, repeat)]);
}

function chain(length: number): string {
  const tables = Array.from({ length }, (_, i) =>
    i < length - 1
      ? `  - {name: ${link(i)}, layer: silver, depends_on: [${link(i + 1)}]}\n`
      : `  - {name: ${link(i)}, layer: silver}\n`,
  );
  return `version: 1\ntables:\n${tables.join("")}`;
}

function link(index: number): string {
  return `t${String(index).padStart(5, "0")}`;
}
