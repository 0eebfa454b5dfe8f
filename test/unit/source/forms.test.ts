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
  ['anything.table("a")', ["?"]],
  ['spark.createDataFrame(open("x").read())', []],
  ['sqlContext.table("a")', ["a"]],
  ['DeltaTable.forName(spark, "a").toDF()', ["a"]],
  ['DeltaTable.forPath(spark, "/a").toDF()', []],
  ['dlt.read("a") if spark.catalog.tableExists("b") else None', ["a"]],
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
  ["library('a')", ["?"]],
  ["library('a').where('x = 1').select('x')", ["?"]],
  ["dlt.read('a').join(library('b'), 'id')", ["a", "?"]],
  ["library('b').join(dlt.read('a'), 'id').groupBy('id').count()", ["a", "?"]],
  ["reduce(lambda x, y: x.unionByName(y), [library(n) for n in NAMES.values()])", ["?"]],
  ["dlt.read('a') if unknown() else library('b')", ["a", "?"]],
  ["dlt.read('a').where(library('b'))", ["a"]],
  ["dlt.read('a').withColumn('b', library('b'))", ["a"]],
  ["library(dlt.read('a'), 'b')", ["a"]],
  ["spark.createDataFrame(library('b'))", []],
  ["importlib.import_module('company.' + catalog).load(spark)", ["?"]],
  ["getattr(dlt, 'rea' + 'd')('a')", ["a"]],
  ["getattr(dlt, 're' + catalog)('a')", ["?"]],
  ["from_a_cell_that_ran('a')", ["?"]],
  ["spark.read.table(f'{PREFIX:s}_a')", ["p_a"]],
  ["spark.read.table(f'a_{3:02d}')", ["a_03"]],
  ["spark.read.table('{:x>3}_a'.format('bc'))", ["xbc_a"]],
  ["spark.read.table('a_{:03d}'.format(7))", ["a_007"]],
  ["spark.read.table('a_%02d' % 7)", ["a_07"]],
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
  ['spark.sql("SELECT m.from, m.to, m.join, m.table FROM a m")', ["a"]],
  ['spark.sql("SELECT from.x, y AS from FROM a AS from JOIN b ON from.id = b.using")', ["a", "b"]],
  ['spark.sql("SELECT CASE from WHEN 1 THEN 2 END, to = from, from, x FROM a")', ["a"]],
  [
    'spark.sql("SELECT a.table, b.join, c.union, d.stream FROM a, b, c, d WHERE a.from > b.with")',
    ["a", "b", "c", "d"],
  ],
  [
    'spark.sql("SELECT trim(FROM nm), trim(LEADING FROM nm), extract(DAY FROM (SELECT max(d) FROM b)) FROM a")',
    ["a", "b"],
  ],
  ["spark.sql(\"SELECT * FROM IDENTIFIER(concat(:cat, '.s.a'))\")", ["{cat}.s.a"]],
  ['spark.sql("SELECT * FROM IDENTIFIER(:cat || \'.s.\' || :t)", args={"cat": "c", "t": "a"})', ["c.s.a"]],
  ["spark.sql(\"SELECT * FROM IDENTIFIER(lower('A')) x JOIN b ON true\")", ["a", "b"]],
  ["spark.sql(\"SELECT * FROM IDENTIFIER(my_name('A', 1)) JOIN b\")", ["?", "b"]],
  ['spark.sql("SELECT * FROM ((a))")', ["a"]],
  ['spark.sql("SELECT * FROM b JOIN ((a)) USING (id)")', ["a", "b"]],
  ['spark.sql("SELECT * FROM ((a JOIN b)) x, c")', ["a", "b", "c"]],
  ['spark.sql("SELECT * FROM ((a) x JOIN b)")', ["a", "b"]],
  ['spark.sql("SELECT * FROM (((SELECT * FROM a) UNION (SELECT * FROM b)) ORDER BY 1) x JOIN c")', ["a", "b", "c"]],
  [
    'spark.sql("SELECT * FROM ((WITH x AS (TABLE a) SELECT * FROM x) y JOIN b ON y.id IN (SELECT id FROM c))")',
    ["a", "b", "c"],
  ],
  ['spark.sql("SELECT * FROM ai_forecast(TABLE(a), horizon => 3)")', ["a"]],
  ['spark.sql("SELECT * FROM ai_forecast(observed => TABLE(SELECT * FROM a), time_col => 1)")', ["a"]],
  ['spark.sql("SELECT * FROM my_udtf(TABLE(c.s.a) PARTITION BY x, TABLE(b) ORDER BY y)")', ["c.s.a", "b"]],
  ['spark.sql("SELECT * FROM event_log(TABLE(a))")', ["a"]],
  ['spark.sql("SELECT * FROM my_udtf(TABLE(STREAM a))")', ["STREAM a"]],
  ["spark.sql(unknown())", ["?"]],
  ['dlt.read("a").where(get_rules("orders_silver"))', ["a"]],
  ['FRAMES["a"]', ["?"]],
  ['dlt.read("a").withColumn("b", F.lit("dlt.read(c)"))', ["a"]],
];

