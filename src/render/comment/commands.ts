import type { EnvironmentPlan } from "../../bundle/model.js";
import { byCodePoint } from "../../order.js";
import type { PlannedTable } from "../../plan/model.js";
import { fence } from "../escape/markdown.js";
import { shellWord } from "../escape/shell.js";
import type { Report } from "../report.js";
import { bytes, type Section } from "./budget.js";
import { details, type Scope } from "./scope.js";

/** The exact commands that refresh what changed in each environment, and the one that makes this plan again; folded. */
export function commandsSection(scope: Scope): Section | null {
  const { report } = scope;
  if (report.plan.digest === null) return null;
  const title = "Commands: refresh what changed, make this plan again";
  return {
    priority: 7,
    share: 0.15,
    render: (budget) => {
      const whole = details(title, fence(lines(report, Number.POSITIVE_INFINITY).join("\n"), "sh"));
      return bytes(whole) <= budget ? whole : details(title, fence(lines(report, 0).join("\n"), "sh"));
    },
  };
}

/** A command line with more names than this is replaced by one that lists them. */
function lines(report: Report, most: number): string[] {
  const again = planCommand(report);
  const blocks = report.environments
    .filter((environment) => environment.status === "planned")
    .flatMap((environment) => runCommands(report, environment, most));
  const folder = report.directory === "." ? [] : [`cd ${shellWord(report.directory)}`];
  return [...folder, ...blocks, "# this plan again", again];
}

/**
 * `databricks bundle run` of each pipeline with the tables that changed and what is downstream of them. Temporary views can't be in
 * a selection. A pipeline that is created, or made anew, is updated as a whole first: a selection needs a completed update.
 */
export function runCommands(report: Report, environment: EnvironmentPlan, most = Number.POSITIVE_INFINITY): string[] {
  const touched = report.plan.tables.filter(
    (table) =>
      (table.change === "added" || table.change === "modified" || table.change === "affected") &&
      table.kind !== "temporary_view" &&
      !onlyDescribed(table),
  );
  const pipelines = [...new Set(touched.map((table) => table.pipeline))].sort((a, b) => byCodePoint(a ?? "", b ?? ""));
  return pipelines.flatMap((pipeline) => {
    const run = `databricks bundle run ${pipeline === null ? "<pipeline>" : shellWord(pipeline)} -t ${shellWord(environment.target)}`;
    const made = environment.actions.find(
      (one) => one.resource === `pipelines.${pipeline}` && (one.action === "create" || one.action === "recreate"),
    );
    if (made !== undefined) return [`# ${environment.environment}: the pipeline is new, so all of it`, run];
    const own = touched.filter((table) => table.pipeline === pipeline);
    if (own.length > most)
      return [`# ${environment.environment}: ${own.length} tables, listed by ldp plan --select state:modified+`];
    const rebuilt = own.filter((table) => table.risk !== null);
    const refreshed = own.filter((table) => table.risk === null);
    const about =
      rebuilt.length === 0
        ? "what changed and what is downstream of it"
        : "what changed; --full-refresh rebuilds a table and loses its history";
    return [
      `# ${environment.environment}: ${about}`,
      `${run}${flag("--refresh", refreshed)}${flag("--full-refresh", rebuilt)}`,
    ];
  });
}

/** `ldp plan …` that gives the same plan in the project's folder of a checkout of the same commit. */
export function planCommand(report: Report): string {
  const { plan, configFile } = report;
  const { tags, tagMode, select, exclude } = plan.selection;
  return [
    "ldp plan",
    ...(configFile === undefined || configFile === "config.yml" ? [] : [`--config ${shellWord(configFile)}`]),
    ...(plan.base === null ? [] : [`--base ${shellWord(plan.base.commit)}`]),
    ...(plan.mode === "batch" ? [] : [`--mode ${plan.mode}`]),
    ...(tags.length === 0 ? [] : [`--tags ${shellWord(tags.join(","))}`]),
    ...(tags.length > 0 && tagMode === "and" ? ["--tag-mode and"] : []),
    ...select.map((one) => `--select ${shellWord(one)}`),
    ...exclude.map((one) => `--exclude ${shellWord(one)}`),
  ].join(" ");
}

/** Tags, description and owner are no part of what the table holds: there is nothing to refresh. */
function onlyDescribed(table: PlannedTable): boolean {
  return (
    table.change === "modified" &&
    table.reasons.length > 0 &&
    table.reasons.every((reason) => /^(tags:|layer:|description$|owner$)/.test(reason))
  );
}

function flag(name: string, tables: readonly PlannedTable[]): string {
  return tables.length === 0 ? "" : ` ${name} ${shellWord(tables.map((table) => table.name).join(","))}`;
}
