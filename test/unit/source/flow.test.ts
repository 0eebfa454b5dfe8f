import { describe, expect, test } from "vitest";
import { readModule, readsOf } from "./project.js";

/** What a module does before `t` is read, the function of `t`, and what that reads. `C` is a condition that is not known, `U` a value. */
type Case = readonly [module: string, body: string, reads: readonly string[]];

const head = `import dlt, os, json, copy
C = os.environ["ENV"] == "dev"
U = json.loads(os.environ["X"])
def rd(x):
    return spark.read.table(x)
`;

function check([module, body, reads]: Case): void {
  const inner = body
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
  const reading = readModule("m.py", `${head}${module}\n@dlt.table\ndef t():\n${inner}\n`);
  expect(reading.syntaxError).toBeNull();
  expect(reading.tooBig).toBe(false);
  const t = reading.datasets.find((dataset) => dataset.name === "t");
  expect([...new Set(readsOf(t))].sort()).toEqual([...reads].sort());
}

const title = (about: Case) => `${about[0]} | ${about[1]}`.replaceAll("\n", " / ");
const cases = (...all: Case[]) => all.map((one) => [title(one), one] as const);

describe("what a way that may not be taken changes is one of two values", () => {
  test.each(
    cases(
      ['D = {"s": "a"}\nif C: D["s"] = "b"', 'return rd(D["s"])', ["a", "b"]],
      ['D = {"s": "a"}\nif C: D["s"] = "b"\nelse: D["s"] = "c"', 'return rd(D["s"])', ["b", "c"]],
      ['D = {"s": "a"}\nif C: D["s"] = "b"\nD["s"] = "c"', 'return rd(D["s"])', ["c"]],
      ['D = {"s": "a"}\nif C:\n    D["s"] = "b"\n    X = D["s"]\nelse: X = "c"', "return rd(X)", ["b", "c"]],
      ['D = {"s": "a"}\nif C: pass\nelif U: D["s"] = "b"\nelse: X = D["s"]', "return rd(X)", ["a"]],
      [
        'D = {}\nif C:\n    D = {}\n    D["s"] = "x"\n    D["s"] = "y"\nelse: D = {"s": "z"}',
        'return rd(D["s"])',
        ["y", "z"],
      ],
      ['class K:\n    S = "a"\nif C: K.S = "b"', "return rd(K.S)", ["a", "b"]],
      ['class B:\n    S = "a"\nclass K(B): pass\nif C: K.S = "b"', "return rd(K.S)", ["a", "b"]],
      ['class K:\n    s = "a"\n    def __init__(self):\n        if C: self.s = "b"', "return rd(K().s)", ["a", "b"]],
      [
        'class K:\n    def __init__(self):\n        self.s = "a"\n        if C: self.s = "b"',
        "return rd(K().s)",
        ["a", "b"],
      ],
      ['class K:\n    s = "a"\n    def f(self): self.s = "b"\nk = K()\nif C: k.f()', "return rd(k.s)", ["a", "b"]],
      ['xs = ["a"]\nif C: xs[0] = "b"', "return rd(xs[0])", ["a", "b"]],
      ['xs = ["a", "c"]\nif C: xs[-1] = "b"', "return rd(xs[1])", ["b", "c"]],
      ['S = "a"\ndef f():\n    global S\n    if C: S = "b"\nf()', "return rd(S)", ["a", "b"]],
      ['S = "a"\ndef f():\n    global S\n    S = "b"\nif C: f()', "return rd(S)", ["a", "b"]],
      ["", 'S = "a"\ndef f():\n    nonlocal S\n    if C: S = "b"\nf()\nreturn rd(S)', ["a", "b"]],
      ["", 'S = "a"\ndef f():\n    nonlocal S\n    S = "b"\nif C: f()\nreturn rd(S)', ["a", "b"]],
      [
        'D = {"s": "a"}\ntry:\n    import nothing\n    D["s"] = "b"\nexcept ImportError: pass',
        'return rd(D["s"])',
        ["a", "b"],
      ],
      ['D = {"s": "a"}\nC and D.update(s="b")', 'return rd(D["s"])', ["a", "b"]],
      ['D = {"s": "a"}\nC or D.update({"s": "b"})', 'return rd(D["s"])', ["a", "b"]],
      ['D = {"s": "a"}\nx = D.update(s="b") if C else D.update(s="c")', 'return rd(D["s"])', ["b", "c"]],
      ['D = {"s": "a"}\nx = D.update(s="b") if C else None', 'return rd(D["s"])', ["a", "b"]],
      ['D = {"s": "a"}\nif C: D.pop("s")', 'return rd(D.get("s", "c"))', ["a", "c"]],
      ['D = {}\nif C: D["s"] = "a"', 'return rd(D["s"])', ["a"]],
      ['D = {}\nif C: D["s"] = "a"', 'return rd(D.get("s", "b"))', ["a", "b"]],
      ['D = {}\nif C: D["s"] = "a"', 'return rd("x" if "s" in D else "y")', ["x", "y"]],
      [
        'xs = ["a", "b", "c"]\nif C: xs.remove("b")',
        "df = rd(xs[0])\nfor x in xs: df = df.union(rd(x))\nreturn df",
        ["a", "b", "c"],
      ],
      ['xs = ["a", "b"]\nif C: xs.remove("b")', "return rd(xs[-1])", ["a", "b"]],
      ['xs = ["a"]\nif C: xs.append("b")', "return rd(xs[-1])", ["a", "b"]],
      ['xs = ["a"]\nif C: xs.append("b")', "return rd(xs[0])", ["a"]],
      ['xs = ["a"]\nif C: xs.append("b")\nelse: xs.append("c")', "return rd(xs[1])", ["b", "c"]],
      ['xs = ["a"]\nif C: xs.append("b")', "df = None\nfor x in xs: df = rd(x)\nreturn df", ["a", "b"]],
      ['xs = ["a"]\nif C: xs.append("b")\nS = "c"\nfor x in xs: S = x', "return rd(S)", ["a", "b"]],
      ['xs = ["a"]\nif C: xs.pop()', "return rd('x') if xs else rd('y')", ["x", "y"]],
      ['D = {"s": "a"}\ndef f():\n    if C: return\n    D["s"] = "b"\nf()', 'return rd(D["s"])', ["a", "b"]],
      [
        'D = {"s": "a"}\ndef f():\n    if C:\n        D["s"] = "b"\n        return\n    X = D["s"]\n    return X\nY = f()',
        "return rd(Y)",
        ["a"],
      ],
      ['D = {"s": "a"}\ndef f():\n    if C: raise ValueError()\n    D["s"] = "b"\nf()', 'return rd(D["s"])', ["b"]],
      [
        'D = {"s": "a"}\ndef f():\n    if C: raise ValueError()\n    D["s"] = "b"\ntry: f()\nexcept ValueError: pass',
        'return rd(D["s"])',
        ["a", "b"],
      ],
      [
        'D = {"s": "a"}\ndef f(): D["s"] = "b"\ndef g(): D["s"] = "c"\nh = f if C else g\nh()',
        'return rd(D["s"])',
        ["b", "c"],
      ],
      ['D = {"s": "a"}\nE = {"s": "b"}\nF = D if C else E\nF["s"] = "c"', 'return rd(D["s"])', ["a", "c"]],
      ['D = {"x": {"s": "a"}}\nif C: D["x"]["s"] = "b"', 'return rd(D["x"]["s"])', ["a", "b"]],
      ['S = "a"\nif C:\n    if U: S = "b"', "return rd(S)", ["a", "b"]],
      ['def f(x):\n    if C: return x\n    x = "b"\n    return x', 'return rd(f("a"))', ["a", "b"]],
      ['D = {"s": "a"}\nif C:\n    if U: D["s"] = "b"\n    else: D["s"] = "c"', 'return rd(D["s"])', ["a", "b", "c"]],
      [
        'D = {"s": "a"}\nmatch U:\n    case 1: D["s"] = "b"\n    case 2: D["s"] = "c"',
        'return rd(D["s"])',
        ["a", "b", "c"],
      ],
      ['xs = [x for x in ["a", "b"] if U(x)]', "return rd(xs[0])", ["a", "b"]],
      ['D = {"s": "a", "t": "b"}\nif C: del D["s"]', 'return rd(D.get("s", "c"))', ["a", "c"]],
      ['xs = ["a", "b"]\ndel xs[0]', "return rd(xs[0])", ["b"]],
      ['D = {"s": "a"}\n[D.update(s=x) for x in U]', 'return rd(D["s"])', ["a", "?"]],
      ['D = {"s": "a"}\nlist(map(lambda x: D.update(s="b"), U))', 'return rd(D["s"])', ["a", "b"]],
      [
        'S = "a"\ndef f():\n    global S\n    try:\n        S = "b"\n        g()\n        S = "c"\n    except Exception: pass\nf()',
        "return rd(S)",
        ["a", "b", "c"],
      ],
      [
        'D = {"s": "a"}\ntry:\n    D["s"] = "b"\n    g()\n    D["s"] = "c"\nexcept Exception: pass',
        'return rd(D["s"])',
        ["a", "b", "c"],
      ],
      ['D = {"a": {"t": "x"}}\nD[U] = {"t": "q"}', 'return rd(D["a"]["t"])', ["x", "q"]],
      ['a, b = ("x", "y") if C else ("z", "w")', "return rd(a)", ["x", "z"]],
      ['a, *r = ["b", "c"] + U', "return rd(r[0])", ["c"]],
      ['*r, a = ["b", "c"] + U', "return rd(a)", ["c", "?"]],
      ['@dlt.table\ndef other():\n    global S\n    S = "b"\n    return rd("o")\nS = "a"', "return rd(S)", ["a", "b"]],
      ['xs = ["a"]\nif C: xs.append("b")', 'return rd("_".join(xs))', ["a", "a_b"]],
      ['xs = ["a"]\nif C: xs.append("b")\nD = dict([("k", x) for x in xs])', 'return rd(D["k"])', ["a", "b"]],
      ['xs = ["a"]\nif C: xs.append("b")\nD = {x: x for x in xs}', 'return rd(D.get("b", "c"))', ["b", "c"]],
      ['xs = ["a"]\nif C: xs.append("b")\nxs = tuple([x for x in list(xs)])', "return rd(xs[-1])", ["a", "b"]],
      ["if C:\n    def src(): return 'a'\nelse:\n    def src(): return 'b'", "return rd(src())", ["a", "b"]],
    ),
  )("%s", (_title, one) => check(one));

  test("a module that is imported on the way is changed on it alone", () => {
    const files = { "conf.py": 'D = {"s": "a"}\n' };
    const text = `${head}if C:\n    import conf\n    conf.D["s"] = "b"\nimport conf\n@dlt.table\ndef t(): return rd(conf.D["s"])\n`;
    expect(readsOf(readModule("m.py", text, files).datasets[0]).sort()).toEqual(["a", "b"]);
  });
});

