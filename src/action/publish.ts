import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { hasChanges, renderComment, renderSummary } from "../render/comment/comment.js";
import { mergeReports } from "../render/comment/merge.js";
import type { Report, ReportLinks } from "../render/report.js";
import { UserError } from "../system/errors.js";
import type { ActionContext } from "./context.js";
import { output } from "./outputs.js";
import { readReport } from "./read-report.js";

/** Writes the job's summary, and on a pull request the comment. What can't be written is a notice: the job's result stands. */
export async function publish(
  context: ActionContext,
  reports: readonly Report[],
  wanted: { readonly comment: boolean },
): Promise<void> {
  const { inputs, event, forge } = context;
  // A summary over the limit would be dropped whole, so shorter ones stand by.
  const written = forge.addSummary(
    renderSummary(reports),
    renderSummary(reports, { limit: 200_000 }),
    renderSummary(reports, { limit: 50_000 }),
  );
  if (written === null) context.print("The job's summary could not be written.");
  if (event.kind !== "pull-request" || inputs.comment === "false" || !wanted.comment) return;
  if (inputs.comment === "changes-only" && !reports.some(hasChanges)) {
    context.print("Nothing changes: no comment is written (comment: changes-only).");
    return;
  }
  if (!forge.pullRequests) {
    context.print("There is no github-token: the comment is in the job's summary only.");
    return;
  }
  const body = renderComment(reports, { key: inputs.commentKey });
  const answer = await forge.pullRequests.writeComment(event.number, body, event.head.sha);
  if (!answer.ok) {
    forge.annotate([unwritten(answer.finding, event.untrusted)], context.project);
    return;
  }
  if (answer.value.action === "outdated")
    context.print("The pull request has a newer commit: its own run writes the comment.");
  output("comment-url", answer.value.url ?? "");
}

/** The notice of a comment that could not be written. The token of a fork may only read, which is nobody's mistake. */
function unwritten(finding: Diagnostic, untrusted: string | null): Diagnostic {
  const elsewhere = "the comment's text is in the job's summary";
  if (untrusted === null || finding.code !== "LDP905") {
    return { ...finding, severity: "warning", message: `${finding.message}; ${elsewhere}` };
  }
  const { hint: _, ...rest } = finding;
  return { ...rest, severity: "info", message: `${untrusted}, so that its token may not comment; ${elsewhere}` };
}

/**
 * Merges the report files of other jobs into one summary and one comment.
 * @throws UserError LDP901 when a part is missing or is none of ours.
 */
export async function publishParts(context: ActionContext): Promise<void> {
  const files = context.inputs.parts.flatMap((part) => partFiles(resolve(context.env.GITHUB_WORKSPACE || ".", part)));
  if (files.length === 0)
    throw new UserError(
      "LDP901",
      "parts names no report file.",
      "Give the files of the output report-file, or folders with them.",
    );
  await publish(context, mergeReports(files.map((file) => partReport(file, context.links))), { comment: true });
}

function partFiles(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { recursive: true, encoding: "utf8" })
      .filter((name) => /(^|[\\/])report[^\\/]*\.json$/.test(name))
      .sort()
      .map((name) => join(path, name));
  } catch {
    throw new UserError(
      "LDP901",
      `The part ${JSON.stringify(path)} does not exist.`,
      "Download the artifact of the job that made it first.",
    );
  }
}

/**
 * A part as this job shows it: with this job's own links, since a part could name any, and bound to the commit that it was made for. The
 * plan of another commit is shown, but no deploy may take it for reviewed.
 */
function partReport(file: string, links: ReportLinks): Report {
  const part = readReport(readFileSync(file, "utf8"));
  if (typeof part === "string") {
    throw new UserError(
      "LDP901",
      `${file} is no report: ${part}.`,
      "Give files of the output report-file, of the same release of the action in all jobs.",
    );
  }
  const own = { ...links, dag: part.links.dag === null || links.run === null ? null : `${links.run}#artifacts` };
  if (part.links.commit === links.commit) return { ...part, links: own };
  const note = "A part of this plan was made for another commit: run the jobs again.";
  return {
    ...part,
    links: own,
    environments: part.environments.map((environment) => ({ ...environment, digest: null })),
    notes: [...(part.notes ?? []), note],
  };
}
