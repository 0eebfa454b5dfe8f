import picocolors from "picocolors";
import type { Diagnostic, Fix, Severity } from "../diagnostics/diagnostic.js";
import { count } from "../diagnostics/diagnostic.js";
import type { Change, Plan, PlannedTable } from "../plan/model.js";
import type { UnlistedDataset } from "../source/unlisted.js";
import { changeOrder } from "./appearance.js";
import { escapeTerminal } from "./escape/terminal.js";
import type { DeployOutcome } from "./json.js";
import type { ReportLint } from "./report.js";
import { actionWord, kindWord, list, plural } from "./words.js";

/** The terminal: whether it shows colour, and its columns (0: not known, lines are not wrapped). */
export interface TextOptions {
  readonly color: boolean;
  readonly width: number;
}

const plain: TextOptions = { color: false, width: 0 };

/** `ldp validate`. */
export function renderValidateText(tables: number, diagnostics: readonly Diagnostic[], options = plain): string {
  return `${findings(diagnostics, options)}${verdict(diagnostics, `${plural(tables, "table")}`, options)}\n`;
}

/** The datasets of a note that are named one by one. */
const namedDatasets = 5;

/** The line of `ldp validate` on datasets that config.yml does not have; empty text for none. */
export function renderUnlisted(datasets: readonly UnlistedDataset[], config: string, options = plain): string {
  if (datasets.length === 0) return "";
  const colors = picocolors.createColors(options.color);
  const shown = datasets.slice(0, namedDatasets).map(({ name, module, line }) => `${name} (${module}:${line})`);
  const more = datasets.length > shown.length ? [`${datasets.length - shown.length} more`] : [];
  const are = datasets.length === 1 ? "1 dataset is" : `${datasets.length} datasets are`;
  const text = `${are} in the code but not in ${config}, so that no plan has ${datasets.length === 1 ? "it" : "them"}: ${list([...shown, ...more], "and")}`;
  return `${colors.dim(escapeTerminal(text))}\n`;
}

/** `ldp lint`: the findings, then what is known of formatting. */
export function renderLintText(lint: ReportLint, options = plain): string {
  const colors = picocolors.createColors(options.color);
  const lines = [findings(lint.diagnostics, options)];
  const missing = lint.total - lint.diagnostics.length;
  if (missing > 0) lines.push(`${colors.dim(`… and ${plural(missing, "more finding")}, which are not listed`)}\n`);
  const listed = new Set(lint.diagnostics.filter((one) => one.code === "LDP702").map((one) => one.file));
  const others = lint.unformatted.filter((file) => !listed.has(file));
  if (others.length > 0) {
    lines.push(`${plural(others.length, "file")} would be formatted:\n`);
    lines.push(...others.map((file) => `  ${escapeTerminal(file)}\n`));
  }
  const clean = lint.total === 0 && lint.unformatted.length === 0;
  const fresh = lint.fresh === null ? "" : `, ${lint.fresh} of them on lines that changed`;
  const summary = clean ? colors.green("✓ no findings") : colors.red(`✗ ${plural(lint.total, "finding")}${fresh}`);
  return `${lines.join("")}${summary} ${colors.dim(`(${escapeTerminal(lint.tool)})`)}\n`;
}

/** `ldp plan`. */
export function renderPlanText(plan: Plan, options = plain): string {
  const colors = picocolors.createColors(options.color);
  const byName = new Map(plan.tables.map((table) => [table.name, table]));
  const wide = Math.min(60, Math.max(4, ...plan.tables.map((table) => [...escapeTerminal(table.name)].length)));
  const lines: string[] = [];
  if (plan.diagnostics.length > 0) lines.push(findings(plan.diagnostics, options).trimEnd(), "");
  if (plan.digest === null) {
    lines.push(verdict(plan.diagnostics, plural(plan.tables.length, "table"), options));
    return `${lines.join("\n")}\n`;
  }
  const live = plan.tables.filter((table) => table.change !== "removed");
  const chosen = live.filter((table) => table.selected);
  lines.push(
    colors.bold(
      `Plan: ${chosen.length} of ${plural(live.length, "table")} in ${plural(plan.stages.length, "stage")}, mode ${plan.mode}`,
    ),
  );
  const asked = selectionText(plan);
  if (asked !== null) lines.push(`  ${asked}`);
  plan.stages.forEach((stage, i) => {
    lines.push("", colors.bold(`Stage ${i + 1}`));
    for (const name of stage) {
      const table = byName.get(name);
      const about = table === undefined ? "" : `${table.layer.padEnd(6)}  ${colors.dim(kindWord(table.kind))}`;
      lines.push(`  ${pad(escapeTerminal(name), wide)}  ${about}`.trimEnd());
    }
  });
  lines.push("", ...changes(plan, wide, options));
  lines.push("", colors.dim(`plan     ${plan.digest}`));
  if (plan.project !== null) lines.push(colors.dim(`project  ${plan.project}`));
  return `${lines.join("\n")}\n`;
}

