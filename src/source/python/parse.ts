import type { Expression, Handler, Module, Pattern, Statement } from "./ast.js";
import { SyntaxFault } from "./cursor.js";
import { PatternParser } from "./patterns.js";
import { Kind, TooDeep, tokenize } from "./tokens.js";

/**
 * Parses Python 3 text. Text that is no Python gives `error`, the first place where it stops being so, and the tree of everything
 * around it: a faulty statement is left out, or as much of it kept as could be read. Throws TooDeep for what is nested too deep.
 * The grammar is that of the Python language reference, 3.14; what only Python 2 allows is an error.
 */
export function parsePython(text: string): Module {
  const tokens = tokenize(text);
  const parser = new ModuleParser(text, tokens);
  const body = parser.module();
  const errors = [...tokens.errors, ...parser.errors].sort((a, b) => a.offset - b.offset);
  return { body, error: errors[0] ?? null, remarks: tokens.remarks };
}

const augmented = new Set(["+=", "-=", "*=", "/=", "//=", "%=", "@=", "&=", "|=", "^=", "<<=", ">>=", "**="]);

class ModuleParser extends PatternParser {
  readonly errors: { message: string; offset: number }[] = [];

  module(): Statement[] {
    const body: Statement[] = [];
    while (this.kind() !== Kind.End) this.statement(body);
    return body;
  }

  /** Reads one logical line or compound statement into `into`. After a fault it goes on behind the line. */
  private statement(into: Statement[]): void {
    if (this.kind() === Kind.Newline || this.kind() === Kind.Dedent) {
      this.at++;
      return;
    }
    if (this.kind() === Kind.Indent) {
      // An indented block without a head: its statements count as standing here.
      this.errors.push({ message: "unexpected indentation", offset: this.start });
      this.at++;
      while (this.kind() !== Kind.Dedent && this.kind() !== Kind.End) this.statement(into);
      return;
    }
    const before = this.at;
    const { depth } = this;
    try {
      const compound = this.compound();
      if (compound !== null) into.push(compound);
      else this.simpleLine(into);
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      this.depth = depth;
      this.errors.push({ message: error.message, offset: error.offset });
      if (this.at === before) this.at++;
      this.skipLine();
    }
  }

  private skipLine(): void {
    while (this.kind() !== Kind.Newline && this.kind() !== Kind.End && this.kind() !== Kind.Dedent) this.at++;
    if (this.kind() === Kind.Newline) this.at++;
    if (this.kind() === Kind.Indent) {
      // The block of a faulty head is skipped with it, unless it defines something of its own accord.
      let depth = 0;
      do {
        if (this.kind() === Kind.Indent) depth++;
        if (this.kind() === Kind.Dedent) depth--;
        this.at++;
      } while (depth > 0 && this.kind() !== Kind.End);
    }
  }

  private simpleLine(into: Statement[]): void {
    do {
      if (this.kind() === Kind.Newline) break;
      into.push(this.simple());
    } while (this.accept(";"));
    if (this.kind() === Kind.Newline) this.at++;
    else if (this.kind() !== Kind.End) throw this.fault("expected the end of the statement");
  }

  private simple(): Statement {
    const start = this.start;
    const done = <T extends object>(statement: T) => ({ ...statement, start, end: this.previousEnd });
    const word = this.kind() === Kind.Name ? this.word() : "";
    switch (word) {
      case "pass":
      case "break":
      case "continue":
        this.at++;
        return done({ type: word === "pass" ? "Pass" : word === "break" ? "Break" : "Continue", values: [] });
      case "return":
        this.at++;
        return done({ type: "Return", value: this.startsExpression() ? this.expressions() : null });
      case "raise": {
        this.at++;
        const values: Expression[] = [];
        if (this.startsExpression()) values.push(this.test());
        if (values.length > 0 && this.acceptWord("from")) values.push(this.test());
        return done({ type: "Raise", values });
      }
      case "assert": {
        this.at++;
        const values = [this.test()];
        if (this.accept(",")) values.push(this.test());
        return done({ type: "Assert", values });
      }
      case "del":
        this.at++;
        return done({ type: "Delete", values: [this.expressions()] });
      case "global":
      case "nonlocal": {
        this.at++;
        const names = [this.identifier()];
        while (this.accept(",")) names.push(this.identifier());
        return done({ type: word === "global" ? "Global" : "Nonlocal", names });
      }
      case "import":
        return this.importStatement();
      case "from":
        return this.importFrom();
      case "type":
        if (this.kindAt(1) === Kind.Name && (this.word(2) === "=" || this.word(2) === "[")) return this.typeAlias();
        return this.expressionStatement();
      default:
        return this.expressionStatement();
    }
  }

