import { buildPlan } from "../plan/build-plan.js";
import type { ProjectState } from "../plan/changes.js";
import type { Plan, Selection } from "../plan/model.js";
import type { Mode } from "../project/model.js";
import { diskTree } from "../system/disk-tree.js";
import { readRevision } from "../system/git-tree.js";
import { withConfigAbove } from "./config-above.js";
import { baseState, type CheckedProject, checkProject } from "./project-state.js";

export interface PlanOptions {
  readonly directory: string;
  readonly config: string;
  readonly mode: Mode;
  readonly selection: Selection;
  /** A git revision to compare with. */
  readonly base: string | null;
  /** Why there is no base although one was wanted: shown in the plan. */
  readonly baseMissing?: string | null;
  readonly strict: boolean;
  readonly source: boolean;
}

/**
 * Reads the project, and its state at the base, and makes the plan.
 * @throws UserError LDP903 when the base is no revision.
 */
export function makePlan(options: PlanOptions): {
  readonly plan: Plan;
  readonly checked: CheckedProject;
  /** The project's state at the base; null without one. */
  readonly base: ProjectState | null;
} {
  const found = checkProject(diskTree(options.directory), options.config, {
    source: options.source,
    fingerprints: options.base !== null,
  });
  const checked = { ...found, diagnostics: withConfigAbove(found.diagnostics, options.directory, options.config) };
  const revision = options.base === null ? null : readRevision(options.directory, options.base);
  const before = revision && baseState(revision.tree, options.config, options);
  const missing = before?.missing ? `${revision?.ref}: ${before.missing}` : null;
  const plan = buildPlan({
    mode: options.mode,
    selection: options.selection,
    state: checked.state,
    diagnostics: checked.diagnostics,
    strict: options.strict,
    base:
      revision && before && missing === null
        ? { ref: revision.ref, commit: revision.commit, state: before.state }
        : null,
    baseMissing: missing ?? options.baseMissing ?? null,
  });
  return { plan, checked, base: before?.state ?? null };
}
