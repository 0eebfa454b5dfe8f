import { describe, expect, test } from "vitest";
import { readModule, sourcesOf } from "./project.js";

/** The names of the datasets of `a` whose fingerprint is another in `b`. */
function changed(a: string, b: string, others: Readonly<Record<string, string>> = {}, later = others): string[] {
  const [before, after] = [readModule("src/m.py", a, others), readModule("src/m.py", b, later)];
  expect([before.syntaxError, after.syntaxError]).toEqual([null, null]);
  expect(after.datasets.map((one) => one.name)).toEqual(before.datasets.map((one) => one.name));
  return before.datasets
    .filter((one, i) => one.fingerprint !== after.datasets[i]?.fingerprint)
    .map((one) => String(one.name));
}

const head = "import dlt\nfrom pyspark.sql import functions as F\n";
const a = "\n@dlt.table\ndef a():\n    df = dlt.read('x')\n    for r in RULES:\n        df = r(df)\n    return df\n";
const b = "\n@dlt.table\ndef b():\n    return dlt.read('y')\n";

describe("what a decorator, a base or a function of the module puts into a name", () => {
  const rule = "RULES = []\ndef rule(f):\n    RULES.append(f)\n    return f\n";
  test.each<[about: string, prefix: string, from: string, to: string]>([
    ["a decorator", `${rule}@rule\ndef one(df): return df.filter('x > 1')\n`, "x > 1", "x > 2"],
    [
      "a decorator with arguments",
      "RULES = []\ndef rule(n):\n    def inner(f):\n        RULES.append(f)\n        return f\n    return inner\n@rule('p')\ndef one(df): return df.filter('x > 1')\n",
      "x > 1",
      "x > 2",
    ],
    ["another name of it", `${rule}r = rule\n@r\ndef one(df): return df.filter('x > 1')\n`, "x > 1", "x > 2"],
    [
      "through another function",
      "RULES = []\ndef add(f): RULES.append(f)\ndef rule(f):\n    add(f)\n    return f\n@rule\ndef one(df): return df.filter('x > 1')\n",
      "x > 1",
      "x > 2",
    ],
    [
      "a global that is given another value",
      "RULES = []\ndef rule(f):\n    global RULES\n    RULES = [*RULES, f]\n    return f\n@rule\ndef one(df): return df.filter('x > 1')\n",
      "x > 1",
      "x > 2",
    ],
    [
      "a method",
      "class Registry(list):\n    def rule(self, f):\n        self.append(f)\n        return f\nRULES = Registry()\n@RULES.rule\ndef one(df): return df.filter('x > 1')\n",
      "x > 1",
      "x > 2",
    ],
    [
      "a method of what is not known",
      "import lib\nRULES = lib.Registry()\n@RULES.rule\ndef one(df): return df.filter('x > 1')\n",
      "x > 1",
      "x > 2",
    ],
    [
      "a base class",
      "RULES = []\nclass Base:\n    def __init_subclass__(cls): RULES.append(cls())\nclass One(Base):\n    def __call__(self, df): return df.filter('x > 1')\n",
      "x > 1",
      "x > 2",
    ],
    [
      "a base's base",
      "RULES = []\nclass Base:\n    def __init_subclass__(cls): RULES.append(cls())\nclass Mid(Base): pass\nclass One(Mid):\n    def __call__(self, df): return df.filter('x > 1')\n",
      "x > 1",
      "x > 2",
    ],
    [
      "a metaclass",
      "RULES = []\nclass Meta(type):\n    def __init__(cls, *a): RULES.append(cls())\nclass One(metaclass=Meta):\n    def __call__(self, df): return df.filter('x > 1')\n",
      "x > 1",
      "x > 2",
    ],
    [
      "subclasses that are asked for",
      "class Base: pass\nclass One(Base):\n    def __call__(self, df): return df.filter('x > 1')\nRULES = [c() for c in Base.__subclasses__()]\n",
      "x > 1",
      "x > 2",
    ],
    ["a decorated class", `${rule}@rule\nclass One:\n    X = 'x > 1'\n`, "x > 1", "x > 2"],
    ["a class's body", "RULES = []\nclass One:\n    RULES.append('x > 1')\n", "x > 1", "x > 2"],
    ["a default", "RULES = [1, 2]\ndef one(x=RULES.pop(0)): pass\n", "pop(0)", "pop(1)"],
    ["a value that is taken out", "RULES = [1, 2]\nfirst = RULES.pop(0)\n", "pop(0)", "pop(1)"],
    [
      "a function that is called for its value",
      "RULES = []\ndef fill():\n    RULES.append('x')\n    return 1\nOK = fill()\n",
      "'x'",
      "'y'",
    ],
    [
      "an argument that is changed",
      "RULES = []\ndef fill(l, x):\n    l.append(x)\n    return 1\nOK = fill(RULES, 'x')\n",
      "'x')",
      "'y')",
    ],
    ["another name of the same", "RULES = {}\nD = RULES\nD['n'] = 1\n", "= 1", "= 2"],
    ["sorting", "RULES = [1, 2]\nRULES.sort(reverse=True)\n", "True", "False"],
    ["an item of what a function gives", "RULES = {}\ndef rules(): return RULES\nrules()['n'] = 1\n", "= 1", "= 2"],
    ["a value in a value", "A = (RULES := [3])\n", "3", "4"],
    ["globals", "globals()['RULES'] = [3]\n", "3", "4"],
  ])("%s", (_about, prefix, from, to) => {
    const text = `${head}${prefix}${a}${b}`;
    const after = text.replace(from, to);
    expect(after).not.toBe(text);
    expect(changed(text, after)).toContain("a");
  });

  test("alone: not a dataset that does not use it", () => {
    const text = `${head}${rule}@rule\ndef one(df): return df.filter('x > 1')\n${a}${b}`;
    expect(changed(text, text.replace("x > 1", "x > 2"))).toEqual(["a"]);
  });

  test("a decorator of no consequence, of a library, or that keeps to its function", () => {
    for (const decorator of [
      "import functools\n@functools.lru_cache\n",
      "@F.udf('string')\n",
      "def d(f):\n    seen = []\n    seen.append(f)\n    f.tag = 1\n    return f\n@d\n",
    ]) {
      const text = `${head}RULES = []\n${decorator}def one(df): return df.filter('x > 1')\n${a}${b}`;
      expect(changed(text, text.replace("x > 1", "x > 2"))).toEqual([]);
    }
  });
});

