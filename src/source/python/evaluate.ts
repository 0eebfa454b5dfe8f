import { hole } from "../names.js";
import { assign } from "./assign.js";
import type { Argument, Comprehension, Expression, FormattedValue, Text } from "./ast.js";
import { attribute } from "./attributes.js";
import { callValue } from "./calls.js";
import { charge, type Machine, type ModuleRun, newScope, type Scope, step, use } from "./machine.js";
import { compare, formattedText, index, inOrder, iterate, operate, quoted } from "./operations.js";
import {
  type Arg,
  type Args,
  alternatives,
  blur,
  boolean,
  dictOf,
  either,
  emptyArgs,
  float,
  iterator,
  type Kind,
  keyOf,
  type ListValue,
  list,
  mergeEntries,
  none,
  number,
  setOf,
  type TextValue,
  truth,
  unknown,
  type Value,
} from "./values.js";
import { changesDict, fork, perhaps } from "./ways.js";

/** Where an expression stands: whose names it sees, and in which module its text is. */
export interface Environment {
  readonly machine: Machine;
  readonly scope: Scope;
  readonly run: ModuleRun;
}

/**
 * What an expression stands for, as far as the text tells; what it reads is recorded on the way. Nothing is run: calls of functions
 * whose text is at hand are followed, everything else is unknown.
 */
export function evaluate(node: Expression, env: Environment): Value {
  step(env.machine);
  switch (node.type) {
    case "Name":
      if (node.id === "spark" && env.machine.calls.length === 0) env.run.sparkUses.push(node.start);
      return use(env.machine, lookup(node.id, env));
    case "Text":
      return { type: "text", value: node.value, map: node.map, file: env.run.path };
    case "Bytes":
      return unknown("bytes");
    case "Formatted":
      return formatted(node.parts, env);
    case "Num":
      if (/^\d+$/.test(node.value)) return number(Number(node.value));
      return /^[\d.]+(?:e[+-]?\d+)?f$/.test(node.value) ? float(Number.parseFloat(node.value)) : unknown("number");
    case "Constant":
      return node.value === "None" ? none : node.value === "..." ? unknown() : boolean(node.value === "True");
    case "Attribute":
      return use(env.machine, attribute(evaluate(node.object, env), node, env));
    case "Call":
      return callValue(evaluate(node.callee, env), evaluateArgs(node.args, env), node, env);
    case "Subscript":
      return use(env.machine, index(evaluate(node.object, env), node.index, env));
    case "Tuple":
    case "List":
      return sequence(node.items, node.type === "Tuple" ? "tuple" : "list", env);
    case "Set": {
      const { items, open, sure } = sequence(node.items, "set", env);
      return setOf(items, open, sure);
    }
    case "Dict":
      return dictionary(node.entries, env);
    case "Comprehension":
      return comprehension(node, env);
    case "Operation":
      return operation(node, env);
    case "Comparison":
      return compare(node, env);
    case "Unary":
      return unary(node.operator, evaluate(node.operand, env));
    case "Conditional":
      return conditional(node.test, node.then, node.otherwise, env);
    case "Lambda": {
      const defaults = new Map<string, Value>();
      for (const parameter of node.parameters) {
        if (parameter.default !== null) defaults.set(parameter.name, evaluate(parameter.default, env));
      }
      return {
        type: "function",
        node,
        scope: env.scope,
        run: env.run,
        defaults,
        self: null,
        name: "<lambda>",
        expectations: [],
        property: false,
      };
    }
    case "Named": {
      const value = evaluate(node.value, env);
      assign(node.target, value, env);
      return value;
    }
    case "Await":
    case "Star":
      return node.value === null ? none : evaluate(node.value, env);
    case "Yield": {
      const value = node.value === null ? none : evaluate(node.value, env);
      env.machine.calls.at(-1)?.yielded?.push(value);
      return unknown();
    }
    case "YieldFrom": {
      const value = node.value === null ? none : evaluate(node.value, env);
      for (const item of iterate(value).items) {
        step(env.machine);
        env.machine.calls.at(-1)?.yielded?.push(item);
      }
      return unknown();
    }
    case "Slice":
      for (const part of node.parts) if (part !== null) evaluate(part, env);
      return unknown();
  }
}

const implicit: Readonly<Record<string, Value>> = {
  spark: { type: "spark" },
  sqlContext: { type: "spark" },
  dlt: { type: "api", module: "dlt", name: "" },
  dp: { type: "api", module: "dp", name: "" },
};

