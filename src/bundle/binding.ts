import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { byCodePoint } from "../order.js";
import type { ReviewedAction } from "../render/header.js";
import { boundActions } from "./digest.js";
import type { EnvironmentPlan, ResourceAction } from "./model.js";

export type PlanBinding = "enforce" | "warn" | "off";

/** What was reviewed: the digest, with the resources where the comment had room for them. */
export interface Reviewed {
  readonly digest: string | null;
  readonly actions: readonly ReviewedAction[] | null;
  /** Where the review is to be seen, such as a pull request's address; for messages. */
  readonly where: string;
  /** Who edited the review's text, where somebody did: it is no review then, and its digest is null. */
  readonly editedBy?: string;
}

/**
 * Compares the plan made at deploy with the reviewed one. Nothing when they agree or binding is off; LDP604 with the difference
 * by resource and field, LDP605 where there was no review, LDP606 where the plan's form has no digest. Errors under `enforce`,
 * warnings under `warn`.
 */
export function checkBinding(plan: EnvironmentPlan, reviewed: Reviewed | null, setting: PlanBinding): Diagnostic[] {
  if (setting === "off") return [];
  const severity = setting === "enforce" ? "error" : "warning";
  const again = `Review the new plan (\`ldp deploy --environment ${plan.environment} --plan-only\`, or the comment of a new pull request), and deploy it`;
  if (plan.digest === null) {
    return [
      finding(
        "LDP606",
        `the plan for ${plan.environment} has no digest, so that it can't be compared with the reviewed one`,
        null,
        {
          severity,
          hint: "Only the direct engine tells which fields change: migrate with `databricks bundle deployment migrate`, or set plan-binding to `off`.",
        },
      ),
    ];
  }
  if (reviewed === null || reviewed.digest === null) {
    // A deploy that changes no resource is what anybody would have approved.
    if (boundActions(plan.actions).length === 0) return [];
    return [
      finding(
        "LDP605",
        reviewed?.editedBy === undefined
          ? `the plan for ${plan.environment} was not reviewed: no pull request of this commit has one`
          : `the plan for ${plan.environment} has no review that counts: the comment of ${reviewed.where} was edited by ${reviewed.editedBy}`,
        null,
        {
          severity,
          hint: `${again} with its digest: reviewed-plan ${plan.digest}.`,
        },
      ),
    ];
  }
  if (reviewed.digest === plan.digest) return [];
  const lines = reviewed.actions === null ? [] : planDifference(reviewed.actions, plan.actions);
  const shown = lines.slice(0, 20);
  const rest = lines.length > shown.length ? [`and ${lines.length - shown.length} more`] : [];
  const text =
    lines.length === 0 ? `digest ${plan.digest}, reviewed ${reviewed.digest}` : [...shown, ...rest].join("; ");
  return [
    finding(
      "LDP604",
      `the plan for ${plan.environment} is not the one that was reviewed in ${reviewed.where}: ${text}`,
      null,
      {
        severity,
        hint: `Somebody changed the workspace or the branch since. ${again} with its digest: reviewed-plan ${plan.digest}.`,
      },
    ),
  ];
}

/** What differs, a line for each resource or field: what is new, what is gone, what has another value. */
export function planDifference(reviewed: readonly ReviewedAction[], actions: readonly ResourceAction[]): string[] {
  const before = new Map(reviewed.map((one) => [one.resource, one]));
  const after = new Map(boundActions(actions).map((one) => [one.resource, one]));
  const values = new Map(actions.flatMap((one) => one.fields.map((field) => [`${one.resource} ${field.path}`, field])));
  const names = [...new Set([...before.keys(), ...after.keys()])].sort(byCodePoint);
  return names.flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)];
    if (!old && now) return [`${name}: ${now.action}, not reviewed${listed(Object.keys(now.fields))}`];
    if (old && !now) return [`${name}: ${old.action} was reviewed, nothing is to be done now`];
    if (!old || !now) return [];
    const lines = old.action === now.action ? [] : [`${name}: ${now.action}, reviewed was ${old.action}`];
    const paths = [...new Set([...Object.keys(old.fields), ...Object.keys(now.fields)])].sort(byCodePoint);
    for (const path of paths) {
      if (old.fields[path] === now.fields[path]) continue;
      const field = values.get(`${name} ${path}`);
      // The reviewed side may hold what is left out here as known false drift.
      if (field?.ignored) continue;
      const value = field?.values ? ` (now ${field.values.old ?? "unset"} -> ${field.values.new ?? "unset"})` : "";
      if (now.fields[path] === undefined) lines.push(`${name} ${path}: was reviewed as changed, does not change now`);
      else if (old.fields[path] === undefined) lines.push(`${name} ${path}: changes, not reviewed${value}`);
      else lines.push(`${name} ${path}: changes to another value than was reviewed${value}`);
    }
    return lines;
  });
}

function listed(paths: readonly string[]): string {
  if (paths.length === 0) return "";
  return ` (${paths.slice(0, 5).join(", ")}${paths.length > 5 ? `, and ${paths.length - 5} more fields` : ""})`;
}
