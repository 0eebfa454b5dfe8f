import { describe, expect, test } from "vitest";
import { readModule, readsOf } from "./project.js";

/** What the value of an expression is, told by the table of that name; `?` when it can't be told. */
function shownValue(expression: string, before = ""): string {
  const text = `import dlt\n${before}\n@dlt.table\ndef t():\n    return spark.read.table(str(${expression}))\n`;
  const reading = readModule("m.py", text);
  expect(reading.syntaxError).toBeNull();
  return readsOf(reading.datasets[0]).join(" or ");
}

/** Expressions, and what CPython says that they are; or `?` for what is not followed. */
const texts: readonly (readonly [expression: string, value: string])[] = [
  [`"a_b_c".replace("_", ".", 1)`, "a.b_c"],
  [`"a_b_c".replace("_", ".", count=1)`, "a.b_c"],
  [`"a_b_c".replace("_", ".", -1)`, "a.b.c"],
  [`"ab".replace("", "-")`, "-a-b-"],
  [`"a_b".replace("_", unknown())`, "?"],
  [`"a_b".replace("_", ".", unknown())`, "?"],
  [`"silver_orders_clean".split("_", maxsplit=1)[1]`, "orders_clean"],
  [`"silver_orders_clean".split("_", 1)[1]`, "orders_clean"],
  [`"silver_orders_clean".split(sep="_")[1]`, "orders"],
  [`" a  b c ".split(maxsplit=1)[1].strip()`, "b c"],
  [`" a  b c ".split(None, 1)[1].replace(" ", "_")`, "b_c_"],
  [`" a b  c ".rsplit(maxsplit=1)[0].replace(" ", "_")`, "_a_b"],
  [`"a b".split()[-1]`, "b"],
  [`len("".split())`, "0"],
  [`len("".split("_"))`, "1"],
  [`"a.b.c".rsplit(".", maxsplit=1)[0]`, "a.b"],
  [`"a.b.c".rsplit(".", 1)[-1]`, "c"],
  [`"a.b.c".rsplit(".", 0)[0]`, "a.b.c"],
  [`"a.b".split(unknown())[0]`, "?"],
  [`"a.b".split(".", unknown())[0]`, "?"],
  [`"a.b.c".partition(".")[2]`, "b.c"],
  [`"a.b.c".rpartition(".")[0]`, "a.b"],
  [`"abc".rpartition(".")[2]`, "abc"],
  [`len("a\\nb\\n".splitlines())`, "2"],
  [`"a\\nb".splitlines(True)[1]`, "b"],
  [`"abc".startswith(("x", "a"))`, "True"],
  [`"abc".startswith("b", 1)`, "True"],
  [`"abc".endswith(("x", "y"))`, "False"],
  [`"abc".endswith("b", 0, 2)`, "True"],
  [`"xxaxx".strip("x")`, "a"],
  [`"xyaxy".lstrip("yx")`, "axy"],
  [`"xxa ".rstrip()`, "xxa"],
  [`"xa".strip(unknown())`, "?"],
  [`"xa".strip(None)`, "xa"],
  [`"a_b_a".find("a", 1)`, "4"],
  [`"a_b_a".rfind("a")`, "4"],
  [`"a_b".find("z")`, "-1"],
  [`"a_b".index("b")`, "2"],
  [`"a_b_a".rindex("a")`, "4"],
  [`"a_b_a".count("a")`, "2"],
  [`"a_b_a".count("a", 1)`, "1"],
  [`"-7".zfill(4)`, "-007"],
  [`"7".zfill(3)`, "007"],
  [`"a".center(4, "x")`, "xaxx"],
  [`"ab".center(5, "x")`, "xxabx"],
  [`"a".ljust(3, "x")`, "axx"],
  [`"a".rjust(3, "x")`, "xxa"],
  [`"aB".swapcase()`, "Ab"],
  [`"silver orders_x2y it's".title().replace(" ", "_")`, "Silver_Orders_X2Y_It'S"],
  [`"ABC".capitalize()`, "Abc"],
  [`"a_b".translate({95: "."})`, "?"],
  [`"a_b".translate(str.maketrans("_", "."))`, "?"],
  [`"a\\tb".expandtabs()`, "?"],
  [`"a".encode()`, "?"],
  [`"ab1".isalnum()`, "True"],
  [`"ab1".isalpha()`, "False"],
  [`"AB".isupper()`, "True"],
  [`"1".islower()`, "False"],
  [`"a_1".isidentifier()`, "True"],
  [`"12".isdecimal()`, "True"],
  [`"".isdigit()`, "False"],
  [`" ".isspace()`, "True"],
  [`"Ab".casefold()`, "ab"],
  [`"raw_a".removeprefix("raw_")`, "a"],
  [`"a_raw".removesuffix("_raw")`, "a"],
  [`"a".removesuffix("")`, "a"],
  [`"_".join({"a": 1, "b": 2})`, "a_b"],
  [`"".join(reversed("cba"))`, "abc"],
  [`"_".join("ab")`, "a_b"],
  [`"_".join(sorted({"b", "a"}))`, "a_b"],
  [`"{!r}".format("a")`, "'a'"],
  [`"{:>{}}".format("a", 3)`, "?"],
  [`"{x[k]}".format(x={"k": "a"})`, "a"],
  [`"{x}".format_map({"x": "a"})`, "a"],
  [`f"{'a'!r}"`, "'a'"],
  [`f"{'a'!s}"`, "a"],
  [`str(True)`, "True"],
  [`str(1.0).replace(".", "_")`, "1_0"],
  [`str(1.5).replace(".", "_")`, "1_5"],
  [`str(2 * 1.0)`, "?"],
  [`str(1e16)`, "?"],
  [`str(12345678901234567890)`, "?"],
  [`str(-3)`, "-3"],
  [`repr("a")`, "'a'"],
  [`repr(["a"])`, "?"],
  [`str(b"a")`, "?"],
  [`int("007")`, "7"],
  [`int(" -7 ")`, "-7"],
  [`int(1.9)`, "1"],
  [`int("ff", 16)`, "?"],
  [`int(True)`, "1"],
  [`str(float("1")).replace(".", "_")`, "1_0"],
  [`str.lower("A")`, "a"],
  [`list(map(str.upper, ["a"]))[0]`, "A"],
  [`"a".no_such_method()`, "?"],
  [`"a_b".replace(*unknown())`, "?"],
  [`"abc"[::-1]`, "cba"],
  [`"abc"[-2:]`, "bc"],
  [`"abc"[2:0:-1]`, "cb"],
  [`"abcdef"[::2]`, "ace"],
  [`len("a" + unknown())`, "?"],
];

