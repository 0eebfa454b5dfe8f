import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parsePython } from "../../../src/source/python/parse.js";
import { serialise } from "../../../src/source/python/serialise.js";
import { openReader } from "../../../src/source/read.js";
import { diskTree } from "../../../src/system/disk-tree.js";
import { readModule, summary } from "./project.js";
import { reprint } from "./reprint.js";

const corpus = join(import.meta.dirname, "../../corpus");
const modules = readdirSync(corpus, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".py") && !/python2|syntax_error|large|notebook/.test(file))
  .sort();
const others = Object.fromEntries(modules.map((file) => [file, readFileSync(join(corpus, file), "utf8")]));
const prints = (path: string, text: string) =>
  readModule(path, text, others).datasets.map((dataset) => dataset.fingerprint);

describe("another formatting is no change", () => {
  test.each(modules)("%s", (file) => {
    const text = others[file] ?? "";
    const before = readModule(file, text, others);
    for (let seed = 1; seed <= 12; seed++) {
      const again = reprint(text.replace(/^\ufeff/, ""), seed);
      const tree = parsePython(again);
      expect({ seed, error: tree.error }).toEqual({ seed, error: null });
      const after = readModule(file, again, others);
      expect({ seed, fingerprint: after.fingerprint }).toEqual({ seed, fingerprint: before.fingerprint });
      expect(after.datasets.map((one) => one.fingerprint)).toEqual(before.datasets.map((one) => one.fingerprint));
      expect(after.datasets.map((one) => one.body)).toEqual(before.datasets.map((one) => one.body));
      expect(summary(after)).toEqual(summary(before));
    }
  });
});

describe("a read more is a change, of its dataset alone", () => {
  const single = modules.filter((file) => /^@(?:dlt|dp|d)\.(?:table|view|materialized_view)/m.test(others[file] ?? ""));
  test.each(single)("%s", (file) => {
    const text = (others[file] ?? "").replace(/^\ufeff/, "");
    const before = readModule(file, text, others);
    for (const statement of parsePython(text).body) {
      if (statement.type !== "Function" || statement.decorators.length === 0) continue;
      const first = statement.body[0];
      const changed = before.datasets.filter((dataset) => dataset.place.line === lineOf(text, statement.nameStart));
      if (first === undefined || changed.length !== 1) continue;
      const more = `${text.slice(0, first.start)}spark.table("a_read_more"); ${text.slice(first.start)}`;
      if (parsePython(more).error !== null) continue;
      const after = readModule(file, more, others);
      expect(after.fingerprint).not.toBe(before.fingerprint);
      const differing = before.datasets.filter((dataset, i) => dataset.fingerprint !== after.datasets[i]?.fingerprint);
      expect(differing.map((dataset) => dataset.name)).toEqual(changed.map((dataset) => dataset.name));
    }
  });
});

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split(/\r\n?|\n/).length;
}

const spellings: readonly (readonly [about: string, a: string, b: string])[] = [
  ["comments", "x = 1", "# one\nx = 1  # two"],
  ["docstrings", 'def f():\n    "doc"\n    return 1', "def f():\n    '''another'''\n    return 1"],
  ["a docstring more", "def f():\n    return 1", 'def f():\n    """doc"""\n    return 1'],
  ["a docstring in place of pass", "class A:\n    pass", 'class A:\n    """doc"""'],
  ["quotes", 'x = "a"', "x = '''a'''"],
  ["side by side", 'x = "ab"', 'x = "a" "b"'],
  ["escapes", 'x = "a\\n\\x41"', 'x = """a\nA"""'],
  ["raw", 'x = "\\\\d"', 'x = r"\\d"'],
  ["no placeholder", 'x = "a"', 'x = f"a"'],
  ["numbers", "x = 1000, 255, 1e3", "x = 1_000, 0xff, 1000.0"],
  ["brackets", "x = a + b * c", "x = ((a) + (b * (c)))"],
  ["brackets of a tuple", "return_ = 1, 2", "return_ = (1, 2)"],
  ["trailing commas", "f(a, [1, 2])", "f(a, [1, 2,],)"],
  ["semicolons", "a = 1\nb = 2", "a = 1; b = 2"],
  ["one line", "if a:\n    b()", "if a: b()"],
  ["continued lines", "x = a + b", "x = a + \\\n    b"],
  ["elif", "if a:\n    x()\nelif b:\n    y()", "if a:\n    x()\nelse:\n    if b:\n        y()"],
  ["tabs and CRLF", "if a:\n    b()\n", "if a:\r\n\tb()\r\n"],
  ["brackets of a lambda", "x = lambda: a", "x = (lambda: (a))"],
  [
    "brackets of a pattern",
    "match x:\n    case 1 | A(b=[c]):\n        y()",
    "match (x):\n    case (1) | A(b=(c,),):\n        y()",
  ],
  ["quotes of a pattern", 'match x:\n    case "a" "b":\n        y()', "match x:\n    case 'ab':\n        y()"],
  ["what is deleted", "del a, b", "del (a, b)"],
  ["brackets of an empty tuple", "with (): pass", "with (()): pass"],
  ["imports in brackets", "from a import b, c", "from a import (\n    b,\n    c,\n)"],
];

