import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Kind } from "../project/model.js";

/** A field of a resource that the deploy would change. Values are here only for fields known to be harmless to show. */
export interface FieldChange {
  readonly path: string;
  readonly action: string;
  /** Both values as short text, or null: "changed" is all that is shown. */
  readonly values: { readonly old: string | null; readonly new: string | null } | null;
  /** Hash of the new value: what binding compares. */
  readonly hash: string;
}

/** A table that goes with a deleted or recreated resource. */
export interface LostTable {
  readonly name: string;
  readonly kind: Kind | null;
  /** A streaming table loses its history; a view is rebuilt; a table of unknown kind may lose it. */
  readonly effect: "history lost" | "rebuilt" | "may be lost";
}

/** One resource of the bundle plan. Unchanged ones ("skip") are left out. */
export interface ResourceAction {
  /** `pipelines.etl`, `jobs.nightly.permissions`. */
  readonly resource: string;
  /** create, update, update_id, resize, recreate, delete, or a word that this version does not know. */
  readonly action: string;
  readonly destructive: boolean;
  /** The resource is gone on the workspace already. */
  readonly gone: boolean;
  readonly fields: readonly FieldChange[];
  readonly lost: readonly LostTable[];
}

export interface BundleCounts {
  readonly create: number;
  readonly update: number;
  readonly recreate: number;
  readonly delete: number;
}

/** The bundle plan of one environment, or why there is none. */
export interface EnvironmentPlan {
  readonly environment: string;
  readonly target: string;
  readonly status: "planned" | "skipped" | "failed";
  /** One sentence: why it was skipped or failed; null when planned. */
  readonly reason: string | null;
  readonly engine: "direct" | "terraform" | null;
  readonly cliVersion: string | null;
  /** The bundle digest; null when there is no plan or the plan's form does not allow one. */
  readonly digest: string | null;
  readonly counts: BundleCounts;
  readonly actions: readonly ResourceAction[];
  /** Of `bundle validate` and `bundle plan`. */
  readonly diagnostics: readonly Diagnostic[];
}
