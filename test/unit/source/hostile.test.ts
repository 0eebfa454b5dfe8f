import { describe, expect, test } from "vitest";
import { readModule, readsOf } from "./project.js";

const megabyte = 1 << 20;
const fill = (text: string, size = megabyte) => text.repeat(Math.ceil(size / text.length));
const dataset = '@dlt.table\ndef t():\n    return dlt.read("a")\n';

/** Text that was written, or generated, to hang or crash a reader. Each gives a result or says that it is too big. */
const texts: readonly (readonly [about: string, text: string])[] = [
  ["nothing", ""],
  ["a megabyte of statements", fill("x = [1, 2, 3]\n")],
  ["a megabyte of datasets", fill(dataset.replaceAll("t()", "t()"), megabyte)],
  ["a megabyte on one line", `x = [${fill("1, ")}]\n`],
  ["a megabyte of one string", `x = "${fill("a")}"\n`],
  ["a megabyte of spaces", fill(" ")],
  ["a megabyte of line breaks", fill("\n")],
  ["a megabyte of backslashes", fill("\\")],
  ["a megabyte of quotes", fill('"')],
  ["a megabyte of opened replacements", `x = f"${fill("{")}`],
  ["a megabyte of nested formats", `x = f"${fill("{a:", 100_000)}`],
  ["a megabyte of NUL", fill("\u0000")],
  ["a megabyte of brackets", fill("(")],
  ["a megabyte of closing brackets", fill(")")],
  ["a megabyte of at signs", fill("@")],
  ["a megabyte of commas", fill(",")],
  ["brackets 10,000 deep", `x = ${"(".repeat(10_000)}1${")".repeat(10_000)}\n`],
  ["lists 10,000 deep", `x = ${"[".repeat(10_000)}${"]".repeat(10_000)}\n`],
  ["dictionaries 10,000 deep", `x = ${"{1:".repeat(10_000)}1${"}".repeat(10_000)}\n`],
  ["lambdas 10,000 deep", `x = ${"lambda: ".repeat(10_000)}1\n`],
  ["conditions 10,000 deep", `x = ${"1 if a else ".repeat(10_000)}1\n`],
  ["nots 10,000 deep", `x = ${"not ".repeat(10_000)}1\n`],
  ["signs 10,000 deep", `x = ${"-".repeat(10_000)}1\n`],
  ["powers 10,000 deep", `x = ${"2 ** ".repeat(10_000)}2\n`],
  ["attributes 10,000 deep", `x = a${".b".repeat(10_000)}\n`],
  ["calls 10,000 deep", `x = a${"()".repeat(10_000)}\n`],
  ["sums 10,000 long", `x = ${"'a' + ".repeat(10_000)}'a'\n`],
  ["comparisons 10,000 long", `x = ${"1 < ".repeat(10_000)}1\n`],
  ["assignments 10,000 long", `${"a = ".repeat(10_000)}1\n`],
  ["elif 10,000 long", `if a: pass\n${"elif b: pass\n".repeat(10_000)}`],
  ["blocks 10,000 deep", Array.from({ length: 10_000 }, (_, i) => `${" ".repeat(i)}if a:\n`).join("")],
  [
    "functions 90 deep",
    `${Array.from({ length: 90 }, (_, i) => `${" ".repeat(i)}def f():\n`).join("")}${" ".repeat(90)}pass\n`,
  ],
  ["decorators 10,000 high", `${"@d\n".repeat(10_000)}def f(): pass\n`],
  ["strings that double", `x = "a"\n${"x = x + x\n".repeat(100)}${dataset}`],
  ["lists that double", `x = [1]\n${"x = x + x\n".repeat(100)}${dataset}`],
  ["a list that grows by itself", `x = [1]\nfor y in x:\n    x.append(y)\n${dataset}`],
  ["loops that multiply", `r = range(1000)\nfor a in r:\n  for b in r:\n    for c in r:\n      x = c\n${dataset}`],
  ["a comprehension that multiplies", `x = [0 for a in range(9999) for b in range(9999)]\n${dataset}`],
  [
    "choices that multiply",
    `${Array.from({ length: 40 }, (_, i) => `x${i} = "a" if u else "b"\n`).join("")}y = f"${Array.from({ length: 40 }, (_, i) => `{x${i}}`).join("")}"\n${dataset}`,
  ],
  ["branches that multiply", `x = ""\n${"if u:\n    x = x + 'a'\nelse:\n    x = x + 'b'\n".repeat(60)}${dataset}`],
  ["a function that calls itself", `def f(x):\n    return f(x) + f(x)\ny = f(1)\n${dataset}`],
  [
    "functions that call each other twice",
    `${Array.from({ length: 60 }, (_, i) => `def f${i}(x):\n    return f${i + 1}(f${i + 1}(x))\n`).join("")}y = f0(1)\n${dataset}`,
  ],
  ["a list that grows by longer texts", `x = ["a"]\nfor y in x:\n    x.append(y + "b")\n${dataset}`],
  ["a list that grows at its front", `x = ["a"]\nfor y in x:\n    x.insert(0, y)\n${dataset}`],
  ["a list that is extended by itself", `x = ["a"]\nfor y in x:\n    x.extend(x)\n${dataset}`],
  [
    "texts that functions make longer",
    `def f0(x):\n    return x + "a"\n${Array.from({ length: 25 }, (_, i) => `def f${i + 1}(x):\n    return f${i}(f${i}(x))\n`).join("")}y = f25("")\n${dataset}`,
  ],
  ["texts that formats make longer", `x = "a" * 1000\nfor y in range(999):\n    x = "%s%s" % (x, x)\n${dataset}`],
  ["a text that is replaced by itself", `x = "a" * 9999\nx = x.replace("a", x).replace("a", x)\n${dataset}`],
  ["a text that joins by itself", `x = "a" * 9999 * 99\nx = x.join(list(x))\n${dataset}`],
  ["lists of lists that double", `x = [1]\n${"x = [x, x]\n".repeat(60)}y = {str(x): 1}\nz = x in [x]\n${dataset}`],
  ["loops that make lists", `for a in range(99999):\n    for b in range(99999):\n        break\n${dataset}`],
  [
    "a long text taken apart again and again",
    `x = "a" * 9999 * 99\nfor a in range(99999):\n    for b in x:\n        break\n${dataset}`,
  ],
  [
    "many names and branches",
    `${Array.from({ length: 30_000 }, (_, i) => `x${i} = 1\n`).join("")}${"if u:\n    pass\n".repeat(10_000)}${dataset}`,
  ],
  [
    "a long query that is read again and again",
    `q = """SELECT 1 ${"UNION SELECT 1 ".repeat(50_000)}"""\nfor a in range(99999):\n    spark.sql(q)\n${dataset}`,
  ],
  [
    "datasets that all read much",
    `def h():\n    f = dlt.read("r")\n${Array.from({ length: 1000 }, (_, i) => `    f = f.union(dlt.read("r${i}"))\n`).join("")}    return f\n${Array.from({ length: 2000 }, (_, i) => `@dlt.table\ndef t${i}():\n    return h()\n`).join("")}`,
  ],
  [
    "ways that may be left, one in the other",
    `D = {}\ndef f(u):\n${Array.from({ length: 3000 }, (_, i) => `    D["k${i}"] = "a"\n    if u.a${i}:\n        return\n`).join("")}f(1)\n${dataset}`,
  ],
  [
    "a list that is changed on many ways",
    `x = []\n${Array.from({ length: 3000 }, (_, i) => `if u.a${i}:\n    x.append("a${i}")\n    x.remove("a0")\n`).join("")}${dataset}`,
  ],
  [
    "loops over what is not known, one in the other",
    `n = 0\n${Array.from({ length: 14 }, (_, i) => `${" ".repeat(i)}for a${i} in u:\n${" ".repeat(i + 1)}n += 1\n`).join("")}${dataset}`,
  ],
  [
    "loops while something holds, one in the other",
    `${Array.from({ length: 10 }, (_, i) => `${" ".repeat(i)}i${i} = 0\n${" ".repeat(i)}while i${i} < 999:\n${" ".repeat(i + 1)}i${i} += 1\n`).join("")}${dataset}`,
  ],
  [
    "a loop that may be left at each turn",
    `x = ["a"]\nfor a in range(9999):\n    x.append("b")\n    if u:\n        break\n${dataset}`,
  ],
  [
    "dictionaries that doubt each other",
    `d = {str(i): i for i in range(3000)}\n${"d[u] = 1\nd = {**d, **u}\n".repeat(500)}${dataset}`,
  ],
  ["a dictionary that holds itself", `d = {}\nd["d"] = d\nx = d["d"]["d"]["d"]\n${dataset}`],
  ["a class that is its own base", `class A(A): pass\nA().x\n${dataset}`],
  ["a number of a megabyte", `x = ${fill("9")}\n`],
  ["a hexadecimal number of a megabyte", `x = 0x${fill("f")}\n`],
  ["a name of a megabyte", `${fill("a")} = 1\n`],
  ["a table's name that doubles", `for i in range(18): x = x + x if i else "a"\nspark.table(x)\n${dataset}`],
  ["a table's name of a megabyte", `spark.table("${fill("a")}")\n${dataset}`],
  [
    "a table's name of a megabyte of unknown stretches",
    `spark.table("${fill("\ue000")}")\nspark.sql("${fill("\ue000")}")\n${dataset}`,
  ],
  ["odd characters", "ẋ = '\u{1f600}\ud800'\n\u2028\u0085x = 1\n"],
];

