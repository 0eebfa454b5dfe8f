import type { EnvironmentPlan } from "../../bundle/model.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { PlannedTable } from "../../plan/model.js";
import { code } from "../escape/markdown.js";
import type { Report } from "../report.js";

/** One report while it is put into a comment or a summary. */
export interface Scope {
  readonly report: Report;
  /** Several projects are in the same text: what belongs to one names it. */
  readonly several: boolean;
  /** Where all is to be seen, as Markdown that ends a sentence: `the job's summary has all`. */
  readonly elsewhere: string;
  /** How many rows of long lists are shown at most. */
  readonly rows: number;
}

/** The tables of a report, by what happened to them. */
export function tablesOf(report: Report, ...changes: readonly PlannedTable["change"][]): PlannedTable[] {
  return report.plan.tables.filter((table) => changes.includes(table.change));
}

/** Tables that change themselves: what the contract's `changed-tables` counts. */
export function directChanges(report: Report): PlannedTable[] {
  return tablesOf(report, "removed", "added", "modified");
}

/** The tables that the project has now. */
export function liveTables(report: Report): PlannedTable[] {
  return report.plan.tables.filter((table) => table.change !== "removed");
}

/** A finding with the environment whose bundle it is of; null for the project's own. */
export interface Finding {
  readonly diagnostic: Diagnostic;
  readonly environment: string | null;
}

/** What was found in the project and in its environments' bundles; lint apart. The same finding of several environments is one. */
export function findingsOf(report: Report): Finding[] {
  const seen = new Map<string, { diagnostic: Diagnostic; environments: string[] }>();
  for (const environment of report.environments) {
    for (const diagnostic of environment.diagnostics) {
      const key = JSON.stringify([diagnostic.code, diagnostic.message, diagnostic.file, diagnostic.line]);
      const entry = seen.get(key) ?? { diagnostic, environments: [] };
      entry.environments.push(environment.environment);
      seen.set(key, entry);
    }
  }
  return [
    ...report.plan.diagnostics.map((diagnostic) => ({ diagnostic, environment: null })),
    ...[...seen.values()].map(({ diagnostic, environments }) => ({ diagnostic, environment: environments.join(", ") })),
  ];
}

/** What a deploy really does: resources of which only known false differences are in the plan are left out. */
export function realActions(environment: EnvironmentPlan): EnvironmentPlan["actions"] {
  return environment.actions.filter(
    (action) =>
      action.destructive || action.fields.length === 0 || action.fields.some((field) => field.ignored === undefined),
  );
}

/** Environments whose deploy would delete or recreate what holds data. */
export function destructive(environment: EnvironmentPlan): EnvironmentPlan["actions"] {
  return environment.actions.filter((action) => action.destructive);
}

/** The name of a project in a text of several. */
export function projectName(report: Report): string {
  return report.directory === "." ? "the top folder" : code(report.directory);
}

/** A folded part. `summary` is HTML. */
export function details(summary: string, body: string, open = false): string {
  return `<details${open ? " open" : ""}><summary>${summary}</summary>\n\n${body.trimEnd()}\n\n</details>\n\n`;
}