  private importStatement(): Statement {
    const start = this.start;
    this.at++;
    const names: { module: string; as: string | null }[] = [];
    do {
      const module = this.dotted();
      names.push({ module, as: this.acceptWord("as") ? this.identifier() : null });
    } while (this.accept(","));
    return { type: "Import", names, start, end: this.previousEnd };
  }

  private importFrom(): Statement {
    const start = this.start;
    this.at++;
    let level = 0;
    while (this.is(".") || this.is("...")) {
      level += this.word().length;
      this.at++;
    }
    const module = this.isWord("import") ? "" : this.dotted();
    this.expectWord("import");
    const names: { name: string; as: string | null }[] = [];
    if (this.accept("*")) names.push({ name: "*", as: null });
    else {
      const bracket = this.accept("(");
      do {
        if (bracket && this.is(")")) break;
        const name = this.identifier();
        names.push({ name, as: this.acceptWord("as") ? this.identifier() : null });
      } while (this.accept(","));
      if (bracket) this.expect(")");
    }
    return { type: "ImportFrom", level, module, names, start, end: this.previousEnd };
  }

  private dotted(): string {
    let name = this.identifier();
    while (this.accept(".")) name += `.${this.identifier()}`;
    return name;
  }

  private typeAlias(): Statement {
    const start = this.start;
    this.at++;
    const name = this.identifier();
    const typeParameters = this.typeParameters();
    this.expect("=");
    return { type: "TypeAlias", name, typeParameters, value: this.test(), start, end: this.previousEnd };
  }

  private expressionStatement(): Statement {
    const start = this.start;
    const first = this.expressions();
    const operator = this.kind() === Kind.Operator ? this.word() : "";
    if (operator === ":") {
      this.at++;
      const annotation = this.test();
      const value = this.accept("=") ? this.expressions() : null;
      return { type: "Assign", targets: [first], annotation, value, start, end: this.previousEnd };
    }
    if (operator === "=") {
      const chain = [first];
      while (this.accept("=")) chain.push(this.expressions());
      const value = chain.pop() ?? first;
      for (const target of chain) this.checkTarget(target);
      return { type: "Assign", targets: chain, annotation: null, value, start, end: this.previousEnd };
    }
    if (augmented.has(operator)) {
      this.checkTarget(first);
      this.at++;
      const value = this.expressions();
      return { type: "Augmented", target: first, operator, value, start, end: this.previousEnd };
    }
    return { type: "Expression", value: first, start, end: this.previousEnd };
  }

  private checkTarget(target: Expression): void {
    switch (target.type) {
      case "Name":
      case "Attribute":
      case "Subscript":
        return;
      case "Tuple":
      case "List":
        for (const item of target.items) this.checkTarget(item);
        return;
      case "Star":
        if (target.value !== null) this.checkTarget(target.value);
        return;
      default:
        throw new SyntaxFault("this can't be assigned to", target.start);
    }
  }

  private compound(): Statement | null {
    if (this.is("@")) return this.decorated();
    if (this.kind() !== Kind.Name) return null;
    switch (this.word()) {
      case "def":
        return this.definition(this.start, [], false);
      case "class":
        return this.classDefinition(this.start, []);
      case "if":
        return this.deeper(() => this.ifStatement());
      case "while":
        return this.deeper(() => this.whileStatement());
      case "for":
        return this.deeper(() => this.forStatement(this.start, false));
      case "with":
        return this.deeper(() => this.withStatement(this.start, false));
      case "try":
        return this.deeper(() => this.tryStatement());
      case "async": {
        const start = this.start;
        const next = this.kindAt(1) === Kind.Name ? this.word(1) : "";
        if (next !== "def" && next !== "for" && next !== "with") return null;
        this.at++;
        if (next === "def") return this.definition(start, [], true);
        return this.deeper(() => (next === "for" ? this.forStatement(start, true) : this.withStatement(start, true)));
      }
      case "match":
        return this.deeper(() => this.matchStatement());
      default:
        return null;
    }
  }