const sql: readonly (readonly [about: string, text: string])[] = [
  ["brackets 10,000 deep", `SELECT * FROM ${"(".repeat(10_000)}a${")".repeat(10_000)}`],
  ["queries 10,000 deep", `${"SELECT * FROM (".repeat(10_000)}SELECT 1${")".repeat(10_000)}`],
  ["STREAM 10,000 deep", `SELECT * FROM ${"STREAM(".repeat(10_000)}a${")".repeat(10_000)}`],
  ["STREAM 10,000 times", `SELECT * FROM ${"STREAM ".repeat(10_000)}a`],
  [
    "WITH 10,000 long",
    `WITH ${Array.from({ length: 10_000 }, (_, i) => `a${i} AS (SELECT 1)`).join(", ")} SELECT * FROM a1`,
  ],
  ["WITH 10,000 deep", `${"WITH a AS (".repeat(10_000)}SELECT 1`],
  ["a megabyte of tables", `SELECT * FROM ${fill("a, ")}b`],
  ["a megabyte of statements", fill("SELECT * FROM a;\n")],
  ["a megabyte of comments", fill("/*")],
  ["a megabyte of quotes", fill("'")],
  ["a megabyte of dollar signs", fill("${")],
  ["LATERAL 8,000 times", `SELECT * FROM ${"LATERAL ".repeat(8000)}`],
  ["LIVE 200,000 deep", `SELECT * FROM ${"LIVE(".repeat(200_000)}`],
  ["types 100,000 deep", `SELECT x::${"STRUCT<a ".repeat(100_000)}`],
  ["types 100,000 deep and closed", `SELECT x::${"ARRAY<".repeat(100_000)}INT${">".repeat(100_000)} FROM a`],
  ["a megabyte of statements on one line", fill("SELECT 1 FROM a;")],
  [
    "flows on one line",
    Array.from({ length: 14_000 }, (_, i) => `CREATE FLOW f AS INSERT INTO t${i} SELECT * FROM a${i};`).join(""),
  ],
  [
    "tables with a flow each on one line",
    Array.from(
      { length: 8000 },
      (_, i) => `CREATE STREAMING TABLE t${i}; CREATE FLOW f AS INSERT INTO t${i} SELECT * FROM a${i};`,
    ).join(""),
  ],
  [
    "one table 10,000 times, with as many flows",
    fill("CREATE STREAMING TABLE t; CREATE FLOW f AS INSERT INTO t SELECT * FROM a;", 700_000),
  ],
  ["a megabyte of USING", `MERGE INTO a ${fill("USING ")}`],
  ["a megabyte of WITH", fill("WITH a MAX ")],
  [
    "WITH in WITH, 20,000 of them",
    `WITH ${Array.from({ length: 20_000 }, (_, i) => `a${i} AS (WITH b AS (SELECT 1) SELECT 1)`).join(", ")} SELECT * FROM a1`,
  ],
  ["a megabyte of INTO", `APPLY CHANGES ${fill("INTO a ")}`],
  ["expectations in each other", `CREATE MATERIALIZED VIEW v (${fill("CONSTRAINT a EXPECT (")}`],
  ["properties that never end", `CREATE MATERIALIZED VIEW v ${fill(")", 100_000)}${fill("TBLPROPERTIES (")}`],
  ["a megabyte of opened unknown stretches", `SELECT * FROM IDENTIFIER(upper('${fill("\ue000")}')), \`${fill("{")}\``],
  ["a megabyte of SET", fill("SET a.b = 1;\n")],
  ["a megabyte of CASE", `SELECT ${fill("CASE WHEN ")} FROM a`],
  ["a megabyte of FROM", fill("FROM ")],
  ["a megabyte of JOIN", `SELECT * FROM a ${fill("JOIN ")}`],
  ["a megabyte of escapes", `SELECT '${fill("\\u00")}' FROM a`],
  ["a megabyte of dots", `SELECT * FROM a${fill(".")}`],
];

