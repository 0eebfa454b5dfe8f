import { describe, expect, test } from "vitest";
import { definesTable, indexNames, matchTable } from "../../../src/source/match.js";

const none = { catalog: null, schema: null };
const own = { catalog: "main", schema: "shop" };

const cases: readonly (readonly [
  about: string,
  written: string,
  tables: readonly string[],
  meant: string | null | readonly string[],
  publishing?: typeof none | typeof own,
  defining?: string,
])[] = [
  ["the same name", "orders", ["orders"], "orders"],
  ["without case", "Orders", ["ORDERS"], "ORDERS"],
  ["backquotes stripped", "`orders`", ["orders"], "orders"],
  ["LIVE is no schema", "LIVE.orders", ["orders"], "orders"],
  ["a schema that only the code has", "silver.orders", ["orders"], "orders"],
  ["a schema that only the table has", "orders", ["silver.orders"], "silver.orders"],
  ["another schema", "raw.orders", ["silver.orders"], null],
  ["two schemas are two tables", "bronze.orders", ["bronze.orders", "silver.orders"], "bronze.orders"],
  ["most parts win", "silver.orders", ["orders", "silver.orders"], "silver.orders"],
  ["most parts win, with three", "main.silver.orders", ["silver.orders", "main.silver.orders"], "main.silver.orders"],
  ["equally good ones are ambiguous", "orders", ["bronze.orders", "silver.orders"], ["bronze.orders", "silver.orders"]],
  ["another name", "orders_2", ["orders"], null],
  ["unknown parts may be anything", "{catalog}.{schema}.orders", ["orders"], "orders"],
  ["an unknown catalog", "{catalog}.silver.orders", ["bronze.orders", "silver.orders"], "silver.orders"],
  [
    "an unknown schema does not choose",
    "{schema}.orders",
    ["bronze.orders", "silver.orders"],
    ["bronze.orders", "silver.orders"],
  ],
  ["an unknown last part means nothing", "silver.{name}", ["silver.orders"], null],
  ["the project's own schema", "shop.orders", ["orders"], "orders", own],
  ["the project's own catalog", "MAIN.shop.orders", ["orders"], "orders", own],
  ["a foreign schema", "crm.orders", ["orders"], null, own],
  ["a foreign catalog", "other.shop.orders", ["orders"], null, own],
  ["an unknown part beside own ones", "{catalog}.shop.orders", ["orders"], "orders", own],
  ["a part that is known in part", "{env}_main.shop.orders", ["orders"], null, own],
  ["a qualified name is never the table itself", "crm.sales.orders", ["orders"], null, none, "orders"],
  ["nor is its own full name", "silver.orders", ["silver.orders"], null, none, "silver.orders"],
  ["a bare name may be", "orders", ["orders"], "orders", none, "orders"],
  [
    "the other of two, from the one",
    "bronze.orders",
    ["bronze.orders", "silver.orders"],
    "bronze.orders",
    none,
    "silver.orders",
  ],
  ["four parts", "a.b.c.orders", ["orders"], null],
];

describe("which table a name in the code means", () => {
  test.each(cases.map((one) => [one[0], one] as const))(
    "%s",
    (_about, [, written, tables, meant, publishing = none, defining]) => {
      const match = matchTable(written, indexNames(tables, publishing), defining ?? null);
      const found = match.kind === "table" ? match.name : match.kind === "ambiguous" ? match.candidates : null;
      expect(found).toEqual(meant);
    },
  );
});

test("a dataset's name is a table's when all parts that both have agree", () => {
  expect(definesTable("orders", "silver.orders", none)).toBe(true);
  expect(definesTable("{catalog}.silver.orders", "silver.orders", none)).toBe(true);
  expect(definesTable("bronze.orders", "silver.orders", none)).toBe(false);
});