describe("what is done for all, whatever it is written as", () => {
  test.each<[statement: string, from: string, to: string, others?: Record<string, string>]>([
    ["_ = spark.conf.set('k', 'false')", "false", "true"],
    ["ok = spark.conf.set('k', 'false')", "false", "true"],
    ["u = spark.udf.register('f', lambda x: 1)", ": 1", ": 2"],
    ["x = spark.sql('USE CATALOG one')", "one", "two"],
    ["def setup(v):\n    spark.conf.set('k', v)\n    return 1\nOK = setup('one')", "one", "two"],
    ["def configure(s): s.conf.set('k', 'v1')\nconfigure(spark)", "v1", "v2"],
    ["import os\nos.environ['K'] = 'one'", "one", "two"],
    ["import lib\nlib.CONFIG['K'] = 'one'", "one", "two", { "src/lib.py": "CONFIG = {}\n" }],
    ["from lib import setup\nx = setup('one')", "one", "two", { "src/lib.py": "C = {}\ndef setup(v): C['k'] = v\n" }],
    [
      "from lib import rule\n@rule\ndef one(): return 1",
      "return 1",
      "return 2",
      { "src/lib.py": "C = []\ndef rule(f): C.append(f)\n" },
    ],
    [
      "from lib import Base\nclass One(Base): X = 1",
      "X = 1",
      "X = 2",
      { "src/lib.py": "C = []\nclass Base:\n    def __init_subclass__(cls): C.append(cls)\n" },
    ],
    ["class A:\n    spark.conf.set('k', 'one')", "one", "two"],
    ["exec('x = 1')", "x = 1", "x = 2"],
    ["y = exec('x = 1')", "x = 1", "x = 2"],
  ])("%s", (statement, from, to, others) => {
    const text = `${head}${statement}\n${b}`;
    expect(changed(text, text.replace(from, to), others)).toEqual(["b"]);
  });

  test("not a value of no consequence", () => {
    for (const [statement, from, to] of [
      ["S = StructType([StructField('a', IntegerType())])", "'a'", "'b'"],
      ["S = StructType().add('a', 'int')", "'a'", "'b'"],
      ["E = spark.conf.get('one')", "one", "two"],
      ["def f(df): return df.sort('one')\nX = f(None)", "one", "two"],
      ["C = F.col('one')", "one", "two"],
      ["R = {'one': 'x'}", "one", "two"],
      ["def f(x):\n    out = []\n    out.append(x)\n    return out\nR = f('one')", "one", "two"],
      ["V = spark.sql('SELECT one FROM t')", "one", "two"],
    ] as const) {
      const text = `${head}${statement}\n${b}`;
      expect({ statement, changed: changed(text, text.replace(from, to)) }).toEqual({ statement, changed: [] });
    }
  });
});

