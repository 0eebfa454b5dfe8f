import { expect, test } from "vitest";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.js";
import { renderComment, renderSummary } from "../../../src/render/comment/comment.js";
import { thousands } from "../../../src/render/words.js";
import { parseMermaid } from "./mermaid-parser.js";
import { action, diagnostic, environment, largePlan, plan, report, table } from "./samples.js";

const LIMIT = 60_000;

/** Every diagram in a comment, parsed by mermaid. */
async function diagrams(body: string): Promise<number> {
  const blocks = [...body.matchAll(/^```mermaid\n([\s\S]*?)\n```$/gm)].map((match) => match[1] ?? "");
  for (const block of blocks) expect((await parseMermaid(block)).edges).toBeLessThanOrEqual(500);
  return blocks.length;
}

function errors(count: number): Diagnostic[] {
  return Array.from({ length: count }, (_, i) =>
    diagnostic("LDP202", `table_${i} depends on \`missing_${i}\`, which is not a table`, {
      line: i + 1,
      hint: "Did you mean another?",
    }),
  );
}

const sizes = [10, 100, 1_000, 2_802, 10_000];

test.each(
  sizes.flatMap((size) =>
    [1, 2_000].filter((direct) => direct <= size).map((direct): [number, number] => [size, direct]),
  ),
)("%i tables, %i changes: within the limits, with and without 5,000 errors", async (size, direct) => {
  for (const count of [0, 5_000]) {
    const given = report({
      plan: largePlan(size, direct, { diagnostics: errors(count) }),
      environments: [environment("dev", []), environment("prod", [action("jobs.etl", "update")])],
    });
    const changed = given.plan.tables.filter((one) =>
      ["added", "removed", "modified"].includes(one.change ?? ""),
    ).length;
    const body = renderComment([given]);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(LIMIT);
    const first = body.split("\n")[1] ?? "";
    expect(first).toContain(`${thousands(changed)} table${changed === 1 ? " changes" : "s change"}`);
    expect(first).toContain(`${thousands(count)} errors`);
    expect(await diagrams(body)).toBe(1);
    if (count > 0) {
      const listed = body.match(/\*\*LDP202\*\*/g)?.length ?? 0;
      const left = /and \*\*([\d,]+) more errors\*\* of 5,000/.exec(body)?.[1]?.replace(/,/g, "");
      expect(listed + Number(left)).toBe(5_000);
      expect(listed).toBeGreaterThan(50);
    }
    expect(Buffer.byteLength(renderSummary([given]))).toBeLessThanOrEqual(1_000_000);
  }
});

test("errors that fit are all there, whatever else has to go", () => {
  const body = renderComment([report({ plan: largePlan(2_802, 2_000, { diagnostics: errors(100) }) })]);
  expect(body.match(/\*\*LDP202\*\*/g)).toHaveLength(100);
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(LIMIT);
});

test("what is destroyed is named whole beside 5,000 errors and 2,000 changes", () => {
  const lost = Array.from({ length: 150 }, (_, i) => ({
    name: `lost_${i}`,
    kind: "streaming_table" as const,
    effect: "history lost" as const,
  }));
  const body = renderComment([
    report({
      plan: largePlan(10_000, 2_000, { diagnostics: errors(5_000) }),
      environments: [
        environment("prod", [action("pipelines.etl", "delete", { lost }), action("schemas.raw", "recreate")]),
      ],
    }),
  ]);
  for (const { name } of lost) expect(body).toContain(`\`${name}\``);
  expect(body).toContain("`allow-destructive: pipelines.etl, schemas.raw`");
  expect(body.indexOf("DESTROYED")).toBeLessThan(body.indexOf("<details"));
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(LIMIT);
});

test("10,000 tables that die are counted, and their resource with its acknowledgement is named", () => {
  const lost = Array.from({ length: 10_000 }, (_, i) => ({
    name: `catalog.schema.quite_a_long_name_of_a_table_${i}`,
    kind: i % 2 === 0 ? ("streaming_table" as const) : ("materialized_view" as const),
    effect: i % 2 === 0 ? ("history lost" as const) : ("rebuilt" as const),
  }));
  const body = renderComment([
    report({
      plan: largePlan(100, 1),
      environments: [environment("prod", [action("pipelines.etl", "recreate", { lost })])],
    }),
  ]);
  expect(body).toContain("is **RECREATED** with 10,000 tables (5,000 history lost, 5,000 rebuilt)");
  expect(body).toContain("and 9,800 more tables: the [job summary](");
  expect(body).toContain("`allow-destructive: pipelines.etl`");
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(LIMIT);
});

test("2,000 destroyed resources are counted, the first are named", () => {
  const actions = Array.from({ length: 2_000 }, (_, i) => action(`pipelines.one_of_many_pipelines_${i}`, "delete"));
  const body = renderComment([report({ plan: largePlan(100, 1), environments: [environment("prod", actions)] })]);
  expect(body.split("\n")[1]).toContain("prod: 2,000 DESTROYED");
  expect(body).toMatch(/and 1,800 more resources: the \[job summary\]/);
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(LIMIT);
});

test("many projects: each has its line, or is counted", () => {
  for (const projects of [2, 9, 60, 2_000]) {
    const reports = Array.from({ length: projects }, (_, i) =>
      report({
        directory: `projects/p${i}`,
        plan: largePlan(200, 5),
        environments: [environment("dev", [action("jobs.x", "update")])],
      }),
    );
    const body = renderComment(reports);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(LIMIT);
    expect(body.split("\n")[1]).toContain(`${thousands(projects * 5)} tables change`);
    if (projects <= 60) for (let i = 0; i < projects; i++) expect(body).toContain(`\`projects/p${i}\``);
    if (projects === 2_000) expect(body).toMatch(/[\d,]+ more projects: the \[job summary\]/);
  }
});

test("names of 255 characters in three parts, a thousand of them", async () => {
  const long = (i: number) => [`c${i}`, "s", "t"].map((part) => part.padEnd(255, "x")).join(".");
  const tables = Array.from({ length: 1_000 }, (_, i) =>
    table(long(i), { layer: "gold", change: "modified", reasons: ["code"], dependsOn: i === 0 ? [] : [long(i - 1)] }),
  );
  const body = renderComment([report({ plan: plan(tables), environments: [environment("dev", [])] })]);
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(LIMIT);
  expect(await diagrams(body)).toBe(1);
});

test("a small limit is kept too", () => {
  for (const limit of [5_000, 10_000, 20_000]) {
    const body = renderComment([report({ plan: largePlan(2_802, 500, { diagnostics: errors(50) }) })], { limit });
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(limit);
  }
});
