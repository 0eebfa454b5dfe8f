import type { Call } from "./ast.js";
import { dict, sorted } from "./builtins.js";
import { addItems, clear, discard, forgetOrder, removeItem, replaceItems, setItem } from "./changes.js";
import type { Environment } from "./evaluate.js";
import { charge } from "./machine.js";
import { item, iterate, setOperation } from "./operations.js";
import { bound } from "./text-methods.js";
import {
  type Args,
  boolean,
  type DictValue,
  dictOf,
  either,
  hasHole,
  keyOf,
  type ListValue,
  list,
  none,
  number,
  setOf,
  unknown,
  type Value,
} from "./values.js";

/** Calls a method of a list or tuple. One that is not known gives what is not known. */
export function listMethod(object: ListValue, name: string, args: Args, node: Call, env: Environment): Value {
  if (args.open) {
    // `xs.append(*values)`: something may have changed.
    forgetOrder(object);
    return unknown(name, true);
  }
  const [first, second] = args.positional.map((arg) => arg.value);
  switch (name) {
    case "append":
      if (first !== undefined) addItems(object, [first]);
      return none;
    case "insert":
      if (first?.type === "number" && second !== undefined && !object.open && !object.shuffled) {
        const items = [...object.items];
        items.splice(first.value, 0, second);
        replaceItems(object, items, items.length > 100_000);
      } else if (second !== undefined) {
        addItems(object, [second]);
        forgetOrder(object);
      }
      return none;
    case "extend": {
      const more = iterate(first ?? unknown());
      const shuffled = more.shuffled || more.open || object.open;
      addItems(object, [...more.items], more.open);
      if (shuffled) object.shuffled = true;
      return none;
    }
    case "copy":
      return { ...list([...object.items], object.open), shuffled: object.shuffled ?? false };
    case "pop":
      return removeItem(object, first ?? number(-1)) ?? unknown();
    case "remove":
      discard(object, first ?? unknown());
      return none;
    case "clear":
      clear(object);
      return none;
    case "reverse":
      if (object.open) forgetOrder(object);
      else object.items.reverse();
      return none;
    case "sort": {
      const result = sorted(object, args, env, node);
      replaceItems(object, result.items, result.open, result.shuffled);
      return none;
    }
    case "index":
    case "count": {
      const key = first === undefined || second !== undefined ? null : keyOf(first);
      charge(object.items.length);
      const keys = object.items.map(keyOf);
      const told = key !== null && !hasHole(key) && keys.every((other) => other !== null && !hasHole(other));
      if (!told || object.open || object.shuffled) return unknown(name, true);
      const at = keys.indexOf(key);
      if (name === "count") return number(keys.filter((other) => other === key).length);
      return at < 0 ? unknown(name, true) : number(at);
    }
    default:
      return unknown(name, true);
  }
}

const operators: Readonly<Record<string, string>> = {
  union: "|",
  intersection: "&",
  difference: "-",
  symmetric_difference: "^",
};

/** Calls a method of a set. */
export function setMethod(object: ListValue, name: string, args: Args): Value {
  const values = args.positional.map((arg) => arg.value);
  const [first] = values;
  const change = /_update$/.test(name) || name === "update";
  const operator = operators[name === "update" ? "union" : name.replace(/_update$/, "")];
  if (operator !== undefined) {
    let result: ListValue = setOf(object.items, object.open);
    for (const value of args.open ? [...values, unknown()] : values)
      result = setOperation(operator, result, setOf([...iterate(value).items], iterate(value).open)) ?? setOf([], true);
    if (!change) return result;
    replaceItems(object, result.items, result.open, true);
    return none;
  }
  if (args.open) {
    forgetOrder(object);
    return unknown(name, true);
  }
  switch (name) {
    case "add": {
      const key = first === undefined ? null : keyOf(first);
      charge(object.items.length >> 4);
      if (first === undefined || (key !== null && object.items.some((value) => keyOf(value) === key))) return none;
      addItems(object, [first]);
      object.shuffled = object.items.length > 1;
      return none;
    }
    case "discard":
    case "remove":
      discard(object, first ?? unknown());
      return none;
    case "clear":
      clear(object);
      return none;
    case "copy":
      return setOf(object.items, object.open);
    case "pop": {
      const [only] = object.items;
      if (object.items.length === 1 && !object.open && only !== undefined) {
        clear(object);
        return only;
      }
      return removeItem(object, unknown()) ?? unknown();
    }
    case "isdisjoint":
    case "issubset":
    case "issuperset": {
      const other = setOf([...iterate(first ?? unknown()).items], first?.type !== "list" || first.open);
      const [left, right] = name === "issuperset" ? [other, object] : [object, other];
      const rest = setOperation(name === "isdisjoint" ? "&" : "-", left, right);
      return rest === null || rest.open ? unknown(name, true) : boolean(rest.items.length === 0);
    }
    default:
      return unknown(name, true);
  }
}