describe("loops that carry something from turn to turn", () => {
  const body = "    @dlt.table(name=s)\n    def f(s=s, n=n): return dlt.read(f'{s}_{n}')\n";
  const items = "['p', 'q']";
  test.each<[about: string, text: string]>([
    ["a count", `n = 0\nfor s in ${items}:\n    n += 1\n${body}`],
    ["what came before", `n = 0\nfor s in ${items}:\n${body}    n = s\n`],
    ["what came before, in a branch", `n = 0\nfor s in ${items}:\n    if s == 'p': n = 2\n${body}`],
    ["a list", `L = []\nfor s in ${items}:\n    L.append(s)\n    n = len(L)\n${body}`],
    ["a list under another name", `L = []\nfor s in ${items}:\n    M = L\n    M.append(s)\n    n = len(L)\n${body}`],
    ["a dictionary", `L = {}\nfor s in ${items}:\n    n = len(L)\n    L[s] = 1\n${body}`],
    ["an iterator", `it = iter([1, 2])\nfor s in ${items}:\n    n = next(it)\n${body}`],
    [
      "a function's",
      `C = [0]\ndef count():\n    C[0] += 1\n    return C[0]\nfor s in ${items}:\n    n = count()\n${body}`,
    ],
    [
      "a global of a function",
      `c = 0\ndef count():\n    global c\n    c += 1\n    return c\nfor s in ${items}:\n    n = count()\n${body}`,
    ],
    [
      "in a function",
      `def all():\n    n = 0\n    for s in ${items}:\n        n += 1\n${body.replace(/^/gm, "    ").trimEnd()}\nall()\n`,
    ],
    [
      "in a method",
      `class C:\n    n = 0\n    def make(self, s):\n        self.n += 1\n        n = self.n\n        @dlt.table(name=s)\n        def f(): return dlt.read(f'{s}_{n}')\nc = C()\nfor s in ${items}:\n    c.make(s)\n`,
    ],
  ])("%s", (_about, text) => {
    const before = readModule("src/m.py", `${head}${text}`).datasets;
    const after = readModule("src/m.py", `${head}${text.replace(items, "['o', 'p', 'q']")}`).datasets;
    const print = (all: typeof before, name: string) => all.find((one) => one.name === name)?.fingerprint;
    expect(print(before, "q")).toBeDefined();
    expect(print(after, "q")).not.toBe(print(before, "q"));
  });

  test("a function that is called late takes the last value", () => {
    const text = (list: string) =>
      `${head}for s in ${list}:\n    @dlt.table(name=s)\n    def f(): return dlt.read(s)\n`;
    expect(changed(text("['p', 'q']"), text("['p', 'q']"))).toEqual([]);
    const [p] = readModule("m.py", text("['p', 'q']")).datasets;
    const [other] = readModule("m.py", text("['p', 'q', 'r']")).datasets;
    expect(other?.fingerprint).not.toBe(p?.fingerprint);
  });

  test("loops that carry nothing", () => {
    for (const loop of [
      "    @dlt.table(name=s)\n    def f(s=s): return dlt.read(s)\n",
      "    n = s + '_raw'\n    @dlt.table(name=s)\n    def f(n=n): return dlt.read(n)\n",
      "    def make(s):\n        @dlt.table(name=s)\n        def f(): return dlt.read(s)\n    make(s)\n",
      "    make(s)\n",
      "    c = {'a': s}\n    c['b'] = 1\n    @dlt.table(name=s)\n    def f(c=c): return dlt.read(c['a'])\n",
      "    if s == 'q':\n        n = 'x'\n    else:\n        n = 'y'\n    make(s)\n",
    ]) {
      const text = (list: string) =>
        `${head}def make(s):\n    opts = {}\n    opts['a'] = s\n    @dlt.table(name=s)\n    def f(): return dlt.read(s)\nfor s in ${list}:\n${loop}`;
      const [p] = readModule("m.py", text("['p', 'q']")).datasets;
      const [other] = readModule("m.py", text("['p', 'r']")).datasets;
      expect({ loop, same: p?.fingerprint === other?.fingerprint }).toEqual({ loop, same: true });
    }
  });
});

