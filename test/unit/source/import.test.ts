import { describe, expect, test } from "vitest";
import { importProject, renderImportJson } from "../../../src/commands/import.js";
import { memoryTree } from "../../../src/project/tree.js";
import { updateDependencies } from "../../../src/project/update-config.js";
import { scalar } from "../../../src/project/write-config.js";
import { check } from "./project.js";

const code = {
  "src/shop/bronze/crm/customers.py": `import dlt
@dlt.table(comment="Customers, as delivered: raw.")
def customers_raw(): return spark.readStream.format("cloudFiles").load("/x")
`,
  "src/shop/silver/crm/customers.py": `import dlt
@dlt.table
def customers():
    """Customers, one row each.

    More.
    """
    return dlt.read("customers_raw").join(spark.table("ref.public.countries"), "country")
`,
  "src/shop/gold/report.sql":
    "CREATE MATERIALIZED VIEW per_country AS SELECT country, count(*) AS n FROM customers GROUP BY country;\n",
  "tests/test_customers.py": "import dlt\n@dlt.table\ndef fake(): return dlt.read('customers')\n",
};

describe("ldp import", () => {
  test("writes a config.yml that ldp validate finds nothing wrong with", () => {
    const made = importProject(memoryTree(code), "config.yml", { update: false });
    const { config, leftOut, verdict, diagnostics } = made;
    expect([leftOut, diagnostics]).toEqual([[], []]);
    expect(verdict).toContain("finds nothing wrong");
    expect(
      config,
    ).toBe(`# Written by \`ldp import\` from the code. \`ldp import --update\` keeps depends_on as the code has it.
version: 1
tables:
  - name: customers_raw
    layer: bronze
    tags: [crm]
    depends_on: []
    module: src/shop/bronze/crm/customers.py
    description: "Customers, as delivered: raw."
  - name: customers
    layer: silver
    tags: [crm]
    depends_on: [customers_raw]
    module: src/shop/silver/crm/customers.py
    description: Customers, one row each.
  - name: per_country
    layer: gold
    depends_on: [customers]
    module: src/shop/gold/report.sql
`);
  });

  test("writes nothing where nothing is found", () => {
    const { config, report } = importProject(memoryTree({ "README.md": "" }), "config.yml", { update: false });
    expect(config).toBeNull();
    expect(report).toEqual([
      "No dataset of a pipeline was found in the .py, .sql and .ipynb files here; nothing was written.",
      "`ldp init DIR` writes a new project; -C names another folder.",
    ]);
  });

  test("ldp.import/1 has every dataset with its reads", () => {
    const { discovery } = importProject(memoryTree(code), "config.yml", { update: false });
    const document = JSON.parse(renderImportJson(discovery));
    expect(document.schema).toBe("ldp.import/1");
    expect(document.tables.map((table: { name: string }) => table.name)).toEqual([
      "customers",
      "customers_raw",
      "per_country",
    ]);
    expect(document.tables[0]).toMatchObject({
      layer: "silver",
      kind: "materialized_view",
      line: 3,
      depends_on: ["customers_raw"],
      reads: [
        { table: "customers_raw", line: 8, streaming: false, resolved: true, in_project: true },
        { table: "ref.public.countries", line: 8, streaming: false, resolved: true, in_project: false },
      ],
    });
  });

  test("says what it could not tell, and what ldp validate will say", () => {
    const files = {
      "etl.py":
        "import dlt\n@dlt.table(name=unknown())\ndef a(): return dlt.read('x')\n@dlt.table\ndef b(): return dlt.read(unknown())\n",
    };
    const { report, leftOut, verdict, diagnostics } = importProject(memoryTree(files), "config.yml", { update: false });
    expect(leftOut.map((one) => [one.code, one.line])).toEqual([["LDP306", 3]]);
    expect(verdict).toContain("will say");
    expect(diagnostics.map((one) => [one.code, one.line])).toEqual([["LDP306", 5]]);
    expect(report.join("\n")).toContain('"b": no folder or name tells its layer');
  });

  describe("announces what ldp validate says of what it wrote, and what it left out apart from that", () => {
    const table = (name: string, reads = "x") => `import dlt\n@dlt.table\ndef ${name}(): return dlt.read('${reads}')\n`;
    const cases: Record<string, { files: Record<string, string>; leftOut: string[]; says: string[] }> = {
      "a module that does not parse": {
        files: { "bronze/a.py": table("a"), "bronze/b.py": "import dlt\ndef (:\n" },
        leftOut: ["LDP302 bronze/b.py"],
        says: [],
      },
      "a module that does not parse, and is imported": {
        files: { "bronze/a.py": `from b import f\n${table("a")}`, "bronze/b.py": "import dlt\ndef (:\n" },
        leftOut: [],
        says: ["LDP302 bronze/b.py"],
      },
      "a table that is defined again where no other is": {
        files: { "bronze/a.py": table("a"), "bronze/b.py": table("a") },
        leftOut: ["LDP307 bronze/b.py"],
        says: [],
      },
      "a table that is defined again beside others": {
        files: { "bronze/a.py": table("a"), "bronze/b.py": table("a") + table("b").slice(11) },
        leftOut: [],
        says: ["LDP307 bronze/b.py"],
      },
      "a table that is defined again in a layer that comes first": {
        files: { "gold/a.py": table("a"), "silver/b.py": table("a") + table("b").slice(11) },
        leftOut: [],
        says: ["LDP307 gold/a.py"],
      },
      "a name that can't be told": {
        files: { "bronze/a.py": `${table("a")}@dlt.table(name=f())\ndef b(): return dlt.read('y')\n` },
        leftOut: ["LDP306 bronze/a.py"],
        says: [],
      },
      "a line with an ignore": {
        files: { "bronze/a.py": "import dlt\n@dlt.table\ndef a():\n    return dlt.read(f())  # ldp: ignore LDP306\n" },
        leftOut: [],
        says: [],
      },
    };
    test.each(Object.entries(cases))("%s", (_about, { files, leftOut, says }) => {
      const shown = (diagnostics: readonly { code: string; file: string | null }[]) =>
        diagnostics.map((one) => `${one.code} ${one.file}`);
      const made = importProject(memoryTree(files), "config.yml", { update: false });
      expect(shown(made.leftOut)).toEqual(leftOut);
      expect(shown(made.diagnostics)).toEqual(says);
      expect(check({ ...files, "config.yml": made.config ?? "" })).toEqual(made.diagnostics);
    });
  });

  test("names the sinks that it leaves out", () => {
    const files = {
      "a.py": `from pyspark import pipelines as dp
dp.create_sink("events", "kafka", {"topic": "t"})
@dp.append_flow(target="events")
def to_events(): return spark.readStream.table("orders")
`,
      "b.py": `from pyspark import pipelines as dp
@dp.append_flow(target="events")
def more_events(): return spark.readStream.table("orders")
@dp.table
def orders(): return spark.readStream.table("raw.shop.orders")
`,
    };
    const { config, report, leftOut, diagnostics } = importProject(memoryTree(files), "config.yml", { update: false });
    expect(config?.match(/- name: .*/g)).toEqual(["- name: orders"]);
    expect(report.join("\n")).toContain('a.py:2: the sink "events" is left out, with the flows into it');
    expect([leftOut, diagnostics]).toEqual([[], []]);
  });

  test("--update rewrites only depends_on where it differs, and says what config.yml lacks", () => {
    const before = `# The shop.
version: 1
tables:
  - name: customers_raw     # raw
    layer: bronze
    module: src/shop/bronze/crm/customers.py
  - {name: 'customers', layer: silver, depends_on: [per_country, customers_raw], module: src/shop/silver/crm/customers.py}
`;
    const { config, report } = importProject(memoryTree({ ...code, "config.yml": before }), "config.yml", {
      update: true,
    });
    expect(config).toBe(before.replace("[per_country, customers_raw]", "[customers_raw]"));
    expect(report.join("\n")).toContain('"per_country", which config.yml does not have');
  });

  test("--update writes nothing where all is right", () => {
    const first = importProject(memoryTree(code), "config.yml", { update: false }).config ?? "";
    const again = importProject(memoryTree({ ...code, "config.yml": first }), "config.yml", { update: true });
    expect(again.config).toBeNull();
    expect(again.report[0]).toContain("nothing was written");
  });
});

