import { hasHole } from "../names.js";
import { born, charge } from "./machine.js";
import { anyOf, item } from "./operations.js";
import {
  blur,
  type DictValue,
  either,
  type InstanceValue,
  keyOf,
  type ListValue,
  unknown,
  type Value,
} from "./values.js";
import { changesDict, changesList } from "./ways.js";

/**
 * Everything that changes a list, set, iterator or dictionary in place goes through these functions. What a change does that can't be
 * told leaves a value of which less is known.
 */

/** Adds items at the end, as far as there is room: a list that has grown too long may hold any. */
export function addItems(object: ListValue, items: readonly Value[], open = false, sure?: number): void {
  charge(items.length >> 2);
  const { length } = object.items;
  changesList(object, length);
  // Where they stand is not known behind what is not.
  if (object.open) object.sure ??= length;
  if (open || sure !== undefined) object.sure ??= length + (sure ?? items.length);
  object.open ||= open;
  if (length + items.length > 100_000) object.open = true;
  else for (const value of items) object.items.push(value);
}

/** Adds the items of another list at the end. */
export function extendBy(object: ListValue, more: ListValue): void {
  addItems(object, [...more.items], more.open, more.sure);
  if (more.shuffled) object.shuffled = true;
}

/** Gives a list other items. */
export function replaceItems(
  object: ListValue,
  items: readonly Value[],
  open: boolean,
  shuffled = false,
  sure?: number,
): void {
  charge((items.length + object.items.length) >> 2);
  const copied = [...items];
  changesList(object);
  object.items.length = 0;
  for (const value of copied) object.items.push(value);
  object.open = open;
  object.shuffled = shuffled && copied.length > 1;
  object.sure = sure;
}

/** Something of a list was changed, but it can't be told what: there may be others, and in any order. */
export function forgetOrder(object: ListValue): void {
  changesList(object);
  object.open = true;
  object.shuffled = true;
}

/** What is left of an iterator can't be told. */
export function forgetRest(object: Value): void {
  if (object.type !== "list" || object.shape !== "iterator") return;
  changesList(object);
  object.open = true;
}

/** Puts an item into a list. */
export function insertItem(object: ListValue, at: Value, value: Value): void {
  const sure = object.sure ?? object.items.length;
  const fits = object.items.length < 100_000;
  const position =
    !isPlace(object, at) || (at.value < 0 && (object.open || object.sure !== undefined))
      ? -1
      : at.value < 0
        ? Math.max(0, object.items.length + at.value)
        : object.open || object.sure !== undefined
          ? at.value
          : Math.min(at.value, object.items.length);
  if (position >= 0 && position <= sure && fits) {
    charge(object.items.length >> 6);
    changesList(object, position);
    object.items.splice(position, 0, value);
    if (object.sure !== undefined) object.sure++;
    return;
  }
  changesList(object);
  addItems(object, [value]);
  object.shuffled = true;
}

/** Adds a value to a set. */
export function addMember(object: ListValue, value: Value): void {
  const key = keyOf(value);
  charge(object.items.length >> 4);
  const sure = object.sure ?? object.items.length;
  const at = key === null ? -1 : object.items.findIndex((one) => keyOf(one) === key);
  if (at >= 0 && at < sure) return;
  changesList(object, sure);
  // Those that surely are come first.
  if (at >= 0) object.items.splice(at, 1);
  if (object.items.length >= 100_000) object.open = true;
  else object.items.splice(sure, 0, value);
  if (object.sure !== undefined) object.sure++;
  object.shuffled = object.items.length > 1;
}

/** `object[key] = value` */
export function setItem(object: ListValue | DictValue, key: Value, value: Value): void {
  if (object.type === "dict") {
    const name = keyOf(key);
    if (name !== null && !hasHole(name)) {
      changesDict(object, name);
      object.entries.set(name, { key, value });
      return;
    }
    // Any of the entries may have been meant.
    changesDict(object);
    blur(object, value);
    if (name !== null) object.entries.set(name, { key, value });
    return;
  }
  const at = placeOf(object, key);
  if (at !== null) {
    changesList(object, at);
    object.items[at] = value;
  } else {
    changesList(object);
    charge(object.items.length >> 2);
    for (let i = 0; i < object.items.length; i++) object.items[i] = either(object.items[i] ?? value, value);
    object.open = true;
  }
}

/** `object[from:to] = values`: exact for the whole of a list, and between places that are known. */
export function setSlice(object: ListValue, bounds: readonly (Value | null)[], values: ListValue): void {
  const [from, to, by] = bounds.map((bound) => (bound === null || bound.type === "none" ? undefined : bound));
  const whole = from === undefined && to === undefined && by === undefined;
  const told = !object.open && !object.shuffled && object.sure === undefined && values.sure === undefined;
  if (whole) replaceItems(object, values.items, values.open, values.shuffled, values.sure);
  else if (told && by === undefined && isWhole(from) && isWhole(to)) {
    const items = [...object.items];
    const [start, end] = [
      from === undefined ? 0 : items.slice(0, from.value).length,
      items.slice(0, to?.value ?? items.length).length,
    ];
    items.splice(start, Math.max(0, end - start), ...values.items.slice(0, 10_000));
    replaceItems(object, items, values.open || values.items.length > 10_000, values.shuffled);
  } else replaceItems(object, [...object.items, ...values.items], true, true, 0);
}