describe("what is reached by its text", () => {
  test.each([
    ["globals", "N = 1\n", "globals()['N']"],
    ["eval", "N = 1\n", "eval('N')"],
    ["a module", "import sys\nN = 1\n", "getattr(sys.modules[__name__], 'N')"],
    ["a docstring", "def t():\n    'N = 1'\n", "t.__doc__"],
    ["a source", "import inspect\ndef t():\n    # N = 1\n    pass\n", "inspect.getsource(t)"],
    ["a function's globals", "N = 1\ndef t(): pass\n", "t.__globals__['N']"],
  ])("%s", (_about, prefix, use) => {
    const text = `${head}${prefix}@dlt.table\ndef a(): return dlt.read('x').limit(${use})\n`;
    expect(changed(text, text.replace("N = 1", "N = 2"))).toEqual(["a"]);
  });

  test.each([
    "open('q.sql').read()",
    "open('./q.sql').read()",
    "open('src/q.sql').read()",
    "(Path(__file__).parent / 'q.sql').read_text()",
    "open(f'{here}/q.sql').read()",
    "open(here + '/q.sql').read()",
    "open(os.path.join(here, 'deep', 'q.json')).read()",
  ])("a file: %s", (use) => {
    const text = `${head}@dlt.table\ndef a(): return spark.sql(${use})\n${b}`;
    const files = { "src/q.sql": "SELECT 1", "src/deep/q.json": "{}" };
    expect(changed(text, text, files)).toEqual([]);
    expect(changed(text, text, files, { "src/q.sql": "SELECT 2", "src/deep/q.json": "[]" })).toEqual(["a"]);
  });

  test("a module that is imported by its text, and in a function that nobody follows", () => {
    for (const text of [
      "import importlib\nX = importlib.import_module('lib').N\n",
      "from importlib import import_module as load\nX = load('lib')\n",
      "X = __import__('lib')\n",
      "def f(x):\n    from lib import N\n    return N\nu = F.udf(f)\n",
      "def f(x):\n    import lib\n    return lib.N\nu = F.udf(f)\n",
    ]) {
      expect(readModule("src/m.py", `${head}${text}${b}`, { "src/lib.py": "N = 1\n" }).imports).toEqual(["src/lib.py"]);
    }
  });
});

test("names are what Python takes them for: ﬁ is fi", () => {
  const text = `${head}ﬁ = 1\n@dlt.table\ndef a(): return dlt.read('x').limit(fi)\n`;
  expect(changed(text, text.replace("= 1", "= 2"))).toEqual(["a"]);
  expect(changed(text, text.replace("ﬁ", "fi"))).toEqual([]);
});

describe("flows that stand elsewhere than their table", () => {
  const config = (more = "") =>
    `version: 1\ntables:\n  - name: t\n    layer: bronze\n    module: src/t.sql\n  - name: other\n    layer: bronze\n    module: src/other.py\n${more}`;
  const files = {
    "config.yml": config(),
    "src/t.sql": "CREATE STREAMING TABLE t;\n",
    "src/other.py": `${head}@dlt.table\ndef other(): return dlt.read('z')\n`,
  };
  const print = (more: Record<string, string>) => {
    const { tables } = sourcesOf({ ...files, ...more });
    return [tables.get("t"), tables.get("other")].map((one) =>
      JSON.stringify([one?.fingerprint, [...(one?.helpers ?? [])]]),
    );
  };
  test.each<[about: string, path: string, flow: (v: number) => string]>([
    ["SQL", "src/f.sql", (v) => `CREATE FLOW f AS INSERT INTO t BY NAME SELECT * FROM STREAM s WHERE x = ${v};\n`],
    [
      "SQL below",
      "src/flows/f.sql",
      (v) => `CREATE FLOW f AS INSERT INTO t BY NAME SELECT * FROM STREAM s WHERE x = ${v};\n`,
    ],
    [
      "Python",
      "src/f.py",
      (v) =>
        `import dlt\n@dlt.append_flow(target='t')\ndef f(): return spark.readStream.table('s').where('x = ${v}')\n`,
    ],
    [
      "auto CDC",
      "src/f.py",
      (v) => `import dlt\ndlt.apply_changes(target='t', source='s', keys=['k${v}'], sequence_by='q')\n`,
    ],
  ])("%s, in a module that config.yml does not name", (_about, path, flow) => {
    const before = print({ [path]: flow(1) });
    expect(print({ [path]: `\n${flow(1)}` })).toEqual(before);
    const after = print({ [path]: flow(2) });
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).toBe(before[1]);
    expect(print({})[0]).not.toBe(before[0]);
  });

  test("in a module that config.yml names, and a helper of it", () => {
    const flow =
      "import dlt\nfrom lib import where\n@dlt.append_flow(target='t')\ndef f(): return spark.readStream.table('s').where(where(1))\n";
    const made = (text: string, lib = "def where(x): return 'a'\n") =>
      print({ "src/other.py": `${files["src/other.py"]}\n${text}`, "src/lib.py": lib });
    const before = made(flow);
    expect(made(flow.replace("where(1)", "where(2)"))[0]).not.toBe(before[0]);
    expect(made(flow, "def where(x): return 'b'\n")[0]).not.toBe(before[0]);
  });
});

