import { byCodePoint } from "../../order.js";
import { hasHole, hole } from "../names.js";
import type { Comparison, Expression } from "./ast.js";
import { forgetRest } from "./changes.js";
import { type Environment, evaluate, labelOf, maxText } from "./evaluate.js";
import { charge } from "./machine.js";
import {
  alternatives,
  asText,
  boolean,
  type ClassValue,
  type DictValue,
  dictOf,
  either,
  joinFrames,
  keyOf,
  type ListValue,
  list,
  listLike,
  mergeEntries,
  number,
  setOf,
  type TextValue,
  text,
  unknown,
  type Value,
} from "./values.js";
import { changesList } from "./ways.js";

/** The items of what a loop runs over; open when there may be others. An iterator has given them all then. */
export function iterate(value: Value): ListValue {
  switch (value.type) {
    case "list":
      return value.shape === "iterator" ? drained(value) : value;
    case "dict":
      return list(
        [...value.entries.values()].map((entry) => entry.key),
        value.open,
        undefined,
        sureEntries(value),
      );
    case "text":
      return hasHole(value.value) ? list([], true) : list([...value.value].map(text));
    case "class":
      return value.members === undefined ? list([], true) : list([...value.members.values()]);
    case "choice":
      return value.options
        .map((option) => {
          const given = iterate(option);
          // It may be another that has given its items.
          forgetRest(option);
          return given;
        })
        .reduce((a, b) => listLike(b.shuffled ? b : a, [...a.items, ...b.items], a.open || b.open, 0));
    default:
      return list([], true);
  }
}

/** What an iterator has left; it has nothing then. */
function drained(source: ListValue): ListValue {
  changesList(source);
  const given = listLike(source, source.items.splice(0));
  source.sure = undefined;
  return given;
}

/** How many entries of a dictionary are surely there, and where they stand; undefined for all. */
export function sureEntries(dict: DictValue): number | undefined {
  let at = 0;
  for (const entry of dict.entries.values()) {
    if (entry.maybe === true) return at;
    at++;
  }
  return undefined;
}

/** The items in their order: each may be any of several where that can't be told. */
export function inOrder(source: ListValue): ListValue {
  const { items, open, kind } = source;
  if (source.shuffled && items.length > 1) {
    const any = anyOf(items);
    return list(
      items.map(() => any),
      open,
      kind,
      source.sure,
    );
  }
  if (source.sure === undefined || items.length - source.sure < 2) return source;
  const any = anyOf(items.slice(source.sure));
  return list(
    items.map((value, i) => (i < (source.sure ?? 0) ? value : any)),
    open,
    kind,
    source.sure,
  );
}

/** One list behind another. */
export function appended(left: ListValue, right: ListValue): ListValue {
  const length = left.items.length;
  const sure = left.open
    ? (left.sure ?? length)
    : (left.sure ?? (right.sure === undefined ? undefined : length + right.sure));
  const made = list([...left.items, ...right.items], left.open || right.open, left.kind, sure);
  if (left.shuffled || right.shuffled) made.shuffled = true;
  return made;
}

/** One of the values, it can't be told which. */
export function anyOf(values: readonly Value[]): Value {
  charge(values.length);
  return values.length === 0 ? unknown() : values.reduce(either);
}

/** A value as `repr` shows it; null when that takes more than a quote at each end. */
export function quoted(value: Value): string | null {
  if (value.type === "text") return /^[\x20-\x26\x28-\x5b\x5d-\x7e]*$/.test(value.value) ? `'${value.value}'` : null;
  return value.type === "number" || value.type === "boolean" || value.type === "none" ? asText(value) : null;
}

