import type { Expression, Pattern } from "./ast.js";
import { ExpressionParser } from "./expressions.js";
import { Kind } from "./tokens.js";

/** What a pattern is put together from. */
interface Found {
  readonly names: string[];
  readonly uses: string[];
}

/** Parses the patterns of `match` (the Python language reference, 8.6.4) into one spelling. */
export class PatternParser extends ExpressionParser {
  /** What `match` looks at: an expression, `name := value` included, or a tuple without brackets. */
  protected subject(): Expression {
    const { start } = this;
    const first = this.starred();
    if (!this.is(",")) return first;
    const items = [first];
    while (this.accept(",")) {
      if (!this.startsExpression()) break;
      items.push(this.starred());
    }
    return { type: "Tuple", items, start, end: this.previousEnd };
  }

  /** A pattern up to its guard or `:`; a sequence may stand without brackets. */
  protected pattern(): Pattern {
    const found: Found = { names: [], uses: [] };
    const first = this.one(found);
    const text = this.is(",") ? this.sequence([first], ":", found) : first;
    return { text, ...found };
  }

  /** `*rest`, or a pattern with its alternatives and its name. */
  private one(found: Found): string {
    if (this.accept("*")) return `*${this.capture(found)}`;
    return this.deeper(() => {
      const options = [this.closed(found)];
      while (this.accept("|")) options.push(this.closed(found));
      const text = options.length === 1 ? (options[0] ?? "") : `(${options.join("|")})`;
      return this.acceptWord("as") ? `(${text} as ${this.capture(found)})` : text;
    });
  }

  private capture(found: Found): string {
    const name = this.identifier();
    if (name !== "_") found.names.push(name);
    return name;
  }

  private closed(found: Found): string {
    switch (this.kind()) {
      case Kind.Name: {
        const word = this.word();
        if (word === "None" || word === "True" || word === "False") {
          this.at++;
          return `#${word}`;
        }
        return this.nameOrClass(found);
      }
      case Kind.Number:
      case Kind.String:
        return this.literal();
      default:
        if (this.is("-")) return this.literal();
        if (this.accept("[")) return this.bracket("]", found);
        if (this.accept("(")) return this.bracket(")", found);
        if (this.accept("{")) return this.mapping(found);
        throw this.fault("expected a pattern");
    }
  }

  /** A name that is bound, a value's dotted name, or a class with its parts. */
  private nameOrClass(found: Found): string {
    const first = this.identifier();
    let name = first;
    while (this.accept(".")) name += `.${this.identifier()}`;
    if (!this.is("(")) {
      if (name !== first) found.uses.push(first);
      else if (name !== "_") found.names.push(name);
      return name;
    }
    found.uses.push(first);
    this.at++;
    const parts: string[] = [];
    while (!this.is(")")) {
      const key = this.kind() === Kind.Name && this.kindAt(1) === Kind.Operator && this.word(1) === "=";
      const keyword = key ? this.identifier() : "";
      if (key) this.at++;
      parts.push(key ? `${keyword}=${this.one(found)}` : this.one(found));
      if (!this.accept(",")) break;
    }
    this.expect(")");
    return `${name}(${parts.join(",")})`;
  }

  /** A number with its sign, a complex one, or strings. */
  private literal(): string {
    const value = this.binary(5);
    const text = literalText(value);
    if (text === null) throw this.fault("expected a pattern");
    return text;
  }

  /** A sequence in brackets; in round ones one pattern alone is itself. */
  private bracket(close: string, found: Found): string {
    if (this.accept(close)) return "[]";
    const star = this.is("*");
    const first = this.one(found);
    if (close === ")" && !star && this.accept(close)) return first;
    const text = this.sequence([first], close, found);
    this.expect(close);
    return text;
  }

  private sequence(items: string[], close: string, found: Found): string {
    while (this.accept(",")) {
      if (this.is(close) || this.isWord("if")) break;
      items.push(this.one(found));
    }
    return `[${items.join(",")}]`;
  }

  private mapping(found: Found): string {
    const entries: string[] = [];
    while (!this.is("}")) {
      if (this.accept("**")) entries.push(`**${this.capture(found)}`);
      else {
        const key = this.closed(found);
        this.expect(":");
        entries.push(`${key}:${this.one(found)}`);
      }
      if (!this.accept(",")) break;
    }
    this.expect("}");
    return `{${entries.join(",")}}`;
  }
}

/** One spelling of a number or text; null for what can't be a pattern. */
function literalText(value: Expression): string | null {
  switch (value.type) {
    case "Num":
      return `#${value.value}`;
    case "Text":
      return JSON.stringify(value.value);
    case "Bytes":
      return `$b${JSON.stringify(value.value)}`;
    case "Unary": {
      const operand = value.operator === "-" && value.operand.type === "Num" ? literalText(value.operand) : null;
      return operand === null ? null : `-${operand}`;
    }
    case "Operation": {
      const [left, right] = [literalText(value.left), literalText(value.right)];
      const plain = value.right.type === "Num" && (value.operator === "+" || value.operator === "-");
      return plain && left !== null && right !== null ? `${left}${value.operator}${right}` : null;
    }
    default:
      return null;
  }
}
