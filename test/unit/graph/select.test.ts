import { describe, expect, test } from "vitest";
import { projectGraph } from "../../../src/graph/check-graph.js";
import { everything, selectTables } from "../../../src/graph/select.js";
import type { Change, Selection } from "../../../src/plan/model.js";
import { loadProject } from "../../../src/project/load-project.js";
import { memoryTree } from "../../../src/project/tree.js";

const config = `version: 1
tables:
  - {name: orders_raw, layer: bronze, tags: [daily, sales]}
  - {name: customers_raw, layer: bronze, tags: [weekly]}
  - {name: orders, layer: silver, tags: [daily, sales], depends_on: [orders_raw]}
  - {name: customers, layer: silver, tags: [weekly], depends_on: [customers_raw]}
  - {name: revenue, layer: gold, tags: [daily, critical], depends_on: [orders, customers]}
  - {name: mart.revenue, layer: gold, depends_on: [revenue]}
`;
const { project } = loadProject(memoryTree({ "config.yml": config }), "config.yml");
if (!project) throw new Error("the project of this test is not readable");
const graph = projectGraph(project);

function select(selection: Partial<Selection>, changes: Record<string, Change> | null = null) {
  const { chosen, diagnostics } = selectTables(
    project?.tables ?? [],
    graph,
    { ...everything, ...selection },
    changes && new Map(Object.entries(changes)),
  );
  return diagnostics.length > 0 ? diagnostics.map(({ code, hint }) => [code, hint]) : [...chosen].sort();
}

describe("what a selection chooses", () => {
  test.each<[string, Partial<Selection>, string[]]>([
    ["any of the tags", { tags: ["sales", "critical"] }, ["orders", "orders_raw", "revenue"]],
    ["all of the tags", { tags: ["daily", "sales"], tagMode: "and" }, ["orders", "orders_raw"]],
    ["a name", { select: ["orders"] }, ["orders"]],
    ["a name of two parts", { select: ["mart.revenue"] }, ["mart.revenue"]],
    ["a pattern", { select: ["*_raw"] }, ["customers_raw", "orders_raw"]],
    ["a dot in a pattern is a dot", { select: ["mart?rev*"] }, ["mart.revenue"]],
    ["what it reads", { select: ["+orders"] }, ["orders", "orders_raw"]],
    ["what reads it", { select: ["orders+"] }, ["mart.revenue", "orders", "revenue"]],
    ["both", { select: ["+orders+"] }, ["mart.revenue", "orders", "orders_raw", "revenue"]],
    ["one step up", { select: ["1+revenue"] }, ["customers", "orders", "revenue"]],
    ["one step down", { select: ["orders_raw+1"] }, ["orders", "orders_raw"]],
    ["a tag", { select: ["tag:weekly"] }, ["customers", "customers_raw"]],
    ["a layer", { select: ["layer:gold"] }, ["mart.revenue", "revenue"]],
    ["paths", { select: ["path:transformations/bronze/**"] }, ["customers_raw", "orders_raw"]],
    ["a comma intersects", { select: ["layer:bronze,tag:daily"] }, ["orders_raw"]],
    ["repeating unites", { select: ["orders", "customers"] }, ["customers", "orders"]],
    ["tags AND select", { tags: ["daily"], select: ["layer:gold", "layer:silver"] }, ["orders", "revenue"]],
    ["less what is excluded", { tags: ["daily"], exclude: ["layer:bronze"] }, ["orders", "revenue"]],
    ["operators on tags", { select: ["tag:critical+"] }, ["mart.revenue", "revenue"]],
  ])("%s", (_, selection, expected) => {
    expect(select(selection)).toEqual(expected);
  });

  test("the state against a base", () => {
    const changes: Record<string, Change> = { orders: "modified", revenue: "affected", customers: "added" };
    expect(select({ select: ["state:modified"] }, changes)).toEqual(["customers", "orders"]);
    expect(select({ select: ["state:modified+"] }, changes)).toEqual([
      "customers",
      "mart.revenue",
      "orders",
      "revenue",
    ]);
    expect(select({ select: ["state:affected"] }, changes)).toEqual(["revenue"]);
  });
});

