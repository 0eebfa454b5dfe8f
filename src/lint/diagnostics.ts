import type { Diagnostic, Fix, Severity } from "../diagnostics/diagnostic.js";
import type { RuffFinding } from "./finding.js";
import { cutLines, fixDiff } from "./fix-diff.js";
import type { FormatChange } from "./format-diff.js";
import type { ProjectFiles } from "./project-files.js";
import { type TouchedLines, touches } from "./touched.js";

/** The command that applies what lint offers. */
const fixCommand = "ldp lint --fix";
/** Lines of a diff that are shown. */
const shownLines = 60;

/** First and last line in the file of what a finding is about. */
export function findingLines(finding: RuffFinding, files: ProjectFiles): readonly [number, number] {
  const line = (row: number) => files.line(finding.filename, finding.cell, row);
  return [line(finding.row), line(finding.endRow)];
}

/** LDP701 for a finding of `ruff check`, with the fix as a diff where ruff offers one. */
export function findingDiagnostic(finding: RuffFinding, severity: Severity, files: ProjectFiles): Diagnostic {
  const [line, endLine] = findingLines(finding, files);
  const place = finding.cell === null ? "" : ` (cell ${finding.cell}, line ${finding.row})`;
  const fix = fixOf(finding, files);
  return {
    code: "LDP701",
    severity,
    message: `${finding.code} ${finding.message}${place}`,
    file: files.path(finding.filename),
    line,
    column: finding.column,
    endLine,
    rule: finding.code,
    ...(finding.url === null ? {} : { url: finding.url }),
    ...(fix === null ? {} : { fix }),
  };
}

function fixOf(finding: RuffFinding, files: ProjectFiles): Fix | null {
  if (finding.fix === null) return null;
  const text = files.text(finding.filename);
  const lines = finding.cell === null ? text?.lines : text?.cells?.[finding.cell - 1]?.lines;
  if (lines === undefined) return null;
  const diff = fixDiff(lines, finding.fix.edits);
  if (diff === "") return null;
  const command = finding.fix.safe
    ? fixCommand
    : `ruff check --fix --unsafe-fixes --select ${finding.code} ${shellWord(files.path(finding.filename))}`;
  return { message: finding.fix.message?.replaceAll(/\p{Cc}+/gu, " ") ?? "Apply ruff's fix", diff, command };
}

/** The run of lines to format that is on touched lines, or null. */
export function touchedRun(
  change: FormatChange,
  files: ProjectFiles,
  touched: TouchedLines | null,
): readonly [number, number] | null {
  if (touched === null) return null;
  const path = files.path(change.path);
  return runs(change, files).find(([first, last]) => touches(touched, path, first, last)) ?? null;
}

/** LDP702 for a file that `ruff format` would write differently, at the given run of lines or the first one. */
export function formatDiagnostic(
  change: FormatChange,
  run: readonly [number, number] | null,
  severity: Severity,
  files: ProjectFiles,
): Diagnostic {
  const [line, endLine] = run ?? runs(change, files)[0] ?? [1, 1];
  const place = change.cell === null ? "" : ` (cell ${change.cell})`;
  const left = change.diffLength - change.diff.length;
  const diff = left === 0 ? change.diff : [...change.diff, ...Array.from({ length: left }, () => "")];
  return {
    code: "LDP702",
    severity,
    message: `ruff format would change this file${place}`,
    file: files.path(change.path),
    line,
    column: 1,
    endLine,
    rule: "format",
    fix: { message: "Format the file", diff: cutLines(diff, shownLines).join("\n"), command: fixCommand },
  };
}

function runs(change: FormatChange, files: ProjectFiles): (readonly [number, number])[] {
  const line = (row: number) => files.line(change.path, change.cell, Math.max(row, 1));
  return change.runs.map(([first, last]) => [line(first), line(last)] as const);
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
