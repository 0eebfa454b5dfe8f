import type { Comparison, Expression } from "./ast.js";
import { type Environment, evaluate, labelOf, maxText } from "./evaluate.js";
import { charge } from "./machine.js";
import {
  alternatives,
  asText,
  boolean,
  dictOf,
  either,
  hasHole,
  hole,
  joinFrames,
  keyOf,
  type ListValue,
  list,
  listLike,
  number,
  setOf,
  type TextValue,
  text,
  unknown,
  type Value,
} from "./values.js";

/** The items of what a loop runs over; open when there may be others. An iterator has given them all then. */
export function iterate(value: Value): ListValue {
  switch (value.type) {
    case "list":
      return value.shape === "iterator" ? listLike(value, value.items.splice(0)) : value;
    case "dict":
      return list(
        [...value.entries.values()].map((entry) => entry.key),
        value.open,
      );
    case "text":
      return hasHole(value.value) ? list([], true) : list([...value.value].map(text));
    case "class":
      return value.members === undefined ? list([], true) : list([...value.members.values()]);
    case "choice":
      return value.options.map(iterate).reduce((a, b) => list([...a.items, ...b.items], a.open || b.open));
    default:
      return list([], true);
  }
}

/** The items in their order: each may be any of them where that can't be told. */
export function inOrder(source: ListValue): ListValue {
  if (!source.shuffled || source.items.length < 2) return source;
  const any = anyOf(source.items);
  return list(
    source.items.map(() => any),
    source.open,
  );
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
    return dictOf([...left.entries, ...right.entries], left.open || right.open);
  }
  if (operator === "*" && left.type === "text" && right.type === "number") {
    const size = left.value.length * right.value;
    return size >= 0 && size < maxText && right.value < 10_000 ? text(left.value.repeat(right.value)) : unknown();
  }
  if (left.type === "list" && right.type === "list" && (left.shape === "set" || right.shape === "set"))
    return setOperation(operator, left, right) ?? unknown();
  if (operator === "*" && left.type === "list" && right.type === "number" && !right.float) {
    if (left.items.length * right.value > 20_000) return list([], true);
    return listLike(left, Array.from({ length: Math.max(0, right.value) }, () => left.items).flat());
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
    if (left.items.length + more.items.length > 20_000) return list([], true);
    const source = left.open || left.shuffled ? left : more;
    return listLike(source, [...left.items, ...more.items], left.open || more.open);
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
  if (operator === "|") return setOf([...left.items, ...right.items], left.open || right.open);
  const told = (source: ListValue) => {
    const keys = source.items.map(keyOf);
    return source.open || keys.some((key) => key === null || hasHole(key)) ? null : new Set(keys);
  };
  const [mine, others] = [told(left), told(right)];
  if (mine === null || others === null) return { ...setOf([], true) };
  charge(mine.size + others.size);
  const both = (value: Value) => others.has(keyOf(value));
  if (operator === "&") return setOf(left.items.filter(both));
  const rest = left.items.filter((value) => !both(value));
  return setOf(operator === "-" ? rest : [...rest, ...right.items.filter((value) => !mine.has(keyOf(value)))]);
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
    holder.open = true;
    return null;
  }
  if (key === null || hasHole(key)) return null;
  charge((holder.type === "dict" ? holder.entries.size : holder.items.length) >> 2);
  const keys = holder.type === "dict" ? [...holder.entries.keys()] : holder.items.map(keyOf);
  if (keys.includes(key)) return true;
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
      return object.entries.get(name)?.value ?? missing;
    }
    case "list": {
      if (key.type === "choice") return key.options.map((option) => item(object, option, label)).reduce(either);
      if (key.type !== "number") return anyItem(object, missing);
      // What stands at the end, or behind an item of which it is not known whether it is there, can't be told.
      if (object.open && key.value < 0) return anyItem(object, missing);
      if (object.shuffled && object.items.length > 1) return anyItem(object, object.open ? missing : null);
      return object.items[key.value < 0 ? object.items.length + key.value : key.value] ?? missing;
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
    const source = inOrder(object);
    // Where the end is not known, a slice that counts from it may hold any item.
    const fromEnd = (from ?? 0) < 0 || (to ?? 0) < 0 || by < 0;
    if (!known || by === 0 || (source.open && (fromEnd || by !== 1)))
      return { ...list([...source.items], true), shuffled: true };
    return list(stretch(source.items, from, to, by), source.open);
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