const ways: readonly (readonly [about: string, prefix: string, from: string])[] = [
  ["class var via instance", "class C: pass\nN = C()\nM = N\nsetattr(M, 'a', 1)\n", "1"],
  ["update call in assign chain", "N = {}\nx = y = N.update(a=1)\n", "1"],
  ["operator call", "N = {}\nN |= {'a': 1}\n", "1"],
  ["list comp", "N = {}\nx = [N.setdefault('a', i) for i in [1]]\n", "1"],
  ["lambda", "N = {}\nf = lambda v: N.update(a=v)\nz = f(1)\n", "1"],
  ["lambda registry", "N = {}\nreg = lambda f: N.setdefault(f.__name__, f)\n@reg\ndef q(): return 1\n", "1"],
  ["partial", "from functools import partial\nN = {}\ndef put(k, v): N[k] = v\np = partial(put, 'a')\nz = p(1)\n", "1"],
  ["for items", "N = [{}]\nfor d in N: d['a'] = 1\n", "1"],
  ["with", "N = {}\nwith open('x') as f: N['a'] = 1\n", "1"],
  ["map", "N = {}\ndef put(v): N['a'] = v\nz = list(map(put, [1]))\n", "1"],
  [
    "property registry",
    "N = {}\nclass R:\n    def __call__(self, f):\n        N[f.__name__] = f\n        return f\nreg = R()\n@reg\ndef q(): return 1\n",
    "1",
  ],
  [
    "set_name",
    "N = {}\nclass D:\n    def __init__(self, v): self.v = v\n    def __set_name__(self, o, n): N[n] = self.v\nclass K:\n    x = D(1)\n",
    "1",
  ],
  [
    "contextmanager",
    "N = {}\ndef deco(**kw):\n    def w(f):\n        N.update({f.__name__: kw})\n        return f\n    return w\n@deco(v=1)\ndef q(): pass\n",
    "1",
  ],
  ["getattr method", "N = []\nz = getattr(N, 'append')(1)\n", "1"],
  ["unbound method", "N = []\nz = list.append(N, 1)\n", "1"],
  ["method alias", "N = []\nadd = N.append\nz = add(1)\n", "1"],
  ["dec method alias", "N = []\nadd = N.append\n@add\ndef q(): return 1\n", "1"],
  ["dec direct append", "N = []\n@N.append\ndef q(): return 1\n", "1"],
  ["default dict store", "N = {}\ndef f(x, memo=N): memo['a'] = x\nz = f(1)\n", "1"],
  ["nested tuple target", "N = {}\nN['a'], y = 1, 2\n", "1"],
  ["type()", "class B:\n    def __init_subclass__(cls): N.append(cls)\nN = []\nK = type('K', (B,), {'v': 1})\n", "1"],
];

test.each(ways)("a value that is changed by way of: %s", (_about, prefix, from) => {
  const at = prefix.lastIndexOf(from);
  const use = "@dlt.table\ndef a(): return dlt.read('x').limit(N['a'])\n";
  const text = `${head}${prefix}${use}${b}`;
  expect(changed(text, `${head}${prefix.slice(0, at)}9${prefix.slice(at + 1)}${use}${b}`)).toContain("a");
});

test("chains of calls, of names and of whatever else are followed in bounded time", () => {
  const many = (count: number, line: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i)).join("");
  for (const text of [
    `x0 = []\n${many(5000, (i) => `x${i + 1} = x${i}\nx${i + 1}.append(${i})\n`)}`,
    `${many(5000, (i) => `def f${i}(a):\n    return f${i + 1}(a)\n`)}x = f0(1)\n`,
    `x = f(${many(150_000, (i) => `a${i},`)})\nx.append(1)\n`,
    `${many(150_000, (i) => `p${i} = 1\n`)}x = globals()\n`,
    `x = a${".b()".repeat(50_000)}\nx.append(1)\n`,
  ])
    expect(readModule("src/m.py", `${head}${text}${b}`).fingerprint).not.toBeNull();
});