const builtins = new Set(
  "str int float bool len range list tuple set frozenset dict sorted reversed enumerate zip map filter next iter any all min max sum getattr setattr hasattr isinstance print display super object type abs round vars globals locals open repr format".split(
    " ",
  ),
);

/** What a name stands for where it is used. */
function lookup(id: string, { scope, machine }: Environment): Value {
  const start = scope.elsewhere.get(id) ?? scope;
  for (let at: Scope | null = start; at !== null; at = at.parent) {
    if (at.kind === "class" && at !== start) continue;
    const patched = at.kind === "module" && machine.patched.size > 0 ? machine.patched.get(at)?.get(id) : undefined;
    const value = patched ?? at.vars.get(id);
    if (value !== undefined) return value;
  }
  const known = implicit[id];
  if (known !== undefined && Object.hasOwn(implicit, id)) return known;
  if (builtins.has(id)) return { type: "builtin", name: id };
  if (id === "__name__") return unknown("__name__");
  return unknown(id);
}

export function evaluateArgs(args: readonly Argument[], env: Environment): Args {
  if (args.length === 0) return emptyArgs;
  const positional: Arg[] = [];
  let named: Map<string, Arg> | null = null;
  const name = (key: string, arg: Arg) => {
    named ??= new Map();
    named.set(key, arg);
  };
  let open = false;
  for (const arg of args) {
    const value = evaluate(arg.value, env);
    if (arg.star === "") {
      if (arg.name === null) positional.push({ value, node: arg.value });
      else name(arg.name, { value, node: arg.value });
    } else if (arg.star === "*") {
      const items = inOrder(iterate(value));
      open ||= items.open;
      charge(items.items.length >> 2);
      for (const item of items.items) positional.push({ value: item, node: arg.value });
    } else if (value.type === "dict") {
      open ||= value.open;
      charge(value.entries.size >> 2);
      for (const entry of value.entries.values()) {
        if (entry.key.type === "text") name(entry.key.value, { value: entry.value, node: arg.value });
        else open = true;
      }
    } else open = true;
  }
  return { positional, named: named ?? emptyArgs.named, open };
}

/** The value of a formatted string: unknown parts keep the name that they go by. */
function formatted(parts: readonly (Text | FormattedValue)[], env: Environment): Value {
  let results: { value: string; map: number[] }[] = [{ value: "", map: [] }];
  for (const part of parts) {
    if (part.type === "Text") {
      for (const result of results) {
        for (let i = 0; i + 1 < part.map.length; i += 2) {
          result.map.push((part.map[i] ?? 0) + result.value.length, part.map[i + 1] ?? 0);
        }
        result.value += part.value;
      }
      continue;
    }
    const values = alternatives(evaluate(part.value, env));
    if (part.format !== null) for (const inner of part.format) if (inner.type !== "Text") evaluate(inner.value, env);
    const { conversion } = part;
    const plain = conversion === "" || conversion === "s";
    const format = (part.format ?? []).map((inner) => (inner.type === "Text" ? inner.value : "?")).join("");
    const texts = values.map((value) => {
      const known =
        value.type === "unknown"
          ? null
          : plain
            ? formattedText(value, format)
            : conversion === "r" && format === ""
              ? quoted(value)
              : null;
      return known ?? hole(labelOf(part.value));
    });
    const distinct = [...new Set(texts)];
    results =
      distinct.length * results.length > 16
        ? results.map((result) => ({ ...result, value: result.value + hole(labelOf(part.value)) }))
        : results.flatMap((result) => distinct.map((piece) => ({ value: result.value + piece, map: [...result.map] })));
    for (const result of results) charge((result.value.length >> 6) + (result.map.length >> 4));
    if (results.some((result) => result.value.length > maxText)) return unknown();
  }
  const options: TextValue[] = results.map((result) => ({ type: "text", ...result, file: env.run.path }));
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { type: "choice", options };
}

/** Text longer than this is not followed: repeated doubling would fill the memory. */
export const maxText = 1 << 20;

/** The name that an unknown expression goes by in a table's name: `{catalog}`. */
export function labelOf(node: Expression): string {
  switch (node.type) {
    case "Name":
      return node.id;
    case "Attribute":
      return node.name;
    case "Subscript":
      return node.index.type === "Text" ? node.index.value : labelOf(node.object);
    case "Call": {
      const [first] = node.args;
      if (node.callee.type === "Attribute" && /^(?:get|getenv|getArgument)$/.test(node.callee.name)) {
        if (first?.value.type === "Text") return first.value.value;
      }
      return labelOf(node.callee);
    }
    default:
      return "…";
  }
}

