import { describe, expect, test } from "vitest";
import { isPath } from "../../../src/source/names.js";
import { readModule, readsOf, summary } from "./project.js";

/** Queries, and what they read, in a .sql file and in a text of `spark.sql`. */
const queries: readonly (readonly [query: string, reads: readonly string[]])[] = [
  // Types with names in them.
  ["SELECT x::STRUCT<from STRING> FROM a", ["a"]],
  ["SELECT cast(x AS STRUCT<from: STRING, join: INT>) FROM a", ["a"]],
  [
    "SELECT cast(x AS ARRAY<STRUCT<from: MAP<STRING, DECIMAL(10, 2)>, join INT NOT NULL COMMENT 'c'>>) FROM a, b",
    ["a", "b"],
  ],
  [
    "SELECT x::ARRAY<INT> FROM a JOIN b ON a.x::ARRAY<INT> = b.x::ARRAY<INT> WHERE c IN (SELECT c FROM d)",
    ["a", "b", "d"],
  ],
  ["SELECT map < x FROM a JOIN b ON array < from WHERE y > 3 AND z IN (SELECT z FROM c)", ["a", "b", "c"]],
  ["SELECT struct < x, from > y FROM a", ["a"]],
  // Clauses only where they are.
  ["SELECT * FROM order o JOIN items i ON o.id = i.id", ["order", "items"]],
  ["SELECT * FROM group, order ORDER BY x", ["group", "order"]],
  ["SELECT * FROM STREAM order", ["STREAM order"]],
  ["SELECT * FROM a keys, b", ["a", "b"]],
  ["SELECT * FROM a window, b", ["a", "b"]],
  ["SELECT * FROM a sequence, b apply, c columns, d stored, e", ["a", "b", "c", "d", "e"]],
  ["SELECT * FROM a order, b", ["a", "b"]],
  ["SELECT * FROM a limit, b offset, c", ["a", "b", "c"]],
  ["SELECT sum(x) OVER w FROM a WINDOW w AS (PARTITION BY y), v AS (ORDER BY z)", ["a"]],
  ["SELECT * FROM a JOIN b ON a.x = sequence, c", ["a", "b", "c"]],
  ["SELECT * FROM a JOIN b ON a.x = limit, c", ["a", "b", "c"]],
  ["SELECT * FROM a JOIN b ON CASE WHEN a.x THEN 1 END = b.x, c", ["a", "b", "c"]],
  ["SELECT * FROM VALUES (1), (2) AS t (x), b", ["b"]],
  ["SELECT * FROM a GROUP BY x, y SORT BY z, w", ["a"]],
  ["SELECT * FROM a WHERE x = 1 ORDER BY y, z LIMIT 10", ["a"]],
  ["SELECT * FROM a UNION SELECT * FROM b ORDER BY x, y", ["a", "b"]],
  // Columns of a keyword's name.
  ["SELECT from, join, table, x FROM a", ["a"]],
  ["SELECT join FROM a", ["a"]],
  ["SELECT join, from FROM a JOIN b ON join = from AND a.x = join", ["a", "b"]],
  ["SELECT join AS x, y AS table UNION SELECT 1, 2 FROM a", ["a"]],
  ["SELECT max(from), min(join), count(DISTINCT from), f(x, from) FROM a", ["a"]],
  ["SELECT * FROM a ORDER BY from", ["a"]],
  ["SELECT * FROM a ORDER BY x, from", ["a"]],
  ["SELECT * FROM a ORDER BY from DESC", ["a"]],
  ["SELECT x FROM a GROUP BY from HAVING from IS NULL", ["a"]],
  ["SELECT * EXCEPT (from) FROM a", ["a"]],
  ["SELECT * EXCEPT (x, from) FROM a", ["a"]],
  ["SELECT from IS NULL, (from IN (1)), y FROM a WHERE from IS NOT NULL OR (from LIKE 'x')", ["a"]],
  ["SELECT row_number() OVER (PARTITION BY from ORDER BY from) FROM a", ["a"]],
  ["SELECT ALL from FROM a", ["a"]],
  ["SELECT a, b, FROM t WHERE x", ["t"]],
  // Tables of a word that has a meaning elsewhere.
  ["SELECT * FROM end, b JOIN then ON then.x = b.x, offset o", ["end", "b", "then", "offset"]],
  ["SELECT * FROM stream, a", ["stream", "a"]],
  // Common table expressions are known where they are.
  ["SELECT * FROM (WITH x AS (SELECT * FROM a) SELECT * FROM x) JOIN x", ["a", "x"]],
  ["WITH x AS (WITH y AS (SELECT * FROM a) SELECT * FROM y) SELECT * FROM x, y", ["a", "y"]],
  ["WITH RECURSIVE r (n) MAX RECURSION LEVEL 10 AS (SELECT 1 UNION ALL SELECT n FROM r, a) SELECT * FROM r", ["a"]],
  ["FROM a |> JOIN b ON a.x = b.x |> WHERE c IN (SELECT c FROM d)", ["a", "b", "d"]],
  ["SELECT * FROM a LEFT JOIN LATERAL (SELECT * FROM b) x", ["a", "b"]],
  ["SELECT * FROM LIVE(a), b", ["a", "b"]],
];