const changes: readonly (readonly [about: string, a: string, b: string])[] = [
  ["a text", 'x = "a"', 'x = "b"'],
  ["text and bytes", 'x = "a"', 'x = b"a"'],
  ["whole and broken numbers", "x = 1", "x = 1.0"],
  ["a tuple of one", "x = (1)", "x = (1,)"],
  ["the order of arguments", "f(a, b)", "f(b, a)"],
  ["a keyword", "f(a)", "f(x=a)"],
  ["a star", "f(a)", "f(*a)"],
  ["how operators bind", "x = a + b * c", "x = (a + b) * c"],
  ["a chain of comparisons", "x = a < b < c", "x = (a < b) < c"],
  ["not in", "x = a not in b", "x = a in b"],
  ["a lambda that is called", "x = (lambda: a)()", "x = lambda: a()"],
  ["a lambda's attribute", "x = (lambda: a).b", "x = lambda: a.b"],
  ["a lambda's item", "x = (lambda: a)[0]", "x = lambda: a[0]"],
  ["a lambda and its argument", "x = (lambda x: x)(lambda y: y)", "x = lambda x: x(lambda y: y)"],
  ["where a name of a loop ends", "for a in bc: pass", "for ab in c: pass"],
  ["where a name of a comprehension ends", "x = [d for a in bc]", "x = [d for ab in c]"],
  ["where an annotation ends", "def f(a: bc = d): pass", "def f(ab: c = d): pass"],
  ["where a slice ends", "x = a[b:cd]", "x = a[bc:d]"],
  ["where a key ends", "x = {a: bc for d in e}", "x = {ab: c for d in e}"],
  ["a handler's name", "try:\n    a()\nexcept b as c: pass", "try:\n    a()\nexcept cb: pass"],
  ["a context's name", "with a as bc: pass", "with ab as c: pass"],
  ["a guard", "match x:\n    case a if bc: pass", "match x:\n    case ab if c: pass"],
  ["an annotation in brackets", "a: int", "(a): int"],
  ["a type parameter", "def f[T](a): pass", "def f[*T](a): pass"],
  ["a type parameter's bound", "def f[T: int](a): pass", "def f[T = int](a): pass"],
  ["a template", 'x = f"{a}"', 'x = t"{a}"'],
  ["a pattern's number", "match x:\n    case 1: pass", "match x:\n    case 1.0: pass"],
  ["a pattern of one", "match x:\n    case (a): pass", "match x:\n    case (a,): pass"],
  ["a default", "def f(a): pass", "def f(a=1): pass"],
  ["a decorator", "def f(): pass", "@d\ndef f(): pass"],
  ["async", "def f(): pass", "async def f(): pass"],
  ["a placeholder's format", 'x = f"{a}"', 'x = f"{a:>3}"'],
  ["a dictionary and a set", "x = {a: b}", "x = {a, b}"],
  ["the level of an import", "from . import a", "from .. import a"],
  ["else", "for a in b:\n    c()\nelse:\n    d()", "for a in b:\n    c()\nd()"],
  ["a global", "def f():\n    x = 1", "def f():\n    global x\n    x = 1"],
];

