import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Kind, Layer, Mode } from "../project/model.js";

export type Change = "added" | "removed" | "modified" | "affected" | "unchanged";

export interface Selection {
  readonly tags: readonly string[];
  readonly tagMode: "or" | "and";
  readonly select: readonly string[];
  readonly exclude: readonly string[];
}

/** One line of the plan. Removed tables are here too, with `selected: false`. */
export interface PlannedTable {
  readonly name: string;
  readonly layer: Layer;
  readonly kind: Kind | null;
  readonly tags: readonly string[];
  readonly dependsOn: readonly string[];
  readonly module: string;
  /** The hash of the module's bytes (CRLF read as LF), null without a module. */
  readonly code: string | null;
  readonly selected: boolean;
  readonly stage: number | null;
  /** Null without a base. */
  readonly change: Change | null;
  readonly reasons: readonly string[];
  readonly pipeline: string | null;
  readonly description: string | null;
  readonly owner: string | null;
  /** Where config.yml declares it (line of the base's config.yml for a removed table). */
  readonly configLine: number;
  /** Where the module defines it; null when the code was not read or does not define it. */
  readonly definitionLine: number | null;
  /** What loses data or is rebuilt by the change: "full refresh", "history lost"; null when nothing is. */
  readonly risk: string | null;
}

/** What would run, and what changed. Built by plan/, shown by render/. */
export interface Plan {
  /** Null for an invalid project or a wrong selection; stages are empty then. */
  readonly digest: string | null;
  readonly mode: Mode;
  readonly selection: Selection;
  /** The digest of the team's code; null when config.yml could not be read. */
  readonly project: string | null;
  readonly stages: readonly (readonly string[])[];
  readonly tables: readonly PlannedTable[];
  readonly base: { readonly ref: string; readonly commit: string } | null;
  /** Why there is no base although one was asked for. */
  readonly baseMissing: string | null;
  readonly diagnostics: readonly Diagnostic[];
}