describe("texts", () => {
  test.each(texts)("%s", (expression, value) => {
    expect(shownValue(expression)).toBe(value);
  });
});

/** Statements, an expression that looks at what they leave, and what CPython says that it is; `?` for what is not followed. */
const collections: readonly (readonly [before: string, expression: string, value: string])[] = [
  ["", `sorted(["a", "b", "c"], reverse=True)[0]`, "c"],
  ["", `sorted(["bb", "a"], key=len)[0]`, "a"],
  ["", `sorted(["b", "A"], key=str.lower)[0]`, "A"],
  ["", `sorted([("b", 1), ("a", 2)])[0][0]`, "a"],
  ["", `sorted([("x", 1), ("y", 1)], key=lambda p: p[1], reverse=True)[0][0]`, "x"],
  [`xs = ["b", "a"]; xs.sort()`, "xs[0]", "a"],
  [`xs = ["b", "a", "c"]; xs.sort(reverse=True)`, "xs[0]", "c"],
  [`xs = ["bb", "a"]; xs.sort(key=len)`, "xs[0]", "a"],
  [`xs = ["a"]; xs[-1] = "b"`, "xs[0]", "b"],
  [`xs = ["a"]; xs[:] = ["b"]`, "xs[0]", "b"],
  [`xs = ["a", "b", "c"]; xs[1:2] = ["x", "y"]`, `"".join(xs)`, "axyc"],
  [`xs = ["a", "b", "c"]; xs[-1:] = []`, `"".join(xs)`, "ab"],
  [`xs = ["a"]; xs[unknown()] = "b"`, "xs[0]", "a or b"],
  [`it = iter(["a", "b"]); next(it)`, "next(it)", "b"],
  [`it = iter(["a"]); next(it)`, "next(it, 'z')", "z"],
  [`it = (x for x in ["a", "b"]); next(it)`, `"".join(it)`, "b"],
  [`it = iter(["a", "b", "c", "d"]); pairs = list(zip(it, it))`, "pairs[1][0] + pairs[1][1]", "cd"],
  [`def g():\n    yield "a"\n    yield "b"\nit = g(); next(it)`, "next(it)", "b"],
  [`it = map(str.upper, ["a", "b"]); next(it)`, "next(it)", "B"],
  [`it = filter(None, ["a", "b"]); next(it)`, "next(it)", "b"],
  [`it = enumerate(["a", "b"], start=3); next(it)`, "next(it)[0]", "4"],
  [`it = iter(["a", "b"]); first = list(it)`, "len(list(it))", "0"],
  [`it = iter(["a", "b", "c"])\nfor x in it:\n    break`, "next(it)", "?"],
  [`it = iter(["a", "b", "c"]); found = "a" in it`, "next(it)", "?"],
  [`d = {"x": "a", "y": "b"}; del d["y"]`, `"".join(d.values())`, "a"],
  [`xs = ["a", "b"]; del xs[0]`, "xs[0]", "b"],
  [`xs = ["a", "b", "c"]; del xs[:2]`, `"".join(xs)`, "c"],
  [`xs = ["a"]; xs.clear(); xs.append("b")`, "xs[0]", "b"],
  [`s = {"a", "b"}; s.discard("a")`, `"".join(s)`, "b"],
  [`s = {"a", "b"}; s.discard("z")`, "len(s)", "2"],
  [`s = {"a", "b"}; s.remove("b"); s.add("a")`, "len(s)", "1"],
  [`d = {"x": "a", "y": "b"}; k, v = d.popitem()`, "v + d['x']", "ba"],
  [`d = {"x": "a"}; d.clear()`, "len(d)", "0"],
  [`d = {"x": "a"}; d.pop("x")`, "d.get('x', 'z')", "z"],
  [`d = {"x": "a"}; d.update([("x", "b")])`, "d['x']", "b"],
  [`d = {"x": "a"}; d.update({"x": "b"}, y="c")`, "d['x'] + d['y']", "bc"],
  [`d = {"x": "a"}; d.setdefault("x", "b")`, "d['x']", "a"],
  [`d = {"x": "a"}; d[unknown()] = "b"`, "d['x']", "a or b"],
  [`xs = ["a", "b", "c"]; xs.pop(0)`, "xs[0]", "b"],
  [`xs = ["a", "b", "c"]; xs.pop(-2)`, `"".join(xs)`, "ac"],
  [`xs = ["a", "b"]; xs.remove("a")`, "xs[0]", "b"],
  [`xs = ["a"]; xs.insert(-1, "b")`, "xs[0]", "b"],
  [`xs = ["a"]; xs.insert(0, "b"); xs.reverse()`, "xs[0]", "a"],
  ["", `["a", "b"].index("b")`, "1"],
  ["", `["a", "b", "a"].count("a")`, "2"],
  ["", `len({"a", "a"})`, "1"],
  ["", `len(set(["a", "a", "b"]))`, "2"],
  ["", `len(frozenset("aa"))`, "1"],
  ["", `len({x for x in ["a", "a"]})`, "1"],
  ["", `len({"a"} | {"a", "b"})`, "2"],
  ["", `"".join({"a", "b"} & {"b"})`, "b"],
  ["", `"".join({"a", "b"} - {"b"})`, "a"],
  ["", `"".join({"a", "b"} ^ {"b"})`, "a"],
  ["", `"".join({"a": 1, "b": 2}.keys() - {"b"})`, "a"],
  ["", `"".join({"a", "b"}.intersection(["b"]))`, "b"],
  ["", `"".join({"a", "b"}.difference(["b"], ["c"]))`, "a"],
  ["", `sorted({"a"}.union(["b"]))[1]`, "b"],
  ["", `{"a", "b"} == {"b", "a"}`, "True"],
  ["", `{"a"}.issubset(["a", "b"])`, "True"],
  ["", `list({"a", "b"})[0]`, "a or b"],
  ["", `list({"a", "a"})[0]`, "a"],
  ["", `"".join({"a", "b"})`, "?"],
  ["from itertools import product", `"".join("".join(p) for p in product("ab", repeat=2))`, "aaabbabb"],
  ["from itertools import chain", `"".join(chain.from_iterable([["a"], ["b"]]))`, "ab"],
  ["from itertools import groupby", `[k for k, g in groupby("aab")][0]`, "?"],
  ["", `list(range(5, 0, -2))[1]`, "3"],
  ["", `len(range(0))`, "0"],
  ["", `len(range(-2, 2))`, "4"],
  ["", `min("b", "a")`, "a"],
  ["", `max(["a", "b"])`, "b"],
  ["", `max([3, 10])`, "10"],
  ["", `min(["bb", "a"], key=len)`, "a"],
  ["", `min([], default="z")`, "z"],
  ["", `sum([1, 2], 3)`, "6"],
  ["", `sum([["a"], ["b"]], [])[1]`, "b"],
  ["", `any([unknown(), True])`, "True"],
  ["", `all([unknown(), False])`, "False"],
  ["", `all([])`, "True"],
  ["", `abs(-3)`, "3"],
  ["", `round(3)`, "3"],
  ["", `round(2.5)`, "?"],
  ["", `list(zip("ab", "xy", strict=True))[1][1]`, "y"],
  ["", `list(reversed(["a", "b"]))[0]`, "b"],
  ["", `["a", "b", "c"][::-1][0]`, "c"],
  ["", `["a", "b", "c"][-2:][0]`, "b"],
  ["", `["a", "b", "c"][::2][1]`, "c"],
  ["", `"".join(["a", "b", "c"][5:0:-1])`, "cb"],
  ["", `"".join({"b": 1, "a": 2})`, "ba"],
  ["", `"".join(dict.fromkeys(["b", "a", "b"]))`, "ba"],
  ["", `dict.fromkeys("ab", "x")["b"]`, "x"],
  ["", `(["a"] * 2)[1]`, "a"],
  ["", `dict(zip("xy", "ab"))["y"]`, "b"],
  ["", `type("a")`, "?"],
  ["import copy\nd = {'x': ['a']}; e = copy.deepcopy(d); e['x'].append('b'); e['y'] = 1", "len(d['x']) + len(d)", "2"],
  ["import copy\nd = {'x': ['a']}; e = copy.copy(d); e['x'].append('b'); e['y'] = 1", "len(d['x']) + len(d)", "3"],
];