describe("trees", () => {
  test.each(spellings)("%s: the same", (_about, a, b) => {
    expect(parsePython(a).error ?? parsePython(b).error).toBeNull();
    expect(serialise(parsePython(a).body)).toBe(serialise(parsePython(b).body));
  });

  test.each(changes)("%s: different", (_about, a, b) => {
    expect(parsePython(a).error ?? parsePython(b).error).toBeNull();
    expect(serialise(parsePython(a).body)).not.toBe(serialise(parsePython(b).body));
  });
});

describe("what a dataset's fingerprint covers", () => {
  const text = `import dlt
from library import clean

LIMIT = 10
OTHER = 20

def helper(frame):
    return frame.limit(LIMIT)

@dlt.table
def a():
    return helper(dlt.read("x"))

@dlt.table
def b():
    return clean(dlt.read("x")).limit(OTHER)
`;
  const before = prints("m.py", text);
  const differs = (from: string, to: string) =>
    prints("m.py", text.replace(from, to)).map((one, i) => one !== before[i]);

  test("a constant that a helper of it uses", () => expect(differs("LIMIT = 10", "LIMIT = 11")).toEqual([true, false]));
  test("a constant that it uses itself", () => expect(differs("OTHER = 20", "OTHER = 21")).toEqual([false, true]));
  test("a name that a pattern looks up", () => {
    const matching = (value: string) =>
      `import dlt\nclass Color: RED = ${value}\n@dlt.table\ndef a():\n    match x:\n        case Color.RED: return dlt.read("x")\n`;
    expect(prints("m.py", matching("1"))).not.toEqual(prints("m.py", matching("2")));
  });
  test("a name that := gives a value", () => {
    const walrus = (value: string) =>
      `import dlt\nx = (TABLE := "${value}")\n@dlt.table\ndef a(): return dlt.read(TABLE)\n`;
    expect(prints("m.py", walrus("y"))).not.toEqual(prints("m.py", walrus("z")));
  });
  test("an import that it uses", () => expect(differs("from library", "from library2")).toEqual([false, true]));
  test("a decorator", () =>
    expect(differs("@dlt.table\ndef b", "@dlt.table(comment='c')\ndef b")).toEqual([false, true]));
  test("a statement that is there for what it does", () =>
    expect(differs("LIMIT = 10", "LIMIT = 10\nspark.conf.set('a', 'b')")).toEqual([true, true]));
  test("not a function that nobody uses", () =>
    expect(differs("LIMIT = 10", "LIMIT = 10\ndef unused(): pass")).toEqual([false, false]));
  test("not another dataset", () =>
    expect(prints("m.py", `${text}\n@dlt.table\ndef c():\n    return dlt.read("y")\n`).slice(0, 2)).toEqual(before));

  test("in a loop over literals, only the turn that changed", () => {
    const loop = (list: string) =>
      `import dlt\n\nfor name, source in ${list}:\n    @dlt.table(name=name)\n    def f(source=source):\n        return dlt.read(source)\n`;
    const [a, b] = prints("m.py", loop("[('a', 'x'), ('b', 'y')]"));
    expect(prints("m.py", loop("[('a', 'x'), ('b', 'y'), ('c', 'z')]")).slice(0, 2)).toEqual([a, b]);
    const changed = prints("m.py", loop("[('a', 'x'), ('b', 'other')]"));
    expect([changed[0] === a, changed[1] === b]).toEqual([true, false]);
  });

  test("of factory calls, only the call that changed", () => {
    const calls = (second: string) =>
      `import dlt\n\ndef make(name, source):\n    @dlt.table(name=name)\n    def f():\n        return dlt.read(source)\n\nmake("a", "x")\n${second}\n`;
    const [a, b] = prints("m.py", calls('make("b", "y")'));
    expect(prints("m.py", calls('make("b", "z")'))).toEqual([a, expect.not.stringMatching(b ?? "")]);
  });
});