/** `ldp deploy`. */
export function renderDeployText(outcome: DeployOutcome, options = plain): string {
  const colors = picocolors.createColors(options.color);
  const name = escapeTerminal(outcome.environment);
  const lines: string[] = [];
  if (outcome.diagnostics.length > 0) lines.push(findings(outcome.diagnostics, options).trimEnd(), "");
  for (const action of outcome.plan?.actions ?? []) {
    const word = escapeTerminal(actionWord(action));
    const paint = action.destructive ? colors.red : action.action === "create" ? colors.green : colors.yellow;
    lines.push(`  ${paint(pad(word, 9))}  ${escapeTerminal(action.resource)}`);
    for (const lost of action.lost) {
      const kind = kindWord(lost.kind) || "kind not known";
      lines.push(`  ${pad("", 9)}  ${escapeTerminal(lost.name)} (${kind}): ${colors.red(lost.effect)}`);
    }
  }
  if (lines.length > 0 && lines.at(-1) !== "") lines.push("");
  const total = outcome.plan?.actions.length ?? 0;
  if (outcome.deployed)
    lines.push(
      colors.green(`✓ ${name} is deployed: ${total === 0 ? "no resource changed" : plural(total, "resource")}`),
    );
  else if (outcome.diagnostics.some((one) => one.severity === "error"))
    lines.push(colors.red(`✗ ${name} ${refusal(outcome)}`));
  else
    lines.push(
      `${name} was not deployed: ${total === 0 ? "no resource would change" : `${plural(total, "resource")} would change`}`,
    );
  if (outcome.plan?.digest) lines.push(colors.dim(`bundle digest  ${outcome.plan.digest}`));
  return `${lines.join("\n")}\n`;
}

function refusal({ planOnly, plan }: DeployOutcome): string {
  if (planOnly !== true) return "was not deployed";
  return plan?.status === "planned" ? "would not be deployed" : "was not planned";
}