describe("lists, sets, iterators and dictionaries", () => {
  test.each(collections)("%s; %s", (before, expression, value) => {
    expect(shownValue(expression, before)).toBe(value);
  });
});

/** Classes, an attribute, and what CPython says that it is; `?` for what is not followed. */
const classes: readonly (readonly [name: string, text: string, expression: string, value: string])[] = [
  [
    "__post_init__",
    "@dataclass\nclass S:\n    t: str\n    def __post_init__(self):\n        self.t = 'b'",
    "S('a').t",
    "b",
  ],
  [
    "InitVar",
    "@dataclass\nclass S:\n    p: InitVar[str]\n    t: str = ''\n    def __post_init__(self, p):\n        self.t = p + '_x'",
    "S('a').t",
    "a_x",
  ],
  [
    "a property's setter",
    "class C:\n    @property\n    def t(self):\n        return self._t\n    @t.setter\n    def t(self, v):\n        self._t = v + '_x'\nc = C(); c.t = 'a'",
    "c.t",
    "a_x",
  ],
  ["setattr", "class C:\n    s = 'a'\nc = C(); setattr(c, 's', 'b')", "c.s", "b"],
  ["setattr of a name that is not known", "class C:\n    s = 'a'\nc = C(); setattr(c, unknown(), 'b')", "c.s", "?"],
  ["__dict__", "class C:\n    s = 'a'\nc = C(); c.__dict__['s'] = 'b'", "c.s", "?"],
  [
    "object.__setattr__",
    "@dataclass(frozen=True)\nclass C:\n    s: str\n    def __post_init__(self):\n        object.__setattr__(self, 's', 'b')",
    "C('a').s",
    "b",
  ],
  ["a decorator of the project", "def d(c):\n    c.s = 'b'\n    return c\n@d\nclass C:\n    s = 'a'", "C.s", "b"],
  ["a decorator from outside", "from company import d\n@d\nclass C:\n    s = 'a'", "C.s", "?"],
  [
    "a metaclass",
    "class M(type):\n    def __init__(c, *a):\n        c.s = 'b'\nclass C(metaclass=M):\n    s = 'a'",
    "C().s",
    "?",
  ],
  ["ABCMeta", "from abc import ABCMeta\nclass C(metaclass=ABCMeta):\n    s = 'a'", "C().s", "a"],
  [
    "__init_subclass__",
    "class B:\n    def __init_subclass__(cls, t='z', **kw):\n        cls.t = t\nclass C(B, t='a'):\n    pass",
    "C().t",
    "a",
  ],
  ["ClassVar", "@dataclass\nclass S:\n    kind: ClassVar[str] = 'k'\n    t: str = 'x'", "S('a').t", "a"],
  ["ClassVar as a text", "@dataclass\nclass S:\n    kind: 'ClassVar[str]' = 'k'\n    t: str = 'x'", "S('a').t", "a"],
  [
    "init=False",
    "@dataclass\nclass S:\n    k: str = field(init=False, default='k')\n    t: str = 'x'",
    "S('a').t",
    "a",
  ],
  ["kw_only", "@dataclass\nclass S:\n    k: str = field(kw_only=True, default='k')\n    t: str = 'x'", "S('a').t", "a"],
  [
    "a field that a subclass redefines",
    "@dataclass\nclass A:\n    t: str\n    u: str = 'u'\n@dataclass\nclass B(A):\n    u: str = 'v'\n    t: str = 'w'",
    "B('a', 'b').t + B('a').u",
    "av",
  ],
  [
    "a subclass that is no data class",
    "@dataclass\nclass A:\n    t: str = 'a'\nclass B(A):\n    k: str = 'k'",
    "B('b').t",
    "b",
  ],
  [
    "each instance its own list",
    "@dataclass\nclass A:\n    xs: list = field(default_factory=list)\na = A(); b = A(); a.xs.append('x')",
    "len(b.xs)",
    "0",
  ],
  ["arguments that are not known", "@dataclass\nclass A:\n    t: str = 'a'", "A(*unknown()).t", "?"],
  [
    "super().__init__ of a data class",
    "@dataclass\nclass A:\n    t: str = 'a'\nclass B(A):\n    def __init__(self):\n        super().__init__('b')",
    "B().t",
    "b",
  ],
  ["a diamond", "class A:\n    s = 'a'\nclass B(A): pass\nclass C(A):\n    s = 'c'\nclass D(B, C): pass", "D().s", "c"],
  [
    "super() in a diamond",
    "class A:\n    def s(self): return 'a'\nclass B(A):\n    def s(self): return 'b' + super().s()\nclass C(A):\n    def s(self): return 'c' + super().s()\nclass D(B, C): pass",
    "D().s()",
    "bca",
  ],
  ["a base that can't be seen", "from company import X\nclass B:\n    s = 'a'\nclass C(X, B): pass", "C().s", "?"],
  ["Generic", "from typing import Generic\nclass B:\n    s = 'a'\nclass C(Generic[T], B): pass", "C().s", "a"],
  ["__getattribute__", "class C:\n    s = 'a'\n    def __getattribute__(self, n): return 'b'", "C().s", "?"],
  [
    "__new__",
    "class C:\n    s = 'a'\n    def __new__(cls):\n        o = object.__new__(cls); o.s = 'b'; return o",
    "C().s",
    "?",
  ],
  ["__bool__", "class C:\n    def __bool__(self): return False", "'a' if C() else 'b'", "a or b"],
  ["type(self)", "class C:\n    s = 'a'\n    def t(self): return type(self).s", "C().t()", "a"],
  ["the value of a member", "class L(Enum):\n    B = 'b'", "L.B.value", "b"],
  ["the name of a member", "class L(Enum):\n    B = 'b'", "L.B.name", "B"],
  ["a member in a text", "class L(Enum):\n    B = 'b'", "f'{L.B}'", "?"],
  ["a member that is a text", "class L(str, Enum):\n    B = 'b'", "L.B + '_x'", "b_x"],
  ["all members", "class L(Enum):\n    B = 'b'\n    S = 's'\n    T = 's'", "''.join(l.value for l in L)", "bs"],
  ["a member by its value", "class L(Enum):\n    B = 'b'", "L('b').name", "B"],
  ["a member by its name", "class L(Enum):\n    B = 'b'", "L['B'].value", "b"],
  ["a member as a key", "class L(Enum):\n    B = 'b'\n    S = 's'\nd = {L.B: 'x', L.S: 'y'}", "d[L.S]", "y"],
  ["members that are compared", "class L(Enum):\n    B = 'b'\n    S = 's'", "'x' if L.B is L.S else 'y'", "y"],
  [
    "a member with several values",
    "class L(Enum):\n    B = ('b', 1)\n    def __init__(self, t, n): self.t = t",
    "L.B.t",
    "b",
  ],
  ["namedtuple", "P = namedtuple('P', 'k t')", "P('a', t='b').t", "b"],
  ["NamedTuple", "class P(NamedTuple):\n    k: str\n    t: str = 'z'", "P('a').t + P('a', 'b').t", "zb"],
  ["SimpleNamespace", "n = SimpleNamespace(t='a')", "n.t", "a"],
  ["globals()", "N = 'a'", "globals()['N']", "a"],
  ["globals() that is set", "globals()['N'] = 'a'", "N", "a"],
];

