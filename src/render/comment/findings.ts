import type { Diagnostic, Severity } from "../../diagnostics/diagnostic.js";
import { code, escapeInElement, fence, link, prose } from "../escape/markdown.js";
import type { ReportLint } from "../report.js";
import { plural, thousands } from "../words.js";
import { fitRows, type Section } from "./budget.js";
import { lineAddress } from "./links.js";
import { details, type Finding, findingsOf, type Scope } from "./scope.js";

/**
 * Errors, never folded: all of them where they fit beside what is destroyed, otherwise as many as half of the text holds, the
 * number of the others, and where those are.
 */
export function errorsSection(scope: Scope): Section | null {
  const errors = findingsOf(scope.report).filter(({ diagnostic }) => diagnostic.severity === "error");
  if (errors.length === 0) return null;
  const rows = errors.map((finding) => item(finding, scope));
  return {
    priority: 1,
    share: 0.5,
    render: (budget) =>
      fitRows(
        `**${plural(errors.length, "error")}**\n\n`,
        rows,
        (missing) => `- and **${plural(missing, "more error")}** of ${thousands(errors.length)}: ${scope.elsewhere}\n`,
        "\n",
        budget,
      ),
  };
}

/** Warnings and notes, folded. */
export function warningsSection(scope: Scope): Section | null {
  const findings = findingsOf(scope.report).filter(({ diagnostic }) => diagnostic.severity !== "error");
  if (findings.length === 0) return null;
  const of = (severity: Severity) => findings.filter(({ diagnostic }) => diagnostic.severity === severity);
  const [warnings, notes] = [of("warning"), of("info")];
  const title = [
    ...(warnings.length > 0 ? [`⚠️ ${plural(warnings.length, "warning")}`] : []),
    ...(notes.length > 0 ? [plural(notes.length, "note")] : []),
  ].join(", ");
  const rows = [...warnings, ...notes].map((finding) => item(finding, scope));
  return {
    priority: 5,
    share: 0.1,
    render: (budget) =>
      details(
        title,
        fitRows("", rows, (missing) => `- and ${missing} more: ${scope.elsewhere}\n`, "", budget - 120),
        warnings.length > 0 && warnings.length <= 5,
      ),
  };
}

/** Lint findings by file, those on lines of the pull request first and with the fix that ruff offers. */
export function lintSection(scope: Scope): Section | null {
  const { lint } = scope.report;
  if (lint === null || (lint.total === 0 && lint.unformatted.length === 0)) return null;
  const fresh = lint.diagnostics.slice(0, lint.fresh ?? 0);
  const old = lint.diagnostics.slice(lint.fresh ?? 0, (lint.fresh ?? 0) + scope.rows);
  const rows = [
    ...(fresh.length > 0 ? ["**On lines of this pull request**\n\n", ...byFile(fresh, scope, true)] : []),
    ...(old.length > 0 ? [...(fresh.length > 0 ? ["**Elsewhere**\n\n"] : []), ...byFile(old, scope, false)] : []),
    ...unformatted(lint, scope),
  ];
  return {
    priority: 5,
    share: 0.15,
    render: (budget) =>
      details(
        title(lint),
        fitRows("", rows, () => `There are more findings: ${scope.elsewhere}\n`, "", budget - 240),
        (lint.fresh ?? 0) > 0,
      ),
  };
}

function title(lint: ReportLint): string {
  const fresh =
    lint.fresh === null || lint.fresh === 0 ? "" : `, ${thousands(lint.fresh)} on lines of this pull request`;
  const formatting = lint.unformatted.length === 0 ? "" : `, ${plural(lint.unformatted.length, "file")} not formatted`;
  return `Lint: ${plural(lint.total, "finding")}${fresh}${formatting} (${escapeInElement(lint.tool, 60)})`;
}

function byFile(findings: readonly Diagnostic[], scope: Scope, withFix: boolean): string[] {
  const files = new Map<string, Diagnostic[]>();
  for (const one of findings) files.set(one.file ?? "", [...(files.get(one.file ?? "") ?? []), one]);
  return [...files].flatMap(([file, list]) => [
    `${code(file === "" ? "no file" : file, 200)}\n\n`,
    ...list.map((one, i) => lintItem(one, scope, withFix) + (i === list.length - 1 ? "\n" : "")),
  ]);
}

function lintItem(one: Diagnostic, scope: Scope, withFix: boolean): string {
  const at =
    one.line === null
      ? ""
      : `${link(`line ${one.line}`, one.file === null ? null : lineAddress(scope.report, one.file, one.line))} `;
  const rule = one.rule === undefined ? one.code : link(code(one.rule, 40), one.url ?? null);
  const text =
    one.rule !== undefined && one.message.startsWith(`${one.rule} `)
      ? one.message.slice(one.rule.length + 1)
      : one.message;
  const head = `- ${at}${rule} ${prose(text, 300)}\n`;
  if (!withFix || one.fix === undefined || one.fix.diff === "") return head;
  const diff = one.fix.diff.length > 1_500 ? `${one.fix.diff.slice(0, 1_500)}\n…` : one.fix.diff;
  const block = fence(diff, "diff")
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
  return `${head.trimEnd()}<br>→ ${prose(one.fix.message, 120)}\n\n${block}\n`;
}

function unformatted(lint: ReportLint, scope: Scope): string[] {
  if (lint.unformatted.length === 0) return [];
  const shown = lint.unformatted.slice(0, scope.rows).map((file) => `- ${code(file, 200)}\n`);
  const hidden = lint.unformatted.length - shown.length;
  return [
    "**Not formatted** (`ldp lint --fix` does it)\n\n",
    ...shown,
    ...(hidden > 0 ? [`- and ${hidden} more\n`] : []),
  ];
}

function item({ diagnostic, environment }: Finding, scope: Scope): string {
  const { file, line, message, hint, related = [] } = diagnostic;
  const place =
    file === null
      ? ""
      : `${link(code(`${file}${line === null ? "" : `:${line}`}`, 200), lineAddress(scope.report, file, line))} `;
  const where = environment === null ? "" : ` (${code(environment, 80)})`;
  const more = related
    .slice(0, 3)
    .map(
      (one) =>
        `<br>${link(code(`${one.file}:${one.line}`, 200), lineAddress(scope.report, one.file, one.line))} ${prose(one.message, 200)}`,
    );
  const advice = hint === undefined || hint === "" ? "" : `<br>→ ${prose(hint, 400)}`;
  return `- ${place}**${diagnostic.code}**${where} ${prose(message)}${more.join("")}${advice}\n`;
}