describe("loops", () => {
  test.each(
    cases(
      ["", 'q = ["a", "b", "c"]\ndf = rd("z")\nwhile q: df = df.union(rd(q.pop(0)))\nreturn df', ["a", "b", "c", "z"]],
      ["", 'q = ["a", "b"]\ndf = rd("z")\nwhile len(q) > 0: df = df.union(rd(q.pop()))\nreturn df', ["a", "b", "z"]],
      [
        "",
        'i = 0\ndf = rd("z")\nwhile i < 3:\n    df = df.union(rd(f"t{i}"))\n    i += 1\nreturn df',
        ["t0", "t1", "t2", "z"],
      ],
      ["n = 0\nwhile n < 2: n += 1", 'return rd(f"t{n}")', ["t2"]],
      ['S = "a"\nwhile U(): S = "b"', "return rd(S)", ["a", "b"]],
      ['S = "a"\nfor k in os.environ["X"].split(","): S = "b"', "return rd(S)", ["a", "b"]],
      ['D = {"s": "a"}\nfor k in U: D["s"] = "b"', 'return rd(D["s"])', ["a", "b"]],
      ["", 'S = "a"\ndf = rd("z")\nfor k in U:\n    df = df.union(rd(S))\n    S = "b"\nreturn df', ["a", "b", "z"]],
      [
        "",
        'i = 0\ndf = rd("z")\nfor k in U:\n    df = df.union(rd(f"t{i}"))\n    i += 1\nreturn df',
        ["t0", "t1", "t2", "?", "z"],
      ],
      ["", 'q = "SELECT id"\nfor c in U: q += f", {c}"\nq += " FROM a"\nreturn spark.sql(q)', ["a"]],
      ["", 'for k in ["a", "b"]:\n    S = k\n    if U(k): break\nreturn rd(S)', ["a", "b"]],
      ["", 'for k in ["a", "b"]:\n    if k == "b": continue\n    S = k\nreturn rd(S)', ["a"]],
      [
        "",
        'S = "a"\nfor k in ["x", "y"]:\n    if C:\n        S = "b"\n        continue\n    S = "c"\nreturn rd(S)',
        ["b", "c"],
      ],
      ["", 'for k in ["a", "b"]:\n    S = k\n    break\nelse: S = "c"\nreturn rd(S)', ["a"]],
      ["", 'for k in ["a", "b"]: S = k\nelse: S = "c"\nreturn rd(S)', ["c"]],
      ["", 'for k in ["a", "b"]:\n    S = k\n    if C: break\nelse: S = "c"\nreturn rd(S)', ["a", "b", "c"]],
      ["", 'while True:\n    S = "a"\n    break\nelse: S = "b"\nreturn rd(S)', ["a"]],
      [
        "",
        'it = iter(["a", "b"])\ndf = rd("z")\nwhile (x := next(it, None)) is not None: df = df.union(rd(x))\nreturn df',
        ["a", "b", "z"],
      ],
      ["", 'S = "z"\nwhile True:\n    S = "a"\n    if U(): break\n    S = "b"\nreturn rd(S)', ["a"]],
      [
        "",
        'n = 0\nwhile True:\n    try:\n        S = "a"\n        U()\n        break\n    except Exception:\n        S = "b"\n        n += 1\n        if n > 3: raise\nreturn rd(S)',
        ["a"],
      ],
      [
        "",
        'while True:\n    S = "a"\n    if U(): break\n    S = "b"\n    if U(): break\n    S = "c"\nreturn rd(S)',
        ["a", "b"],
      ],
      ["", 'for k in ["a", "b"]:\n    S = k\n    if U(k): break\n    S = "c"\n    break\nreturn rd(S)', ["a", "c"]],
      [
        "",
        'while True:\n    S = "a"\n    if U(): break\n    if C: continue\n    S = "b"\n    break\nreturn rd(S)',
        ["a", "b"],
      ],
      ["", 'i = 0\nwhile i < 10**9: i += 1\nreturn rd("a")', ["a"]],
      ["", 'for k in ["a", "b"]:\n    if U(k): return rd(k)\nreturn rd("c")', ["a", "b", "c"]],
    ),
  )("%s", (_title, one) => check(one));

  test("a dataset that is defined in a loop over what is not known is one dataset", () => {
    const text = `${head}n = 0\nfor k in U:\n    n += 1\n    @dlt.table(name="t")\n    def f(): return rd("a")\n`;
    const { datasets } = readModule("m.py", text);
    expect(datasets.map((dataset) => dataset.name)).toEqual(["t"]);
  });

  test("loops without an end are left", () => {
    const text = `${head}x = ["a"]\nwhile x:\n    y = x[0]\nwhile True:\n    z = 1\nwhile True:\n    if U: break\n@dlt.table\ndef t(): return rd(y)\n`;
    const reading = readModule("m.py", text);
    expect(reading.tooBig).toBe(false);
    expect(readsOf(reading.datasets[0])).toEqual(["a"]);
  });
});