/** Findings, one a line with what to do below it; empty text for none. */
export function findings(diagnostics: readonly Diagnostic[], options = plain): string {
  const colors = picocolors.createColors(options.color);
  const paint: Readonly<Record<Severity, (text: string) => string>> = {
    error: colors.red,
    warning: colors.yellow,
    info: colors.cyan,
  };
  const lines: string[] = [];
  for (const one of diagnostics) {
    const place = one.file === null ? "" : `${escapeTerminal(one.file)}:${one.line ?? 1}:${one.column ?? 1}: `;
    const head = `${place}${paint[one.severity](`${one.severity} ${one.code}`)} `;
    lines.push(`${head}${escapeTerminal(one.message)}`);
    for (const place of one.related ?? []) {
      lines.push(
        ...wrap(
          `${escapeTerminal(place.file)}:${place.line}:${place.column}: ${escapeTerminal(place.message)}`,
          options.width,
        ),
      );
    }
    if (one.hint !== undefined) lines.push(...wrap(`hint: ${escapeTerminal(one.hint)}`, options.width).map(colors.dim));
    if (one.fix !== undefined) lines.push(...fixLines(one.fix, colors));
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n\n`;
}

/** Lines of a fix's diff that a terminal shows. */
const fixHeight = 12;

function fixLines(fix: Fix, colors: ReturnType<typeof picocolors.createColors>): string[] {
  const diff = fix.diff.split("\n");
  const shown =
    diff.length <= fixHeight ? diff : [...diff.slice(0, fixHeight - 1), `… ${diff.length - fixHeight + 1} more lines`];
  const paint = (line: string) =>
    (line.startsWith("+") ? colors.green : line.startsWith("-") ? colors.red : colors.dim)(line);
  return [
    ...(fix.command === undefined ? [] : [colors.dim(`    fix:  ${escapeTerminal(fix.command)}`)]),
    ...(fix.diff === ""
      ? []
      : shown.map((line) =>
          line.trim() === "" ? "" : `    ${paint(`${/^ */.exec(line)?.[0] ?? ""}${escapeTerminal(line)}`)}`,
        )),
  ];
}

function verdict(diagnostics: readonly Diagnostic[], subject: string, options: TextOptions): string {
  const colors = picocolors.createColors(options.color);
  const [errors, warnings, infos] = [
    count(diagnostics, "error"),
    count(diagnostics, "warning"),
    count(diagnostics, "info"),
  ];
  const parts = [
    ...(errors > 0 ? [plural(errors, "error")] : []),
    ...(warnings > 0 ? [plural(warnings, "warning")] : []),
    ...(infos > 0 ? [plural(infos, "note")] : []),
  ];
  const text = `${subject}: ${parts.length === 0 ? "no problems" : parts.join(", ")}`;
  return errors > 0 ? colors.red(`✗ ${text}`) : warnings > 0 ? colors.yellow(`✓ ${text}`) : colors.green(`✓ ${text}`);
}

function changes(plan: Plan, wide: number, options: TextOptions): string[] {
  const colors = picocolors.createColors(options.color);
  if (plan.base === null)
    return plan.baseMissing === null
      ? ["No base to compare with (--base REV)."]
      : [`Changes are not known: ${escapeTerminal(plan.baseMissing)}`];
  const since = `${escapeTerminal(plan.base.ref)} (${plan.base.commit.slice(0, 7)})`;
  const groups = changeOrder
    .filter((change) => change !== "unchanged")
    .map((change) => ({ change, tables: plan.tables.filter((table) => table.change === change) }))
    .filter((group) => group.tables.length > 0);
  if (groups.length === 0) return [`No table changes since ${since}.`];
  const paint: Readonly<Record<Change, (text: string) => string>> = {
    removed: colors.red,
    added: colors.green,
    modified: colors.yellow,
    affected: colors.cyan,
    unchanged: colors.dim,
  };
  const counts = groups.map((group) => `${group.tables.length} ${group.change}`).join(", ");
  return [
    colors.bold(`Changes since ${since}: ${counts}`),
    ...groups.flatMap(({ change, tables }) =>
      tables.map((table) => changeLine(table, change, wide, paint[change], colors.red)),
    ),
  ];
}

function changeLine(
  table: PlannedTable,
  change: Change,
  wide: number,
  paint: (text: string) => string,
  alarm: (text: string) => string,
): string {
  const reasons = table.reasons.length === 0 ? "" : `  ${table.reasons.map(escapeTerminal).join("; ")}`;
  const risk = table.risk === null ? "" : `  ${alarm(`! ${escapeTerminal(table.risk)}`)}`;
  return `  ${paint(pad(change, 8))}  ${pad(escapeTerminal(table.name), wide)}  ${table.layer.padEnd(6)}${reasons}${risk}`.trimEnd();
}

function selectionText(plan: Plan): string | null {
  const { tags, tagMode, select, exclude } = plan.selection;
  const parts = [
    ...(tags.length > 0 ? [`tags ${list(tags.map(escapeTerminal), tagMode === "and" ? "and" : "or")}`] : []),
    ...(select.length > 0 ? [`select ${select.map(escapeTerminal).join(" ")}`] : []),
    ...(exclude.length > 0 ? [`exclude ${exclude.map(escapeTerminal).join(" ")}`] : []),
  ];
  return parts.length === 0 ? null : parts.join(" · ");
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - [...text].length));
}

/** Breaks a text at spaces to lines of the terminal's width, each indented by four. */
function wrap(text: string, width: number): string[] {
  const room = width === 0 ? Number.POSITIVE_INFINITY : Math.max(30, width - 4);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(`    ${line}`);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, `    ${line}`];
}