/** Applies a binary operator. */
export function operate(operator: string, left: Value, right: Value): Value {
  if (left.type === "choice" || right.type === "choice") {
    const results = alternatives(left).flatMap((a) => alternatives(right).map((b) => operate(operator, a, b)));
    return results.length > 16 ? unknown() : results.reduce(either);
  }
  if (left.type === "frame") return right.type === "frame" ? joinFrames(left, right) : left;
  if (operator === "+") return add(left, right);
  if (operator === "%" && left.type === "text") return percent(left, right);
  if (operator === "|" && left.type === "dict" && right.type === "dict") {
    const result = dictOf(left.entries, left.open);
    mergeEntries(result, right);
    return result;
  }
  if (operator === "*" && left.type === "text" && right.type === "number") {
    const size = left.value.length * right.value;
    return size >= 0 && size < maxText && right.value < 10_000 ? text(left.value.repeat(right.value)) : unknown();
  }
  if (left.type === "list" && right.type === "list" && (left.shape === "set" || right.shape === "set"))
    return setOperation(operator, left, right) ?? unknown();
  if (operator === "*" && left.type === "list" && right.type === "number" && !right.float) {
    if (left.items.length * right.value > 20_000) return list([], true);
    const items = Array.from({ length: Math.max(0, right.value) }, () => left.items).flat();
    return listLike(left, items, left.open, left.open ? (left.sure ?? left.items.length) : left.sure, left.kind);
  }
  if (left.type === "number" && right.type === "number")
    return left.float || right.float ? unknown("number") : arithmetic(operator, left.value, right.value);
  if (operator === "/" && left.type === "text") return add(add(left, text("/")), right);
  return unknown();
}

function add(left: Value, right: Value): Value {
  if (left.type === "number" && right.type === "number")
    return left.float || right.float ? unknown("number") : number(left.value + right.value);
  if (left.type === "list") {
    const more = iterate(right);
    return left.items.length + more.items.length > 20_000 ? list([], true) : appended(left, more);
  }
  if (left.type !== "text" && right.type !== "text") return unknown();
  const [a, b] = [asText(left), asText(right)];
  const joined = (a ?? hole("…")) + (b ?? hole("…"));
  return joined.length > maxText ? unknown() : concatenated(left, right, joined);
}

function concatenated(left: Value, right: Value, value: string): TextValue {
  const [a, b] = [left.type === "text" ? left : null, right.type === "text" ? right : null];
  const file = a?.file ?? b?.file;
  if (file === undefined || (a?.file !== undefined && b?.file !== undefined && a.file !== b.file)) return text(value);
  const shift = value.length - (b?.value.length ?? 0);
  const map = [...(a?.map ?? []), ...(b?.map ?? []).map((n, i) => (i % 2 === 0 ? n + shift : n))];
  charge((value.length >> 4) + map.length);
  return { type: "text", value, map, file };
}