describe("queries", () => {
  test.each(queries)("%s", (query, reads) => {
    const file = readModule("m.sql", `${query};\n`);
    expect(file.syntaxError).toBeNull();
    expect(readsOf(file.datasets[0])).toEqual(reads);
    const module = readModule("m.py", `import dlt\n@dlt.table\ndef t():\n    return spark.sql("""${query}""")\n`);
    expect(readsOf(module.datasets[0])).toEqual(reads);
  });

  test.each(["SELECT * FROM", "SELECT * FROM a JOIN", "SELECT (SELECT x FROM ) FROM a"])(
    "a table is missing: %s",
    (query) => expect(readModule("m.sql", query).syntaxError?.message).toBe("expected a table"),
  );
});

test.each([
  ["CREATE FLOW f AS AUTO CDC INTO t FROM (SELECT * FROM STREAM a WHERE x>3) KEYS (id) SEQUENCE BY ts", ["STREAM a"]],
  [
    "CREATE FLOW f AS AUTO CDC INTO t FROM (SELECT *, sequence FROM STREAM a SORT BY x) KEYS (id) SEQUENCE BY ts",
    ["STREAM a"],
  ],
  [
    "APPLY CHANGES INTO t FROM STREAM(keys) KEYS (id) APPLY AS DELETE WHEN op = 1 SEQUENCE BY ts COLUMNS a, b",
    ["STREAM keys"],
  ],
  [
    "APPLY CHANGES INTO t FROM STREAM sequence WHERE x > 1 KEYS (id) SEQUENCE BY ts STORED AS SCD TYPE 2",
    ["STREAM sequence"],
  ],
  [
    "APPLY CHANGES INTO t FROM STREAM a KEYS (id) IGNORE NULL UPDATES SEQUENCE BY ts TRACK HISTORY ON x, y",
    ["STREAM a"],
  ],
  ["CREATE FLOW f AS AUTO CDC INTO t FROM SNAPSHOT a KEYS (id) STORED AS SCD TYPE 1", ["a"]],
])("changes: %s", (text, reads) => {
  const { datasets, syntaxError } = readModule("m.sql", `${text};`);
  expect(syntaxError).toBeNull();
  expect(datasets.map((dataset) => [dataset.name, dataset.cdcKeys, ...readsOf(dataset)])).toEqual([
    ["t", ["id"], ...reads],
  ]);
});

