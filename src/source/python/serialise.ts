import type { Argument, Expression, For, Parameter, Statement } from "./ast.js";

export interface SerialiseOptions {
  /** Loops whose iterable is left out: the values of their turns stand for it. */
  readonly withoutIterable?: ReadonlySet<For>;
  /** Whether docstrings count: the module asks for them. */
  readonly docstrings?: boolean;
}

/** A tree in one spelling, and the names in it. */
export interface Spelled {
  readonly text: string;
  readonly names: ReadonlySet<string>;
  /** Those that `:=` gives a value. */
  readonly assigned: ReadonlySet<string>;
}

/**
 * Trees in one spelling, so that two texts with the same tree are the same: no comments, docstrings, formatting, quotes, trailing commas,
 * redundant brackets. A text that stands for itself does nothing, so that it is left out like a docstring, and so is `pass`. Other trees
 * have other spellings: each part ends where it can be told, in a bracket or a comma.
 */
export function serialise(body: readonly Statement[]): string {
  const out = new Out();
  block(body, out, {});
  return out.text;
}

/** One statement in that spelling; empty for a text that stands for itself. */
export function spell(statement: Statement, options: SerialiseOptions = {}): Spelled {
  const out = new Out();
  inBlock(statement, out, options);
  return out;
}

class Out implements Spelled {
  text = "";
  readonly names = new Set<string>();
  readonly assigned = new Set<string>();

  push(...pieces: readonly string[]): void {
    for (const piece of pieces) this.text += piece;
  }
}

function block(body: readonly Statement[], out: Out, options: SerialiseOptions): void {
  out.text += "{";
  for (const statement of body) inBlock(statement, out, options);
  out.text += "}";
}

function inBlock(statement: Statement, out: Out, options: SerialiseOptions): void {
  const isText = statement.type === "Expression" && statement.value.type === "Text";
  if (statement.type === "Pass" || (isText && options.docstrings !== true)) return;
  one(statement, out, options);
  out.text += ";";
}

function one(node: Statement, out: Out, options: SerialiseOptions): void {
  out.push(node.type, " ");
  switch (node.type) {
    case "Expression":
      expression(node.value, out);
      return;
    case "Assign":
      for (const target of node.targets) {
        expression(target, out);
        out.push("=");
      }
      // `(a): int` is a hint alone: it makes no local name of it.
      if (node.annotation !== null && node.targets.some((target) => target.start !== node.start)) out.push("()");
      optional(node.annotation, out);
      out.push("=");
      optional(node.value, out);
      return;
    case "Augmented":
      expression(node.target, out);
      out.push(" ", node.operator, " ");
      expression(node.value, out);
      return;
    case "Return":
      optional(node.value, out);
      return;
    case "Delete":
      expressions(node.values.flatMap(deleted), out);
      return;
    case "Raise":
    case "Assert":
    case "Pass":
    case "Break":
    case "Continue":
      expressions(node.values, out);
      return;
    case "Import":
      out.push(JSON.stringify(node.names.map(({ module, as }) => [module, as])));
      return;
    case "ImportFrom":
      out.push(JSON.stringify([node.level, node.module, node.names.map(({ name, as }) => [name, as])]));
      return;
    case "Global":
    case "Nonlocal":
      out.push(node.names.join(","));
      return;
    case "If":
      expression(node.test, out);
      block(node.body, out, options);
      block(node.otherwise, out, options);
      return;
    case "While":
      expression(node.test, out);
      block(node.body, out, options);
      block(node.otherwise, out, options);
      return;
    case "For":
      out.push(node.async ? "async " : "");
      expression(node.target, out);
      out.push(" in ");
      if (!options.withoutIterable?.has(node)) expression(node.iterable, out);
      block(node.body, out, options);
      block(node.otherwise, out, options);
      return;
    case "With":
      out.push(node.async ? "async " : "");
      for (const item of node.items) {
        expression(item.value, out);
        out.push(" as ");
        optional(item.target, out);
        out.push(",");
      }
      block(node.body, out, options);
      return;
    case "Try":
      block(node.body, out, options);
      for (const handler of node.handlers) {
        out.push(handler.star ? "except* " : "except ");
        optional(handler.test, out);
        out.push(" as ", handler.name ?? "~");
        block(handler.body, out, options);
      }
      block(node.otherwise, out, options);
      block(node.final, out, options);
      return;
    case "Match":
      expression(node.subject, out);
      for (const { pattern, guard, body } of node.cases) {
        out.push("case ", pattern.text, " if ");
        for (const name of pattern.uses) out.names.add(name);
        optional(guard, out);
        block(body, out, options);
      }
      return;
    case "TypeAlias":
      out.push(node.name);
      expressions(node.typeParameters, out);
      expression(node.value, out);
      return;
    case "Function":
      out.push(node.async ? "async " : "", node.name);
      expressions(node.decorators, out);
      expressions(node.typeParameters, out);
      parameters(node.parameters, out);
      optional(node.returns, out);
      block(node.body, out, options);
      return;
    case "Class":
      out.push(node.name);
      expressions(node.decorators, out);
      expressions(node.typeParameters, out);
      args(node.args, out);
      block(node.body, out, options);
      return;
  }
}

function optional(node: Expression | null, out: Out): void {
  if (node === null) out.push("~");
  else expression(node, out);
}

