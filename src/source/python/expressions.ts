import type { Argument, ComprehensionClause, Expression, Name, Parameter } from "./ast.js";
import { Cursor } from "./cursor.js";
import { parseString } from "./strings.js";
import { Kind, TooDeep } from "./tokens.js";

const keywords = new Set(
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);

/** How tightly the binary operators bind, from `|` to `*`; all of them lean left. */
const precedence: Readonly<Record<string, number>> = {
  "|": 1,
  "^": 2,
  "&": 3,
  "<<": 4,
  ">>": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "//": 6,
  "%": 6,
  "@": 6,
};

/** The longest chain of calls, operators or branches that is read: the tree is as deep as the chain is long. */
const maxChain = 1500;

/** Parses expressions (the Python language reference, chapter 6). */
export class ExpressionParser extends Cursor {
  /** An expression as it stands in brackets: `name := value` and conditionals included. */
  protected named(): Expression {
    const start = this.start;
    const target = this.test();
    if (!this.is(":=")) return target;
    if (target.type !== "Name") throw this.fault("only a name can be assigned to here");
    this.at++;
    const value = this.test();
    return { type: "Named", target, value, start, end: this.previousEnd };
  }

  protected test(): Expression {
    this.enter();
    const result = this.conditional();
    this.depth--;
    return result;
  }

  private conditional(): Expression {
    if (this.isWord("lambda")) return this.lambda();
    const start = this.start;
    const then = this.or();
    if (!this.isWord("if")) return then;
    this.at++;
    const test = this.or();
    this.expectWord("else");
    const otherwise = this.test();
    return { type: "Conditional", test, then, otherwise, start, end: this.previousEnd };
  }

  private lambda(): Expression {
    const start = this.start;
    this.at++;
    const parameters = this.parameters(":", false);
    this.expect(":");
    const body = this.test();
    return { type: "Lambda", parameters, body, start, end: this.previousEnd };
  }

  protected parameters(close: string, annotated: boolean): Parameter[] {
    const parameters: Parameter[] = [];
    while (!this.is(close)) {
      if (this.accept("/")) parameters.push({ name: "", star: "/", annotation: null, default: null });
      else {
        const star = this.accept("*") ? "*" : this.accept("**") ? "**" : "";
        if (star === "*" && this.is(",")) parameters.push({ name: "", star, annotation: null, default: null });
        else {
          const name = this.identifier();
          const annotation = annotated && this.accept(":") ? this.starred() : null;
          const value = star === "" && this.accept("=") ? this.test() : null;
          parameters.push({ name, star, annotation, default: value });
        }
      }
      if (!this.accept(",")) break;
    }
    return parameters;
  }

  protected identifier(): string {
    if (this.kind() !== Kind.Name || keywords.has(this.word())) throw this.fault("expected a name");
    const id = this.word();
    this.at++;
    return id;
  }

  private or(): Expression {
    const start = this.start;
    let left = this.and();
    for (let n = 0; this.isWord("or"); n++) {
      if (n > maxChain) throw new TooDeep();
      this.at++;
      const right = this.and();
      left = { type: "Operation", operator: "or", left, right, start, end: this.previousEnd };
    }
    return left;
  }

  private and(): Expression {
    const start = this.start;
    let left = this.not();
    for (let n = 0; this.isWord("and"); n++) {
      if (n > maxChain) throw new TooDeep();
      this.at++;
      const right = this.not();
      left = { type: "Operation", operator: "and", left, right, start, end: this.previousEnd };
    }
    return left;
  }

  private not(): Expression {
    if (!this.isWord("not")) return this.comparison();
    const start = this.start;
    this.at++;
    const operand = this.deeper(() => this.not());
    return { type: "Unary", operator: "not", operand, start, end: this.previousEnd };
  }

  private comparison(): Expression {
    const start = this.start;
    const first = this.binary(1);
    const rest: { operator: string; value: Expression }[] = [];
    for (let operator = this.comparator(); operator !== null; operator = this.comparator()) {
      rest.push({ operator, value: this.binary(1) });
    }
    return rest.length === 0 ? first : { type: "Comparison", first, rest, start, end: this.previousEnd };
  }

