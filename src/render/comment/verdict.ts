import type { EnvironmentPlan } from "../../bundle/model.js";
import { count } from "../../diagnostics/diagnostic.js";
import { code, escapeMarkdown, link } from "../escape/markdown.js";
import type { Report } from "../report.js";
import { actionWord, plural, thousands } from "../words.js";
import { commitAddress } from "./links.js";
import { destructive, directChanges, findingsOf, liveTables, realActions, tablesOf } from "./scope.js";

/** Whether anything is worth a comment: a table or a resource changes, a plan failed, or something is wrong. */
export function hasChanges(report: Report): boolean {
  return (
    directChanges(report).length > 0 ||
    report.environments.some((one) => one.status === "failed" || realActions(one).length > 0) ||
    findingsOf(report).some(({ diagnostic }) => diagnostic.severity === "error") ||
    (report.lint?.fresh ?? 0) > 0 ||
    (report.notes ?? []).length > 0
  );
}

/** Whether there is nothing at all to look at: the comment is one line then. */
export function isQuiet(report: Report): boolean {
  const findings = findingsOf(report).filter(({ diagnostic }) => diagnostic.severity !== "info");
  return !hasChanges(report) && findings.length === 0 && (report.lint?.total ?? 0) === 0 && !unknownChanges(report);
}

/** The counts above everything: `3 tables change, 5 are affected, 0 errors · dev: 1 update · prod: 1 create, 1 DESTROYED`. */
export function verdict(reports: readonly Report[]): string {
  return `${sign(reports)} ${counts(reports)}`;
}

/** The counts without the sign. */
export function counts(reports: readonly Report[]): string {
  const sum = (number: (report: Report) => number) => reports.reduce((total, report) => total + number(report), 0);
  const changed = sum((report) => directChanges(report).length);
  const affected = sum((report) => tablesOf(report, "affected").length);
  const findings = reports.flatMap((report) => findingsOf(report).map(({ diagnostic }) => diagnostic));
  const errors = count(findings, "error");
  const warnings = count(findings, "warning");
  const lint = sum((report) => report.lint?.total ?? 0);
  const fresh = reports.some((report) => typeof report.lint?.fresh === "number")
    ? sum((report) => report.lint?.fresh ?? 0)
    : null;
  const tables = plural(
    sum((report) => liveTables(report).length),
    "table",
  );
  const changes = reports.every(unknownChanges)
    ? reports.some((report) => report.plan.baseMissing !== null)
      ? `${tables}${reports.some(lacksBase) ? ", changes not known" : ""}`
      : tables
    : changed + affected === 0
      ? `No table of ${thousands(sum((report) => liveTables(report).length))} changes`
      : `${plural(changed, "table")} ${changed === 1 ? "changes" : "change"}, ${thousands(affected)} ${affected === 1 ? "is" : "are"} affected`;
  const lintWords =
    lint === 0
      ? []
      : [`${plural(lint, "lint finding")}${fresh === null || fresh === 0 ? "" : ` (${thousands(fresh)} new)`}`];
  const found = [plural(errors, "error"), ...(warnings > 0 ? [plural(warnings, "warning")] : []), ...lintWords].join(
    ", ",
  );
  return [`${changes}, ${found}`, ...environmentCounts(reports)].join(" · ");
}

/** What a deploy does, counted: `1 create, 2 update, 1 DESTROYED`; `no change`; `code only`; `FAILED`; `not planned`. */
export function environmentCount(plans: readonly EnvironmentPlan[], codeChanges: boolean): string {
  if (plans.some((plan) => plan.status === "failed")) return "FAILED";
  if (plans.every((plan) => plan.status === "skipped")) return "not planned";
  const words = new Map<string, number>();
  const order = ["create", "update", "update_id", "resize", "delete"];
  const actions = plans.flatMap(realActions);
  for (const action of actions) words.set(actionWord(action), (words.get(actionWord(action)) ?? 0) + 1);
  const rank = (word: string) =>
    word === word.toUpperCase() ? 100 : order.indexOf(word) === -1 ? 50 : order.indexOf(word);
  const shown = [...words]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([word, number]) => `${thousands(number)} ${escapeMarkdown(word, 40)}`);
  return shown.length === 0 ? (codeChanges ? "code only" : "no change") : shown.join(", ");
}

/** For which commit the text stands, against what, and where it was made. */
export function footer(reports: readonly Report[]): string {
  const [first] = reports;
  if (first === undefined) return "";
  const commits = [...new Set(reports.map((report) => report.links.commit))];
  const { base } = first.plan;
  const parts = [
    ...(commits.length === 1 && first.links.commit !== null
      ? [`For commit ${link(code(first.links.commit.slice(0, 7)), commitAddress(first, first.links.commit))}`]
      : []),
    ...(base === null
      ? []
      : [
          `compared with ${base.ref === base.commit ? "" : `${code(base.ref, 80)} at `}${link(code(base.commit.slice(0, 7)), commitAddress(first, base.commit))}`,
        ]),
  ].join(", ");
  const run = first.links.run === null ? "" : link("job summary", first.links.run);
  const page = first.links.dag === null ? "" : link("DAG as a page", first.links.dag);
  return [parts, run, page].filter((part) => part !== "").join(" · ");
}

function environmentCounts(reports: readonly Report[]): string[] {
  const byName = new Map<string, { plans: EnvironmentPlan[]; code: boolean }>();
  for (const report of reports) {
    for (const plan of report.environments) {
      const known = byName.get(plan.environment) ?? { plans: [], code: false };
      known.plans.push(plan);
      byName.set(plan.environment, { ...known, code: known.code || directChanges(report).length > 0 });
    }
  }
  const shown = [...byName].map(
    ([name, { plans, code }]) => `${escapeMarkdown(name, 40)}: ${environmentCount(plans, code)}`,
  );
  return shown.length <= 8 ? shown : [...shown.slice(0, 8), `${shown.length - 8} more environments`];
}

function sign(reports: readonly Report[]): string {
  const wrong = reports.some(
    (report) =>
      findingsOf(report).some(({ diagnostic }) => diagnostic.severity === "error") ||
      report.environments.some((one) => one.status === "failed") ||
      (report.failure ?? null) !== null,
  );
  if (wrong) return "❌";
  if (reports.some((report) => report.environments.some((one) => destructive(one).length > 0))) return "🛑";
  const doubtful = reports.some(
    (report) =>
      (report.notes ?? []).length > 0 ||
      lacksBase(report) ||
      (report.lint?.fresh ?? 0) > 0 ||
      findingsOf(report).some(({ diagnostic }) => diagnostic.severity === "warning"),
  );
  return doubtful ? "⚠️" : "✅";
}

function unknownChanges(report: Report): boolean {
  return report.plan.base === null;
}

/** A base was asked for and could not be had: that is worth a look, a plan without one is not. */
function lacksBase(report: Report): boolean {
  return unknownChanges(report) && report.plan.baseMissing !== null;
}
