import { hasHole } from "../names.js";
import type { Call } from "./ast.js";
import { sorted, updateEntries } from "./builtins.js";
import {
  addItems,
  addMember,
  clear,
  discard,
  extendBy,
  forgetOrder,
  insertItem,
  removeItem,
  replaceItems,
  setItem,
} from "./changes.js";
import type { Environment } from "./evaluate.js";
import { charge } from "./machine.js";
import { item, iterate, setOperation, sureEntries } from "./operations.js";
import { bound } from "./text-methods.js";
import {
  type Args,
  blur,
  boolean,
  type DictValue,
  dictOf,
  either,
  keyOf,
  type ListValue,
  list,
  listLike,
  none,
  number,
  setOf,
  text,
  unknown,
  type Value,
} from "./values.js";
import { changesDict } from "./ways.js";

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
      if (first !== undefined && second !== undefined) insertItem(object, first, second);
      return none;
    case "extend":
      extendBy(object, iterate(first ?? unknown()));
      return none;
    case "copy":
      return listLike(object, [...object.items], object.open, object.sure, "list");
    case "pop":
      return removeItem(object, first ?? number(-1)) ?? unknown();
    case "remove":
      discard(object, first ?? unknown());
      return none;
    case "clear":
      clear(object);
      return none;
    case "reverse":
      replaceItems(
        object,
        [...object.items].reverse(),
        object.open,
        object.open || object.shuffled,
        object.open || object.sure !== undefined ? 0 : undefined,
      );
      return none;
    case "sort": {
      const result = sorted(object, args, env, node);
      replaceItems(object, result.items, result.open, result.shuffled, result.sure);
      return none;
    }
    case "index":
    case "count": {
      const key = first === undefined || second !== undefined ? null : keyOf(first);
      charge(object.items.length);
      const keys = object.items.map(keyOf);
      const told = key !== null && !hasHole(key) && keys.every((other) => other !== null && !hasHole(other));
      if (!told || object.open || object.shuffled || object.sure !== undefined) return unknown(name, true);
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
    let result: ListValue = setOf(object.items, object.open, object.sure, object.kind);
    for (const value of args.open ? [...values, unknown()] : values)
      result = setOperation(operator, result, asSet(value)) ?? setOf([], true);
    if (!change) return result;
    replaceItems(object, result.items, result.open, true, result.sure);
    return none;
  }
  if (args.open) {
    forgetOrder(object);
    return unknown(name, true);
  }
  switch (name) {
    case "add": {
      if (first !== undefined) addMember(object, first);
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
      return setOf(object.items, object.open, object.sure, object.kind);
    case "pop": {
      const [only] = object.items;
      if (object.items.length === 1 && !object.open && object.sure === undefined && only !== undefined) {
        clear(object);
        return only;
      }
      return removeItem(object, unknown()) ?? unknown();
    }
    case "isdisjoint":
    case "issubset":
    case "issuperset": {
      const other = asSet(first ?? unknown());
      const [left, right] = name === "issuperset" ? [other, object] : [object, other];
      const rest = setOperation(name === "isdisjoint" ? "&" : "-", left, right);
      if (rest === null || rest.open || (rest.sure !== undefined && rest.items.length > 0)) return unknown(name, true);
      return boolean(rest.items.length === 0);
    }
    default:
      return unknown(name, true);
  }
}

function asSet(value: Value): ListValue {
  const { items, open, sure } = iterate(value);
  return setOf(items, open, sure);
}

/** Calls a method of a dictionary. */
export function dictMethod(object: DictValue, name: string, args: Args): Value {
  const [first, second] = args.positional.map((arg) => arg.value);
  if (/^(?:get|pop|setdefault)$/.test(name) && !args.open) return entryOf(object, name, args);
  charge(object.entries.size >> 2);
  const entries = [...object.entries.values()];
  if (args.open && !/^(?:items|keys|values|copy)$/.test(name)) {
    changesDict(object);
    blur(object);
    return unknown(name, true);
  }
  const sure = sureEntries(object);
  switch (name) {
    case "items":
      return list(
        entries.map((entry) => list([entry.key, entry.value], false, "tuple")),
        object.open,
        undefined,
        sure,
      );
    case "keys":
      return {
        ...list(
          entries.map((entry) => entry.key),
          object.open,
          undefined,
          sure,
        ),
        shape: "set",
      };
    case "values":
      return list(
        entries.map((entry) => entry.value),
        object.open,
        undefined,
        sure,
      );
    case "popitem": {
      const last = entries.at(-1);
      if (last === undefined || object.open || last.maybe) {
        removeItem(object, unknown());
        return list([], true);
      }
      removeItem(object, last.key);
      return list([last.key, last.value], false, "tuple");
    }
    case "clear":
      clear(object);
      return none;
    case "update": {
      const more = first?.type === "list" ? iterate(first) : first;
      changesDict(object);
      if (more !== undefined) updateEntries(object, more);
      for (const [key, arg] of args.named) object.entries.set(`s${key}`, { key: text(key), value: arg.value });
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
  if (first.type === "choice") {
    const value = first.options.map((key) => entryValue(object, "get", key, second)).reduce(either);
    for (const key of first.options) if (name !== "get") mayChange(object, name, key, second ?? none);
    return value;
  }
  return entryValue(object, name, first, second);
}

function mayChange(object: DictValue, name: string, key: Value, otherwise: Value): void {
  const known = keyOf(key);
  if (known === null || hasHole(known)) {
    if (name === "pop") removeItem(object, key);
    else setItem(object, key, otherwise);
    return;
  }
  const entry = object.entries.get(known);
  changesDict(object, known);
  if (entry === undefined && name === "setdefault") object.entries.set(known, { key, value: otherwise, maybe: true });
  if (entry !== undefined && name === "pop") object.entries.set(known, { ...entry, maybe: true });
}

function entryValue(object: DictValue, name: string, first: Value, second: Value | undefined): Value {
  const otherwise = second ?? none;
  const key = keyOf(first);
  if (key === null || hasHole(key)) {
    const value = item(object, first, "…");
    if (name === "setdefault") setItem(object, first, otherwise);
    if (name === "pop") removeItem(object, first);
    return second === undefined || second.type === "none" ? value : either(value, second);
  }
  const entry = object.entries.get(key);
  const missing = object.open ? unknown(first.type === "text" ? first.value : "…") : otherwise;
  if (entry === undefined) {
    if (name === "setdefault") setItem(object, first, missing);
    return name === "pop" && second === undefined ? unknown() : missing;
  }
  const raises = name === "pop" && second === undefined;
  const value = entry.maybe && !raises ? either(entry.value, missing) : entry.value;
  if (name === "pop") removeItem(object, first);
  if (name === "setdefault" && entry.maybe) setItem(object, first, value);
  return value;
}

/** `dict.fromkeys` */
export function fromKeys(keys: Value | undefined, value: Value | undefined): DictValue {
  const source = iterate(keys ?? unknown());
  const result = dictOf([], source.open);
  const sure = source.sure ?? source.items.length;
  source.items.forEach((key, i) => {
    if (i < sure) setItem(result, key, value ?? none);
    else mayChange(result, "setdefault", key, value ?? none);
  });
  return result;
}
