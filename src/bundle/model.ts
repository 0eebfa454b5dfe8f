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
  /** The workspace has another value than was deployed: somebody changed it by hand, and the deploy changes it back. */
  readonly byHand?: boolean;
  /** Why neither the bundle digest nor binding looks at it (drift.ts); absent when they do. */
  readonly ignored?: string;
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
  /** A resource of the same type and name that the same plan creates: this one's key was renamed. Absent when there is none. */
  readonly renamedTo?: string;
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
  /** Whom the workspace takes us for, and where; absent when it was not asked. */
  readonly identity?: string | null;
  readonly host?: string | null;
}

/** What the bundle knows of a table: enough to tell what dies with a resource. A `PlannedTable` is one. */
export interface OwnedTable {
  readonly name: string;
  readonly kind: Kind | null;
  /** The bundle's pipeline resource that owns it, null when config.yml names none. */
  readonly pipeline: string | null;
}

/** A resource as it stands after a deploy. */
export interface DeployedResource {
  readonly resource: string;
  readonly action: string;
  readonly name: string | null;
  /** Kept as text: ids pass what a number holds. */
  readonly id: string | null;
  /** Its page in the workspace. */
  readonly url: string | null;
}

export interface DeployResult {
  readonly plan: EnvironmentPlan;
  readonly outcome: "deployed" | "planned" | "refused" | "failed" | "cancelled";
  /** `plan file`: the file that passed the gate; `plain`: `bundle deploy` made its own plan, for the reason in the diagnostics. */
  readonly method: "plan file" | "plain" | null;
  /** Created, updated, recreated and deleted resources. */
  readonly resources: readonly DeployedResource[];
  /** All of the deploy's findings, the plan's among them. */
  readonly diagnostics: readonly Diagnostic[];
  /** Of the workspace, for the deployment's environment URL; null when not known. */
  readonly url: string | null;
  /** The update that was started after the deploy: what it was of, and whether it succeeded. Null when none was asked for. */
  readonly run: { readonly pipelines: readonly string[]; readonly succeeded: boolean } | null;
}