  private decorated(): Statement {
    const start = this.start;
    const decorators: Expression[] = [];
    while (this.accept("@")) {
      decorators.push(this.named());
      if (this.kind() !== Kind.Newline) throw this.fault("expected the end of the decorator");
      this.at++;
    }
    if (this.isWord("class")) return this.classDefinition(start, decorators);
    const isAsync = this.acceptWord("async");
    if (!this.isWord("def")) throw this.fault("expected a function or a class after the decorator");
    return this.definition(start, decorators, isAsync);
  }

  private definition(start: number, decorators: Expression[], isAsync: boolean): Statement {
    return this.deeper(() => {
      this.expectWord("def");
      const nameStart = this.start;
      const name = this.identifier();
      const typeParameters = this.typeParameters();
      this.expect("(");
      const parameters = this.parameters(")", true);
      this.expect(")");
      const returns = this.accept("->") ? this.expressions() : null;
      const body = this.block();
      return {
        type: "Function",
        name,
        nameStart,
        async: isAsync,
        decorators,
        typeParameters,
        parameters,
        returns,
        body,
        start,
        end: this.previousEnd,
      };
    });
  }

  private classDefinition(start: number, decorators: Expression[]): Statement {
    return this.deeper(() => {
      this.expectWord("class");
      const nameStart = this.start;
      const name = this.identifier();
      const typeParameters = this.typeParameters();
      const args = this.accept("(") ? this.args() : [];
      const body = this.block();
      return { type: "Class", name, nameStart, decorators, typeParameters, args, body, start, end: this.previousEnd };
    });
  }

  /** Their names; with a bound or a default as `name:bound:default`. */
  private typeParameters(): Expression[] {
    const parameters: Expression[] = [];
    if (!this.accept("[")) return parameters;
    while (!this.is("]")) {
      const start = this.start;
      const stars = this.accept("*") ? 1 : this.accept("**") ? 2 : 0;
      let name: Expression = { type: "Name", id: this.identifier(), start, end: this.previousEnd };
      for (let n = 0; n < stars; n++) name = { type: "Star", value: name, start, end: this.previousEnd };
      const bound = this.accept(":") ? this.test() : null;
      const fallback = this.accept("=") ? this.starred() : null;
      const isPlain = bound === null && fallback === null;
      parameters.push(isPlain ? name : { type: "Slice", parts: [name, bound, fallback], start, end: this.previousEnd });
      if (!this.accept(",")) break;
    }
    this.expect("]");
    return parameters;
  }

  /** `:` and an indented block, or statements on the same line. */
  private block(): Statement[] {
    const body: Statement[] = [];
    this.expect(":");
    if (this.kind() !== Kind.Newline) {
      this.simpleLine(body);
      return body;
    }
    this.at++;
    if (this.kind() !== Kind.Indent) throw this.fault("expected an indented block");
    this.at++;
    while (this.kind() !== Kind.Dedent && this.kind() !== Kind.End) this.statement(body);
    if (this.kind() === Kind.Dedent) this.at++;
    return body;
  }

  private ifStatement(): Statement {
    // The branches of `elif` are collected and nested from the last: a long chain takes no stack.
    const branches: { start: number; test: Expression; body: Statement[] }[] = [];
    do {
      if (branches.length > 1000) throw new TooDeep();
      const start = this.start;
      this.at++;
      const test = this.named();
      branches.push({ start, test, body: this.block() });
    } while (this.isWord("elif"));
    let otherwise = this.elseBlock();
    const end = this.previousEnd;
    for (let i = branches.length - 1; i >= 0; i--) {
      const branch = branches[i];
      if (branch !== undefined) otherwise = [{ type: "If", otherwise, end, ...branch }];
    }
    const [statement] = otherwise;
    if (statement === undefined) throw this.fault("expected a condition");
    return statement;
  }

