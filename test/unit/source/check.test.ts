import { describe, expect, test } from "vitest";
import { check, sourcesOf } from "./project.js";

const module = (body: string) => `import dlt\n\n${body}`;

function project(tables: string, files: Record<string, string>) {
  return check({ "config.yml": `version: 1\ntables:\n${tables}`, ...files });
}

const line = (name: string, dependsOn = "", more = "") =>
  `  - {name: ${name}, layer: silver, depends_on: [${dependsOn}], module: ${name}.py${more}}\n`;

describe("modules against config.yml", () => {
  test("nothing is found where both agree", () => {
    const files = {
      "a.py": module('@dlt.table\ndef a(): return spark.read.table("x.y.z")\n'),
      "b.py": module('@dlt.table\ndef b(): return dlt.read("a")\n'),
    };
    expect(project(line("a") + line("b", "a"), files)).toEqual([]);
  });

  test("LDP304 stands at the first read, once a dependency, with config.yml related", () => {
    const files = {
      "a.py": module('@dlt.table\ndef a(): return dlt.read("x")\n'),
      "b.py": module('@dlt.table\ndef b():\n    x = dlt.read("a")\n    return x.union(dlt.read("a"))\n'),
    };
    const [one, ...others] = project(line("a") + line("b"), files);
    expect(others).toEqual([]);
    expect(one).toMatchObject({ code: "LDP304", severity: "error", file: "b.py", line: 5, column: 18, table: "b" });
    expect(one?.related).toMatchObject([{ file: "config.yml", line: 4, column: 12 }]);
    expect(one?.hint).toContain("depends_on");
  });

  test("LDP305 stands at the item in config.yml", () => {
    const files = {
      "a.py": module('@dlt.table\ndef a(): return dlt.read("x")\n'),
      "b.py": module('@dlt.table\ndef b(): return dlt.read("x")\n'),
    };
    const found = project(line("a") + line("b", "a"), files);
    expect(found).toMatchObject([
      { code: "LDP305", severity: "warning", file: "config.yml", line: 4, column: 43, table: "b" },
    ]);
    expect(found[0]?.related).toMatchObject([{ file: "b.py", line: 4 }]);
  });

  test.each([
    [
      "dlt.read('orders_bronz')",
      'b.py:4 reads "orders_bronz", which is no table of this project: did you mean "orders_bronze"?',
    ],
    [
      "spark.read.table('LIVE.order_bronze')",
      'b.py:4 reads "LIVE.order_bronze", which is no table of this project: did you mean "orders_bronze"?',
    ],
    [
      "spark.read.table('crm.sales.orders_bronz')",
      "Remove orders_bronze from depends_on, or read it; `ldp import --update` does the first.",
    ],
  ])("LDP305 beside the read of a near name suggests the name: %s", (read, hint) => {
    const files = {
      "orders_bronze.py": module('@dlt.table\ndef orders_bronze(): return dlt.read("x")\n'),
      "b.py": module(`@dlt.table\ndef b(): return ${read}\n`),
    };
    const found = project(line("orders_bronze") + line("b", "orders_bronze"), files);
    expect(found).toMatchObject([{ code: "LDP305", hint }]);
  });

  test("LDP305 suggests no name that is another declared table's", () => {
    const files = {
      "orders_a.py": module('@dlt.table\ndef orders_a(): return dlt.read("x")\n'),
      "orders_b.py": module('@dlt.table\ndef orders_b(): return dlt.read("x")\n'),
      "c.py": module('@dlt.table\ndef c(): return dlt.read("orders_b")\n'),
    };
    const found = project(line("orders_a") + line("orders_b") + line("c", "orders_a, orders_b"), files);
    expect(found).toMatchObject([{ code: "LDP305", hint: expect.stringContaining("Remove orders_a") }]);
  });

  test("LDP306 once a place; depends_on counts then", () => {
    const files = {
      "a.py": module('@dlt.table\ndef a(): return dlt.read("x")\n'),
      "b.py": module("@dlt.table\ndef b():\n    for _ in range(3): x = dlt.read(spark.conf.get('t'))\n    return x\n"),
    };
    const found = project(line("a") + line("b", "a"), files);
    expect(found).toMatchObject([{ code: "LDP306", severity: "info", file: "b.py", line: 5, column: 37, table: "b" }]);
  });

  test("LDP306 names the candidates of an ambiguous name", () => {
    const files = {
      "bronze.py": module('@dlt.table(name="bronze.orders")\ndef f(): return dlt.read("x")\n'),
      "silver.py": module('@dlt.table(name="silver.orders")\ndef f(): return dlt.read("bronze.orders")\n'),
      "c.py": module('@dlt.table\ndef c(): return dlt.read("orders")\n'),
    };
    const tables =
      "  - {name: bronze.orders, layer: bronze, module: bronze.py}\n" +
      "  - {name: silver.orders, layer: silver, module: silver.py, depends_on: [bronze.orders]}\n" +
      "  - {name: c, layer: gold, module: c.py, depends_on: [silver.orders]}\n";
    expect(project(tables, files)).toMatchObject([
      { code: "LDP306", file: "c.py", line: 4, message: expect.stringContaining('"bronze.orders" or "silver.orders"') },
    ]);
  });

  test("LDP303 stands at the nearest definition, with what it defines", () => {
    const files = { "orders.py": module('@dlt.table(name="order")\ndef f(): return dlt.read("x")\n') };
    expect(project(line("orders"), files)).toMatchObject([
      {
        code: "LDP303",
        file: "orders.py",
        line: 4,
        column: 5,
        table: "orders",
        message: expect.stringContaining('"order"'),
      },
    ]);
  });

  test("LDP303 stands at line 1 of a module that defines nothing", () => {
    expect(project(line("a"), { "a.py": "# all of it is commented out\n" })).toMatchObject([
      { code: "LDP303", file: "a.py", line: 1, column: 1, message: expect.stringContaining("no dataset") },
    ]);
  });

  test("LDP302 stands where the text stops being Python, and silences LDP303 and LDP305", () => {
    const files = {
      "a.py": module("@dlt.table\ndef a(:\n    return 1\n"),
      "b.py": module("@dlt.table\ndef b(): return dlt.read('a')\n\nprint 'x'\n"),
    };
    expect(project(line("a") + line("b"), files)).toMatchObject([
      { code: "LDP302", file: "a.py", line: 4, column: 7, table: "a" },
      { code: "LDP304", file: "b.py", line: 4 },
      { code: "LDP302", file: "b.py", line: 6, column: 7 },
    ]);
  });

  test("LDP302 for SQL", () => {
    const tables = "  - {name: a, layer: gold, module: a.sql}\n";
    expect(project(tables, { "a.sql": "SELECT (1 + 2\nFROM b" })).toMatchObject([
      { code: "LDP302", file: "a.sql", line: 1, column: 8 },
    ]);
  });

  test("LDP307 stands at the second of two modules", () => {
    const files = {
      "a.py": module(
        "@dlt.table\ndef a(): return dlt.read('x')\n\n@dlt.table(name='B')\ndef other(): return dlt.read('x')\n",
      ),
      "b.py": module("@dlt.table\ndef b(): return dlt.read('x')\n"),
    };
    const [one, ...others] = project(line("a") + line("b"), files);
    expect(others).toEqual([]);
    expect(one).toMatchObject({ code: "LDP307", file: "b.py", line: 4, table: "b" });
    expect(one?.related).toMatchObject([{ file: "a.py", line: 7 }]);
  });

  test("LDP308, and the comment that accepts it", () => {
    const files = {
      "a.py": module(
        "@dlt.table\ndef a():\n    x = dlt.read('x')\n    x.count()\n    x.show()  # ldp: ignore LDP308\n" +
          "    # ldp: ignore LDP308 the copy is wanted\n    x.write.saveAsTable('y')\n    return x\n",
      ),
    };
    expect(project(line("a"), files)).toMatchObject([
      { code: "LDP308", severity: "warning", file: "a.py", line: 6, column: 7, table: "a" },
    ]);
  });

  test("LDP105 for a module that is nested too deep", () => {
    const files = { "a.py": `x = ${"(".repeat(10_000)}${")".repeat(10_000)}\n` };
    expect(project(line("a"), files)).toMatchObject([{ code: "LDP105", file: "a.py", line: 1, column: 1 }]);
  });

  test("looking at one's own table is no dependency", () => {
    const files = { "a.py": module("@dlt.table\ndef a():\n    spark.table('a').schema\n    return dlt.read('x')\n") };
    expect(project(line("a"), files)).toEqual([]);
  });

  test("a view that config.yml does not have is looked through", () => {
    const files = {
      "a.py": module("@dlt.table\ndef a(): return dlt.read('x')\n"),
      "b.py": module("@dlt.view\ndef v(): return dlt.read('a')\n\n@dlt.table\ndef b(): return dlt.read('v')\n"),
    };
    expect(project(line("a") + line("b", "a"), files)).toEqual([]);
    expect(project(line("a") + line("b"), files)).toMatchObject([{ code: "LDP304", file: "b.py", line: 4 }]);
  });

  test("a flow in another module counts for its target", () => {
    const files = {
      "a.py": module("@dlt.table\ndef a(): return dlt.read('x')\n"),
      "b.py": module("dlt.create_streaming_table('b')\n"),
      "c.py": module(
        "@dlt.append_flow(target='b')\ndef f(): return dlt.read_stream('a')\n\n@dlt.table\ndef c(): return dlt.read('x')\n",
      ),
    };
    expect(project(line("a") + line("b") + line("c"), files)).toMatchObject([
      { code: "LDP304", file: "c.py", line: 4, table: "b" },
    ]);
  });

  test("a bare query in a .sql module is its table's", () => {
    const files = { "a.py": module("@dlt.table\ndef a(): return dlt.read('x')\n"), "b.sql": "SELECT * FROM a\n" };
    const tables = `${line("a")}  - {name: b, layer: gold, module: b.sql, depends_on: [a]}\n`;
    expect(project(tables, files)).toEqual([]);
    expect(sourcesOf({ "config.yml": `version: 1\ntables:\n${tables}`, ...files }).tables.get("b")?.kind).toBe(
      "materialized_view",
    );
  });

  test("rules of config.yml switch findings off", () => {
    const files = { "a.py": module("@dlt.table\ndef a(): return dlt.read(unknown())\n") };
    expect(check({ "config.yml": `version: 1\ntables:\n${line("a")}rules:\n  LDP306: "off"\n`, ...files })).toEqual([]);
  });
});