/** Calls a method of a dictionary. */
export function dictMethod(object: DictValue, name: string, args: Args): Value {
  const [first, second] = args.positional.map((arg) => arg.value);
  if (/^(?:get|pop|setdefault)$/.test(name) && !args.open) return entryOf(object, name, args);
  charge(object.entries.size >> 2);
  const entries = [...object.entries.values()];
  if (args.open && !/^(?:items|keys|values|copy)$/.test(name)) {
    object.open = true;
    return unknown(name, true);
  }
  switch (name) {
    case "items":
      return list(
        entries.map((entry) => list([entry.key, entry.value])),
        object.open,
      );
    case "keys":
      return {
        ...list(
          entries.map((entry) => entry.key),
          object.open,
        ),
        shape: "set",
      };
    case "values":
      return list(
        entries.map((entry) => entry.value),
        object.open,
      );
    case "popitem": {
      const last = entries.at(-1);
      if (last === undefined || object.open) {
        object.open = true;
        return list([], true);
      }
      removeItem(object, last.key);
      return list([last.key, last.value]);
    }
    case "clear":
      clear(object);
      return none;
    case "update": {
      const more = dict(first ?? unknown(), args.positional.length, args);
      for (const [, entry] of more.entries) setItem(object, entry.key, entry.value);
      // What else was brought may stand under any key.
      if (more.open) setItem(object, unknown(), unknown());
      return none;
    }
    case "copy":
      return dictOf(object.entries, object.open);
    case "fromkeys":
      return fromKeys(first, second);
    default:
      return unknown(name, true);
  }
}

function entryOf(object: DictValue, name: string, args: Args): Value {
  const [first = unknown(), second] = bound(args, "key", "default") ?? [];
  const otherwise = second ?? none;
  if (first.type === "choice") {
    if (name === "get") return first.options.map((key) => either(item(object, key, "…"), otherwise)).reduce(either);
    for (const key of first.options) if (name === "setdefault") setItem(object, key, unknown());
    object.open = true;
    return item(object, first, "…");
  }
  const key = keyOf(first);
  if (key === null || hasHole(key)) {
    if (name === "setdefault") setItem(object, unknown(), otherwise);
    if (name === "pop") object.open = true;
    const value = item(object, first, "…");
    return second === undefined || second.type === "none" ? value : either(value, second);
  }
  const entry = object.entries.get(key);
  if (entry !== undefined) {
    if (name === "pop") removeItem(object, first);
    return entry.value;
  }
  const missing = object.open ? unknown(first.type === "text" ? first.value : "…") : otherwise;
  if (name === "setdefault") setItem(object, first, missing);
  return name === "pop" && second === undefined ? unknown() : missing;
}

/** `dict.fromkeys` */
export function fromKeys(keys: Value | undefined, value: Value | undefined): DictValue {
  const source = iterate(keys ?? unknown());
  const result: DictValue = { type: "dict", entries: new Map(), open: source.open };
  for (const key of source.items) setItem(result, key, value ?? none);
  return result;
}
