"""Prints Python texts, at random but the same for each seed, with the trees that CPython makes of them: one JSON line a text.

Texts come in families: one that `ast` wrote, and others with brackets more or less, of which some have the same tree and some have not.
"""

import ast
import io
import json
import random
import sys
import tokenize
import warnings

warnings.simplefilter("ignore")

NAMES = ["a", "b", "ab", "bc", "c", "f", "b_", "Tuple", "Await", "lambda_"]
LOAD, STORE = ast.Load(), ast.Store()


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one(self, *makers):
        return self.random.choice(makers)

    def chance(self, part: float) -> bool:
        return self.random.random() < part

    def name(self) -> str:
        return self.random.choice(NAMES)

    def some(self, make, least: int = 0, most: int = 2) -> list:
        return [make() for _ in range(self.random.randint(least, most))]

    def maybe(self, make):
        return make() if self.chance(0.5) else None

    def target(self, depth: int) -> ast.expr:
        kind = self.random.randint(0, 5)
        if kind <= 2 or depth <= 0:
            return ast.Name(self.name(), STORE)
        if kind == 3:
            return ast.Attribute(self.expression(depth - 1), self.name(), STORE)
        if kind == 4:
            return ast.Subscript(self.expression(depth - 1), self.index(depth - 1), STORE)
        return self.one(ast.Tuple, ast.List)([self.target(depth - 1) for _ in range(self.random.randint(1, 2))], STORE)

    def index(self, depth: int) -> ast.expr:
        def part():
            return self.maybe(lambda: self.expression(depth - 1))

        def one():
            return ast.Slice(part(), part(), part()) if self.chance(0.5) else self.expression(depth - 1)

        return ast.Tuple(self.some(one, 1, 2), LOAD) if self.chance(0.2) else one()

    def constant(self) -> ast.expr:
        return ast.Constant(
            self.random.choice([0, 1, 12, 1.0, 1.5, 2j, "", "a", "b", "ab", 'x"', b"", b"a", None, True, False, ...])
        )

    def formatted(self, depth: int) -> ast.JoinedStr:
        def part():
            if self.chance(0.4):
                return ast.Constant(self.random.choice(["a", "b", "!r", ":", " "]))
            spec = self.maybe(lambda: ast.JoinedStr([ast.Constant(">3")]))
            return ast.FormattedValue(ast.Name(self.name(), LOAD), self.random.choice([-1, 114, 115]), spec)

        return ast.JoinedStr(self.some(part, 1, 3))

    def parameters(self, depth: int, annotated: bool) -> ast.arguments:
        names = self.random.sample(["a", "b", "ab", "bc", "c", "x"], 5)

        def arg():
            return ast.arg(names.pop(), self.maybe(lambda: self.expression(0)) if annotated else None)

        first, plain, only = self.some(arg, 0, 1), self.some(arg, 0, 2), self.some(arg, 0, 1)
        defaults = [self.expression(depth - 1) for _ in range(self.random.randint(0, len(first) + len(plain)))]
        return ast.arguments(
            first,
            plain,
            self.maybe(arg) if names else None,
            only,
            [self.maybe(lambda: self.expression(depth - 1)) for _ in only],
            self.maybe(arg) if names else None,
            defaults,
        )

    def clauses(self, depth: int) -> list:
        def clause():
            return ast.comprehension(
                self.target(depth - 1),
                self.expression(depth - 1),
                self.some(lambda: self.expression(depth - 1), 0, 1),
                0,
            )

        return self.some(clause, 1, 2)

    def keyword(self, depth: int) -> ast.keyword:
        return ast.keyword(self.maybe(self.name), self.expression(depth - 1))

    def starred(self, depth: int) -> ast.expr:
        return ast.Starred(self.expression(depth - 1), LOAD) if self.chance(0.2) else self.expression(depth - 1)

    def expression(self, depth: int) -> ast.expr:
        if depth <= 0:
            return self.constant() if self.chance(0.3) else ast.Name(self.name(), LOAD)
        inner = lambda: self.expression(depth - 1)  # noqa: E731
        kind = self.random.randint(0, 23)
        match kind:
            case 0 | 1:
                operators = [ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.MatMult, ast.LShift]
                return ast.BinOp(
                    inner(), self.random.choice([*operators, ast.BitOr, ast.BitAnd, ast.BitXor])(), inner()
                )
            case 2 | 3:
                return ast.BinOp(inner(), ast.Pow(), inner())
            case 4:
                return ast.BoolOp(self.one(ast.And, ast.Or)(), self.some(inner, 2, 3))
            case 5 | 6:
                return ast.UnaryOp(self.one(ast.Not, ast.USub, ast.UAdd, ast.Invert)(), inner())
            case 7 | 8:
                operators = [ast.Lt, ast.Gt, ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Is, ast.IsNot]
                count = self.random.randint(1, 2)
                return ast.Compare(
                    inner(), [self.random.choice(operators)() for _ in range(count)], [inner() for _ in range(count)]
                )
            case 9 | 10:
                return ast.IfExp(inner(), inner(), inner())
            case 11 | 12 | 13:
                return ast.Lambda(self.parameters(depth - 1, annotated=False), inner())
            case 14:
                return ast.Attribute(inner(), self.name(), LOAD)
            case 15 | 16:
                return ast.Call(
                    inner(), self.some(lambda: self.starred(depth), 0, 2), self.some(lambda: self.keyword(depth), 0, 2)
                )
            case 17:
                return ast.Subscript(inner(), self.index(depth), LOAD)
            case 18:
                return self.one(ast.Tuple, ast.List)(self.some(lambda: self.starred(depth), 0, 2), LOAD)
            case 19:
                if self.chance(0.5):
                    return ast.Set(self.some(lambda: self.starred(depth), 1, 2))
                return ast.Dict(*zip(*self.some(lambda: (self.maybe(inner), inner()), 1, 2), strict=True))
            case 20:
                make = self.one(ast.ListComp, ast.SetComp, ast.GeneratorExp)
                return (
                    make(inner(), self.clauses(depth))
                    if self.chance(0.7)
                    else ast.DictComp(inner(), inner(), self.clauses(depth))
                )
            case 21:
                return self.one(
                    lambda: ast.Await(inner()), lambda: ast.Yield(self.maybe(inner)), lambda: ast.YieldFrom(inner())
                )()
            case 22:
                return ast.NamedExpr(ast.Name(self.name(), STORE), inner())
            case _:
                return self.formatted(depth)

    def pattern(self, depth: int) -> ast.pattern:
        kind = self.random.randint(0, 7 if depth > 0 else 3)
        inner = lambda: self.pattern(depth - 1)  # noqa: E731
        match kind:
            case 0 | 1:
                value = self.random.choice([1, 1.5, -1, "a", "ab", b"a", None, True, "x.y", "a.b.c", 1 + 2j, -1 - 2j])
                if value is None or value is True:
                    return ast.MatchSingleton(value)
                text = value if value in ("x.y", "a.b.c") else repr(value).strip("()")
                return ast.MatchValue(ast.parse(text, mode="eval").body)
            case 2 | 3:
                return ast.MatchAs(None, self.maybe(self.name))
            case 4:
                stars = self.maybe(lambda: ast.MatchStar(self.maybe(self.name)))
                return ast.MatchSequence([*self.some(inner, 0, 2), *([stars] if stars else [])])
            case 5:
                count = self.random.randint(0, 2)
                keys = [ast.Constant(self.random.choice([1, "a", -2])) for _ in range(count)]
                return ast.MatchMapping(keys, [inner() for _ in range(count)], self.maybe(self.name))
            case 6:
                names = self.random.sample(NAMES, self.random.randint(0, 2))
                cls = ast.parse(self.random.choice(["A", "a.B"]), mode="eval").body
                return ast.MatchClass(cls, self.some(inner, 0, 2), names, [inner() for _ in names])
            case _:
                if self.chance(0.5):
                    return ast.MatchOr([inner(), inner()])
                return ast.MatchAs(inner(), self.name())

    def statement(self, depth: int) -> ast.stmt:
        value = lambda: self.expression(depth)  # noqa: E731
        body = lambda: [ast.Expr(ast.Name(self.name(), LOAD))]  # noqa: E731
        match self.random.randint(0, 15):
            case 0 | 1 | 2:
                return ast.Expr(value())
            case 3:
                return ast.Assign(self.some(lambda: self.target(1), 1, 2), value())
            case 4:
                return ast.AnnAssign(
                    ast.Name(self.name(), STORE), self.expression(0), self.maybe(value), self.one(0, 1)
                )
            case 5:
                return ast.AugAssign(ast.Name(self.name(), STORE), self.one(ast.Add, ast.Mult, ast.Pow)(), value())
            case 6:
                return ast.For(self.target(1), value(), body(), self.one(list, body)())
            case 7:

                def item():
                    return ast.withitem(self.expression(depth - 1), self.maybe(lambda: self.target(1)))

                return ast.With(self.some(item, 1, 2), body())
            case 8:
                handler = lambda: ast.ExceptHandler(self.expression(1), self.maybe(self.name), body())  # noqa: E731
                return ast.Try(body(), self.some(handler, 1, 2), self.one(list, body)(), self.one(list, body)())
            case 9 | 10 | 11:
                case = lambda: ast.match_case(
                    self.pattern(2), self.maybe(lambda: self.expression(1)), body()
                )  # noqa: E731
                return ast.Match(value(), self.some(case, 1, 2))
            case 12 | 13:
                made = ast.FunctionDef(
                    self.name(),
                    self.parameters(1, annotated=True),
                    body(),
                    self.some(value, 0, 1),
                    self.maybe(lambda: self.expression(0)),
                )
                made.type_params = []
                return made
            case 14:
                made = ast.ClassDef(
                    self.name(), self.some(value, 0, 1), self.some(lambda: self.keyword(1), 0, 1), body(), []
                )
                made.type_params = []
                return made
            case _:
                return self.one(
                    lambda: ast.Return(self.maybe(value)),
                    lambda: ast.Assert(value(), self.maybe(value)),
                    lambda: ast.Raise(value(), self.maybe(value)),
                    lambda: ast.Delete([self.target(1)]),
                    lambda: ast.If(value(), body(), self.one(list, body)()),
                    lambda: ast.While(value(), body(), self.one(list, body)()),
                )()

    def family(self):
        """A text, and others with brackets taken away or put in."""
        text = ast.unparse(ast.fix_missing_locations(ast.Module([self.statement(2)], [])))
        yield text
        spans, opened = [], []
        try:
            tokens = [
                token
                for token in tokenize.generate_tokens(io.StringIO(text).readline)
                if token.type in (tokenize.OP, tokenize.NAME, tokenize.NUMBER, tokenize.STRING)
            ]
        except tokenize.TokenError:
            return
        lines = [0]
        for line in text.splitlines(keepends=True):
            lines.append(lines[-1] + len(line))
        at = [(lines[t.start[0] - 1] + t.start[1], lines[t.end[0] - 1] + t.end[1]) for t in tokens]
        for (start, end), token in zip(at, tokens, strict=True):
            if token.string == "(":
                opened.append(start)
            elif token.string == ")" and opened:
                spans.append((opened.pop(), end - 1))
        for open_, close in spans:
            yield f"{text[:open_]} {text[open_ + 1:close]} {text[close + 1:]}"
        for _ in range(6):
            first = self.random.randrange(len(at))
            last = min(len(at) - 1, first + self.random.randint(0, 6))
            start, end = at[first][0], at[last][1]
            if "\n" not in text[start:end]:
                yield f"{text[:start]}({text[start:end]}){text[end:]}"