  private comparator(): string | null {
    const word = this.kind() === Kind.Operator || this.kind() === Kind.Name ? this.word() : "";
    switch (word) {
      case "<":
      case ">":
      case "==":
      case ">=":
      case "<=":
      case "!=":
      case "in":
        this.at++;
        return word;
      case "is":
        this.at++;
        return this.acceptWord("not") ? "is not" : "is";
      case "not":
        if (this.kindAt(1) !== Kind.Name || this.word(1) !== "in") return null;
        this.at += 2;
        return "not in";
      default:
        return null;
    }
  }

  /** A binary operation of operators that bind at least as tightly as `least`. */
  protected binary(least: number): Expression {
    const start = this.start;
    let left = this.unary();
    for (let n = 0; this.kind() === Kind.Operator; n++) {
      const operator = this.word();
      const level = precedence[operator];
      if (level === undefined || level < least) break;
      if (n > maxChain) throw new TooDeep();
      this.at++;
      const right = this.binary(level + 1);
      left = { type: "Operation", operator, left, right, start, end: this.previousEnd };
    }
    return left;
  }

  private unary(): Expression {
    if (this.kind() !== Kind.Operator || !(this.is("-") || this.is("+") || this.is("~"))) return this.power();
    const start = this.start;
    const operator = this.word();
    this.at++;
    const operand = this.deeper(() => this.unary());
    return { type: "Unary", operator, operand, start, end: this.previousEnd };
  }

  private power(): Expression {
    const start = this.start;
    const left = this.awaited();
    if (!this.accept("**")) return left;
    const right = this.deeper(() => this.unary());
    return { type: "Operation", operator: "**", left, right, start, end: this.previousEnd };
  }

  private awaited(): Expression {
    if (!this.isWord("await")) return this.postfix();
    const start = this.start;
    this.at++;
    const value = this.postfix();
    return { type: "Await", value, start, end: this.previousEnd };
  }

  /** An atom with what is called on it, read from it, or indexed in it. */
  protected postfix(): Expression {
    const start = this.start;
    let left = this.atom();
    for (let n = 0; this.kind() === Kind.Operator; n++) {
      if (n > maxChain) throw new TooDeep();
      if (this.accept(".")) {
        const nameStart = this.start;
        const name = this.identifier();
        left = { type: "Attribute", object: left, name, nameStart, start, end: this.previousEnd };
      } else if (this.accept("(")) {
        const args = this.args();
        left = { type: "Call", callee: left, args, start, end: this.previousEnd };
      } else if (this.accept("[")) {
        const index = this.subscripts();
        left = { type: "Subscript", object: left, index, start, end: this.previousEnd };
      } else break;
    }
    return left;
  }

  /** The arguments of a call up to its `)`, after its `(`. */
  protected args(): Argument[] {
    const args: Argument[] = [];
    while (!this.is(")")) {
      if (this.accept("*")) args.push({ name: null, star: "*", value: this.test() });
      else if (this.accept("**")) args.push({ name: null, star: "**", value: this.test() });
      else if (this.kind() === Kind.Name && this.kindAt(1) === Kind.Operator && this.word(1) === "=") {
        const name = this.identifier();
        this.at++;
        args.push({ name, star: "", value: this.test() });
      } else {
        const start = this.start;
        const value = this.named();
        const generator = this.isFor() ? this.comprehension("generator", start, value, null) : value;
        args.push({ name: null, star: "", value: generator });
      }
      if (!this.accept(",")) break;
    }
    this.expect(")");
    return args;
  }

  private subscripts(): Expression {
    const start = this.start;
    const items: Expression[] = [];
    let tuple = false;
    while (!this.is("]")) {
      items.push(this.subscript());
      if (!this.accept(",")) break;
      tuple = true;
    }
    const end = this.previousEnd;
    this.expect("]");
    const [only] = items;
    if (only === undefined) throw this.fault("expected an index");
    return tuple || only.type === "Star" ? { type: "Tuple", items, start, end } : only;
  }

  private subscript(): Expression {
    const start = this.start;
    if (this.is("*")) return this.starred();
    const first = this.is(":") ? null : this.named();
    if (!this.is(":")) {
      if (first === null) throw this.fault("expected an index");
      return first;
    }
    const parts: (Expression | null)[] = [first];
    while (parts.length < 3 && this.accept(":")) {
      parts.push(this.is(":") || this.is("]") || this.is(",") ? null : this.test());
    }
    while (parts.length < 3) parts.push(null);
    return { type: "Slice", parts, start, end: this.previousEnd };
  }

  /** `*x`, or an expression. */
  protected starred(): Expression {
    if (!this.is("*")) return this.named();
    const start = this.start;
    this.at++;
    const value = this.binary(1);
    return { type: "Star", value, start, end: this.previousEnd };
  }

