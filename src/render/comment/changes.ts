import type { Change, PlannedTable } from "../../plan/model.js";
import { appearances } from "../appearance.js";
import { code, escapeMarkdown, fence, link, prose } from "../escape/markdown.js";
import { graphView } from "../graph-view.js";
import { drawable, fitMermaid, type MermaidLimits, readable } from "../mermaid.js";
import { kindWord, plural } from "../words.js";
import { bytes, fitRows, type Section } from "./budget.js";
import { diffAddress, lineAddress } from "./links.js";
import { details, directChanges, type Scope, tablesOf } from "./scope.js";

/** Why it is not known what changed, where a base was asked for. */
export function unknownSection({ report }: Scope): Section | null {
  if (report.plan.base !== null || report.plan.baseMissing === null) return null;
  return {
    priority: 2,
    share: 0.05,
    render: () => `> [!WARNING]\n> What changed is not known: ${prose(report.plan.baseMissing ?? "", 400)}\n\n`,
  };
}

/** Tables that change themselves, each with the reasons, the risk, and a link to the line in the pull request. */
export function changesSection(scope: Scope): Section | null {
  const tables = directChanges(scope.report);
  const affected = tablesOf(scope.report, "affected");
  const risky = tables.some((table) => table.risk !== null);
  const inline = affected.length <= 5 && tables.length > 0 ? affected : [];
  if (tables.length === 0) return null;
  const order = ["removed", "added", "modified", "affected"];
  const rows = [...tables, ...inline]
    .sort((a, b) => order.indexOf(a.change ?? "") - order.indexOf(b.change ?? ""))
    .map((table) => row(table, scope, risky ? "with risk" : "without risk"));
  return {
    priority: 3,
    share: 0.3,
    render: (budget) =>
      fitRows(
        risky
          ? "| | Table | Layer | Why | Risk |\n|---|---|---|---|---|\n"
          : "| | Table | Layer | Why |\n|---|---|---|---|\n",
        rows,
        (missing) => `\n${plural(missing, "more table")} of ${rows.length} that change: ${scope.elsewhere}\n`,
        "\n",
        budget,
      ),
  };
}

/** Tables downstream of a change, folded when they are many. */
export function affectedSection(scope: Scope): Section | null {
  const tables = tablesOf(scope.report, "affected");
  if (tables.length === 0 || (tables.length <= 5 && directChanges(scope.report).length > 0)) return null;
  const rows = tables.map((table) => row(table, scope, "affected"));
  return {
    priority: 6,
    share: 0.15,
    render: (budget) =>
      details(
        `${appearances.affected.square} ${plural(tables.length, "table")} downstream of them ${tables.length === 1 ? "is" : "are"} affected`,
        fitRows(
          "| Table | Layer | Why |\n|---|---|---|\n",
          rows,
          (missing) => `\n${plural(missing, "more table")}: ${scope.elsewhere}\n`,
          "",
          budget - 160,
        ),
      ),
  };
}

/** The DAG, as much of it as people can read, with a legend and with what is left out. */
export function dagSection(scope: Scope): Section | null {
  const view = graphView(scope.report.plan);
  if (view.nodes.length === 0) return null;
  const used = new Set<Change>(view.nodes.map((node) => node.change ?? "unchanged"));
  const known = scope.report.plan.base !== null;
  const legend = (["removed", "added", "modified", "affected", "unchanged"] as const)
    .filter((change) => known && used.has(change))
    .map((change) => `${appearances[change].square} ${appearances[change].word} (${appearances[change].shapeName})`)
    .join(" · ");
  const partly =
    view.nodes.some((node) => !node.selected && node.change !== "removed") && view.nodes.some((node) => node.selected);
  const dotted = partly ? "dotted: not selected" : "";
  const { dag } = scope.report.links;
  const all = dag === null ? "`ldp graph --format html` draws all of it." : `All of it: ${link("DAG as a page", dag)}.`;
  return {
    priority: 4,
    share: 0.45,
    render: (budget) => {
      const limits: MermaidLimits = {
        ...readable,
        characters: Math.min(readable.characters, budget - 700, drawable.characters),
      };
      const { text, step, leftOut } = fitMermaid(view, limits);
      const shapes = step === "layers" ? "" : [legend, dotted].filter((part) => part !== "").join(" · ");
      const left = leftOut === null ? "" : `${leftOut} ${all}`;
      const below = [shapes, left].filter((part) => part !== "").join("\n\n");
      const whole = `${fence(text, "mermaid")}\n\n${below}${below === "" ? "" : "\n\n"}`;
      return bytes(whole) <= budget
        ? whole
        : `The DAG of ${plural(view.nodes.length, "table")} has no room here. ${all}\n\n`;
    },
  };
}

function row(table: PlannedTable, scope: Scope, form: "with risk" | "without risk" | "affected"): string {
  const reasons = table.reasons.slice(0, 6).map(reason);
  const hidden = table.reasons.length - reasons.length;
  const given = `${reasons.join("; ")}${hidden > 0 ? ` and ${hidden} more` : ""}`;
  const why = given === "" ? withoutReason(table) : given;
  const name = link(code(table.name, 90), address(table, scope));
  if (form === "affected") return `| ${name} | ${table.layer} | ${why} |\n`;
  const look = appearances[table.change ?? "unchanged"];
  const risk = table.risk === null ? "" : `**${escapeMarkdown(table.risk, 120)}**`;
  const last = form === "with risk" ? ` ${risk} |` : "";
  return `| ${look.square}\u00A0${look.word} | ${name} | ${table.layer} | ${why} |${last}\n`;
}

function withoutReason(table: PlannedTable): string {
  if (table.change === "removed") return "no longer declared";
  return table.change === "added" ? `new ${kindWord(table.kind) || "table"}` : "";
}

/** Code that changed is in the module's part of the diff; all else that changes a table itself is in config.yml's. */
function address(table: PlannedTable, { report }: Scope): string | null {
  const config = report.configFile ?? "config.yml";
  if (table.change === "affected") return lineAddress(report, table.module, table.definitionLine);
  if (table.change === "removed") return diffAddress(report, config, table.configLine, "L");
  const inCode = table.change === "added" || table.reasons.some((one) => /^(code$|kind:|keys:|expectation )/.test(one));
  if (inCode) return diffAddress(report, table.module, table.definitionLine);
  const helper = table.reasons.find((one) => one.startsWith("helper "))?.slice("helper ".length);
  return helper === undefined ? diffAddress(report, config, table.configLine) : diffAddress(report, helper, null);
}

/** A reason with its names as code: `helper PATH`, `renamed from x`, `upstream x`, `tags: +x -y`, `kind: a -> b`. */
function reason(text: string): string {
  const named = /^(helper|renamed from|renamed to|upstream) (\S.*)$/s.exec(text);
  if (named && named[2] !== "and more") return `${named[1]} ${code(named[2] ?? "", 100)}`;
  const listed = /^(tags|depends_on|kind|keys|layer|pipeline): (.+)$/s.exec(text);
  if (listed) return `${listed[1]}: ${code((listed[2] ?? "").replace(" -> ", " → "), 120)}`;
  const expectation = /^expectation (.+) (added|removed|changed)$/s.exec(text);
  if (expectation) return `expectation ${code(expectation[1] ?? "", 80)} ${expectation[2]}`;
  return escapeMarkdown(text, 120);
}