function sequence(nodes: readonly Expression[], kind: Kind, env: Environment): ListValue {
  const items: Value[] = [];
  let open = false;
  let sure: number | undefined;
  let shuffled = false;
  for (const node of nodes) {
    const value = evaluate(node, env);
    if (node.type === "Star") {
      const inner = iterate(value);
      if (inner.open || inner.sure !== undefined) sure ??= items.length + (inner.sure ?? inner.items.length);
      open ||= inner.open;
      shuffled ||= inner.shuffled === true;
      for (const item of inner.items) items.push(item);
    } else items.push(value);
  }
  const made = list(items, open, kind, sure);
  if (shuffled) made.shuffled = true;
  return made;
}

function dictionary(
  nodes: readonly { readonly key: Expression | null; readonly value: Expression }[],
  env: Environment,
): Value {
  const result = dictOf([], false);
  for (const node of nodes) {
    const key = node.key === null ? null : evaluate(node.key, env);
    const value = evaluate(node.value, env);
    if (key === null) mergeEntries(result, value);
    else {
      const name = keyOf(key);
      if (name === null) blur(result, value);
      else result.entries.set(name, { key, value });
    }
  }
  return result;
}

function comprehension(node: Comprehension, env: Environment): Value {
  const inner: Environment = { ...env, scope: newScope("function", env.scope) };
  const items: Value[] = [];
  const entries = dictOf([], false);
  let open = false;
  let sure: number | undefined;
  let shuffled = false;
  const walk = (depth: number): void => {
    const clause = node.clauses[depth];
    if (clause === undefined) {
      const element = evaluate(node.element, inner);
      if (node.value === null) {
        items.push(element);
        return;
      }
      const value = evaluate(node.value, inner);
      const key = keyOf(element);
      changesDict(entries, key ?? undefined);
      if (key === null) blur(entries, value);
      else entries.entries.set(key, { key: element, value });
      return;
    }
    const source = iterate(evaluate(clause.iterable, inner));
    open ||= source.open;
    let position = 0;
    shuffled ||= source.shuffled === true;
    const count = source.items.length;
    const values = source.open ? [...source.items, unknown()] : source.items;
    for (const value of values) {
      step(env.machine);
      assign(clause.target, value, inner);
      const isSure = position < (source.sure ?? count);
      position++;
      const holds = clause.conditions.map((condition) => truth(evaluate(condition, inner)));
      if (holds.includes(false)) continue;
      if (!holds.includes(null) && isSure) walk(depth + 1);
      else {
        // Whether this element, and so where each behind it stands, is not known.
        sure ??= items.length;
        perhaps(env.machine, inner.scope, () => walk(depth + 1));
      }
    }
  };
  walk(0);
  if (node.kind === "set") return setOf(items, open, sure);
  if (node.kind !== "dict") {
    const made = list(items, open, node.kind === "list" ? "list" : undefined, sure);
    if (shuffled) made.shuffled = true;
    return node.kind === "generator" ? iterator(made) : made;
  }
  entries.open ||= open;
  return entries;
}

/** A chain of operators is followed along its left side without recursion: generated code has very long ones. */
function operation(node: Expression & { type: "Operation" }, env: Environment): Value {
  const chain: (Expression & { type: "Operation" })[] = [];
  let left: Expression = node;
  while (left.type === "Operation") {
    chain.push(left);
    left = left.left;
  }
  let value = evaluate(left, env);
  for (let i = chain.length - 1; i >= 0; i--) {
    const part = chain[i];
    if (part === undefined) continue;
    if (part.operator === "and" || part.operator === "or") {
      const holds = truth(value);
      if (holds === (part.operator === "or")) continue;
      value =
        holds === null
          ? either(
              value,
              perhaps(env.machine, env.scope, () => evaluate(part.right, env)),
            )
          : evaluate(part.right, env);
    } else value = operate(part.operator, value, evaluate(part.right, env));
  }
  return value;
}

function unary(operator: string, value: Value): Value {
  if (operator === "not") {
    const holds = truth(value);
    return holds === null ? unknown() : boolean(!holds);
  }
  if (value.type === "number" && operator !== "~")
    return operator === "-" ? { ...value, value: value.float ? -value.value : 0 - value.value } : value;
  return value.type === "frame" ? value : unknown();
}

function conditional(test: Expression, then: Expression, otherwise: Expression, env: Environment): Value {
  const holds = truth(evaluate(test, env));
  if (holds !== null) return evaluate(holds ? then : otherwise, env);
  return fork(env.machine, env.scope, [() => evaluate(then, env), () => evaluate(otherwise, env)]).reduce(either);
}