describe("views that a dataset makes for itself", () => {
  const read = (body: string) =>
    readsOf(readModule("m.py", `import dlt\n@dlt.table\ndef t():\n${body.replace(/^/gm, "    ")}\n`).datasets[0]);
  test.each([
    ['spark.sql("CREATE OR REPLACE TEMP VIEW v AS SELECT * FROM a")\nreturn spark.sql("SELECT * FROM v")'],
    [
      'spark.sql("CREATE TEMPORARY VIEW IF NOT EXISTS `V` (x) COMMENT \'c\' AS SELECT * FROM a")\nreturn spark.table("v")',
    ],
    ['spark.sql("CREATE GLOBAL TEMPORARY VIEW v AS SELECT * FROM a")\nreturn spark.table("global_temp.v")'],
    ['spark.table("a").createOrReplaceGlobalTempView("v")\nreturn spark.table("global_temp.v")'],
    [
      'spark.table("a").createOrReplaceGlobalTempView("v")\nreturn spark.sql("SELECT * FROM global_temp.v JOIN `global_temp`.`v`")',
    ],
    ['spark.table("a").createOrReplaceTempView("v")\nreturn spark.table("`v`")'],
  ])("%s", (body) => expect(read(body)).toEqual(["a"]));
  test("a global view that is made elsewhere can't be told", () => {
    expect(read('return spark.table("global_temp.v")')).toEqual(["?"]);
    expect(read('return spark.sql("SELECT * FROM global_temp.v")')).toEqual(["?"]);
  });
  test("its own name in its query is another's", () =>
    expect(read('spark.sql("CREATE TEMP VIEW v AS SELECT * FROM v")\nreturn spark.sql("SELECT * FROM v")')).toEqual([
      "v",
    ]));
});

describe("what a change of SQL is", () => {
  const prints = (text: string) => readModule("m.sql", text).datasets.map((dataset) => dataset.fingerprint);
  const view = (query: string) => prints(`CREATE MATERIALIZED VIEW v AS ${query};`);
  test.each([
    ["SELECT split(x, '\\n') FROM a", "SELECT split(x, 'n') FROM a"],
    ["SELECT '\\t' FROM a", "SELECT 't' FROM a"],
    ["SELECT '\\0', '\\b', '\\r', '\\Z' FROM a", "SELECT '0', 'b', 'r', 'Z' FROM a"],
    ["SELECT x LIKE '50\\%' FROM a", "SELECT x LIKE '50%' FROM a"],
    ["SELECT x LIKE 'a\\_b' FROM a", "SELECT x LIKE 'a_b' FROM a"],
    ["SELECT '\\101' FROM a", "SELECT '101' FROM a"],
    ["SELECT rows FROM a", "SELECT ROWS FROM a"],
    ["SELECT x AS qualify FROM a", "SELECT x AS QUALIFY FROM a"],
    ["SELECT rows BETWEEN 1 AND 2 FROM a", "SELECT ROWS BETWEEN 1 AND 2 FROM a"],
    ["SELECT current FROM a", "SELECT CURRENT FROM a"],
    ["SELECT x preceding FROM a", "SELECT x PRECEDING FROM a"],
    ["SELECT x pivot FROM a", "SELECT x PIVOT FROM a"],
  ])("%s: not %s", (a, b) => expect(view(b)).not.toEqual(view(a)));
  test.each([
    ["SELECT '\\u0041\\101\\U0001F600' FROM a", "SELECT 'AA\u{1f600}' FROM a"],
    ["SELECT '\\n\\\\d\\'' FROM a", "SELECT '\n\\\\d''' FROM a"],
    ["SELECT '50\\%' FROM a", "SELECT r'50\\%' FROM a"],
    [
      "SELECT x FROM a QUALIFY row_number() OVER (ORDER BY y) = 1",
      "SELECT x FROM a qualify row_number() OVER (ORDER BY y) = 1",
    ],
    ["SELECT x FROM a WHERE y QUALIFY z = 1", "SELECT x FROM a WHERE y qualify z = 1"],
    [
      "SELECT sum(x) OVER (ORDER BY y ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM a",
      "SELECT sum(x) OVER (ORDER BY y rows between unbounded preceding and current row) FROM a",
    ],
    [
      "SELECT sum(x) OVER (ORDER BY y RANGE BETWEEN 3 PRECEDING AND UNBOUNDED FOLLOWING) FROM a",
      "SELECT sum(x) OVER (ORDER BY y range between 3 preceding and unbounded following) FROM a",
    ],
    [
      "SELECT sum(x) OVER (ORDER BY y ROWS UNBOUNDED PRECEDING) FROM a",
      "SELECT sum(x) OVER (ORDER BY y rows unbounded preceding) FROM a",
    ],
    ["SELECT * FROM a PIVOT (sum(x) FOR y IN (1, 2))", "SELECT * FROM a pivot (sum(x) for y in (1, 2))"],
    [
      "SELECT * FROM a LEFT SEMI JOIN b ORDER BY x NULLS FIRST",
      "SELECT * FROM a left semi join b order by x nulls first",
    ],
  ])("%s: the same", (a, b) => expect(view(b)).toEqual(view(a)));

  test("SET and USE count as part of what stands behind them", () => {
    const text = (x: string, p: string, y = "1") =>
      `CREATE MATERIALIZED VIEW a AS SELECT 1;\nSET x = ${x};\nCREATE MATERIALIZED VIEW b AS SELECT * FROM s WHERE y=\${x};\nUSE SCHEMA ${p};\nSET y = ${y};\nCREATE MATERIALIZED VIEW c AS SELECT * FROM s;\n`;
    const before = prints(text("1", "p"));
    const changed = (...values: [string, string, string?]) =>
      prints(text(...values)).map((one, i) => one !== before[i]);
    expect(changed("1", "p")).toEqual([false, false, false]);
    expect(changed("2", "p")).toEqual([false, true, true]);
    expect(changed("1", "q")).toEqual([false, false, true]);
    expect(changed("1", "p", "2")).toEqual([false, false, true]);
    const plain = "CREATE MATERIALIZED VIEW a AS SELECT 1;";
    expect(prints(`use schema p; -- why\n${plain}`)).toEqual(prints(`USE SCHEMA p;\n${plain}`));
    // A value that is given again is what counts.
    expect(prints(`SET x = 1; SET x = 3; ${plain}`)).toEqual(prints(`SET x = 2; SET x = 3; ${plain}`));
  });
});

