import { describe, expect, test } from "vitest";
import { readModule, readsOf } from "./project.js";

/** Expressions in the place of a dataset's returned value, and what they read. */
const forms: readonly (readonly [expression: string, reads: readonly string[]])[] = [
  ['dlt.read("a")', ["a"]],
  ["dlt.read(name='a')", ["a"]],
  ['dlt.read_stream("a")', ["STREAM a"]],
  ['dp.read("a")', ["a"]],
  ['dp.read_stream("a")', ["STREAM a"]],
  ['spark.table("a")', ["a"]],
  ['spark.table(tableName="a")', ["a"]],
  ['spark.read.table("a")', ["a"]],
  ['spark.readStream.table("a")', ["STREAM a"]],
  ['spark.read.option("x", 1).options(y=2).table("a")', ["a"]],
  ['spark.readStream.option("x", 1).format("delta").table("a")', ["STREAM a"]],
  ['spark.read.format("delta").load("s.a")', ["s.a"]],
  ['spark.read.format("iceberg").load("c.s.a")', ["c.s.a"]],
  ['spark.read.load("s.a", format="delta")', ["s.a"]],
  ['spark.read.format("delta").load("/mnt/a")', []],
  ['spark.read.format("json").load("s.a")', []],
  ['spark.read.csv("a")', []],
  ['spark.readStream.format("cloudFiles").load("a")', []],
  ['spark.read.format("jdbc").option("dbtable", "a").load()', []],
  ['SparkSession.active().table("a")', ["a"]],
  ['SparkSession.getActiveSession().read.table("a")', ["a"]],
  ['SparkSession.builder.getOrCreate().table("a")', ["a"]],
  ['self.spark.read.table("a")', ["a"]],
  ['context.spark.readStream.table("a")', ["STREAM a"]],
  ['anything.readStream.table("a")', ["STREAM a"]],
  ['anything.read.table("a")', ["a"]],
  ['anything.table("a")', []],
  ['open("x").read()', []],
  ['sqlContext.table("a")', ["a"]],
  ['DeltaTable.forName(spark, "a").toDF()', ["a"]],
  ['DeltaTable.forPath(spark, "/a").toDF()', []],
  ['spark.catalog.tableExists("a")', []],
  ['spark.read.table("`c`.`s`.`a b`")', ["c.s.a b"]],
  ['spark.read.table("LIVE.a")', ["LIVE.a"]],
  ['spark.read.table("delta.`/mnt/a`")', []],
  ['spark.read.table(f"a")', ["a"]],
  ['spark.read.table("a" "b")', ["ab"]],
  ["spark.read.table(PREFIX + '_a')", ["p_a"]],
  ["spark.read.table(f'{PREFIX}_a')", ["p_a"]],
  ["spark.read.table('{}_a'.format(PREFIX))", ["p_a"]],
  ["spark.read.table('{x}_a'.format(x=PREFIX))", ["p_a"]],
  ["spark.read.table('%s_a' % PREFIX)", ["p_a"]],
  ["spark.read.table('_'.join([PREFIX, 'a']))", ["p_a"]],
  ["spark.read.table(PREFIX.upper())", ["P"]],
  ["spark.read.table(NAMES['x'])", ["nx"]],
  ["spark.read.table(NAMES.get('y'))", ["ny"]],
  ["spark.read.table(NAMES.get('z', 'nz'))", ["nz"]],
  ["spark.read.table([*NAMES.values()][0])", ["nx"]],
  ["spark.read.table('a' if True else 'b')", ["a"]],
  ["spark.read.table('a' if unknown() else 'b')", ["a", "b"]],
  ["spark.read.table(unknown())", ["?"]],
  ["spark.read.table(f'{catalog}.s.a')", ["{catalog}.s.a"]],
  ["spark.read.table(f'a_{suffix}')", ["?"]],
  ["spark.read.table(os.environ['TABLE'])", ["?"]],
  ["reduce(lambda x, y: x.union(y), [dlt.read(n) for n in NAMES.values()])", ["nx", "ny"]],
  ["[dlt.read(n) for n in NAMES.values() if n != 'nx'][0]", ["ny"]],
  ["dlt.read('a').join(dlt.read('b'), 'id').transform(lambda f: f.union(dlt.read('c')))", ["a", "b", "c"]],
  ["helper(dlt.read('a'))", ["a", "h"]],
  ["dlt.read('a').transform(helper)", ["a", "h"]],
  ["dlt.read('a').mapInPandas(helper, 'id INT')", ["a", "h"]],
  ["(lambda name: dlt.read(name))('a')", ["a"]],
  ["library(spark, 'a')", ["?"]],
  ["library('a')", []],
  ['spark.sql("SELECT * FROM a")', ["a"]],
  ['spark.sql("SELECT * FROM a, b JOIN c USING (id)")', ["a", "b", "c"]],
  ['spark.sql("WITH x AS (SELECT * FROM a) SELECT * FROM x, X")', ["a"]],
  ['spark.sql("SELECT * FROM STREAM(a)")', ["STREAM a"]],
  ['spark.sql("SELECT * FROM STREAM a")', ["STREAM a"]],
  ['spark.sql("SELECT * FROM STREAM(LIVE.a)")', ["STREAM LIVE.a"]],
  ['spark.sql("SELECT (SELECT max(x) FROM a) FROM b WHERE y IN (SELECT y FROM c)")', ["a", "b", "c"]],
  ["spark.sql(\"SELECT extract(YEAR FROM d), trim(BOTH ' ' FROM e) FROM a\")", ["a"]],
  ["spark.sql(\"SELECT 'FROM x' AS c /* FROM y */ FROM a -- FROM z\")", ["a"]],
  ['spark.sql("SELECT * FROM `s`.`a b`")', ["s.a b"]],
  ['spark.sql("SELECT * FROM delta.`/mnt/a`")', []],
  ["spark.sql(\"SELECT * FROM read_files('/x'), range(3), explode(array(1))\")", []],
  ['spark.sql("FROM a SELECT b")', ["a"]],
  ['spark.sql("TABLE a")', ["a"]],
  ['spark.sql("SELECT * FROM a LATERAL VIEW explode(x) t AS b, c JOIN d ON true")', ["a", "d"]],
  ['spark.sql("SELECT * FROM a WHERE x IS DISTINCT FROM y")', ["a"]],
  ['spark.sql(f"SELECT * FROM {catalog}.s.a")', ["{catalog}.s.a"]],
  ['spark.sql(f"SELECT * FROM {PREFIX}_a")', ["p_a"]],
  ['spark.sql("SELECT * FROM ${schema}.a")', ["{schema}.a"]],
  ['spark.sql("SELECT * FROM IDENTIFIER(:t)", args={"t": "a"})', ["a"]],
  ['spark.sql("SELECT * FROM IDENTIFIER(:t)")', ["?"]],
  ['dlt.read("a").where("id IN (SELECT id FROM b)")', ["a", "b"]],
  ['dlt.read("a").filter(f"id IN (SELECT id FROM {catalog}.s.b)")', ["a", "{catalog}.s.b"]],
  ['dlt.read("a").filter(F.expr("EXISTS (SELECT 1 FROM b WHERE b.id = id)"))', ["a", "b"]],
  ['dlt.read("a").selectExpr("id", "(SELECT MAX(id) FROM b) AS m")', ["a", "b"]],
  [`dlt.read("a").where("note = '(SELECT x FROM y)' OR id IN (1)")`, ["a"]],
  ['dlt.read("a").withColumn("note", F.lit("(SELECT x FROM y)"))', ["a"]],
  ["spark.sql(\"SELECT * FROM table_changes('a', 0)\")", ["a"]],
  ['spark.sql("SELECT * FROM {x}", x=dlt.read("a"))', ["a"]],
  ["spark.sql(unknown())", ["?"]],
  ['get_rules("orders_silver")', []],
  ['dlt.read("a").withColumn("b", F.lit("dlt.read(c)"))', ["a"]],
];

