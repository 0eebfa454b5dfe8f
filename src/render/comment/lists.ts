import { code, escapeInElement, link } from "../escape/markdown.js";
import { kindWord, list, plural, shortDigest } from "../words.js";
import { fitRows, type Section } from "./budget.js";
import { lineAddress } from "./links.js";
import { details, liveTables, type Scope } from "./scope.js";

/** The order of the run: each stage with its tables. With a selection these are the tables that it chooses. Folded. */
export function stagesSection(scope: Scope): Section | null {
  const { plan } = scope.report;
  if (plan.stages.length === 0) return null;
  const chosen = plan.stages.reduce((sum, stage) => sum + stage.length, 0);
  const asked = selection(scope);
  const title = `Stages: ${plural(chosen, "table")} in ${plural(plan.stages.length, "stage")}${asked === null ? "" : `, ${asked}`}`;
  const rows = plan.stages.map((stage, i) => {
    const shown = stage.slice(0, scope.rows).map((name) => code(name, 90));
    const hidden = stage.length - shown.length;
    return `| ${i + 1} | ${shown.join(", ")}${hidden > 0 ? ` and ${hidden} more` : ""} |\n`;
  });
  return {
    priority: 9,
    share: 0.1,
    render: (budget) =>
      details(
        title,
        fitRows(
          "| Stage | Tables, which run at the same time |\n|---|---|\n",
          rows,
          (missing) => `\n${plural(missing, "more stage")}: ${scope.elsewhere}\n`,
          "",
          budget - 60 - Buffer.byteLength(title),
        ),
      ),
  };
}

/** Every table of the project, folded. */
export function tablesSection(scope: Scope): Section | null {
  const tables = liveTables(scope.report);
  if (tables.length === 0) return null;
  const rows = tables.map((table) => {
    const name = link(code(table.name, 90), lineAddress(scope.report, table.module, table.definitionLine));
    const tags = table.tags.slice(0, 8).map((tag) => code(tag, 40));
    const more = table.tags.length > 8 ? ` and ${table.tags.length - 8} more` : "";
    return `| ${name} | ${table.layer} | ${kindWord(table.kind)} | ${tags.join(" ")}${more} | ${table.stage ?? ""} |\n`;
  });
  return {
    priority: 10,
    share: 0.15,
    render: (budget) =>
      details(
        `All ${plural(tables.length, "table")}`,
        fitRows(
          "| Table | Layer | Kind | Tags | Stage |\n|---|---|---|---|---|\n",
          rows,
          (missing) => `\n${plural(missing, "more table")}: ${scope.elsewhere}\n`,
          "",
          budget - 80,
        ),
      ),
  };
}

/** What the plan was made with, and its digests; folded. */
export function versionsSection(scope: Scope): Section | null {
  const { plan, environments, versions } = scope.report;
  const rows = [
    ...(plan.project === null ? [] : [`| project | ${code(plan.project)} |\n`]),
    ...(plan.digest === null ? [] : [`| plan (${plan.mode}) | ${code(plan.digest)} |\n`]),
    ...environments
      .filter((one) => one.digest !== null)
      .map((one) => {
        const engine = one.engine === null ? "" : `, ${one.engine} engine`;
        return `| bundle plan of ${code(one.environment, 60)}${engine} | ${code(one.digest ?? "")} |\n`;
      }),
    ...environments.flatMap((one) => {
      const whom = [
        ...(one.identity ? [`as ${code(one.identity, 80)}`] : []),
        ...(one.host ? [`at ${code(one.host, 120)}`] : []),
      ];
      return whom.length === 0 ? [] : [`| ${code(one.environment, 60)} was planned | ${whom.join(" ")} |\n`];
    }),
    ...Object.entries(versions).map(([name, version]) => `| ${code(name, 60)} | ${code(version, 80)} |\n`),
  ];
  if (rows.length === 0) return null;
  const short = plan.project === null ? "" : `: project ${code(shortDigest(plan.project))}`;
  return {
    priority: 7,
    share: 0.05,
    render: (budget) =>
      details(
        `Versions and digests${short.replace(/`/g, "")}`,
        fitRows("| | |\n|---|---|\n", rows, (missing) => `\n${missing} more.\n`, "", budget - 140),
      ),
  };
}

/** What was asked for, in words; null where everything is selected. */
function selection({ report }: Scope): string | null {
  const { tags, tagMode, select, exclude } = report.plan.selection;
  const words = (items: readonly string[]) => items.slice(0, 10).map((one) => escapeInElement(one, 80));
  const parts = [
    ...(tags.length > 0 ? [`tags ${list(words(tags), tagMode)}`] : []),
    ...(select.length > 0 ? [`select ${words(select).join(" ")}`] : []),
    ...(exclude.length > 0 ? [`exclude ${words(exclude).join(" ")}`] : []),
  ];
  return parts.length === 0 ? null : parts.join(", ");
}