const prelude = `
import importlib
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
FRAMES = load_all()

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

test.each([
  ["dlt.apply_changes(target='t', source='a', keys=['id'])\ndlt.apply_changes(target='t', source='b', keys=['id'])"],
  ["for s in ['a', 'b']:\n    dp.create_auto_cdc_flow(name=s, target='t', source=s, keys=['id'])"],
  [
    "dlt.apply_changes_from_snapshot(target='t', source='a', keys=['id'])\ndlt.apply_changes(target='t', source='b', keys=['id'])",
  ],
  [
    "dlt.apply_changes(target='t', source='a', keys=['id'])\n@dlt.append_flow(target='t')\ndef f(): return dlt.read('b')",
  ],
])("every flow into a table adds what it reads: %s", (flows) => {
  const { datasets } = readModule("m.py", `${prelude}\ndlt.create_streaming_table("t")\n${flows}\n`);
  expect(datasets.map((dataset) => dataset.name)).toEqual(["t"]);
  expect(readsOf(datasets[0]).map((read) => read.replace("STREAM ", ""))).toEqual(["a", "b"]);
});

test("functools.wraps gives a wrapper the name of what it wraps", () => {
  const wrapper =
    "def audited(f):\n    @wraps(f)\n    def w(*args):\n        return f(*args).withColumn('at', F.now())\n    return w\n";
  const { datasets } = readModule(
    "m.py",
    `${prelude}\nfrom functools import wraps\n${wrapper}\n@dlt.table\n@audited\ndef t():\n    return dlt.read('a')\n`,
  );
  expect(datasets.map((dataset) => [dataset.name, ...readsOf(dataset)])).toEqual([["t", "a"]]);
});

test("a chain of helpers too long to be followed is a read that can't be told, or is followed", () => {
  const chain = Array.from(
    { length: 80 },
    (_, i) => `def h${i}():\n    return ${i === 79 ? "dlt.read('a')" : `h${i + 1}()`}\n`,
  );
  const { datasets } = readModule("m.py", `import dlt\n${chain.join("")}\n@dlt.table\ndef t():\n    return h0()\n`);
  expect(readsOf(datasets[0])).toEqual(["?"]);
});

test.each([
  "sys.path.append('../../common/lib')",
  "sys.path.insert(0, os.path.abspath('../../common/lib'))",
  "sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'common', 'lib'))",
  "for folder in ['../other', '../../common/lib']:\n    sys.path.append(folder)",
])("a folder that a module puts on its path: %s", (statement) => {
  const files = {
    "common/lib/company/__init__.py": "",
    "common/lib/company/tables.py":
      "import dlt\nclass Tables:\n    def __init__(self, name):\n        self.name = name\n    def register(self):\n        @dlt.table(name=self.name)\n        def table():\n            return dlt.read('a')\n",
  };
  const text = `import os\nimport sys\n${statement}\nfrom company.tables import Tables\nTables("t").register()\n`;
  const { datasets, imports } = readModule("apps/one/main.py", text, files);
  expect(datasets.map((dataset) => [dataset.name, ...readsOf(dataset)])).toEqual([["t", "a"]]);
  expect(imports).toEqual(["common/lib/company/__init__.py", "common/lib/company/tables.py"]);
});

test("a folder outside of the project is not put on a module's path", () => {
  const { datasets } = readModule(
    "m.py",
    "import sys\nsys.path.append('../../../etc')\nsys.path.append('/etc')\nimport passwd\n",
  );
  expect(datasets).toEqual([]);
});

test("a method of the base calls the method of the subclass, over several steps of super()", () => {
  const classes = `
class A:
    def __init__(self, source):
        self.source = source
    def register(self):
        self.one()
        self.two()
    def one(self):
        @dlt.table(name="one")
        def f(): return dlt.read(self.source)
    def two(self):
        @dlt.table(name="two")
        def f(): return dlt.read("a2")
class B(A):
    def register(self):
        super().register()
    def one(self):
        super().one()
        @dlt.table(name="more")
        def f(): return dlt.read("one")
class C(B):
    def __init__(self, source):
        super().__init__(source)
    def register(self):
        super().register()
    def two(self):
        @dlt.table(name="two")
        def f(): return dlt.read("c2")
C("s").register()
`;
  const { datasets } = readModule("m.py", `import dlt\n${classes}`);
  expect(datasets.map((dataset) => [dataset.name, ...readsOf(dataset)])).toEqual([
    ["one", "s"],
    ["more", "one"],
    ["two", "c2"],
  ]);
});
