import type { Expression, Statement } from "./ast.js";
import { extendBy, removeItem, replaceItems, setItem, setSlice } from "./changes.js";
import { found, setAttribute } from "./classes.js";
import { type Environment, evaluate, labelOf } from "./evaluate.js";
import { inOrder, item, iterate, operate, setOperation } from "./operations.js";
import { alternatives, either, type ListValue, list, mergeEntries, number, setOf, type Value } from "./values.js";
import { changesDict, perhaps, setIn, setName } from "./ways.js";

/** Assigns a value to a name, an attribute, an item, or to several at once. */
export function assign(target: Expression, value: Value, env: Environment): void {
  switch (target.type) {
    case "Name": {
      const scope = env.scope.elsewhere.get(target.id) ?? env.scope;
      setName(scope, target.id, value);
      const patched = scope.kind === "module" ? env.machine.patched.get(scope) : undefined;
      if (patched?.has(target.id)) setIn(patched, scope.born, target.id, undefined);
      return;
    }
    case "Tuple":
    case "List": {
      const options = alternatives(value).map(iterate);
      const at = (position: number, label: string) =>
        options.map((option) => item(option, number(position), label)).reduce(either);
      const star = target.items.findIndex((item) => item.type === "Star");
      target.items.forEach((part, i) => {
        if (part.type === "Star" && i === star) {
          const rest = target.items.length - star - 1;
          if (part.value !== null)
            assign(part.value, options.map((option) => between(option, star, rest)).reduce(either), env);
        } else assign(part, at(star >= 0 && i > star ? i - target.items.length : i, labelOf(part)), env);
      });
      return;
    }
    case "Attribute": {
      const object = evaluate(target.object, env);
      setAttribute(object, target.name, value, env);
      return;
    }
    case "Subscript": {
      const object = evaluate(target.object, env);
      if (target.index.type === "Slice") {
        const bounds = boundsOf(target.index, env);
        const values = iterate(value);
        change(object, env, (option) => {
          if (option.type === "list") setSlice(option, bounds, values);
        });
      } else assignItem(object, evaluate(target.index, env), value, env);
      return;
    }
    case "Star":
      if (target.value !== null) assign(target.value, value, env);
      return;
    default:
      return;
  }
}

/** What `*rest` takes: the items but for some at the front and the end. */
function between(source: ListValue, from: number, behind: number): Value {
  const { items, open, sure } = inOrder(source);
  if (!open && sure === undefined) return list(items.slice(from, Math.max(from, items.length - behind)), false, "list");
  const known = Math.max(0, (sure ?? items.length) - from - behind);
  return list(items.slice(Math.min(from, sure ?? from)), open, "list", known);
}

/** `del object[key]`; names that are deleted are used no more. */
export function remove(target: Expression, env: Environment): void {
  switch (target.type) {
    case "Tuple":
    case "List":
      for (const one of target.items) remove(one, env);
      return;
    case "Subscript": {
      const object = evaluate(target.object, env);
      const { index } = target;
      if (index.type === "Slice") {
        const bounds = boundsOf(index, env);
        change(object, env, (option) => {
          if (option.type === "list") setSlice(option, bounds, list([]));
        });
        return;
      }
      const key = evaluate(index, env);
      change(object, env, (option) => {
        if (option.type === "dict" || option.type === "list") removeItem(option, key);
      });
      return;
    }
    case "Attribute":
      // What the class has under that name shows again.
      change(evaluate(target.object, env), env, (option) => {
        if (option.type !== "instance") return;
        const before = env.machine.way === null ? null : found(option.class, target.name);
        const shows = before === null || before.type === "function" ? undefined : before;
        setIn(option.attributes, option.born, target.name, shows);
      });
      return;
    default:
      evaluate(target, env);
  }
}

/** Changes an object, or each that may be meant. */
function change(object: Value, env: Environment, by: (option: Value) => void): void {
  if (object.type !== "choice") by(object);
  else for (const option of object.options) perhaps(env.machine, env.scope, () => by(option));
}

function boundsOf(slice: Expression & { type: "Slice" }, env: Environment): (Value | null)[] {
  return slice.parts.map((part) => (part === null ? null : evaluate(part, env)));
}

/** `object[key] = value` */
function assignItem(object: Value, key: Value, value: Value, env: Environment): void {
  if (object.type === "choice" || (object.type === "dict" && key.type === "choice")) {
    if (object.type === "choice") change(object, env, (option) => assignItem(option, key, value, env));
    else change(key, env, (option) => assignItem(object, option, value, env));
  } else if (object.type === "dict" || object.type === "list") setItem(object, key, value);
  else if (object.type === "names" && key.type === "text") setName(object.scope, key.value, value);
}

/** `target += value`: a list or dictionary is itself changed, for all who hold it. */
export function augment(statement: Statement & { type: "Augmented" }, env: Environment): void {
  const { target, start, end } = statement;
  const operator = statement.operator.slice(0, -1);
  if (target.type !== "Name" && target.type !== "Attribute" && target.type !== "Subscript") return;
  if (/^[-+|&^]$/.test(operator)) {
    const held = evaluate(target, env);
    const value = evaluate(statement.value, env);
    const options = alternatives(held);
    if (options.some((option) => isChangeable(option, operator))) {
      const { machine, scope } = env;
      const results: Value[] = [];
      const apply = (option: Value) => () => {
        const inPlace = isChangeable(option, operator) && extend(option, value, operator);
        results.push(inPlace ? option : operate(operator, option, value));
      };
      if (options.length === 1) apply(held)();
      else for (const option of options) perhaps(machine, scope, apply(option));
      assign(target, results.reduce(either), env);
    } else assign(target, operate(operator, held, value), env);
    return;
  }
  const node: Expression = { type: "Operation", operator, left: target, right: statement.value, start, end };
  assign(target, evaluate(node, env), env);
}

function isChangeable(value: Value, operator: string): boolean {
  if (value.type === "dict") return operator === "|";
  if (value.type !== "list" || value.shape === "iterator") return false;
  return value.shape === "set" ? operator !== "+" && value.kind === "set" : operator === "+" && value.kind !== "tuple";
}

/** Adds to a list or dictionary what another has, or does as much to a set; whether there was room for it. */
function extend(object: Value, value: Value, operator: string): boolean {
  if (object.type === "dict") {
    changesDict(object);
    mergeEntries(object, value);
    return true;
  }
  if (object.type !== "list") return false;
  const more = iterate(value);
  if (object.shape === "set") {
    const result = setOperation(operator, object, setOf(more.items, more.open, more.sure));
    if (result !== null) replaceItems(object, result.items, result.open, true, result.sure);
    return result !== null;
  }
  if (object.items.length + more.items.length > 20_000) return false;
  extendBy(object, more);
  return true;
}
