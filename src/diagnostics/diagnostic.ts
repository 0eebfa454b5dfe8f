import { byCodePoint } from "../order.js";
import type { Code } from "./catalogue.js";

export type Severity = "error" | "warning" | "info";

/** A place in a file of the project. `file` is relative to the project, with `/`; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface RelatedPlace extends Place {
  readonly message: string;
}

/** A replacement of whole text between two places, as ruff's fixes are. */
export interface Fix {
  readonly message: string;
  /** A unified diff without file headers, for showing. */
  readonly diff: string;
  /** The command that applies it. */
  readonly command?: string;
}

/** One finding. A finding without a place in a file (a selection) has null for file, line and column. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly endLine?: number;
  readonly table?: string;
  readonly hint?: string;
  /** Where to read more, such as the page of a ruff rule. */
  readonly url?: string;
  /** The code of the tool that found it, such as ruff's F401. */
  readonly rule?: string;
  readonly fix?: Fix;
  readonly related?: readonly RelatedPlace[];
}

/** Orders findings by file, line, column and code; those without a place come last. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) =>
      Number(a.file === null) - Number(b.file === null) ||
      byCodePoint(a.file ?? "", b.file ?? "") ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      byCodePoint(a.code, b.code) ||
      byCodePoint(a.message, b.message),
  );
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

export function count(diagnostics: readonly Diagnostic[], severity: Severity): number {
  return diagnostics.reduce((sum, diagnostic) => sum + Number(diagnostic.severity === severity), 0);
}