const prelude = `
import os
import dlt
from functools import reduce
from delta.tables import DeltaTable
from library import library
from pyspark import pipelines as dp
from pyspark.sql import SparkSession, functions as F

PREFIX = "p"
NAMES = {"x": "nx", "y": "ny"}
catalog = spark.conf.get("catalog")

def helper(frame):
    return frame.join(spark.read.table("h"))
`;

describe("forms of reading", () => {
  test.each(forms)("%s", (expression, reads) => {
    const reading = readModule("m.py", `${prelude}\n@dlt.table\ndef t():\n    return ${expression}\n`);
    expect(reading.syntaxError).toBeNull();
    expect(reading.datasets.map((dataset) => dataset.name)).toEqual(["t"]);
    expect([...readsOf(reading.datasets[0])].sort()).toEqual([...reads].sort());
  });
});

/** Definitions, the name that they give, and their kind. */
const definitions: readonly (readonly [text: string, name: string | null, kind: string | null])[] = [
  ["@dlt.table\ndef t(): return dlt.read('a')", "t", "materialized_view"],
  ["@dlt.table()\ndef t(): return dlt.read_stream('a')", "t", "streaming_table"],
  ["@dlt.table(name='n')\ndef t(): return spark.readStream.format('kafka').load()", "n", "streaming_table"],
  ["@dlt.table(name=f'{x}')\ndef t(): return dlt.read('a')", null, "materialized_view"],
  ["@dlt.table(name=f'{x}.n')\ndef t(): return unknown()", "{x}.n", null],
  ["@dlt.view\ndef t(): return dlt.read_stream('a')", "t", "temporary_view"],
  ["@dp.table\ndef t(): return unknown()", "t", "streaming_table"],
  ["@dp.materialized_view\ndef t(): return dlt.read('a')", "t", "materialized_view"],
  ["@dp.temporary_view(name='`v`')\ndef t(): return dlt.read('a')", "v", "temporary_view"],
  ["dlt.table(lambda: dlt.read('a'), name='n')", "n", "materialized_view"],
  ["dlt.create_streaming_table('n')", "n", "streaming_table"],
  ["dlt.create_target_table(name='n')", "n", "streaming_table"],
  [
    "try:\n    import dlt\nexcept ImportError:\n    dlt = None\n@dlt.table\ndef t(): return dlt.read('a')",
    "t",
    "materialized_view",
  ],
  ["if __name__ == '__main__':\n    @dlt.table\n    def t(): return dlt.read('a')", "t", "materialized_view"],
  ["@dlt.table\nasync def t(): return dlt.read('a')", "t", "materialized_view"],
  ["@dlt.table; def t(): return dlt.read('a')", null, null],
];

