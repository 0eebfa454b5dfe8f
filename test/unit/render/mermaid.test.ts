import { expect, test } from "vitest";
import { graphView } from "../../../src/render/graph-view.js";
import { drawable, fitMermaid, readable, renderMermaid } from "../../../src/render/mermaid.js";
import { parseMermaid } from "./mermaid-parser.js";
import { largePlan, plan, table } from "./samples.js";

test("draws each table once, in its layer, with the word of its change", async () => {
  const view = graphView(
    plan([
      table("end_bronze", { change: "added" }),
      table("graph", { layer: "silver", dependsOn: ["end_bronze", "not_here"], change: "modified" }),
      table("orders_gold", { dependsOn: ["graph"], change: "affected" }),
      table("orders_old_gold", { dependsOn: ["graph"], change: "removed" }),
    ]),
  );
  const text = renderMermaid(view);
  expect(text).toContain('subgraph bronze_layer["bronze"]');
  const { labels, edges } = await parseMermaid(text);
  expect([...labels.values()].sort()).toEqual([
    "end_bronze · added",
    "graph · modified",
    "orders_gold · affected",
    "orders_old_gold · removed",
  ]);
  expect(edges).toBe(3);
});

test.each([1, 10, 60, 61, 100, 1_000, 2_802, 10_000])(
  "fits %i tables with 0, 1 and 2,000 changes into what mermaid draws",
  async (size) => {
    for (const direct of [0, 1, 2_000].filter((count) => count <= size)) {
      const view = graphView(largePlan(size, direct));
      for (const limits of [readable, drawable]) {
        const { text, step, leftOut } = fitMermaid(view, limits);
        const { labels, edges } = await parseMermaid(text);
        expect(edges).toBeLessThanOrEqual(Math.min(500, limits.edges));
        if (limits === readable && step !== "layers") expect(labels.size).toBeLessThanOrEqual(60);
        expect(leftOut === null).toBe(step === "whole");
        if (step === "layers") expect(text).toContain(`${Math.ceil(size * 0.4) < 1000 ? Math.ceil(size * 0.4) : ""}`);
      }
    }
  },
);

test("a graph of 60 tables is drawn whole, one of 61 by what changed", () => {
  expect(fitMermaid(graphView(largePlan(60, 1))).step).toBe("whole");
  const { step, leftOut } = fitMermaid(graphView(largePlan(61, 1)));
  expect(step).toBe("neighbours");
  expect(leftOut).toMatch(/^Changed tables and their neighbours are drawn; \d+ other tables of 61 are not\.$/);
});