describe("what a notebook installs", () => {
  const exported = (magic: string) =>
    `# Databricks notebook source\n${magic}\n\n# COMMAND ----------\n\nimport dlt\n@dlt.table\ndef a():\n    return dlt.read("x")\n`;
  const cells = (magic: string) =>
    JSON.stringify({
      cells: [magic, 'import dlt\n@dlt.table\ndef a():\n    return dlt.read("x")\n'].map((source) => ({
        cell_type: "code",
        source,
      })),
    });
  test.each([
    ["an export", "m.py", (magic: string) => exported(magic.replace(/^/gm, "# MAGIC "))],
    ["an .ipynb", "m.ipynb", cells],
  ])("%s", (_about, path, notebook) => {
    const before = prints(path, notebook("%pip install x==1 y==1"));
    expect(before.length).toBe(1);
    expect(prints(path, notebook("%pip  install x==1 y==1 "))).toEqual(before);
    expect(prints(path, notebook("%pip install x==1 \\\n   y==1"))).toEqual(before);
    expect(prints(path, notebook("%pip install x==2 y==1"))).not.toEqual(before);
    expect(prints(path, notebook("%pip install x==1 \\\n   y==2"))).not.toEqual(before);
    expect(prints(path, notebook("%pip install x==1 y==1\n%pip install z"))).not.toEqual(before);
    expect(prints(path, notebook("%md Hello"))).toEqual(prints(path, notebook("%md Bye")));
  });
});

test("SQL: comments, spaces and the case of keywords are no change, names and texts are", () => {
  const print = (text: string) => readModule("m.sql", text).datasets[0]?.fingerprint;
  const before = print("CREATE MATERIALIZED VIEW a AS SELECT x, 'T' FROM b;");
  expect(print("create  materialized view a -- why\nas select x, /* y */ 'T'\nfrom b")).toBe(before);
  expect(print("CREATE MATERIALIZED VIEW a AS SELECT x, 't' FROM b;")).not.toBe(before);
  expect(print("CREATE MATERIALIZED VIEW a AS SELECT x, 'T' FROM c;")).not.toBe(before);
});