describe("what is merged with something unknown is known, and is not", () => {
  test.each(
    cases(
      ['D = {"s": "a", **U}', 'return rd(D["s"])', ["a", "?"]],
      ['D = {**U, "s": "a"}', 'return rd(D["s"])', ["a"]],
      ['D = {"s": "a"}\nD.update(U)', 'return rd(D["s"])', ["a", "?"]],
      ['D = {"s": "a"}\nD.update(U)\nD["s"] = "b"', 'return rd(D["s"])', ["b"]],
      ['D = {"s": "a"}\nD[U] = "b"', 'return rd(D["s"])', ["a", "b"]],
      ['D = {"s": "a"} | {"s": "b"}', 'return rd(D["s"])', ["b"]],
      ['D = {"s": "a"}\nE = {"s": "b"}\nif C: E.pop("s")\nD = {**D, **E}', 'return rd(D["s"])', ["a", "b"]],
      ['D = dict({"s": "a"}, **U)', 'return rd(D["s"])', ["a", "?"]],
      ['xs = ["a"] + U', "return rd(xs[-1])", ["a", "?"]],
      ['xs = ["a"] + U', "return rd(xs[0])", ["a"]],
      ['xs = [*U, "a"]', "return rd(xs[0])", ["a", "?"]],
      ['xs = ["a"]\nxs.extend(U)\nxs.append("b")', "return rd(xs[1])", ["b", "?"]],
      ['xs = ["a", "b"]\nxs[U] = "c"', "return rd(xs[0])", ["a", "c"]],
    ),
  )("%s", (_title, one) => check(one));
});