class Plain(ast.NodeTransformer):
    """What makes no difference to what a program does is in one form."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        self.generic_visit(node)
        parts: list[ast.expr] = []
        for part in node.values:
            last = parts[-1] if parts else None
            if isinstance(part, ast.Constant) and isinstance(last, ast.Constant):
                parts[-1] = ast.Constant(last.value + part.value)
            elif not (isinstance(part, ast.Constant) and part.value == ""):
                parts.append(part)
        if all(isinstance(part, ast.Constant) for part in parts):
            return ast.Constant("".join(part.value for part in parts))
        return ast.JoinedStr(parts)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.expr:
        self.generic_visit(node)
        spec = node.format_spec
        if isinstance(spec, ast.Constant):
            spec = ast.JoinedStr([spec]) if spec.value else None
        return ast.FormattedValue(node.value, node.conversion, spec)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        left, *others = node.values
        for right in others:
            left = ast.BoolOp(node.op, [left, right])
        return left

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return ast.Constant(node.value)

    def visit_Delete(self, node: ast.Delete) -> ast.stmt:
        def flat(target: ast.expr) -> list:
            return (
                [x for one in target.elts for x in flat(one)] if isinstance(target, ast.Tuple | ast.List) else [target]
            )

        self.generic_visit(node)
        return ast.Delete([one for target in node.targets for one in flat(target)])

    def body(self, statements: list) -> list:
        return [
            one
            for one in statements
            if not isinstance(one, ast.Pass)
            and not (
                isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str)
            )
        ]

    def visit_Module(self, node: ast.Module) -> ast.Module:
        self.generic_visit(node)
        return ast.Module(self.body(node.body), [])


def main() -> None:
    seed, count = (int(argument) for argument in sys.argv[1:3])
    seen = set()
    for n in range(count):
        for text in Maker(seed * 1_000_003 + n).family():
            if text in seen:
                continue
            seen.add(text)
            try:
                tree = ast.parse(text)
            except (SyntaxError, ValueError):
                continue
            print(json.dumps({"text": text, "tree": ast.dump(Plain().visit(tree))}))


main()