function isWhole(bound: Value | undefined): bound is (Value & { type: "number" }) | undefined {
  return bound === undefined || (bound.type === "number" && !bound.float);
}

/** `del object[key]`; what stood there, where that can be told. */
export function removeItem(object: ListValue | DictValue, key: Value): Value | undefined {
  if (object.type === "dict") {
    const name = keyOf(key);
    changesDict(object);
    if (name !== null && !hasHole(name)) {
      const entry = object.entries.get(name);
      object.entries.delete(name);
      return entry?.value;
    }
    charge(object.entries.size >> 2);
    for (const [other, entry] of object.entries) object.entries.set(other, { ...entry, maybe: true });
    return undefined;
  }
  const at = placeOf(object, key);
  charge(object.items.length >> 6);
  if (at !== null) {
    changesList(object, at);
    if (object.sure !== undefined) object.sure--;
    return object.items.splice(at, 1)[0];
  }
  if (object.items.length === 0 && !object.open) return undefined;
  const taken = item(object, key, "…");
  // Which item it takes is not known, so that none is taken away.
  const sure = object.sure ?? object.items.length;
  changesList(object);
  if (!isPlace(object, key)) object.sure = 0;
  else object.sure = key.value < 0 ? Math.max(0, sure + key.value) : Math.min(sure, key.value);
  return taken;
}

/** Takes all items out. */
export function clear(object: ListValue | DictValue): void {
  if (object.type === "dict") {
    changesDict(object);
    object.entries.clear();
  } else {
    changesList(object);
    object.items.length = 0;
    object.shuffled = false;
    object.sure = undefined;
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
  if (key === null || hasHole(key) || before.some((other) => other === null || hasHole(other))) {
    changesList(object);
    object.sure = 0;
  } else if (at >= 0) {
    changesList(object, at);
    object.items.splice(at, 1);
    if (object.sure !== undefined && at < object.sure) object.sure--;
  }
}

/** The next item of an iterator, undefined when there is none, or it can't be told. */
export function advance(object: ListValue): Value | undefined {
  if (object.items.length === 0) return undefined;
  changesList(object);
  if (object.sure !== 0 && (!object.shuffled || object.items.length < 2)) {
    if (object.sure !== undefined) object.sure--;
    return object.items.shift();
  }
  // Any of them, which then is there no more.
  const any = anyOf(object.open ? [...object.items, unknown()] : object.items);
  object.sure = 0;
  return any;
}

/** Whether a key names a place in a list whose order is known. */
function isPlace(object: ListValue, key: Value): key is Value & { type: "number" } {
  return key.type === "number" && !key.float && !(object.shuffled && object.items.length > 1);
}

/** The offset of an item by its index, null when it can't be told. */
function placeOf(object: ListValue, key: Value): number | null {
  if (!isPlace(object, key)) return null;
  if (key.value < 0 && (object.open || object.sure !== undefined)) return null;
  const at = key.value < 0 ? object.items.length + key.value : key.value;
  return at >= 0 && at < (object.sure ?? object.items.length) ? at : null;
}

/** `copy.copy` and `copy.deepcopy`: what is changed in the one is not in the other. */
export function duplicate(value: Value, deep: boolean, seen = new Map<Value, Value>()): Value {
  const known = seen.get(value);
  if (known !== undefined) return known;
  const inner = (one: Value): Value => (deep && seen.size < 1000 ? duplicate(one, deep, seen) : deep ? unknown() : one);
  charge(2);
  switch (value.type) {
    case "choice":
      return value.options.map((option) => duplicate(option, deep, seen)).reduce(either);
    case "list": {
      const made: ListValue = { ...value, items: [], born: born() };
      seen.set(value, made);
      charge(value.items.length);
      for (const one of value.items) made.items.push(inner(one));
      return made;
    }
    case "dict": {
      const made: DictValue = { ...value, entries: new Map(), born: born() };
      seen.set(value, made);
      charge(value.entries.size);
      for (const [key, entry] of value.entries) made.entries.set(key, { ...entry, value: inner(entry.value) });
      return made;
    }
    case "instance": {
      if (value.member !== undefined) return value;
      const made: InstanceValue = { ...value, attributes: new Map(), born: born() };
      seen.set(value, made);
      charge(value.attributes.size);
      for (const [name, one] of value.attributes) made.attributes.set(name, inner(one));
      return made;
    }
    default:
      return value;
  }
}