const eachOf = (what: string) => `df = rd("z")\nfor x in ${what}: df = df.union(rd(x))\nreturn df`;

describe("sets, iterators and modules on ways that may not be taken", () => {
  test.each(
    cases(
      ['s = {"a"}\nif C: s.add("b")', eachOf("s"), ["a", "b", "z"]],
      ['s = {"a"}\nif C: s.add("b")', 'return rd("x" if "a" in s else "y")', ["x"]],
      ['s = {"a"}\nif C: s.add("b")', 'return rd("x" if "b" in s else "y")', ["x", "y"]],
      ['s = {"a"}\nif C: s.add("b")\ns.add("b")', 'return rd("x" if "b" in s else "y")', ["x"]],
      ['s = {"a", "b"}\nif C: s.discard("b")', 'return rd("x" if "b" in s else "y")', ["x", "y"]],
      ['s = {"a", "b"}\nif C: s.clear()', 'return rd("x" if s else "y")', ["x", "y"]],
      ['s = {"a"}\nif C: s |= {"b"}', "return rd(sorted(s)[-1])", ["a", "b"]],
      ['s = {"b", "a"}\ns -= {"b"}', "return rd(sorted(s)[-1])", ["a"]],
      ['s = {"b"}\nr = s\ns |= {"a"}', "return rd(sorted(r)[0])", ["a"]],
      ['s = {"b", "a"}\nif C: s.remove("a")', "return rd(sorted(s)[0])", ["a", "b"]],
      ['s = {"a"}\nif C: s.update(["b", "c"])', 'return rd("x" if len(s) == 1 else "y")', ["x", "y"]],
      ['s = {"a"}\nif C: s.add("b")\nr = s & {"a"}', 'return rd("x" if "a" in r else "y")', ["x", "y"]],
      ['s = {"a"}\nif C: s.add("b")\nr = s | {"c"}', eachOf("r"), ["a", "b", "c", "z"]],
      ["if C: s = {'a'}\nelse: s = {'b'}", eachOf("s"), ["a", "b", "z"]],
      ['xs = ["b", "a"]\nif C: xs.sort()', "return rd(xs[0])", ["a", "b"]],
      ['xs = ["b", "a"]\nif C: xs.reverse()', "return rd(xs[0])", ["a", "b"]],
      ['xs = ["b"]\nif C: xs.insert(0, "a")', "return rd(xs[0])", ["a", "b"]],
      ['xs = ["b"]\nif C: xs[:] = ["a"]', "return rd(xs[0])", ["a", "b"]],
      ['xs = ["a", "b"]\nif C: del xs[:1]', "return rd(xs[0])", ["a", "b"]],
      ['xs = ["a"]\nif C: xs.extend(["b"])', "return rd(xs[-1])", ["a", "b"]],
      ['xs = ["a"]\nif C: xs.clear()', 'return rd("x" if xs else "y")', ["x", "y"]],
      ['xs = ["a"]\nif C: xs.append("b")', "return rd(sorted(xs, reverse=True)[0])", ["a", "b"]],
      ['xs = ["a"]\nif C: xs.append("b")', "return rd(list(reversed(xs))[0])", ["a", "b"]],
      ['xs = ["a"]\nif C: xs.append("b")', "return rd(max(xs))", ["?"]],
      ['xs = ["a"]\nif C: xs.append("b")', 'return rd("x" if len(xs) == 2 else "y")', ["x", "y"]],
      ['xs = ["a"]\nif C: xs.append("b")\ny = [k + v for k, v in zip("pq", xs)]', eachOf("y"), ["pa", "qb", "z"]],
      ['xs = ["a"]\nif C: xs.append("b")\ny = [v for _, v in enumerate(xs)]', "return rd(y[-1])", ["a", "b"]],
      ['xs = ["a"]\nif C: xs.append("b")\ny = list(map(str.upper, xs))', "return rd(y[-1])", ["A", "B"]],
      ['xs = ["a"]\nif C: xs.append("b")\ny = list(filter(None, xs))', "return rd(y[-1])", ["a", "b"]],
      ['xs = ["a"]\nif C: xs.append("b")', 'return rd("x" if any(k == "b" for k in xs) else "y")', ["x", "y"]],
      ['it = iter(["a", "b"])\nif C: next(it)', "return rd(next(it))", ["a", "b"]],
      ['it = iter(["a", "b"])\nif C: list(it)', 'return rd(next(it, "c"))', ["a", "b", "c"]],
      ['it = iter(["a"])\nfor x in it: y = next(it, "b")', "return rd(y)", ["?"]],
      ['it = iter(["a"])\nfor x in it: pass', 'return rd(next(it, "b"))', ["b"]],
      ['D = {"s": "a"}\nif C: D.clear()', 'return rd(D.get("s", "b"))', ["a", "b"]],
      ['D = {"s": "a"}\nif C: D.popitem()', 'return rd(D.get("s", "b"))', ["a", "b"]],
      ['D = {"s": "a"}\nD.pop(U)', 'return rd(D.get("s", "b"))', ["a", "b"]],
      ['D = {}\nif C: D["s"] = "a"\nD.setdefault("s", "b")', 'return rd(D["s"])', ["a", "b"]],
      ['D = {}\nif C: D["s"] = "a"\nD.setdefault("s", "b")', 'return rd("x" if "s" in D else "y")', ["x"]],
      ['D = {}\nif C: D["s"] = "a"\nE = D.copy()', 'return rd(E.get("s", "b"))', ["a", "b"]],
      ['D = {}\nif C: D["s"] = "a"\nE = copy.deepcopy(D)', 'return rd(E.get("s", "b"))', ["a", "b"]],
      ['D = {}\nif C: D["s"] = "a"', 'return rd("x" if len(D) == 1 else "y")', ["x", "y"]],
      ['D = {}\nif C: D["s"] = "a"\nS = "b"\nfor k, v in D.items(): S = v', "return rd(S)", ["a", "b"]],
      [
        "class K:\n    @property\n    def s(self): return self._s\n    @s.setter\n    def s(self, v): self._s = v\nk = K()\nk.s = 'a'\nif C: k.s = 'b'",
        "return rd(k.s)",
        ["a", "b"],
      ],
      ['class K:\n    s = "a"\nk = K()\nif C: setattr(k, "s", "b")', "return rd(k.s)", ["a", "b"]],
      [
        'class K: pass\nk = K()\nk.s = "a"\nl = K()\nl.s = "b"\nm = k if C else l\nm.s = "c"',
        "return rd(k.s)",
        ["a", "c"],
      ],
      ['class K:\n    s = "a"\nk = K()\nk.s = "b"\nif C: del k.s', "return rd(k.s)", ["a", "b"]],
      ['S = "a"\nif C: globals()["S"] = "b"', "return rd(S)", ["a", "b"]],
      ['a, b = {"x", "y"}', "return rd(a)", ["x", "y"]],
      ['for x in {"a", "b"}: S = x', "return rd(S)", ["a", "b"]],
      ['S = "a"\nfor x in {"p", "q"}: S = S + x', "return rd(S)", ["?"]],
      ['n = 0\nfor x in {"p", "q"}: n += 1', 'return rd(f"t{n}")', ["?"]],
    ),
  )("%s", (_title, one) => check(one));

  test("another module's name that is set on the way", () => {
    const files = { "conf.py": 'S = "a"\n' };
    const text = `${head}import conf\nif C: conf.S = "b"\n@dlt.table\ndef t(): return rd(conf.S)\n`;
    expect(readsOf(readModule("m.py", text, files).datasets[0]).sort()).toEqual(["a", "b"]);
  });
});

