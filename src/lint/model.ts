import type { Diagnostic } from "../diagnostics/diagnostic.js";

/** What lint found. */
export interface LintResult {
  /** The first findings, at most a few thousand; the pull request's new ones first. */
  readonly diagnostics: readonly Diagnostic[];
  /** All findings, also those that are not in `diagnostics`. */
  readonly total: number;
  /** How many are on lines that the pull request touches; null when that is not known. */
  readonly fresh: number | null;
  /** Tells whether a finding is on a touched line. */
  readonly isFresh: (diagnostic: Diagnostic) => boolean;
  /** Files that `ruff format` would change. */
  readonly unformatted: readonly string[];
  /** What `--fix` mended before this: findings, and files that were formatted. Null without it. */
  readonly fixed: { readonly findings: number; readonly files: number } | null;
  /** Version and origin are empty where there was nothing to look at. */
  readonly tool: { readonly name: string; readonly version: string; readonly from: string };
}