  /** One expression, or a tuple without brackets. */
  protected expressions(): Expression {
    const start = this.start;
    if (this.isWord("yield")) return this.yielded();
    const first = this.is("*") ? this.starred() : this.test();
    if (!this.is(",")) return first;
    const items = [first];
    while (this.accept(",")) {
      if (!this.startsExpression()) break;
      items.push(this.is("*") ? this.starred() : this.test());
    }
    return { type: "Tuple", items, start, end: this.previousEnd };
  }

  protected yielded(): Expression {
    const start = this.start;
    this.expectWord("yield");
    if (this.acceptWord("from")) {
      const value = this.test();
      return { type: "YieldFrom", value, start, end: this.previousEnd };
    }
    const value = this.startsExpression() ? this.expressions() : null;
    return { type: "Yield", value, start, end: this.previousEnd };
  }

  protected startsExpression(): boolean {
    switch (this.kind()) {
      case Kind.Number:
      case Kind.String:
        return true;
      case Kind.Name: {
        const word = this.word();
        return !keywords.has(word) || /^(?:None|True|False|not|lambda|await|yield)$/.test(word);
      }
      case Kind.Operator:
        return /^(?:[([{~*+-]|\.\.\.|\*\*)$/.test(this.word());
      default:
        return false;
    }
  }

  private atom(): Expression {
    const start = this.start;
    switch (this.kind()) {
      case Kind.Name: {
        const id = this.word();
        if (keywords.has(id)) {
          if (id !== "None" && id !== "True" && id !== "False") throw this.fault("expected an expression");
          this.at++;
          return { type: "Constant", value: id, start, end: this.previousEnd };
        }
        this.at++;
        return { type: "Name", id, start, end: this.previousEnd } satisfies Name;
      }
      case Kind.Number: {
        const value = numberValue(this.word());
        this.at++;
        return { type: "Num", value, start, end: this.previousEnd };
      }
      case Kind.String:
        return this.strings();
      case Kind.Operator:
        if (this.accept("(")) return this.deeper(() => this.bracketed(start));
        if (this.accept("[")) return this.deeper(() => this.list(start));
        if (this.accept("{")) return this.deeper(() => this.braced(start));
        if (this.accept("...")) return { type: "Constant", value: "...", start, end: this.previousEnd };
    }
    throw this.fault("expected an expression");
  }

  /** A string alone, without a prefix, escapes or several lines: what nearly all of them are. */
  private plainString(): Expression | null {
    const start = this.start;
    const end = this.tokens.ends[this.at] ?? 0;
    const quote = this.text.charCodeAt(start);
    if ((quote !== 34 && quote !== 39) || end - start < 3 || this.kindAt(1) === Kind.String) return null;
    if (this.text.charCodeAt(start + 1) === quote || this.text.charCodeAt(end - 1) !== quote) return null;
    const value = this.text.slice(start + 1, end - 1);
    if (value.includes("\\") || value.includes("\n") || value.includes("\r")) return null;
    this.at++;
    return { type: "Text", value, map: [0, start + 1], start, end };
  }

  /** Strings that stand side by side. */
  private strings(): Expression {
    const plain = this.plainString();
    if (plain !== null) return plain;
    const pieces: (readonly [number, number])[] = [];
    while (this.kind() === Kind.String) {
      pieces.push([this.start, this.tokens.ends[this.at] ?? 0]);
      this.at++;
    }
    return parseString(this.text, pieces, (text, tokens) => new ExpressionParser(text, tokens).replacement());
  }

  /** The whole text as the expression of a replacement in a formatted string. */
  private replacement(): Expression {
    const start = this.start;
    const first = this.is("*") ? this.starred() : this.isWord("yield") ? this.yielded() : this.named();
    const items = [first];
    while (this.accept(",")) if (this.startsExpression()) items.push(this.is("*") ? this.starred() : this.named());
    if (this.kind() !== Kind.End) throw this.fault("expected the end of the expression");
    return items.length === 1 ? first : { type: "Tuple", items, start, end: this.previousEnd };
  }

  private bracketed(start: number): Expression {
    if (this.accept(")")) return { type: "Tuple", items: [], start, end: this.previousEnd };
    if (this.isWord("yield")) {
      const value = this.yielded();
      this.expect(")");
      return value;
    }
    const first = this.starred();
    if (this.isFor()) {
      const comprehension = this.comprehension("generator", start, first, null);
      this.expect(")");
      return { ...comprehension, end: this.previousEnd };
    }
    if (this.accept(")")) {
      if (first.type === "Star") throw this.fault("a star needs a list around it");
      return first;
    }
    const items = this.items(first, ")");
    return { type: "Tuple", items, start, end: this.previousEnd };
  }

  private list(start: number): Expression {
    if (this.accept("]")) return { type: "List", items: [], start, end: this.previousEnd };
    const first = this.starred();
    if (this.isFor()) {
      const comprehension = this.comprehension("list", start, first, null);
      this.expect("]");
      return { ...comprehension, end: this.previousEnd };
    }
    const items = this.items(first, "]");
    return { type: "List", items, start, end: this.previousEnd };
  }

  private items(first: Expression, close: string): Expression[] {
    const items = [first];
    while (this.accept(",")) {
      if (this.is(close)) break;
      items.push(this.starred());
    }
    this.expect(close);
    return items;
  }

  private braced(start: number): Expression {
    if (this.accept("}")) return { type: "Dict", entries: [], start, end: this.previousEnd };
    if (!this.is("**")) {
      const first = this.starred();
      if (!this.is(":")) {
        if (this.isFor()) {
          const comprehension = this.comprehension("set", start, first, null);
          this.expect("}");
          return { ...comprehension, end: this.previousEnd };
        }
        const items = this.items(first, "}");
        return { type: "Set", items, start, end: this.previousEnd };
      }
      this.at++;
      const value = this.test();
      if (this.isFor()) {
        const comprehension = this.comprehension("dict", start, first, value);
        this.expect("}");
        return { ...comprehension, end: this.previousEnd };
      }
      return this.dictionary(start, [{ key: first, value }]);
    }
    this.at++;
    return this.dictionary(start, [{ key: null, value: this.binary(1) }]);
  }

  private dictionary(start: number, entries: { key: Expression | null; value: Expression }[]): Expression {
    while (this.accept(",")) {
      if (this.is("}")) break;
      if (this.accept("**")) entries.push({ key: null, value: this.binary(1) });
      else {
        const key = this.test();
        this.expect(":");
        entries.push({ key, value: this.test() });
      }
    }
    this.expect("}");
    return { type: "Dict", entries, start, end: this.previousEnd };
  }

  private isFor(): boolean {
    return this.isWord("for") || (this.isWord("async") && this.word(1) === "for");
  }

  private comprehension(
    kind: "list" | "set" | "dict" | "generator",
    start: number,
    element: Expression,
    value: Expression | null,
  ): Expression {
    const clauses: ComprehensionClause[] = [];
    while (this.isFor()) {
      const isAsync = this.acceptWord("async");
      this.expectWord("for");
      const target = this.targets();
      this.expectWord("in");
      const iterable = this.or();
      const conditions: Expression[] = [];
      while (this.acceptWord("if")) conditions.push(this.condition());
      clauses.push({ target, iterable, conditions, async: isAsync });
    }
    return { type: "Comprehension", kind, element, value, clauses, start, end: this.previousEnd };
  }

  /** A condition of a comprehension: no conditional expression, but `:=` and a lambda may stand there. */
  private condition(): Expression {
    if (this.isWord("lambda")) return this.lambda();
    const start = this.start;
    const target = this.or();
    if (!this.accept(":=")) return target;
    const value = this.or();
    return { type: "Named", target, value, start, end: this.previousEnd };
  }

  /** What a loop assigns to: names, attributes, subscripts, with or without brackets. */
  protected targets(): Expression {
    const start = this.start;
    const one = () => (this.is("*") ? this.starred() : this.postfix());
    const first = one();
    if (!this.is(",")) return first;
    const items = [first];
    while (this.accept(",")) {
      if (this.isWord("in") || this.is("=")) break;
      items.push(one());
    }
    return { type: "Tuple", items, start, end: this.previousEnd };
  }
}

/** One spelling for each value of a number. */
function numberValue(text: string): string {
  const plain = text.replaceAll("_", "").toLowerCase();
  if (plain.endsWith("j")) return `${Number(plain.slice(0, -1))}j`;
  if (/^0[xob]/.test(plain)) return plain.length > 4000 ? plain : BigInt(plain).toString();
  if (/[.e]/.test(plain)) return `${Number(plain)}f`;
  return plain.replace(/^0+(?=\d)/, "");
}
