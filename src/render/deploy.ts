import type { DeployResult } from "../bundle/model.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { code, link, prose } from "./escape/markdown.js";
import type { ReportLinks } from "./report.js";
import { plural } from "./words.js";

/**
 * What a deploy did, or why it did not, for the job's summary.
 * @param result null where a check before the bundle's own refused it.
 */
export function renderDeployMarkdown(
  environment: string,
  result: DeployResult | null,
  diagnostics: readonly Diagnostic[],
  links: ReportLinks,
): string {
  const outcome = result?.outcome ?? "refused";
  const sign = { deployed: "✅", planned: "📋", refused: "⛔", failed: "❌", cancelled: "⚠️" }[outcome];
  const lines = [`### ${sign} ${code(environment)}: ${outcome}`, ""];
  if (links.commit !== null) {
    const short = code(links.commit.slice(0, 8));
    lines.push(
      `Commit ${links.repository === null ? short : `[${short}](${links.repository}/commit/${links.commit})`}.`,
      "",
    );
  }
  for (const diagnostic of diagnostics.filter((each) => each.severity !== "info")) {
    const mark = diagnostic.severity === "error" ? "❌" : "⚠️";
    const hint = diagnostic.hint === undefined ? "" : `\n  ${prose(diagnostic.hint, 2_000)}`;
    lines.push(`- ${mark} ${diagnostic.code}: ${prose(diagnostic.message, 4_000)}${hint}`);
  }
  if (diagnostics.some((each) => each.severity !== "info")) lines.push("");
  if (result && result.resources.length > 0) {
    lines.push("| Resource | Action | |", "|---|---|---|");
    for (const each of result.resources) {
      const page = each.url === null ? "" : link("open", each.url);
      lines.push(`| ${code(each.resource)} | ${each.action} | ${page} |`);
    }
    lines.push("");
  } else if (outcome === "deployed") {
    lines.push("No resource changed; the code was uploaded.", "");
  }
  if (result?.run) {
    const { pipelines, succeeded } = result.run;
    lines.push(
      `${succeeded ? "✅" : "❌"} ${plural(pipelines.length, "update")} after it: ${pipelines.map((name) => code(name)).join(", ")}.`,
      "",
    );
  }
  if (result?.plan.digest) lines.push(`Bundle digest ${code(result.plan.digest)}.`, "");
  return lines.join("\n");
}