function expressions(nodes: readonly Expression[], out: Out): void {
  out.push("[");
  for (const node of nodes) {
    expression(node, out);
    out.push(",");
  }
  out.push("]");
}

function args(nodes: readonly Argument[], out: Out): void {
  out.push("(");
  for (const { name, star, value } of nodes) {
    out.push(star, name === null ? "" : `${name}=`);
    expression(value, out);
    out.push(",");
  }
  out.push(")");
}

function parameters(nodes: readonly Parameter[], out: Out): void {
  out.push("(");
  for (const node of nodes) {
    out.push(node.star, node.name, ":");
    optional(node.annotation, out);
    out.push("=");
    optional(node.default, out);
    out.push(",");
  }
  out.push(")");
}

function expression(node: Expression, out: Out): void {
  switch (node.type) {
    case "Name":
      out.text += node.id;
      out.names.add(node.id);
      return;
    case "Text":
      out.push(JSON.stringify(node.value));
      return;
    case "Bytes":
      out.push("$b", JSON.stringify(node.value));
      return;
    case "Formatted":
      out.push(node.template ? "$t(" : "$f(");
      for (const part of node.parts) formattedPart(part, out);
      out.push(")");
      return;
    case "Num":
    case "Constant":
      out.push("#", node.value);
      return;
    case "Attribute":
    case "Call":
    case "Subscript":
      chain(node, out);
      return;
    case "Tuple":
    case "List":
    case "Set":
      out.push("$", node.type);
      expressions(node.items, out);
      return;
    case "Dict":
      out.push("{");
      for (const { key, value } of node.entries) {
        optional(key, out);
        out.push(":");
        expression(value, out);
        out.push(",");
      }
      out.push("}");
      return;
    case "Comprehension":
      out.push("$", node.kind, "(");
      expression(node.element, out);
      out.push(":");
      optional(node.value, out);
      for (const clause of node.clauses) {
        out.push(clause.async ? " async for " : " for ");
        expression(clause.target, out);
        out.push(" in ");
        expression(clause.iterable, out);
        expressions(clause.conditions, out);
      }
      out.push(")");
      return;
    case "Operation": {
      // Long chains lean left: they are walked without recursion.
      const chained: (Expression & { type: "Operation" })[] = [];
      let left: Expression = node;
      while (left.type === "Operation") {
        chained.push(left);
        left = left.left;
      }
      out.push("(".repeat(chained.length));
      expression(left, out);
      for (let i = chained.length - 1; i >= 0; i--) {
        const part = chained[i];
        if (part === undefined) continue;
        out.push(" ", part.operator, " ");
        expression(part.right, out);
        out.push(")");
      }
      return;
    }
    case "Comparison":
      out.push("(");
      expression(node.first, out);
      for (const { operator, value } of node.rest) {
        out.push(" ", operator, " ");
        expression(value, out);
      }
      out.push(")");
      return;
    case "Unary":
      out.push("(", node.operator, " ");
      expression(node.operand, out);
      out.push(")");
      return;
    case "Conditional":
      out.push("(");
      expression(node.then, out);
      out.push(" if ");
      expression(node.test, out);
      out.push(" else ");
      expression(node.otherwise, out);
      out.push(")");
      return;
    case "Lambda":
      out.push("(lambda");
      parameters(node.parameters, out);
      expression(node.body, out);
      out.push(")");
      return;
    case "Await":
    case "Star":
    case "Yield":
    case "YieldFrom":
      out.push("$", node.type, "(");
      optional(node.value, out);
      out.push(")");
      return;
    case "Named":
      if (node.target.type === "Name") out.assigned.add(node.target.id);
      out.push("(");
      expression(node.target, out);
      out.push(":=");
      expression(node.value, out);
      out.push(")");
      return;
    case "Slice":
      out.push("$Slice(");
      for (const part of node.parts) {
        optional(part, out);
        out.push(":");
      }
      out.push(")");
      return;
  }
}

/** `del (a, b)`, `del a, b` and `del a,` delete one name after another. */
function deleted(value: Expression): readonly Expression[] {
  return value.type === "Tuple" || value.type === "List" ? value.items.flatMap(deleted) : [value];
}

type FormattedPart = (Expression & { type: "Formatted" })["parts"][number];

function formattedPart(part: FormattedPart, out: Out): void {
  if (part.type === "Text") {
    out.push(JSON.stringify(part.value));
    return;
  }
  out.push("{");
  expression(part.value, out);
  out.push("!", part.conversion, ":");
  for (const inner of part.format ?? []) formattedPart(inner, out);
  out.push("}");
}

/** Calls, attributes and items that are chained: walked from the first without recursion. */
function chain(node: Expression, out: Out): void {
  const links: Expression[] = [];
  let first: Expression = node;
  while (first.type === "Attribute" || first.type === "Call" || first.type === "Subscript") {
    links.push(first);
    first = first.type === "Call" ? first.callee : first.object;
  }
  expression(first, out);
  for (let i = links.length - 1; i >= 0; i--) {
    const link = links[i];
    if (link?.type === "Attribute") out.push(".", link.name);
    else if (link?.type === "Call") args(link.args, out);
    else if (link?.type === "Subscript") {
      out.push("[");
      expression(link.index, out);
      out.push("]");
    }
  }
}
