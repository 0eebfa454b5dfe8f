import { type Diagnostic, hasErrors, sortDiagnostics } from "../diagnostics/diagnostic.js";
import { stagesOf } from "../graph/graph.js";
import { selectTables } from "../graph/select.js";
import { byCodePoint } from "../order.js";
import { canonicalJson, sha256 } from "../project/digest.js";
import type { Mode, Table } from "../project/model.js";
import { compareProjects, type ProjectState, type TableChange } from "./changes.js";
import type { Plan, PlannedTable, Selection } from "./model.js";

export interface PlanRequest {
  readonly mode: Mode;
  readonly selection: Selection;
  /** The project; null when config.yml could not be read. */
  readonly state: ProjectState | null;
  /** What is wrong with the project. */
  readonly diagnostics: readonly Diagnostic[];
  /** Warnings count as errors. */
  readonly strict: boolean;
  readonly base: { readonly ref: string; readonly commit: string; readonly state: ProjectState | null } | null;
  /** Why there is no base although one was asked for. */
  readonly baseMissing: string | null;
}

/**
 * Builds the plan: what would run for a selection, in which stage, and what changed since the base. An invalid project or a wrong
 * selection gives a plan with `digest` null and no stages, its findings in `diagnostics`.
 */
export function buildPlan(request: PlanRequest): Plan {
  const { state, mode, selection, base } = request;
  const shared = {
    mode,
    selection,
    base: base && { ref: base.ref, commit: base.commit },
    baseMissing: request.baseMissing,
  };
  if (!state) {
    return { ...shared, digest: null, project: null, stages: [], tables: [], diagnostics: request.diagnostics };
  }
  const changes = base ? compareProjects(base.state ?? emptyState(state), state) : null;
  const changeOf = changes && new Map([...changes].map(([name, change]) => [name, change.change]));
  const selected = selectTables(state.project.tables, state.graph, selection, changeOf, request.baseMissing);
  const diagnostics = sortDiagnostics([...request.diagnostics, ...selected.diagnostics]);
  const invalid = hasErrors(diagnostics) || (request.strict && diagnostics.some((each) => each.severity === "warning"));
  const stages = invalid ? [] : stagesOf(state.graph, selected.chosen);
  const stageOf = new Map(stages.flatMap((names, index) => names.map((name): [string, number] => [name, index + 1])));

  const planned = state.project.tables.map((table) =>
    planTable(
      table,
      state,
      changes?.get(table.name) ?? null,
      stageOf.get(table.name) ?? null,
      !invalid && selected.chosen.has(table.name),
    ),
  );
  const names = new Set(state.project.tables.map((table) => table.name));
  const removed = (base?.state?.project.tables ?? [])
    .filter((table) => !names.has(table.name))
    .map((table) => planTable(table, base?.state as ProjectState, changes?.get(table.name) ?? null, null, false));
  return {
    ...shared,
    digest: invalid ? null : planDigest(mode, state.code.digest, stages),
    project: state.code.digest,
    stages,
    tables: [...planned, ...removed].sort((a, b) => byCodePoint(a.name, b.name)),
    diagnostics,
  };
}

/** What one run does (contract, "Two digests of content"). */
export function planDigest(mode: Mode, project: string, stages: readonly (readonly string[])[]): string {
  return sha256(canonicalJson({ mode, project, schema: "ldp.plan/1", stages }));
}

function planTable(
  table: Table,
  state: ProjectState,
  change: TableChange | null,
  stage: number | null,
  selected: boolean,
): PlannedTable {
  const source = state.sources?.tables.get(table.name);
  return {
    name: table.name,
    layer: table.layer,
    kind: source?.kind ?? null,
    tags: table.tags,
    dependsOn: table.dependsOn.map((dependency) => dependency.name),
    module: table.module,
    code: state.code.files.get(table.module) ?? null,
    selected,
    stage,
    change: change?.change ?? null,
    reasons: change?.reasons ?? [],
    pipeline: table.pipeline,
    description: table.description,
    owner: table.owner,
    configLine: table.place.line,
    definitionLine: source?.dataset?.place.line ?? null,
    risk: change?.risk ?? null,
  };
}

/** The state before the project existed: everything is new. */
function emptyState(state: ProjectState): ProjectState {
  return {
    project: { ...state.project, tables: [] },
    graph: { names: [], upstream: new Map(), downstream: new Map() },
    code: { digest: "", files: new Map() },
    sources: { modules: new Map(), tables: new Map() },
  };
}
