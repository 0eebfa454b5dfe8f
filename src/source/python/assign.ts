import type { Expression, Statement } from "./ast.js";
import { found } from "./attributes.js";
import { type Environment, evaluate, labelOf } from "./evaluate.js";
import { charge, type Machine } from "./machine.js";
import { item, iterate, operate } from "./operations.js";
import {
  alternatives,
  asText,
  blur,
  type ClassValue,
  either,
  hasHole,
  keyOf,
  type ListValue,
  list,
  mergeEntries,
  number,
  type Value,
} from "./values.js";
import { changesDict, changesList, perhaps, setIn, setName } from "./ways.js";

/** Assigns a value to a name, an attribute, an item, or to several at once. */
export function assign(target: Expression, value: Value, env: Environment): void {
  switch (target.type) {
    case "Name":
      setName(env.scope.elsewhere.get(target.id) ?? env.scope, target.id, value);
      return;
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
      setItem(object, evaluate(target.index, env), value, env);
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
  const { items, open, sure } = source;
  if (!open && sure === undefined) return list(items.slice(from, Math.max(from, items.length - behind)), false, "list");
  const known = Math.max(0, (sure ?? items.length) - from - behind);
  return list(items.slice(Math.min(from, sure ?? from)), open, "list", known);
}

/** `object.name = value`, as `setattr` has it too. */
export function setAttribute(object: Value, name: string, value: Value, env: Environment): void {
  const { machine, scope } = env;
  if (object.type === "choice") {
    for (const option of object.options) perhaps(machine, scope, () => setAttribute(option, name, value, env));
  } else if (object.type === "instance") {
    keepInherited(object.attributes, object.class, name, machine);
    setIn(object.attributes, object.born, name, value);
  } else if (object.type === "class") {
    keepInherited(object.scope.vars, object, name, machine);
    setName(object.scope, name, value);
  } else if (object.type === "module") setName(object.run.scope, name, value);
  else if (object.type === "function" && name === "__name__") object.name = asText(value) ?? object.name;
}

/** What is set on a way that may not be taken is elsewhere what the class has. */
function keepInherited(vars: Map<string, Value>, type: ClassValue, name: string, machine: Machine): void {
  if (machine.way === null || vars.has(name)) return;
  const inherited = found(type, name, new Set());
  if (inherited !== null && inherited.type !== "function") vars.set(name, inherited);
}

/** `del object[key]`; names that are deleted are used no more. */
export function remove(target: Expression, env: Environment): void {
  if (target.type === "Tuple" || target.type === "List") for (const item of target.items) remove(item, env);
  if (target.type !== "Subscript") return;
  const object = evaluate(target.object, env);
  const key = evaluate(target.index, env);
  if (object.type === "dict") {
    changesDict(object);
    const name = keyOf(key);
    if (name !== null && !hasHole(name)) object.entries.delete(name);
    else for (const [other, entry] of object.entries) object.entries.set(other, { ...entry, maybe: true });
  } else if (object.type === "list") {
    changesList(object);
    const isSure = object.sure === undefined && !object.open && key.type === "number";
    const at = isSure && key.value < 0 ? object.items.length + key.value : isSure ? key.value : -1;
    if (at >= 0) object.items.splice(at, 1);
    else object.sure = 0;
  }
}

/** `object[key] = value` */
function setItem(object: Value, key: Value, value: Value, env: Environment): void {
  const name = keyOf(key);
  if (object.type === "choice") {
    for (const option of object.options) perhaps(env.machine, env.scope, () => setItem(option, key, value, env));
  } else if (object.type === "dict") {
    if (key.type === "choice") {
      for (const option of key.options) perhaps(env.machine, env.scope, () => setItem(object, option, value, env));
    } else if (name === null || hasHole(name)) {
      changesDict(object);
      blur(object, value);
      if (name !== null) object.entries.set(name, { key, value });
    } else {
      changesDict(object, name);
      object.entries.set(name, { key, value });
    }
  } else if (object.type === "list") {
    const { length } = object.items;
    const at = key.type === "number" ? (key.value < 0 ? length + key.value : key.value) : -1;
    const isSure = key.type === "number" && (key.value >= 0 || (!object.open && object.sure === undefined));
    if (isSure && at >= 0 && at < (object.sure ?? length)) {
      changesList(object, at);
      object.items[at] = value;
    } else {
      changesList(object);
      charge(length >> 2);
      for (let i = 0; i < length; i++) object.items[i] = either(object.items[i] ?? value, value);
      object.open = true;
    }
  }
}

/** `target += value`: a list or dictionary is itself changed, for all who hold it. */
export function augment(statement: Statement & { type: "Augmented" }, env: Environment): void {
  const { target, start, end } = statement;
  const operator = statement.operator.slice(0, -1);
  if (target.type !== "Name" && target.type !== "Attribute" && target.type !== "Subscript") return;
  if (operator === "+" || operator === "|") {
    const held = evaluate(target, env);
    const value = evaluate(statement.value, env);
    const options = alternatives(held);
    if (options.some((option) => isChangeable(option, operator))) {
      const { machine, scope } = env;
      const results: Value[] = [];
      const change = (option: Value) => () => {
        const inPlace = isChangeable(option, operator) && extend(option, value);
        results.push(inPlace ? option : operate(operator, option, value));
      };
      if (options.length === 1) change(held)();
      else for (const option of options) perhaps(machine, scope, change(option));
      assign(target, results.reduce(either), env);
    } else assign(target, operate(operator, held, value), env);
    return;
  }
  const node: Expression = { type: "Operation", operator, left: target, right: statement.value, start, end };
  assign(target, evaluate(node, env), env);
}

function isChangeable(value: Value, operator: string): boolean {
  return value.type === "dict" ? operator === "|" : value.type === "list" && value.kind !== "tuple";
}

/** Adds to a list or dictionary what another has; whether there was room for it. */
function extend(object: Value, value: Value): boolean {
  if (object.type === "dict") {
    changesDict(object);
    mergeEntries(object, value);
    return true;
  }
  if (object.type !== "list") return false;
  const more = iterate(value);
  if (object.items.length + more.items.length > 20_000) return false;
  charge(more.items.length);
  changesList(object, object.items.length);
  if (object.open || more.open || more.sure !== undefined) {
    object.sure ??= object.items.length + (object.open ? 0 : (more.sure ?? more.items.length));
  }
  object.open ||= more.open;
  for (const item of [...more.items]) object.items.push(item);
  return true;
}
