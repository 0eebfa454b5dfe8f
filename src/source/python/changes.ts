import { charge } from "./machine.js";
import { anyOf } from "./operations.js";
import { type DictValue, either, type InstanceValue, keyOf, type ListValue, unknown, type Value } from "./values.js";

/**
 * Everything that changes a list, set, iterator or dictionary in place goes through these functions. What a change does that can't be
 * told leaves a value of which less is known.
 */

/** Adds items at the end, as far as there is room: a list that has grown too long may hold any. */
export function addItems(object: ListValue, items: readonly Value[], open = false): void {
  charge(items.length >> 2);
  object.open ||= open;
  if (object.items.length + items.length > 100_000) object.open = true;
  else for (const value of items) object.items.push(value);
}

/** Gives a list other items. */
export function replaceItems(object: ListValue, items: readonly Value[], open: boolean, shuffled = false): void {
  charge((items.length + object.items.length) >> 2);
  const copied = [...items];
  object.items.length = 0;
  for (const value of copied) object.items.push(value);
  object.open = open;
  object.shuffled = shuffled && copied.length > 1;
}

/** Something of a list was changed, but it can't be told what: there may be others, and in any order. */
export function forgetOrder(object: ListValue): void {
  object.open = true;
  object.shuffled = true;
}

/** `object[key] = value` */
export function setItem(object: ListValue | DictValue, key: Value, value: Value): void {
  if (object.type === "dict") {
    const name = keyOf(key);
    if (name !== null) {
      object.entries.set(name, { key, value });
      return;
    }
    // Any of the entries may have been meant.
    charge(object.entries.size);
    for (const [known, entry] of object.entries)
      object.entries.set(known, { key: entry.key, value: either(entry.value, value) });
    object.open = true;
    return;
  }
  const at = placeOf(object, key);
  if (at !== null) object.items[at] = value;
  else {
    charge(object.items.length);
    object.items.forEach((old, i) => {
      object.items[i] = either(old, value);
    });
    object.open = true;
  }
}

/** `object[from:to] = values`: exact for the whole of a list, and between places that are known. */
export function setSlice(object: ListValue, bounds: readonly (Value | null)[], values: ListValue): void {
  const [from, to, by] = bounds.map((bound) => (bound === null || bound.type === "none" ? undefined : bound));
  const whole = from === undefined && to === undefined && by === undefined;
  if (whole) replaceItems(object, values.items, values.open, values.shuffled);
  else if (!object.open && !object.shuffled && by === undefined && isWhole(from) && isWhole(to)) {
    const items = [...object.items];
    const [start, end] = [
      from === undefined ? 0 : items.slice(0, from.value).length,
      items.slice(0, to?.value ?? items.length).length,
    ];
    items.splice(start, Math.max(0, end - start), ...values.items.slice(0, 10_000));
    replaceItems(object, items, values.open || values.items.length > 10_000, values.shuffled);
  } else replaceItems(object, [...object.items, ...values.items], true, true);
}

function isWhole(bound: Value | undefined): bound is (Value & { type: "number" }) | undefined {
  return bound === undefined || (bound.type === "number" && !bound.float);
}

/** `del object[key]`; what stood there, where that can be told. */
export function removeItem(object: ListValue | DictValue, key: Value): Value | undefined {
  if (object.type === "dict") {
    const name = keyOf(key);
    const entry = name === null ? undefined : object.entries.get(name);
    if (name === null) object.open = true;
    else object.entries.delete(name);
    return entry?.value;
  }
  const at = placeOf(object, key);
  charge(object.items.length >> 6);
  if (at !== null) return object.items.splice(at, 1)[0];
  const any = object.items.length === 0 || object.items.length > 16 ? undefined : anyOf(object.items);
  forgetOrder(object);
  return any === undefined || !object.open ? any : either(any, unknown());
}

/** Takes all items out. */
export function clear(object: ListValue | DictValue): void {
  if (object.type === "dict") object.entries.clear();
  else {
    object.items.length = 0;
    object.shuffled = false;
  }
  object.open = false;
}

/** Takes a value out of a set or list. */
export function discard(object: ListValue, value: Value): void {
  const key = keyOf(value);
  charge(object.items.length);
  const keys = object.items.map(keyOf);
  const at = key === null ? -1 : keys.indexOf(key);
  const before = at < 0 ? keys : keys.slice(0, at);
  // It may be any of those that are not known.
  if (key === null || before.includes(null)) forgetOrder(object);
  else if (at >= 0) object.items.splice(at, 1);
}

/** The next item of an iterator, undefined when there is none, or it can't be told. */
export function advance(object: ListValue): Value | undefined {
  if (!object.shuffled || object.items.length < 2) return object.items.shift();
  const any = anyOf(object.items);
  forgetOrder(object);
  return any;
}

/** The offset of an item by its index, null when it can't be told. */
function placeOf(object: ListValue, key: Value): number | null {
  if (key.type !== "number" || key.float || (object.shuffled && object.items.length > 1)) return null;
  if (key.value < 0 && object.open) return null;
  const at = key.value < 0 ? object.items.length + key.value : key.value;
  return at >= 0 && at < object.items.length ? at : null;
}

/** `copy.copy` and `copy.deepcopy`: what is changed in the one is not in the other. */
export function duplicate(value: Value, deep: boolean, seen = new Map<Value, Value>()): Value {
  const known = seen.get(value);
  if (known !== undefined) return known;
  const inner = (one: Value): Value => (deep && seen.size < 1000 ? duplicate(one, deep, seen) : deep ? unknown() : one);
  charge(2);
  switch (value.type) {
    case "choice":
      return { ...value, options: value.options.map((option) => duplicate(option, deep, seen)) };
    case "list": {
      const made: ListValue = { ...value, items: [] };
      seen.set(value, made);
      charge(value.items.length);
      for (const one of value.items) made.items.push(inner(one));
      return made;
    }
    case "dict": {
      const made: DictValue = { ...value, entries: new Map() };
      seen.set(value, made);
      charge(value.entries.size);
      for (const [key, entry] of value.entries) made.entries.set(key, { key: entry.key, value: inner(entry.value) });
      return made;
    }
    case "instance": {
      if (value.member !== undefined) return value;
      const made: InstanceValue = { ...value, attributes: new Map() };
      seen.set(value, made);
      charge(value.attributes.size);
      for (const [name, one] of value.attributes) made.attributes.set(name, inner(one));
      return made;
    }
    default:
      return value;
  }
}