const classPrelude = `
from collections import namedtuple
from dataclasses import InitVar, dataclass, field
from enum import Enum
from types import SimpleNamespace
from typing import ClassVar, NamedTuple
`;

describe("classes", () => {
  test.each(classes)("%s", (_, text, expression, value) => {
    expect(shownValue(expression, `${classPrelude}${text}`)).toBe(value);
  });
});

/** Modules of a project, the main one's first statements, an expression, and what it gives. */
const modules: readonly (readonly [name: string, lib: string, text: string, expression: string, value: string])[] = [
  [
    "__all__",
    "__all__ = ['Y', '_Z']\nX = 'lib'\nY = 'y'\n_Z = 'z'",
    "X = 'own'\nfrom lib.x import *",
    "X + Y + _Z",
    "ownyz",
  ],
  ["no __all__", "X = 'lib'\n_Z = 'lib'", "X = 'own'; _Z = 'own'\nfrom lib.x import *", "X + _Z", "libown"],
  ["an __all__ that is not known", "__all__ = names()\nX = 'lib'", "X = 'own'\nfrom lib.x import *", "X", "own or lib"],
  ["a name that is set", "X = 'a'\ndef f(): return X", "from lib import x\nx.X = 'b'", "x.f() + x.X", "bb"],
  ["a name that setattr sets", "X = 'a'\ndef f(): return X", "from lib import x\nsetattr(x, 'X', 'b')", "x.f()", "b"],
  ["a name that is set by the way", "X = 'a'", "from lib import y, x", "x.X", "c"],
  ["import_module", "N = 'a'", "import importlib", "importlib.import_module('lib.x').N", "a"],
];