  private elseBlock(): Statement[] {
    return this.acceptWord("else") ? this.block() : [];
  }

  private whileStatement(): Statement {
    const start = this.start;
    this.at++;
    const test = this.named();
    const body = this.block();
    const otherwise = this.elseBlock();
    return { type: "While", test, body, otherwise, start, end: this.previousEnd };
  }

  private forStatement(start: number, isAsync: boolean): Statement {
    this.expectWord("for");
    const target = this.targets();
    this.expectWord("in");
    const iterable = this.expressions();
    const body = this.block();
    const otherwise = this.elseBlock();
    return { type: "For", async: isAsync, target, iterable, body, otherwise, start, end: this.previousEnd };
  }

  private withStatement(start: number, isAsync: boolean): Statement {
    this.expectWord("with");
    const before = this.at;
    const items = this.withItems(true) ?? this.withItems(false, before) ?? [];
    const body = this.block();
    return { type: "With", async: isAsync, items, body, start, end: this.previousEnd };
  }

  /** The items of a `with`; those in brackets are tried first, since `(a, b)` may also be a tuple. Null when they don't fit. */
  private withItems(bracket: boolean, from = this.at): { value: Expression; target: Expression | null }[] | null {
    this.at = from;
    const { depth } = this;
    const items: { value: Expression; target: Expression | null }[] = [];
    try {
      if (bracket && !this.accept("(")) return null;
      do {
        if (bracket && this.is(")")) break;
        const value = this.test();
        items.push({ value, target: this.acceptWord("as") ? this.withTarget() : null });
      } while (this.accept(","));
      if (bracket) this.expect(")");
      // `with ():` is over an empty tuple.
      if (bracket && (items.length === 0 || !this.is(":"))) return null;
      return items;
    } catch (error) {
      if (bracket && error instanceof SyntaxFault) {
        this.depth = depth;
        return null;
      }
      throw error;
    }
  }

  private withTarget(): Expression {
    return this.is("*") ? this.starred() : this.postfix();
  }

  private tryStatement(): Statement {
    const start = this.start;
    this.at++;
    const body = this.block();
    const handlers: Handler[] = [];
    while (this.isWord("except")) {
      this.at++;
      const star = this.accept("*");
      let test: Expression | null = null;
      let name: string | null = null;
      if (!this.is(":")) {
        const comma = this.start;
        test = this.expressions();
        if (this.acceptWord("as")) name = this.identifier();
        // `except A, B:` without brackets came with Python 3.14; before, and in Python 2 with another meaning, it fails.
        else if (test.type === "Tuple" && this.text[test.start] !== "(") {
          this.errors.push({ message: "the exceptions of `except` need brackets around them", offset: comma });
        }
      }
      handlers.push({ star, test, name, body: this.block() });
    }
    const otherwise = this.elseBlock();
    const final = this.acceptWord("finally") ? this.block() : [];
    if (handlers.length === 0 && final.length === 0) throw this.fault("expected `except` or `finally`");
    return { type: "Try", body, handlers, otherwise, final, start, end: this.previousEnd };
  }

  /** A `match` statement; null when the word is an ordinary name here. */
  private matchStatement(): Statement | null {
    const start = this.start;
    const before = this.at;
    const { depth } = this;
    this.at++;
    let subject: Expression;
    try {
      if (!this.startsExpression()) throw this.fault("expected a subject");
      subject = this.subject();
      if (
        !this.is(":") ||
        this.kindAt(1) !== Kind.Newline ||
        this.kindAt(2) !== Kind.Indent ||
        this.word(3) !== "case"
      ) {
        throw this.fault("expected cases");
      }
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      this.at = before;
      this.depth = depth;
      return null;
    }
    this.at += 3;
    const cases: { pattern: Pattern; guard: Expression | null; body: Statement[] }[] = [];
    while (this.acceptWord("case")) {
      const pattern = this.pattern();
      const guard = this.acceptWord("if") ? this.named() : null;
      cases.push({ pattern, guard, body: this.block() });
    }
    if (this.kind() === Kind.Dedent) this.at++;
    else if (this.kind() !== Kind.End) throw this.fault("expected `case`");
    return { type: "Match", subject, cases, start, end: this.previousEnd };
  }
}