describe("hostile text is read or refused, in bounded time", () => {
  test.each(texts)(
    "Python: %s",
    (_about, text) => {
      const reading = readModule("m.py", `import dlt\n${text}`);
      expect(reading.tooBig || reading.syntaxError !== null || reading.datasets.length >= 0).toBe(true);
      if (text.endsWith(dataset) && !reading.tooBig) expect(reading.datasets.at(-1)?.reads[0]?.table).toBe("a");
    },
    20_000,
  );

  test.each(sql)(
    "SQL: %s",
    (_about, text) => {
      expect(readModule("m.sql", text).path).toBe("m.sql");
      const python = readModule(
        "m.py",
        `import dlt\n@dlt.table\ndef t():\n    return spark.sql(${JSON.stringify(text)})\n`,
      );
      expect(python.datasets[0]?.name).toBe("t");
    },
    20_000,
  );

  test("SQL that is nested too deep is too big, and no error of syntax", () => {
    const text = `SELECT * FROM ${"(SELECT * FROM ".repeat(500)}a${")".repeat(500)}`;
    const reading = readModule("m.sql", text);
    expect([reading.tooBig, reading.syntaxError]).toEqual([true, null]);
    const python = readModule("m.py", `import dlt\n@dlt.table\ndef t():\n    return spark.sql("${text}")\n`);
    expect(python.datasets[0]?.reads.some((read) => !read.resolved)).toBe(true);
  });

  test.each(["LATERAL ", "LIVE(", "STREAM(", "(", "(SELECT * FROM "])(
    "%s 8,000 times is too big, for its module alone",
    (part) => {
      const text = `SELECT * FROM ${part.repeat(8000)}`;
      expect([readModule("m.sql", text).tooBig, readModule("m.sql", text).syntaxError]).toEqual([true, null]);
      const python = readModule("m.py", `import dlt\n@dlt.table\ndef t():\n    return spark.sql("${text}")\n`);
      expect(readsOf(python.datasets[0])).toContain("?");
    },
  );

  test("a declared encoding is what a module is read in", () => {
    const head = new TextEncoder().encode("# -*- coding: latin-1 -*-\nimport dlt\n@dlt.table(comment='caf");
    const tail = new TextEncoder().encode("')\ndef t():\n    return dlt.read('a')\n");
    const bytes = new Uint8Array([...head, 0xe9, ...tail]);
    const reading = readModule("m.py", bytes as unknown as string);
    expect(reading.syntaxError).toBeNull();
    expect(reading.datasets[0]?.comment).toBe("café");
    const odd = new Uint8Array([...new TextEncoder().encode("# coding: no-such\n"), 0xe9]);
    expect(readModule("m.py", odd as unknown as string).syntaxError?.message).toBe("unknown encoding: no-such");
  });

  test("a notebook that is none", () => {
    for (const text of [
      "",
      "{",
      '{"cells": 1}',
      "[".repeat(10_000),
      '{"cells": [{"cell_type": "code", "source": "x = ("}]}',
    ]) {
      expect(readModule("m.ipynb", text).syntaxError).not.toBeNull();
    }
  });

  test("modules that import each other", () => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [`m${i}.py`, `from m${(i + 1) % 300} import *\nX${i} = "x${i}"\n`]),
    );
    const reading = readModule(
      "top.py",
      'from m0 import *\nimport dlt\n@dlt.table\ndef t():\n    return dlt.read(f"{X0}")\n',
      files,
    );
    expect(reading.datasets[0]?.reads[0]?.table).toBe("x0");
  });

  test("text that is not UTF-8, and a file of 9 MiB", () => {
    expect(readModule("m.py", "x").syntaxError).toBeNull();
    const odd = new Uint8Array([0x78, 0xff, 0xfe]);
    expect(readModule("m.py", odd as unknown as string).syntaxError?.message).toBe("not UTF-8");
    expect(readModule("m.py", " ".repeat(9 << 20)).tooBig).toBe(true);
  });
});