test.each(modules)("modules: %s", (_, lib, text, expression, value) => {
  const others = { "lib/__init__.py": "", "lib/x.py": lib, "lib/y.py": "from lib import x\nx.X = 'c'\n" };
  const main = `import dlt\n${text}\n@dlt.table\ndef t():\n    return spark.read.table(str(${expression}))\n`;
  expect(readsOf(readModule("m.py", main, others).datasets[0]).join(" or ")).toBe(value);
});

test.each([
  ["spark.sql(Q)", null],
  ["spark.sql(open('q.sql').read())", null],
  ["reduce(lambda a, b: a.union(b), [spark.table(k) for k in dict.fromkeys(names())])", "materialized_view"],
  ["reduce(DataFrame.union, [spark.table(k) for k in dict.fromkeys(names())])", "materialized_view"],
  ["reduce(DataFrame.union, [spark.table(k) for k in dict.fromkeys(['a', 'b'])])", "materialized_view"],
  ["spark.table(Q)", "materialized_view"],
  ["load_all()", "streaming_table"],
])("what @dp.table makes of %s", (expression, kind) => {
  const text = `from functools import reduce\nfrom pyspark import pipelines as dp\nfrom pyspark.sql import DataFrame\n@dp.table\ndef t():\n    return ${expression}\n`;
  expect(readModule("m.py", text).datasets[0]?.kind).toBe(kind);
});