describe("what is wrong with a selection", () => {
  test.each<[string, Partial<Selection>, string[]]>([
    ["an unknown tag, each of them", { tags: ["dialy", "salse"] }, ["LDP401", "LDP401"]],
    ["an unknown tag in an expression", { select: ["tag:dialy"] }, ["LDP401"]],
    ["tags are compared as written", { tags: ["Daily"] }, ["LDP401"]],
    ["an unknown table", { select: ["ordrs"] }, ["LDP402"]],
    ["names are compared as written", { select: ["Orders"] }, ["LDP402"]],
    ["an unknown table to exclude", { exclude: ["ordrs"] }, ["LDP402"]],
    ["a pattern that matches nothing", { select: ["x*"] }, ["LDP402"]],
    ["a path that matches nothing", { select: ["path:nowhere/**"] }, ["LDP402"]],
    ["nothing is left", { tags: ["weekly"], select: ["layer:gold"] }, ["LDP403"]],
    ["everything is excluded", { exclude: ["*"] }, ["LDP403"]],
    ["no expression", { select: [""] }, ["LDP404"]],
    ["an empty condition", { select: ["a,,b"] }, ["LDP404"]],
    ["a space after +", { select: ["+ orders"] }, ["LDP404"]],
    ["only an operator", { select: ["+"] }, ["LDP404"]],
    ["an unknown method", { select: ["tags:daily"] }, ["LDP404"]],
    ["an unknown layer", { select: ["layer:platinum"] }, ["LDP404"]],
    ["nothing after the colon", { select: ["tag:"] }, ["LDP404"]],
    ["a state without a base", { select: ["state:modified"] }, ["LDP404"]],
    ["an unknown state", { select: ["state:new"] }, ["LDP404"]],
    ["an empty tag", { tags: ["daily", ""] }, ["LDP404"]],
  ])("%s", (_, selection, codes) => {
    expect(select(selection).map(([code]) => code)).toEqual(codes);
  });

  test("a state with a base that can't be used says why", () => {
    const selection = { ...everything, select: ["state:modified+"] };
    const { chosen, diagnostics } = selectTables(
      project.tables,
      graph,
      selection,
      null,
      "HEAD: its config.yml is gone",
    );
    expect([...chosen]).toEqual([]);
    expect(diagnostics).toMatchObject([
      { code: "LDP404", message: expect.stringContaining("HEAD: its config.yml is gone") },
    ]);
    expect(diagnostics[0]?.hint).not.toContain("Give --base");
  });

  test("a suggestion", () => {
    expect(select({ tags: ["dialy"] })).toEqual([["LDP401", 'Did you mean "daily"?']]);
    expect(select({ select: ["ordrs"] })).toEqual([["LDP402", 'Did you mean "orders"?']]);
    expect(select({ select: ["tags:x"] })).toEqual([["LDP404", 'Did you mean "tag:x"?']]);
    expect(select({ select: ["+tags:daily+"] })).toEqual([["LDP404", 'Did you mean "tag:daily"?']]);
  });

  test("a tag where a table is asked for, and the other way round", () => {
    expect(select({ select: ["daily"] })).toEqual([["LDP402", '"daily" is a tag: tag:daily chooses its tables.']]);
    expect(select({ select: ["dialy"] })).toEqual([["LDP402", 'Did you mean "tag:daily"?']]);
    expect(select({ tags: ["orders_raw"] })).toEqual([
      ["LDP401", '"orders_raw" is a table: --select orders_raw chooses it.'],
    ]);
    expect(select({ tags: ["ordrs_raw"] })).toEqual([
      ["LDP401", 'Did you mean the table "orders_raw"? --select orders_raw chooses it.'],
    ]);
    expect(select({ select: ["zzzzzzzz"] })).toEqual([["LDP402", "`ldp plan` lists all tables."]]);
  });
});
