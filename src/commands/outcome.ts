import type { Diagnostic } from "../diagnostics/diagnostic.js";

/** What a command ends with: its result for stdout, its messages for stderr, and the exit status of the contract. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  /** 0 fine; 1 findings; 2 could not run. */
  readonly exit: 0 | 1 | 2;
}

/** The exit status that findings call for: 2 when config.yml could not be read, 1 when they make it invalid. */
export function exitFor(diagnostics: readonly Diagnostic[], invalid: boolean): 0 | 1 | 2 {
  if (diagnostics.some((diagnostic) => diagnostic.code === "LDP101")) return 2;
  return invalid ? 1 : 0;
}
