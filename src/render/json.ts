import type { EnvironmentPlan, ResourceAction } from "../bundle/model.js";
import type { Code } from "../diagnostics/catalogue.js";
import { type Diagnostic, hasErrors } from "../diagnostics/diagnostic.js";
import type { Plan, Selection } from "../plan/model.js";
import type { GraphView } from "./graph-view.js";

/** `ldp.validate/1`. `strict` counts warnings as errors. */
export function renderValidateJson(tables: number, diagnostics: readonly Diagnostic[], strict = false): string {
  const valid = !hasErrors(diagnostics) && !(strict && diagnostics.some((one) => one.severity === "warning"));
  return document({ schema: "ldp.validate/1", valid, tables, diagnostics: diagnostics.map(diagnosticJson) });
}

/** `ldp.plan/1`; with the bundle plans of environments where those were asked for. */
export function renderPlanJson(plan: Plan, environments: readonly EnvironmentPlan[] = []): string {
  return document({
    schema: "ldp.plan/1",
    digest: plan.digest,
    mode: plan.mode,
    selection: selectionJson(plan.selection),
    project: plan.project,
    stages: plan.stages,
    tables: plan.tables.map((table) => ({
      name: table.name,
      layer: table.layer,
      kind: table.kind,
      tags: table.tags,
      depends_on: table.dependsOn,
      module: table.module,
      code: table.code,
      selected: table.selected,
      stage: table.stage,
      change: table.change,
      reasons: table.reasons,
      risk: table.risk,
      pipeline: table.pipeline,
    })),
    base: plan.base === null ? null : { ref: plan.base.ref, commit: plan.base.commit },
    base_missing: plan.baseMissing,
    ...(environments.length > 0 ? { environments: environments.map(environmentJson) } : {}),
    diagnostics: plan.diagnostics.map(diagnosticJson),
  });
}

/** `ldp.graph/1`. */
export function renderGraphJson(view: GraphView, diagnostics: readonly Diagnostic[] = []): string {
  return document({
    schema: "ldp.graph/1",
    nodes: view.nodes.map(({ name, layer, kind, stage, selected, change }) => ({
      name,
      layer,
      kind,
      stage,
      selected,
      change,
    })),
    edges: view.edges,
    ...(diagnostics.length > 0 ? { diagnostics: diagnostics.map(diagnosticJson) } : {}),
  });
}

/** `ldp.lint/1`. `total` counts also the findings that are not in the list. */
export function renderLintJson(diagnostics: readonly Diagnostic[], total = diagnostics.length): string {
  return document({ schema: "ldp.lint/1", total, diagnostics: diagnostics.map(diagnosticJson) });
}

/** What a deploy did, or did not. */
export interface DeployOutcome {
  readonly environment: string;
  readonly deployed: boolean;
  /** Whether a plan was all that was asked for. */
  readonly planOnly?: boolean;
  /** Null where it ended before there was a plan. */
  readonly plan: EnvironmentPlan | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** `ldp.deploy/1`. */
export function renderDeployJson(outcome: DeployOutcome): string {
  return document({
    schema: "ldp.deploy/1",
    environment: outcome.environment,
    deployed: outcome.deployed,
    bundle_digest: outcome.plan?.digest ?? null,
    actions: (outcome.plan?.actions ?? []).map(actionJson),
    diagnostics: outcome.diagnostics.map(diagnosticJson),
  });
}

function environmentJson(plan: EnvironmentPlan): Readonly<Record<string, unknown>> {
  const { environment, target, status, reason, digest, actions, diagnostics } = plan;
  return {
    environment,
    target,
    status,
    reason,
    bundle_digest: digest,
    actions: actions.map(actionJson),
    diagnostics: diagnostics.map(diagnosticJson),
  };
}

function actionJson({ resource, action, destructive, lost }: ResourceAction): Readonly<Record<string, unknown>> {
  return { resource, action, destructive, lost: lost.map(({ name, kind, effect }) => ({ name, kind, effect })) };
}

/** `ldp.error/1`: a command that has no document of its own failed. */
export function renderErrorJson(code: Code, message: string, hint?: string): string {
  return document({ schema: "ldp.error/1", code, message, ...(hint === undefined ? {} : { hint }) });
}

/** A diagnostic as every document has it, its keys in the contract's order. */
export function diagnosticJson(diagnostic: Diagnostic): Readonly<Record<string, unknown>> {
  const { code, severity, message, file, line, column, table, hint, related, endLine, ...more } = diagnostic;
  return {
    code,
    severity,
    message,
    file,
    line,
    column,
    ...(table === undefined ? {} : { table }),
    ...(hint === undefined ? {} : { hint }),
    ...(related === undefined ? {} : { related }),
    ...(endLine === undefined ? {} : { end_line: endLine }),
    ...more,
  };
}

export function selectionJson(selection: Selection): Readonly<Record<string, unknown>> {
  return {
    tags: selection.tags,
    tag_mode: selection.tagMode,
    select: selection.select,
    exclude: selection.exclude,
  };
}

function document(value: unknown): string {
  // Azure's runner obeys `##vso[…]` anywhere in a line of a log, also inside JSON.
  return `${JSON.stringify(value, null, 2).replaceAll("##", "#\\u0023")}\n`;
}
