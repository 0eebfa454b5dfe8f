import { describe, expect, test } from "vitest";
import { renderDot } from "../../../src/render/dot.js";
import { graphView } from "../../../src/render/graph-view.js";
import {
  renderDeployJson,
  renderErrorJson,
  renderGraphJson,
  renderLintJson,
  renderPlanJson,
  renderValidateJson,
} from "../../../src/render/json.js";
import { renderMermaid, renderMermaidFile } from "../../../src/render/mermaid.js";
import { renderSvg } from "../../../src/render/svg.js";
import {
  findings,
  renderDeployText,
  renderLintText,
  renderPlanText,
  renderValidateText,
} from "../../../src/render/text.js";
import { expectGolden } from "./golden.js";
import { parseMermaid } from "./mermaid-parser.js";
import { action, diagnostic, environment, largePlan, plan, table } from "./samples.js";
import { situations } from "./situations.js";

const planOf = (name: string) => {
  const [first] = situations[name]?.() ?? [];
  if (first === undefined) throw new Error(`no situation ${name}`);
  return first;
};
const changes = planOf("03-tables-come-and-go").plan;
const errors = planOf("05-errors").plan;
const outcome = {
  environment: "prod",
  deployed: false,
  plan: planOf("04-data-destroyed").environments[1] ?? null,
  diagnostics: [],
};
const { lint } = planOf("06-lint-findings");

describe("on a terminal", () => {
  test.each([
    ["plan-changes", () => renderPlanText(changes)],
    ["plan-tags", () => renderPlanText(planOf("07-selected-tags").plan)],
    ["plan-errors", () => renderPlanText(errors)],
    ["plan-no-base", () => renderPlanText(planOf("08-no-base").plan)],
    ["validate-errors", () => renderValidateText(8, errors.diagnostics)],
    ["validate-fine", () => renderValidateText(8, [])],
    ["lint", () => (lint === null ? "" : renderLintText(lint))],
    ["deploy-planned", () => renderDeployText(outcome)],
    [
      "deploy-done",
      () => renderDeployText({ ...outcome, deployed: true, plan: environment("dev", [action("jobs.a", "update")]) }),
    ],
  ])("%s", (name, render) => {
    expectGolden(`text/${name}.txt`, render());
  });

  test("colour is for a terminal only", () => {
    const coloured = renderPlanText(changes, { color: true, width: 80 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences that colours are
    expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(renderPlanText(changes, { color: false, width: 80 }));
    expect(coloured).toContain("\u001b[");
  });

  test("hints keep to the terminal's width", () => {
    const long = diagnostic("LDP202", "short", { hint: "word ".repeat(40).trim() });
    const lines = findings([long], { color: false, width: 60 }).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines.filter((line) => line.startsWith("    "))).toHaveLength(4);
  });
});

describe("graphs", () => {
  const view = graphView(changes);
  test("Mermaid", () => expectGolden("graph/graph.mmd", renderMermaid(view)));
  test("DOT", () => expectGolden("graph/graph.dot", renderDot(view)));
  test("JSON", () => expectGolden("graph/graph.json", renderGraphJson(view)));

  test("SVG has every table and dependency", async () => {
    const svg = await renderSvg(view);
    expect(svg.match(/class="node"/g)).toHaveLength(view.nodes.length);
    expect(svg.match(/class="edge"/g)).toHaveLength(view.edges.length);
  });

  test("a Mermaid file stays within what Mermaid draws, and says what it leaves out", async () => {
    const small = graphView(largePlan(300, 3));
    expect(renderMermaidFile(small)).toBe(renderMermaid(small));
    const large = renderMermaidFile(graphView(largePlan(2_802, 3)));
    expect((await parseMermaid(large)).edges).toBeLessThanOrEqual(500);
    expect(large).toMatch(/^flowchart LR\n/);
    expect(large).toMatch(
      /%% Changed tables and their neighbours are drawn; [\d,]+ other tables of 2,802 are not\. Mermaid draws at most 500 edges/,
    );
  });

  test("a dependency that is no table has no edge", () => {
    expect(graphView(plan([table("a_gold", { dependsOn: ["nowhere"] })])).edges).toEqual([]);
  });
});

describe("JSON", () => {
  test("a plan has the contract's keys", () => {
    const made = JSON.parse(renderPlanJson(changes)) as Record<string, unknown>;
    expect(Object.keys(made).slice(0, 8)).toEqual([
      "schema",
      "digest",
      "mode",
      "selection",
      "project",
      "stages",
      "tables",
      "base",
    ]);
    expect(made.selection).toEqual({ tags: [], tag_mode: "or", select: [], exclude: [] });
    expect(made.base).toEqual({ ref: "main", commit: "b45e".repeat(10) });
    expect((made.tables as object[])[0]).toMatchObject({
      name: "customers_bronze",
      layer: "bronze",
      kind: "streaming_table",
      tags: ["daily", "crm"],
      depends_on: [],
      selected: true,
      stage: 1,
      change: "unchanged",
      reasons: [],
    });
  });

  test("a diagnostic has the contract's keys, in its order", () => {
    const one = diagnostic("LDP201", "m", {
      table: "t",
      hint: "h",
      endLine: 9,
      related: [{ file: "f", line: 1, column: 2, message: "r" }],
    });
    const made = JSON.parse(renderValidateJson(3, [one])) as { diagnostics: object[] };
    expect(made).toMatchObject({ schema: "ldp.validate/1", valid: false, tables: 3 });
    expect(Object.keys(made.diagnostics[0] ?? {})).toEqual([
      "code",
      "severity",
      "message",
      "file",
      "line",
      "column",
      "table",
      "hint",
      "related",
      "end_line",
    ]);
  });

  test("warnings make a project invalid only with strict", () => {
    const warning = diagnostic("LDP204", "m", { severity: "warning" });
    expect(JSON.parse(renderValidateJson(1, [warning]))).toMatchObject({ valid: true });
    expect(JSON.parse(renderValidateJson(1, [warning], true))).toMatchObject({ valid: false });
  });

  test("lint, deploy and errors", () => {
    expect(JSON.parse(renderLintJson([], 7))).toMatchObject({ schema: "ldp.lint/1", total: 7, diagnostics: [] });
    expect(JSON.parse(renderDeployJson(outcome))).toMatchObject({
      schema: "ldp.deploy/1",
      environment: "prod",
      deployed: false,
      bundle_digest: outcome.plan?.digest,
      actions: [
        { resource: "jobs.nightly", action: "create" },
        { resource: "pipelines.etl", action: "recreate", destructive: true },
        { resource: "volumes.landing" },
      ],
    });
    expect(JSON.parse(renderErrorJson("LDP907", "no ruff"))).toEqual({
      schema: "ldp.error/1",
      code: "LDP907",
      message: "no ruff",
    });
  });
});