/** Frames that come out of what is not followed, and are joined: each is a read that can't be told. */
test.each([
  ["", "FRAMES['b']"],
  ["", "FRAMES.orders"],
  ["", "library('b')[0]"],
  ["fs = {}\nfor n in names(): fs[n] = dlt.read(n)", "fs['x']"],
  ["fs = iter([library('x'), library('y')]); next(fs)", "next(fs)"],
  ["fs = iter([library('x')])\nfor f in fs:\n    break", "next(fs)"],
  ["fs = [library('x')]; fs.pop(unknown())", "fs[0]"],
  ["class C:\n    f = library('y')\nsetattr(C, unknown(), 1)", "C.f"],
  ["import company\n@company.d\nclass C:\n    f = library('y')", "C.f"],
  ["", "max([library('x'), library('y')], key=str)"],
  ["", "{'x': library('y')}.pop(unknown())"],
  ["", "list(*unknown())[0]"],
  ["", "next(map(dlt.read, names()))"],
  ["from itertools import groupby", "[library(x) for x, _ in groupby('ab')][0]"],
])("%s; a frame from %s is not lost", (before, expression) => {
  const start = `import dlt\nfrom library import library\nFRAMES = load_all()\n${before}\n`;
  const text = `${start}@dlt.table\ndef t():\n    return dlt.read('a').join(${expression}, 'id')\n`;
  expect(readsOf(readModule("m.py", text).datasets[0])).toEqual(["a", "?"]);
});

test("a frame that is handed to a function is the caller's", () => {
  const text =
    "import dlt\ndef add(left, right):\n    return dlt.read('b').join(right, 'id')\n@dlt.table\ndef t():\n    return dlt.read('a').mapInPandas(add, 'id INT')\n";
  expect(readsOf(readModule("m.py", text).datasets[0]).sort()).toEqual(["a", "b"]);
});

test.each([
  "xs = list(range(100000))\nfor i in range(100000): b = sum(xs)",
  "x = 'a' * 9999\nx = x * 90\nfor i in range(100000): k = x[::-1].strip('a').title()",
  "x = []\nfor i in range(100): x = [x, x]\nz = sorted([x, x])",
  "x = []; x.append(x)\nw = {1: 2}.get(x)",
])("work is charged: %s", (text) => {
  expect(readModule("m.py", `${text}\n`).tooBig).toBe(true);
});