describe("forms of defining", () => {
  test.each(definitions)("%s", (text, name, kind) => {
    const [dataset] = readModule("m.py", `import dlt\nfrom pyspark import pipelines as dp\n${text}\n`).datasets;
    expect([dataset?.name ?? null, dataset?.kind ?? null]).toEqual([name, kind]);
  });
});

test.each([
  ["snapshot_and_version=(spark.read.table(f'{catalog}.s.orders'), version())", ["{catalog}.s.orders"]],
  ["source=(dlt.read('orders'), 1)", ["orders"]],
  ["source='orders'", ["orders"]],
  ["source=lambda last: (spark.read.table('orders'), 2)", ["orders"]],
  ["source=versions[0]", ["?"]],
])("a flow of snapshots with %s", (source, reads) => {
  const flow = `dlt.create_streaming_table("t")\ndlt.apply_changes_from_snapshot(target="t", keys=["id"], ${source})`;
  const { datasets } = readModule("m.py", `${prelude}\n${flow}\n`);
  expect(datasets.map((dataset) => dataset.name)).toEqual(["t"]);
  expect(readsOf(datasets[0])).toEqual(reads);
});

test("places point at the name that is read, also inside a query of several lines", () => {
  const text = `import dlt

@dlt.table(
    name="t",
)
def f():
    a = (
        spark.read
        .table("first")
    )
    return spark.sql("""
        SELECT *
        FROM second
    """).join(a)
`;
  const [dataset] = readModule("m.py", text).datasets;
  expect(dataset?.place).toEqual({ file: "m.py", line: 6, column: 5 });
  expect(dataset?.reads.map((read) => [read.table, read.place.line, read.place.column])).toEqual([
    ["first", 9, 16],
    ["second", 13, 14],
  ]);
});

test("a helper of the project is followed where it is imported from", () => {
  const others = {
    "shared/__init__.py": "",
    "shared/tables.py": "from .base import SCHEMA\nORDERS = f'{SCHEMA}.orders'\n",
    "shared/base.py": "SCHEMA = 'silver'\ndef load(spark, name):\n    return spark.read.table(f'{SCHEMA}.{name}')\n",
  };
  const text = `import dlt
from shared.tables import ORDERS
from shared import base

@dlt.table
def t():
    return spark.read.table(ORDERS).join(base.load(spark, "items"))
`;
  const reading = readModule("jobs/gold/m.py", text, others);
  expect(readsOf(reading.datasets[0])).toEqual(["silver.orders", "silver.items"]);
  expect(reading.datasets[0]?.reads[1]?.place.file).toBe("shared/base.py");
  expect(reading.imports).toEqual(["shared/__init__.py", "shared/base.py", "shared/tables.py"]);
});

test("comments, docstrings, properties and expectations are told", () => {
  const text = `import dlt
@dlt.table(comment="Orders", table_properties={"quality": "gold"})
@dlt.expect("a", "x > 0")
@dlt.expect_all_or_fail({"b": "y > 0"})
def t():
    """One row each."""
    return dlt.read("o")
`;
  const [dataset] = readModule("m.py", text).datasets;
  expect(dataset).toMatchObject({
    comment: "Orders",
    docstring: "One row each.",
    properties: { quality: "gold" },
    expectations: [
      { name: "b", condition: "y > 0", action: "fail" },
      { name: "a", condition: "x > 0", action: "keep" },
    ],
  });
});