describe("SQL: brackets and backquotes", () => {
  const print = (query: string) =>
    readModule("m.sql", `CREATE MATERIALIZED VIEW v AS ${query};`).datasets[0]?.fingerprint;
  test.each([
    ["SELECT a FROM t", "SELECT (a) FROM t"],
    ["SELECT a FROM t", "SELECT ((a)) FROM (t)".replace("(t)", "t")],
    ["SELECT a, b + c AS d, e FROM t", "SELECT (a), (b + c) AS d, (e) FROM t"],
    ["SELECT a FROM t WHERE a = 1", "SELECT a FROM t WHERE (a = 1)"],
    ["SELECT a FROM t WHERE a = 1 OR b = 2", "SELECT a FROM t WHERE (a = 1 OR b = 2)"],
    ["SELECT a FROM t WHERE a = 1 AND b < 2 ORDER BY a", "SELECT a FROM t WHERE (a = 1) AND (b < 2) ORDER BY a"],
    ["SELECT a FROM t WHERE (a = 1 OR b = 2) AND c", "SELECT a FROM t WHERE ((a = 1) OR ((b) = (2))) AND c"],
    ["SELECT a FROM t JOIN u ON t.a = u.a WHERE b", "SELECT a FROM t JOIN u ON (t.a = u.a) WHERE (b)"],
    [
      "SELECT a FROM t JOIN u ON t.a = u.a LEFT JOIN w ON w.a = u.a",
      "SELECT a FROM t JOIN u ON (t.a = u.a) LEFT JOIN w ON ((w.a) = (u.a))",
    ],
    ["SELECT CASE WHEN a = 1 THEN b ELSE c END FROM t", "SELECT CASE WHEN (a = 1) THEN (b) ELSE (c) END FROM t"],
    ["SELECT f(a) FROM t", "SELECT f((a)) FROM t"],
    ["SELECT a FROM (SELECT a FROM t WHERE b)", "SELECT a FROM (SELECT (a) FROM t WHERE (b))"],
    ["SELECT a, t.b FROM main.s.t", "SELECT `a`, `t`.`b` FROM `main`.`s`.`t`"],
    ["SELECT a AS b FROM t", "SELECT (`a`) AS `b` FROM `t`"],
  ])("%s: the same", (a, b) => expect(print(b)).toBe(print(a)));

  test.each([
    ["SELECT a FROM t WHERE (a = 1 OR b = 2) AND c", "SELECT a FROM t WHERE a = 1 OR b = 2 AND c"],
    ["SELECT a FROM t WHERE ((a = 1 OR b = 2)) AND c", "SELECT a FROM t WHERE a = 1 OR b = 2 AND c"],
    ["SELECT a FROM t WHERE c AND (a OR b)", "SELECT a FROM t WHERE c AND a OR b"],
    ["SELECT a FROM t WHERE NOT (a AND b)", "SELECT a FROM t WHERE NOT a AND b"],
    ["SELECT a FROM t WHERE NOT (a = b)", "SELECT a FROM t WHERE NOT a = c"],
    ["SELECT a FROM t WHERE a BETWEEN 1 AND (b = 2)", "SELECT a FROM t WHERE a BETWEEN 1 AND b = 2"],
    ["SELECT a FROM t WHERE (a BETWEEN 1 AND 2) AND b", "SELECT a FROM t WHERE a BETWEEN 1 AND (2) AND c"],
    [
      "SELECT a BETWEEN CASE WHEN b THEN c END AND (d = 1) FROM t",
      "SELECT a BETWEEN CASE WHEN b THEN c END AND d = 1 FROM t",
    ],
    ["SELECT (a + b) * c FROM t", "SELECT a + b * c FROM t"],
    ["SELECT c * (a + b) FROM t", "SELECT c * a + b FROM t"],
    ["SELECT a - (b - c) FROM t", "SELECT a - b - c FROM t"],
    ["SELECT a = (b = c) FROM t", "SELECT a = b = c FROM t"],
    ["SELECT (a).b FROM t", "SELECT a.b FROM t"],
    ["SELECT (a, b) FROM t", "SELECT a, b FROM t"],
    ["SELECT f((a, b)) FROM t", "SELECT f(a, b) FROM t"],
    ["SELECT f(a) FROM t", "SELECT f a FROM t"],
    ["SELECT a FROM t WHERE a IN ((SELECT b FROM u))", "SELECT a FROM t WHERE a IN (SELECT b FROM u)"],
    ["SELECT * FROM VALUES (1), (2)", "SELECT * FROM VALUES (1, 2)"],
    ["SELECT (date) '2026-01-01' FROM t", "SELECT date '2026-01-01' FROM t"],
    ["SELECT a FROM t WHERE ({{ x }}) AND b", "SELECT a FROM t WHERE {{ x }} AND b"],
    ["SELECT a FROM t WHERE (a = ${x}) AND b", "SELECT a FROM t WHERE a = ${x} AND b"],
    ["SELECT - (- 1) FROM t", "SELECT - - 1 FROM t"],
    ["SELECT `current_date` FROM t", "SELECT current_date FROM t"],
    ["SELECT `null` FROM t", "SELECT null FROM t"],
    ["SELECT `f`(a) FROM t", "SELECT g(a) FROM t"],
    ["SELECT `a b` FROM t", "SELECT a b FROM t"],
    ["SELECT `A` FROM t", "SELECT a FROM t"],
    ["SELECT Name FROM t", "SELECT name FROM t"],
    ["SELECT a:b.`C` FROM t", "SELECT a:b.C FROM t"],
    ["SELECT `a.b` FROM t", "SELECT a.b FROM t"],
  ])("%s: not %s", (a, b) => expect(print(b)).not.toBe(print(a)));

  test("a megabyte of brackets is spelled in bounded time", () => {
    expect(print(`SELECT ${"(".repeat(500_000)}a${")".repeat(500_000)} FROM t`)).toBeDefined();
    expect(print(`SELECT ${"a.".repeat(300_000)}\`b\` FROM t`)).toBeDefined();
    expect(print(`SELECT ${"`a`.".repeat(200_000)}b FROM t`)).toBeDefined();
  });
});

test("a helper is told by its tree", () => {
  const read = openReader(diskTree(corpus), { fingerprints: true });
  expect(read("shared/names.py")?.fingerprint).toBe(
    readModule("n.py", `# moved\n${others["shared/names.py"]?.replaceAll('"', "'")}`).fingerprint,
  );
});