const table = (depends: string) => `tables:\n  - name: a\n    layer: gold # why\n${depends}    owner: me\n`;

const updates: readonly (readonly [about: string, before: string, wanted: readonly string[], after: string | null])[] =
  [
    ["flow: one more", table("    depends_on: [b]   # said\n"), ["b", "c"], table("    depends_on: [b, c]   # said\n")],
    ["flow: one less", table("    depends_on: [b, c]\n"), ["c"], table("    depends_on: [c]\n")],
    ["flow: the last one less", table("    depends_on: [b, c]\n"), ["b"], table("    depends_on: [b]\n")],
    ["flow: another", table("    depends_on: [ b ]\n"), ["c"], table("    depends_on: [c]\n")],
    ["flow: none", table("    depends_on: [b, c]\n"), [], table("    depends_on: []\n")],
    ["flow: from none", table("    depends_on: []\n"), ["b"], table("    depends_on: [b]\n")],
    ["flow: a double", table("    depends_on: [b, b]\n"), ["b"], table("    depends_on: [b]\n")],
    ["flow: order and quotes stay", table("    depends_on: ['c', \"b\"]\n"), ["b", "c"], null],
    [
      "flow on several lines",
      table("    depends_on: [\n      b, # first\n      c\n    ]\n"),
      ["b", "c", "d"],
      table("    depends_on: [\n      b, # first\n      c,\n      d\n    ]\n"),
    ],
    [
      "block: one more",
      table("    depends_on:\n      - b # first\n"),
      ["b", "c"],
      table("    depends_on:\n      - b # first\n      - c\n"),
    ],
    [
      "block: one less",
      table("    depends_on:\n      - b # first\n      - c\n"),
      ["c"],
      table("    depends_on:\n      - c\n"),
    ],
    [
      "block: the last one less",
      table("    depends_on:\n    - b\n    - c # gone\n"),
      ["b"],
      table("    depends_on:\n    - b\n"),
    ],
    [
      "block: another",
      table("    depends_on:\n      # the list\n      - b\n"),
      ["c"],
      table("    depends_on:\n      # the list\n      - c\n"),
    ],
    ["block: none", table("    depends_on:\n      - b\n      - c\n"), [], table("    depends_on: []\n")],
    ["no key", table(""), ["b"], table("    depends_on: [b]\n")],
    ["no key, nothing to say", table(""), [], null],
    ["an empty value", table("    depends_on: # to do\n"), ["b"], table("    depends_on: [b] # to do\n")],
    [
      "a flow mapping",
      "tables: [{name: a, layer: gold}]\n",
      ["b"],
      "tables: [{name: a, layer: gold, depends_on: [b]}]\n",
    ],
    ["CRLF", table("").replaceAll("\n", "\r\n"), ["b"], table("    depends_on: [b]\n").replaceAll("\n", "\r\n")],
    [
      "names that YAML takes for something else",
      table("    depends_on: []\n"),
      ["no", "b"],
      table('    depends_on: ["no", b]\n'),
    ],
    ["an anchor", table("    depends_on: &x [b]\n"), ["c"], null],
  ];