function percent(left: TextValue, right: Value): Value {
  const values = right.type === "list" ? [...right.items] : [right];
  let position = 0;
  let size = left.value.length;
  const value = left.value.replace(
    /%(?:\((\w+)\))?([-+ 0#]*\d*(?:\.\d+)?)([a-zA-Z%])/g,
    (_, key: string | undefined, flags: string, kind: string) => {
      if (kind === "%") return "%";
      const item =
        key === undefined
          ? values[position++]
          : right.type === "dict"
            ? right.entries.get(`s${key}`)?.value
            : undefined;
      const piece = (item === undefined ? null : formattedText(item, flags)) ?? hole(key ?? "…");
      size += piece.length;
      return size > maxText ? "" : piece;
    },
  );
  return size > maxText ? unknown() : text(value);
}

/**
 * A value as a format of Python shows it ("Format Specification Mini-Language"): filled up to a width, numbers with leading zeros; null
 * when the value, or the format, is not known.
 */
export function formattedText(value: Value, format: string): string | null {
  const known = asText(value);
  if (format === "" || known === null || value.type === "unknown" || value.type === "external")
    return format === "" ? known : null;
  const spec = /^(?:(.?)([<>^]))?(0?)(\d{0,3})([sd]?)$/.exec(format);
  if (spec === null || hasHole(known) || (value.type !== "text" && value.type !== "number")) return null;
  const [, fill = "", side = "", zero = "", width = "", kind = ""] = spec;
  const isNumber = value.type === "number";
  if (kind !== "" && (kind === "d") !== isNumber) return null;
  const missing = Number(width) - known.length;
  if (missing <= 0) return known;
  const by = fill !== "" ? fill : zero;
  if (side === "^" || (zero !== "" && known.startsWith("-"))) return null;
  const padding = (by === "" ? " " : by).repeat(missing);
  return (side === "" ? isNumber : side === ">") ? padding + known : known + padding;
}

/** `|`, `&`, `-` and `^` of sets; null for other operators. */
export function setOperation(operator: string, left: ListValue, right: ListValue): ListValue | null {
  if (!/^[-|&^]$/.test(operator)) return null;
  const { kind } = left;
  const both = appended(left, right);
  if (operator === "|") return setOf(both.items, both.open, both.sure, kind);
  const told = (source: ListValue) => {
    const keys = source.items.map(keyOf);
    return source.open || source.sure !== undefined || keys.some((key) => key === null || hasHole(key))
      ? null
      : new Set(keys);
  };
  const [mine, others] = [told(left), told(right)];
  if (mine === null || others === null) {
    // Any of those that may be in it.
    const some = operator === "^" ? both : left;
    return setOf(some.items, some.open, 0, kind);
  }
  charge(mine.size + others.size);
  const inBoth = (value: Value) => others.has(keyOf(value));
  if (operator === "&") return setOf(left.items.filter(inBoth), false, undefined, kind);
  const rest = left.items.filter((value) => !inBoth(value));
  const more = operator === "-" ? [] : right.items.filter((value) => !mine.has(keyOf(value)));
  return setOf([...rest, ...more], false, undefined, kind);
}

function arithmetic(operator: string, a: number, b: number): Value {
  switch (operator) {
    case "-":
      return number(a - b);
    case "*":
      return number(a * b);
    case "//":
      return b === 0 ? unknown() : number(Math.floor(a / b));
    case "%":
      return b === 0 ? unknown() : number(((a % b) + b) % b);
    default:
      return unknown("number");
  }
}

export function compare(node: Comparison, env: Environment): Value {
  let left = evaluate(node.first, env);
  let result: boolean | null = true;
  for (const { operator, value } of node.rest) {
    const right = evaluate(value, env);
    const holds = comparison(operator, left, right);
    if (holds === false) result = false;
    else if (holds === null && result === true) result = null;
    left = right;
  }
  return result === null ? unknown() : boolean(result);
}

function comparison(operator: string, left: Value, right: Value): boolean | null {
  if (operator === "is" || operator === "is not" || operator === "==" || operator === "!=") {
    const equal = equality(left, right);
    return equal === null ? null : operator === "is" || operator === "==" ? equal : !equal;
  }
  if (operator === "in" || operator === "not in") {
    const found = contains(left, right);
    return found === null ? null : operator === "in" ? found : !found;
  }
  if (left.type === "text" && right.type === "text") {
    if (hasHole(left.value) || hasHole(right.value)) return null;
    const order = byCodePoint(left.value, right.value);
    return operator === "<" ? order < 0 : operator === "<=" ? order <= 0 : operator === ">" ? order > 0 : order >= 0;
  }
  if (left.type !== "number" || right.type !== "number") return null;
  return operator === "<"
    ? left.value < right.value
    : operator === "<="
      ? left.value <= right.value
      : operator === ">"
        ? left.value > right.value
        : left.value >= right.value;
}

function equality(left: Value, right: Value): boolean | null {
  const [a, b] = [keyOf(left), keyOf(right)];
  if (a !== null && b !== null) return hasHole(a) || hasHole(b) ? (a === b ? true : null) : a === b;
  // A structure is never None, nor a text or number.
  const solid = (value: Value) => /^(?:frame|list|dict|function|class|instance|module|spark|api)$/.test(value.type);
  return (a === "none" && solid(right)) || (b === "none" && solid(left)) ? false : null;
}

function contains(item: Value, holder: Value): boolean | null {
  if (holder.type === "text") {
    return item.type === "text" && !hasHole(item.value) && !hasHole(holder.value)
      ? holder.value.includes(item.value)
      : null;
  }
  if (holder.type !== "list" && holder.type !== "dict") return null;
  const key = keyOf(item);
  if (holder.type === "list" && holder.shape === "iterator") {
    // It stops at the item: what is left can't be told.
    iterate(holder);
    forgetRest(holder);
    return null;
  }
  if (key === null || hasHole(key)) return null;
  charge((holder.type === "dict" ? holder.entries.size : holder.items.length) >> 2);
  const keys = holder.type === "dict" ? [...holder.entries.keys()] : holder.items.map(keyOf);
  const at = keys.indexOf(key);
  if (at >= 0) {
    const isSure = holder.type === "dict" ? !holder.entries.get(key)?.maybe : at < (holder.sure ?? keys.length);
    return isSure ? true : null;
  }
  return holder.open || keys.some((other) => other === null || hasHole(other)) ? null : false;
}

/** `object[index]` */
export function index(object: Value, node: Expression, env: Environment): Value {
  if (object.type === "choice") return object.options.map((option) => index(option, node, env)).reduce(either);
  if (node.type === "Slice") return slice(object, node, env);
  const key = evaluate(node, env);
  return item(object, key, labelOf(node));
}

/** The item of a list or dictionary under a key. */
export function item(object: Value, key: Value, label: string): Value {
  const missing = unknown(key.type === "text" ? key.value : label);
  switch (object.type) {
    case "dict": {
      if (key.type === "choice") return key.options.map((option) => item(object, option, label)).reduce(either);
      const name = keyOf(key);
      if (name === null || hasHole(name)) {
        const values = [...object.entries.values()].map((entry) => entry.value);
        return values.length > 0 && values.length <= 16 ? values.reduce(either, missing) : missing;
      }
      const entry = object.entries.get(name);
      if (entry === undefined) return missing;
      return entry.maybe && object.open ? either(entry.value, missing) : entry.value;
    }
    case "list": {
      if (key.type === "choice") return key.options.map((option) => item(object, option, label)).reduce(either);
      if (key.type !== "number") return anyItem(object, missing);
      if (object.shuffled && object.items.length > 1)
        return anyItem(object, object.open || object.sure !== undefined ? missing : null);
      return listItem(object, key.value) ?? missing;
    }
    case "text": {
      if (key.type !== "number" || hasHole(object.value)) return missing;
      charge(object.value.length >> 6);
      const letter = [...object.value].at(key.value);
      return letter === undefined ? missing : text(letter);
    }
    case "frame":
      return unknown();
    // `dict[str, int]` and the like, and what a class gives.
    case "class":
      if (object.members !== undefined) return (key.type === "text" ? object.members.get(key.value) : null) ?? missing;
      return object;
    case "builtin":
      return object;
    case "names":
      return key.type === "text" ? (object.scope.vars.get(key.value) ?? missing) : missing;
    default:
      if (object.type !== "unknown") return missing;
      // A frame out of what a call gave is as unknown as that.
      return {
        ...missing,
        foreign: object.foreign,
        ...(object.hidden === undefined ? {} : { hidden: object.hidden }),
        ...(object.parameter ? { parameter: true } : {}),
      };
  }
}

/** The item at a position, any that may stand there where that is not sure; undefined for none that is known. */
function listItem(object: ListValue, position: number): Value | undefined {
  const { length } = object.items;
  const sure = object.sure ?? length;
  if (position >= 0 && position < sure) return object.items[position];
  if (position < 0 && object.sure === undefined && !object.open) return object.items[length + position];
  const candidates = object.items.slice(position >= 0 ? sure : Math.max(0, sure + position));
  charge(candidates.length >> 2);
  if (object.open) candidates.push(unknown());
  return candidates.length === 0 ? undefined : candidates.reduce(either);
}

/** `isinstance(value, types)`; null when it can't be told. */
export function isInstance(value: Value, types: Value): boolean | null {
  if (value.type === "choice") {
    const results = value.options.map((option) => isInstance(option, types));
    return results.every((result) => result === results[0]) ? (results[0] ?? null) : null;
  }
  if (types.type === "list") {
    if (types.open) return null;
    const results = types.items.map((type) => isInstance(value, type));
    const number =
      value.type === "number" && ["int", "float"].every((name) => types.items.some((type) => isBuiltin(type, name)));
    return results.includes(true) || number ? true : results.includes(null) ? null : false;
  }
  if (types.type === "class") {
    if (value.type === "instance") return descends(value.class, types, new Set());
    // Members of an enumeration may be texts and numbers here.
    if (types.members !== undefined && (value.type === "text" || value.type === "number")) return null;
    return /^(?:text|number|boolean|none|list|dict)$/.test(value.type) ? false : null;
  }
  if (types.type !== "builtin") return null;
  const { name } = types;
  if (name === "object") return true;
  if (!/^(?:str|int|float|bool|list|tuple|set|frozenset|dict)$/.test(name)) return null;
  switch (value.type) {
    case "text":
      return name === "str";
    case "boolean":
      return name === "bool" || name === "int";
    case "number":
      if (name !== "int" && name !== "float") return false;
      return name === "float" ? value.float === true : value.float !== true;
    case "none":
    case "frame":
    case "spark":
    case "function":
      return false;
    case "dict":
      return name === "dict";
    case "list":
      if (value.shape === "iterator") return false;
      if (value.kind !== undefined) return name === value.kind;
      return /^(?:list|tuple|set|frozenset)$/.test(name) ? null : false;
    default:
      return null;
  }
}

function isBuiltin(value: Value, name: string): boolean {
  return value.type === "builtin" && value.name === name;
}

function descends(type: ClassValue, from: ClassValue, seen: Set<ClassValue>): boolean | null {
  if (type.node === from.node && type.scope === from.scope) return true;
  if (seen.has(type)) return null;
  seen.add(type);
  const results = type.bases.map((base) => (base.type === "class" ? descends(base, from, seen) : null));
  return results.includes(true) ? true : results.includes(null) ? null : false;
}

/** Any of a list's items; of one with too many it is not known what it is. */
function anyItem(object: ListValue, missing: Value | null): Value {
  if (object.items.length === 0 || object.items.length > 16) return missing ?? unknown();
  const any = anyOf(object.items);
  return missing === null ? any : either(any, missing);
}

function slice(object: Value, node: Expression & { type: "Slice" }, env: Environment): Value {
  const bounds = node.parts.map((part) => (part === null ? null : evaluate(part, env)));
  const known = bounds.every(
    (bound) => bound === null || bound.type === "none" || (bound.type === "number" && !bound.float),
  );
  const [from, to, by = 1] = bounds.map((bound) => (bound?.type === "number" ? bound.value : undefined));
  if (object.type === "list") {
    const { items, open, kind, sure } = inOrder(object);
    // Any of the items, in any order.
    if (!known || by === 0 || ((open || sure !== undefined) && by !== 1))
      return { ...list([...items], open, kind, 0), shuffled: true };
    if (sure === undefined && !(open && ((from ?? 0) < 0 || (to ?? 0) < 0)))
      return list(stretch(items, from, to, by), open, kind);
    // Where the list is not known to its end, any of the items behind the first ones may be meant.
    const certain = sure ?? items.length;
    const skipped = from === undefined || from < 0 ? 0 : Math.min(from, certain);
    return list(items.slice(skipped), open, kind, to === undefined && (from ?? 0) >= 0 ? certain - skipped : 0);
  }
  if (!known || by === 0 || object.type !== "text" || hasHole(object.value)) return unknown();
  charge(object.value.length >> 4);
  return text(stretch([...object.value], from, to, by).join(""));
}

/** The items of a slice as Python takes them (`slice.indices`). */
function stretch<T>(items: readonly T[], from: number | undefined, to: number | undefined, by: number): T[] {
  if (by === 1) return items.slice(from, to);
  const size = items.length;
  const [low, high] = by > 0 ? [0, size] : [-1, size - 1];
  const clamped = (at: number) => Math.min(high, Math.max(low, at < 0 ? at + size : at));
  const [start, end] = [
    from === undefined ? (by > 0 ? 0 : size - 1) : clamped(from),
    to === undefined ? (by > 0 ? size : -1) : clamped(to),
  ];
  const taken: T[] = [];
  for (let at = start; by > 0 ? at < end : at > end; at += by) {
    const one = items[at];
    if (one !== undefined) taken.push(one);
  }
  return taken;
}
