import { describe, expect, test } from "vitest";
import { importProject, renderImportJson } from "../../../src/commands/import.js";
import { memoryTree } from "../../../src/project/tree.js";
import { updateDependencies } from "../../../src/project/update-config.js";
import { scalar } from "../../../src/project/write-config.js";

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
    const { config, report, diagnostics } = importProject(memoryTree(code), "config.yml", { update: false });
    expect(diagnostics).toEqual([]);
    expect(report.join("\n")).toContain("finds nothing wrong");
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
    const { report, diagnostics } = importProject(memoryTree(files), "config.yml", { update: false });
    expect(diagnostics.map((one) => [one.code, one.line])).toEqual([
      ["LDP306", 3],
      ["LDP306", 5],
    ]);
    expect(report.join("\n")).toContain('"b": no folder or name tells its layer');
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