test("a name that can't be told is told once, however many datasets one call makes", () => {
  const library =
    "import dlt\ndef make(name):\n    @dlt.table(name=f'x_{name}')\n    def table(): return dlt.read(f'y_{name}')\n";
  const module = "from lib import make\nfor name in load():\n    make(name)\n    make(name)\n";
  const text = `${module}import dlt\n@dlt.table\ndef t(): return dlt.read("a")\n`;
  const { discovery } = importProject(memoryTree({ "lib.py": library, "m.py": text }), "config.yml", { update: false });
  expect(discovery.diagnostics.map(({ code, file, line }) => [code, file, line])).toEqual([["LDP306", "m.py", 2]]);
});

test("a module of 10,000 datasets is imported, and checked, in bounded time", () => {
  const text = Array.from({ length: 10_000 }, (_, i) => `@dlt.table\ndef t${i}():\n    return dlt.read("t${i + 1}")\n`);
  const made = importProject(memoryTree({ "m.py": `import dlt\n${text.join("")}` }), "config.yml", { update: false });
  expect([made.discovery.tables.length, made.diagnostics]).toEqual([10_000, []]);
}, 20_000);

describe("config.yml keeps its comments, order and style", () => {
  test.each(updates)("%s", (_about, before, wanted, after) => {
    const { text, changed } = updateDependencies(before, new Map([["a", wanted]]));
    expect(text).toBe(after ?? before);
    expect(changed).toEqual(after === null ? [] : ["a"]);
  });
});

test("texts are written so that YAML 1.1 and 1.2 read them alike", () => {
  expect(["orders", "yes", "2024", "1e3", "a: b", "x # y", "ä\u2028", "Orders, daily."].map(scalar)).toEqual([
    "orders",
    '"yes"',
    '"2024"',
    '"1e3"',
    '"a: b"',
    '"x # y"',
    '"ä\\u2028"',
    "Orders, daily.",
  ]);
});
