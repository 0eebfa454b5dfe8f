import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { Plan } from "../plan/model.js";
import { renderDot } from "../render/dot.js";
import { graphView, subgraph } from "../render/graph-view.js";
import { type PageOptions, renderHtml } from "../render/html.js";
import { renderGraphJson } from "../render/json.js";
import { renderMermaidFile } from "../render/mermaid.js";
import { renderSvg } from "../render/svg.js";
import { renderValidateText, type TextOptions } from "../render/text.js";
import { UserError } from "../system/errors.js";
import { makePlan, type PlanOptions } from "./make-plan.js";
import { exitFor, type Outcome } from "./outcome.js";
import type { CheckedProject } from "./project-state.js";

export const graphFormats = ["mermaid", "dot", "svg", "html", "json"] as const;
export type GraphFormat = (typeof graphFormats)[number];

export interface GraphOptions extends PlanOptions {
  readonly format: GraphFormat;
  /** A file to write to in place of stdout; null for stdout. */
  readonly output: string | null;
  readonly text: TextOptions;
}

/**
 * `ldp graph`: the DAG. Of a selection, pictures show the chosen tables; JSON has all, with what is chosen marked.
 * @throws UserError LDP904 when the output can't be written.
 */
export async function graphCommand(options: GraphOptions): Promise<Outcome> {
  const { plan, checked } = makePlan(options);
  const invalid = plan.digest === null;
  if (invalid && options.format !== "json") {
    const stderr = renderValidateText(plan.tables.length, plan.diagnostics, options.text);
    return { stdout: "", stderr, exit: exitFor(plan.diagnostics, true) };
  }
  const content = await renderGraph(plan, checked, options.format, hasSelection(options), {
    title: basename(options.directory),
  });
  const exit = exitFor(plan.diagnostics, invalid);
  // A file gets a graph only; why there is none goes where it is seen.
  if (options.output === null || invalid) return { stdout: content, stderr: "", exit };
  try {
    writeFileSync(options.output, content);
  } catch (error) {
    throw new UserError("LDP904", `${options.output} can't be written: ${(error as Error).message}`);
  }
  return { stdout: "", stderr: `Wrote ${options.output}\n`, exit };
}

/**
 * The DAG of a plan in one of the formats.
 * @param page the heading and the links of the HTML page.
 */
export async function renderGraph(
  plan: Plan,
  checked: CheckedProject,
  format: GraphFormat,
  selectedOnly: boolean,
  page: PageOptions = {},
): Promise<string> {
  const reads = new Map(
    [...(checked.state?.sources?.tables ?? [])].map(([name, source]) => [name, source.dataset?.reads ?? []]),
  );
  const whole = graphView(plan, reads);
  if (format === "json") return renderGraphJson(whole, plan.digest === null ? plan.diagnostics : []);
  const chosen = new Set(plan.tables.filter((table) => table.selected).map((table) => table.name));
  const view = selectedOnly ? subgraph(whole, chosen) : whole;
  switch (format) {
    case "mermaid":
      return renderMermaidFile(view);
    case "dot":
      return renderDot(view);
    case "svg":
      return renderSvg(view);
    case "html":
      return renderHtml(view, {
        subtitle: plan.base === null ? "" : `compared with ${plan.base.ref} at ${plan.base.commit.slice(0, 7)}`,
        ...page,
      });
  }
}

function hasSelection({ selection }: GraphOptions): boolean {
  return selection.tags.length + selection.select.length + selection.exclude.length > 0;
}