describe("who holds an object sees what is changed of it", () => {
  test.each(
    cases(
      ['B = {"s": "a"}\nD = copy.deepcopy(B)\nD["s"] = "b"', 'return rd(B["s"])', ["a"]],
      ['B = {"s": "a"}\nD = copy.copy(B)\nD["s"] = "b"', 'return rd(D["s"])', ["b"]],
      ['B = {"x": {"s": "a"}}\nD = copy.deepcopy(B)\nD["x"]["s"] = "b"', 'return rd(B["x"]["s"])', ["a"]],
      ['B = {"x": {"s": "a"}}\nD = copy.copy(B)\nD["x"]["s"] = "b"', 'return rd(B["x"]["s"])', ["b"]],
      ['class K: pass\nk = K()\nk.s = "a"\nl = copy.copy(k)\nl.s = "b"', "return rd(k.s)", ["a"]],
      ['B = {}\nB["b"] = B\nD = copy.deepcopy(B)\nD["s"] = "a"', 'return rd(D["b"]["s"])', ["a"]],
      [
        'def add(xs): xs += ["b"]\nn = ["a"]\nadd(n)',
        'df = rd("z")\nfor x in n: df = df.union(rd(x))\nreturn df',
        ["a", "b", "z"],
      ],
      ['def add(d): d |= {"s": "b"}\nn = {"s": "a"}\nadd(n)', 'return rd(n["s"])', ["b"]],
      ['n = ("a",)\nm = n\nm += ("b",)', 'df = rd("z")\nfor x in n: df = df.union(rd(x))\nreturn df', ["a", "z"]],
      ['n = ["a"]\nm = n\nm = m + ["b"]', "return rd(n[-1])", ["a"]],
      ['n = ["a"]\nif C: n += ["b"]', "return rd(n[-1])", ["a", "b"]],
      [
        "class Dec:\n    def __init__(self, f): self.f = f\n    def __call__(self, *args): return self.f(*args)\n@Dec\ndef h(): return rd('a')",
        "return h()",
        ["a"],
      ],
      [
        "class Dec:\n    def __init__(self, n): self.n = n\n    def __call__(self, f):\n        def w(): return f(self.n)\n        return w\n@Dec('a')\ndef h(n): return rd(n)",
        "return h()",
        ["a"],
      ],
    ),
  )("%s", (_title, one) => check(one));

  test("a class as a decorator below a dataset's", () => {
    const text = `${head}class Dec:\n    def __init__(self, f): self.f = f\n    def __call__(self): return self.f()\n@dlt.table\n@Dec\ndef t(): return rd("a")\n`;
    const { datasets } = readModule("m.py", text);
    expect(datasets.map((dataset) => [dataset.name, ...readsOf(dataset)])).toEqual([["t", "a"]]);
  });
});

