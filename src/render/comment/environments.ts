import type { EnvironmentPlan, FieldChange, ResourceAction } from "../../bundle/model.js";
import { code, escapeMarkdown, prose } from "../escape/markdown.js";
import { actionWord, plural } from "../words.js";
import { fitRows, type Section } from "./budget.js";
import { details, directChanges, realActions, type Scope } from "./scope.js";
import { environmentCount } from "./verdict.js";

/** What a line of the table holds; more is in the folded list. */
const MOST = 4;
const FIELDS = 2;

/** A line an environment: what its deploy would do to resources, or why that is not known. */
export function environmentsSection(scope: Scope): Section | null {
  const { environments } = scope.report;
  if (environments.length === 0) return null;
  const head = "| Environment | Deploy | Resources |\n|---|---|---|\n";
  return {
    priority: 2,
    share: 0.15,
    render: (budget) =>
      fitRows(
        head,
        environments.map((one) => row(one, scope)),
        (missing) => `\n${plural(missing, "more environment")}: ${scope.elsewhere}\n`,
        "\n",
        budget,
      ),
  };
}

/** Every resource with its changed fields, folded. Values are shown only where the plan holds them. */
export function resourcesSection(scope: Scope): Section | null {
  const environments = scope.report.environments.filter((one) => one.actions.length > 0);
  const shownAbove = environments.every(
    ({ actions }) =>
      actions.length <= MOST &&
      actions.every(
        (one) => changed(one).length <= FIELDS && changed(one).every((field) => field.ignored === undefined),
      ),
  );
  if (shownAbove) return null;
  const total = environments.reduce((sum, one) => sum + one.actions.length, 0);
  const rows = environments.flatMap((one) => one.actions.map((action) => resourceRow(one, action)));
  return {
    priority: 8,
    share: 0.15,
    render: (budget) =>
      details(
        `Resources in the bundle plans: ${total}`,
        fitRows(
          "| Environment | Resource | Action | Fields |\n|---|---|---|---|\n",
          rows,
          (missing) => `\n${plural(missing, "more resource")}: ${scope.elsewhere}\n`,
          "",
          budget - 120,
        ),
      ),
  };
}

function row(environment: EnvironmentPlan, scope: Scope): string {
  const name = code(environment.environment, 60);
  const target = environment.target === environment.environment ? "" : `, target ${code(environment.target, 60)}`;
  // Two environments at one address are right for one workspace with two targets, and a mistake for two workspaces.
  const host =
    environment.status === "planned" && environment.host
      ? ` at ${code(environment.host.replace(/^https?:\/\//, ""), 80)}`
      : "";
  const deploy = environmentCount([environment], directChanges(scope.report).length > 0);
  const strong = /[A-Z]{4}/.test(deploy) ? deploy.replace(/\d+ [A-Z_]{4,}|FAILED/g, "**$&**") : deploy;
  return `| ${name}${target}${host} | ${strong} | ${resources(environment, scope)} |\n`;
}

function resources(environment: EnvironmentPlan, scope: Scope): string {
  if (environment.status !== "planned") return prose(environment.reason ?? "no reason was given", 300);
  const actions = realActions(environment);
  if (actions.length === 0) {
    return directChanges(scope.report).length > 0 ? "the changed files are uploaded; no resource changes" : "";
  }
  const first = [...actions].sort((a, b) => Number(b.destructive) - Number(a.destructive)).slice(0, MOST);
  const shown = first.map((action) => {
    const what = fields(action, FIELDS);
    return `${code(action.resource, 80)}${what === "" ? "" : ` (${what})`}`;
  });
  const hidden = actions.length - first.length;
  return `${shown.join(", ")}${hidden > 0 ? ` and ${hidden} more` : ""}`;
}

function resourceRow(environment: EnvironmentPlan, action: ResourceAction): string {
  const word = actionWord(action);
  const shown = action.destructive ? `**${escapeMarkdown(word, 40)}**` : escapeMarkdown(word, 40);
  const gone = action.gone ? ", gone already" : "";
  return `| ${code(environment.environment, 60)} | ${code(action.resource, 120)} | ${shown}${gone} | ${fields(action, 12, true)} |\n`;
}

function fields(action: ResourceAction, most: number, all = false): string {
  const given = changed(action).filter((one) => all || one.ignored === undefined);
  const hidden = given.length - most;
  const shown = given.slice(0, most).map(field);
  return `${shown.join(", ")}${hidden > 0 ? ` and ${plural(hidden, "more field")}` : ""}`;
}

/** Of a new resource every field is new: that says nothing. */
function changed(action: ResourceAction): readonly FieldChange[] {
  return action.action === "create" ? [] : action.fields;
}

function field(change: FieldChange): string {
  const note =
    change.ignored === undefined
      ? change.byHand
        ? " (changed by hand)"
        : ""
      : ` (not counted: ${prose(change.ignored, 160)})`;
  const name = `${code(change.path, 80)}${note}`;
  if (change.values === null) return name;
  const text = (value: string | null) => (value === null ? "none" : code(value, 60));
  return `${name}: ${text(change.values.old)} → ${text(change.values.new)}`;
}
