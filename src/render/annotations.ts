import { catalogue } from "../diagnostics/catalogue.js";
import type { Diagnostic, Severity } from "../diagnostics/diagnostic.js";
import { type CommandLanguage, logText, workflowCommand } from "./escape/command.js";

/** Lines to print. Findings past the limit are lines of the log without a command. */
export interface Annotations {
  readonly lines: readonly string[];
  readonly shown: number;
  readonly left: number;
}

/** A step gets ten annotations of a kind; GitHub drops further ones without a word (actions/toolkit, docs/problem-matchers.md). */
const perKind = 10;
const kinds: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };

/**
 * Findings as commands to the runner, errors first, in their order otherwise, the same one once.
 * @param directory the project's folder in the repository, `.` for the top
 * @param limit annotations of a kind; Azure DevOps has no such limit
 */
export function renderAnnotations(
  findings: readonly Diagnostic[],
  directory: string,
  language: CommandLanguage = "github",
  limit = language === "github" ? perKind : Number.POSITIVE_INFINITY,
): Annotations {
  // Several environments of one project may find the same.
  const each = [...new Map(findings.map((finding) => [logLine(finding, directory), finding])).values()];
  const bySeverity = (severity: Severity) => each.filter((finding) => finding.severity === severity);
  const order = { error: bySeverity("error"), warning: bySeverity("warning"), info: bySeverity("info") };
  const over = Object.values(order).some((list) => list.length > limit);
  const taken: Readonly<Record<Severity, number>> = { error: limit, warning: limit, info: over ? limit - 1 : limit };
  const commands: string[] = [];
  const rest: Diagnostic[] = [];
  for (const severity of ["error", "warning", "info"] as const) {
    commands.push(...order[severity].slice(0, taken[severity]).map((finding) => command(finding, directory, language)));
    rest.push(...order[severity].slice(taken[severity]));
  }
  const shown = commands.length;
  if (rest.length > 0) {
    const message = `${counted(rest)} more, in the log of this step and in the job's summary: a step has room for ${limit} annotations of a kind.`;
    commands.push(workflowCommand(language, { name: "notice", properties: { title: "Not annotated" }, message }));
  }
  return { lines: [...commands, ...rest.map((finding) => logLine(finding, directory))], shown, left: rest.length };
}

/** One finding as a line of the log: place, severity, code, message, hint. */
export function logLine(finding: Diagnostic, directory: string): string {
  const file = place(finding.file, directory);
  const where = file === null ? "" : `${file}:${finding.line ?? 1}:${finding.column ?? 1}: `;
  return logText(`${where}${finding.severity}: ${finding.code} ${text(finding).replace(/\s*\n\s*/g, " ")}`);
}

function command(finding: Diagnostic, directory: string, language: CommandLanguage): string {
  const file = place(finding.file, directory);
  if (language === "azure") {
    const properties = {
      type: finding.severity === "error" ? "error" : "warning",
      sourcepath: file,
      linenumber: finding.line,
      columnnumber: finding.column,
      code: finding.rule ?? finding.code,
    };
    // Azure DevOps knows errors and warnings only.
    if (finding.severity === "info") return logLine(finding, directory);
    return workflowCommand("azure", {
      name: "task.logissue",
      properties,
      message: `${finding.code}: ${text(finding)}`,
    });
  }
  const properties = {
    file,
    line: finding.line,
    endLine: finding.endLine ?? null,
    // GitHub drops an annotation that has a column and spans lines.
    col: finding.endLine === undefined || finding.endLine === finding.line ? finding.column : null,
    title: `${finding.code}${finding.rule ? ` ${finding.rule}` : ""}: ${catalogue[finding.code].title}`,
  };
  return workflowCommand("github", { name: kinds[finding.severity], properties, message: text(finding) });
}

function text(finding: Diagnostic): string {
  return finding.hint ? `${finding.message}\n${finding.hint}` : finding.message;
}

function place(file: string | null, directory: string): string | null {
  return file === null || directory === "." || directory === "" ? file : `${directory}/${file}`;
}

function counted(findings: readonly Diagnostic[]): string {
  const words = { error: "error", warning: "warning", info: "notice" } as const;
  return (["error", "warning", "info"] as const)
    .map((severity) => [findings.filter((finding) => finding.severity === severity).length, words[severity]] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}${count === 1 ? "" : "s"}`)
    .join(", ");
}