test("places on a long line, asked for in any order, count code points", () => {
  const query = (i: number) => `SELECT '\u{1f600}' FROM t${i};`;
  const text = Array.from({ length: 500 }, (_, i) => query(i)).join("");
  const { datasets } = readModule("m.sql", `-- one\n${text}`);
  let column = 1;
  for (const [i, dataset] of datasets.entries()) {
    expect([dataset.place.line, dataset.place.column]).toEqual([2, column]);
    expect(dataset.reads[0]?.place.column).toBe(column + 16);
    column += [...query(i)].length;
  }
  expect(datasets.length).toBe(500);
});

test.each([
  ["delta.`/mnt/a`", true],
  ["/mnt/a", true],
  ["s3://a", true],
  ["`/mnt/a`", true],
  ["s.a", false],
  ["`s`.`a/b`", false],
  ["", true],
  ["\ue000x/y\ue001.a", false],
])("whether %j is a path", (name, path) => expect(isPath(name)).toBe(path));

test("a name longer than any table's can't be told", () => {
  const reading = readModule(
    "m.py",
    'import dlt\n@dlt.table\ndef t():\n    x = "a"\n    for i in range(18): x = x + x\n    return spark.table(x)\n',
  );
  expect(readsOf(reading.datasets[0])).toEqual(["?"]);
  const [dataset] = readModule("m.sql", `SELECT * FROM ${"a".repeat(9999)}`).datasets;
  expect(readsOf(dataset)).toEqual(["?"]);
  expect(dataset?.reads[0]?.text).toBe(`${"a".repeat(79)}…`);
});

test("flows join the datasets that they write into, by the last part of the name", () => {
  const text =
    "CREATE STREAMING TABLE s.A; CREATE STREAMING TABLE b; CREATE FLOW f AS INSERT INTO a SELECT * FROM x; CREATE FLOW g AS INSERT INTO c SELECT * FROM y; CREATE FLOW h AS INSERT INTO LIVE.a SELECT * FROM z;";
  expect(summary(readModule("m.sql", text))).toEqual({ "s.A": ["x", "z"], b: [], c: ["y"] });
});