describe("conditions that are known", () => {
  const load =
    'def load(k):\n    match k:\n        case "a": return rd("a")\n        case "b" | "c": return rd("b")\n        case None: return rd("n")\n        case 1: return rd("one")\n        case x if x == "q": return rd(x)\n        case _: return rd("z")';
  test.each(
    cases(
      [load, 'return load("a")', ["a"]],
      [load, 'return load("c")', ["b"]],
      [load, "return load(None)", ["n"]],
      [load, "return load(1)", ["one"]],
      [load, 'return load("q")', ["q"]],
      [load, 'return load("other")', ["z"]],
      [load, 'return load("a" if C else "b")', ["a", "b"]],
      ['def f(k):\n    try: return {"k": "a"}[k]\n    except KeyError: return "zz"', 'return rd(f("k"))', ["a"]],
      [
        'def f(k):\n    try: return {"k": "a"}[k]\n    except KeyError: return "zz"',
        "return rd(f(U))",
        ["a", "?", "zz"],
      ],
      ['try: S = U["s"]\nexcept KeyError: S = "b"', "return rd(S)", ["?", "b"]],
      ["", 'return rd("x") if "a" < "b" else rd("y")', ["x"]],
      ["", 'return rd("x") if "b" <= "a" else rd("y")', ["y"]],
      ["", 'return rd("x") if isinstance("x", str) else rd("y")', ["x"]],
      ["", 'return rd("x") if isinstance(1, str) else rd("y")', ["y"]],
      ["", 'return rd("x") if isinstance(1, (int, float)) else rd("y")', ["x"]],
      ["", 'return rd("x") if isinstance(1.0, int) else rd("y")', ["y"]],
      ["", 'return rd("x") if isinstance(["x"], (list, tuple)) else rd("y")', ["x"]],
      ["", 'return rd("x") if isinstance(("x",), list) else rd("y")', ["y"]],
      ["", 'return rd("x") if isinstance({}, dict) else rd("y")', ["x"]],
      ["", 'return rd("x") if isinstance(U, dict) else rd("y")', ["x", "y"]],
      ["class K: pass\nclass L(K): pass", 'return rd("x") if isinstance(L(), K) else rd("y")', ["x"]],
    ),
  )("%s", (_title, one) => check(one));
});
