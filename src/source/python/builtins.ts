import { byCodePoint } from "../../order.js";
import { hasHole, hole } from "../names.js";
import type { Call } from "./ast.js";
import { attributeByName } from "./attributes.js";
import { callValue, opaque } from "./calls.js";
import { advance, forgetRest } from "./changes.js";
import { makeVague, setAttribute, superOf } from "./classes.js";
import { dictMethod, fromKeys, listMethod, setMethod } from "./collection-methods.js";
import { type Environment, labelOf } from "./evaluate.js";
import { charge, recordAction, step } from "./machine.js";
import { formattedText, inOrder, isInstance, item, iterate, operate, quoted, sureEntries } from "./operations.js";
import { hideFunction } from "./pipelines.js";
import { textMethod } from "./text-methods.js";
import {
  type Arg,
  type Args,
  asText,
  blur,
  boolean,
  type DictValue,
  dictOf,
  either,
  float,
  iterator,
  keyOf,
  type ListValue,
  list,
  listLike,
  mergeEntries,
  none,
  number,
  setOf,
  text,
  truth,
  unknown,
  type Value,
} from "./values.js";
import { perhaps } from "./ways.js";

const given = (values: readonly Value[], node: Call): Args => ({
  positional: values.map((value): Arg => ({ value, node })),
  named: new Map(),
  open: false,
});

/** Functions that give a value of what they are given, and do nothing else: of what is not known nothing is known. */
const pure = new Set(
  "str repr format int float bool len range list tuple set frozenset iter sorted reversed dict enumerate zip product filter next any all min max sum abs round".split(
    " ",
  ),
);

/** Calls one of Python's own functions. */
export function callBuiltin(name: string, args: Args, node: Call, env: Environment): Value {
  const values = args.positional.map((arg) => arg.value);
  const [first = unknown(), second] = values;
  const call = (target: Value, ...inner: Value[]) => callValue(target, given(inner, node), node, env);
  if (args.open && pure.has(name) && name !== "dict") return unknown(name);
  switch (name) {
    case "type":
      return first.type === "instance" && values.length === 1 ? first.class : unknown("type");
    case "wraps": {
      // functools.wraps(original)(wrapper)
      const [original, wrapper] = [hideFunction(first), second === undefined ? null : hideFunction(second)];
      if (wrapper === null) return second ?? unknown();
      return original === null ? wrapper : { ...wrapper, name: original.name };
    }
    case "str":
      return values.length === 0 ? text("") : values.length > 1 ? unknown("str") : stringOf(first, labelOfFirst(node));
    case "repr":
      return text(quoted(first) ?? hole(labelOfFirst(node)));
    case "format":
      return text(
        formattedText(first, second === undefined ? "" : second.type === "text" ? second.value : "?") ??
          hole(labelOfFirst(node)),
      );
    case "int":
    case "float":
      return numberOf(name, first, values.length + args.named.size) ?? unknown();
    case "bool": {
      const holds = truth(first);
      return holds === null ? unknown() : boolean(holds);
    }
    case "len":
      return lengthOf(first) ?? unknown();
    case "range":
      return range(values);
    case "list":
    case "tuple": {
      const source = iterate(values.length === 0 ? list([]) : first);
      return listLike(source, [...source.items], source.open, source.sure, name);
    }
    case "set":
    case "frozenset": {
      const source = iterate(values.length === 0 ? list([]) : first);
      return setOf(source.items, source.open, source.sure, name);
    }
    case "iter":
      if (values.length > 1) return list([], true);
      return first.type === "list" && first.shape === "iterator" ? first : iterator(iterate(first));
    case "sorted":
      return sorted(iterate(first), args, env, node);
    case "reversed": {
      const source = iterate(first);
      if (source.open) return iterator({ ...source, shuffled: true });
      const sure = source.sure === undefined ? undefined : 0;
      return iterator(listLike(source, [...source.items].reverse(), false, sure));
    }
    case "dict":
      return dict(first, values.length, args);
    case "enumerate": {
      const start = args.named.get("start")?.value ?? second;
      const from = start === undefined ? 0 : start.type === "number" && !start.float ? start.value : null;
      const source = iterate(first);
      const known = from === null || (source.shuffled && source.items.length > 1) ? 0 : (source.sure ?? Infinity);
      const rows = source.items.map((value, i) =>
        list([i <= known ? number(i + (from ?? 0)) : unknown("number"), value], false, "tuple"),
      );
      return iterator(list(rows, source.open, undefined, source.sure));
    }
    case "zip":
      return iterator(zip(values));
    case "product":
      return iterator(product(values, args.named.get("repeat")?.value));
    case "map": {
      const rows = zip(values.slice(1));
      const sure = rows.sure ?? rows.items.length;
      const items = rows.items.map((row, i) => {
        const one = () => call(first, ...(row.type === "list" ? row.items : []));
        return i < sure ? one() : perhaps(env.machine, env.scope, one);
      });
      const open = rows.open || args.open;
      // What else there may be goes through the function too.
      if (open) {
        const blanks = values.slice(1).map(() => unknown());
        items.push(perhaps(env.machine, env.scope, () => call(first, ...blanks)));
      }
      return iterator(list(items, open, undefined, open ? sure : rows.sure));
    }
    case "filter": {
      const source = iterate(second ?? unknown());
      let sure: number | undefined;
      const kept: Value[] = [];
      source.items.forEach((value, i) => {
        const holds = first.type === "none" ? truth(value) : truth(call(first, value));
        if (holds === null || i >= (source.sure ?? source.items.length)) sure ??= kept.length;
        if (holds !== false) kept.push(value);
      });
      return iterator(listLike(source, kept, source.open, source.open ? (sure ?? kept.length) : sure));
    }
    case "reduce": {
      const source = iterate(second ?? args.named.get("iterable")?.value ?? unknown());
      const initial = values[2] ?? args.named.get("initial")?.value;
      const items = initial === undefined ? source.items : [initial, ...source.items];
      if (items.length === 0) return call(first, unknown(), unknown());
      const sure = source.sure === undefined ? items.length : source.sure + items.length - source.items.length;
      return items.reduce((left, right, i) => {
        step(env.machine);
        const one = () => call(first, left, right);
        const result = i < sure ? one() : either(left, perhaps(env.machine, env.scope, one));
        return result.type === "unknown" && left.type === "frame" ? left : result;
      });
    }
    case "next":
      return nextOf(first, second);
    case "any":
    case "all": {
      const source = iterate(first);
      charge(source.items.length >> 2);
      const holds = source.items.map(truth);
      const decisive = name === "any";
      const sure = source.sure ?? holds.length;
      // It may stop before the end: what an iterator has left can't be told.
      if (holds.some((one) => one !== !decisive)) forgetRest(first);
      const at = holds.indexOf(decisive);
      if (at >= 0) {
        if (at >= sure) return unknown();
        return boolean(decisive);
      }
      return source.open || holds.includes(null) ? unknown() : boolean(!decisive);
    }
    case "min":
    case "max":
      return extreme(name, values, args, env, node) ?? unknown(name);
    case "sum":
      return sum(iterate(first), args.named.get("start")?.value ?? second);
    case "abs":
      return first.type === "number" ? { ...first, value: Math.abs(first.value) } : unknown(name);
    case "round":
      return first.type === "number" && !first.float && values.length === 1 ? first : unknown(name);
    case "getattr":
      return second?.type === "text" && !hasHole(second.value)
        ? attributeByName(first, second.value, env)
        : opaque(args, node, env, "builtins");
    case "setattr":
    case "object.__setattr__": {
      const value = values[2];
      if (second?.type === "text" && !hasHole(second.value) && value !== undefined && !args.open)
        setAttribute(first, second.value, value, env);
      else makeVague(first);
      return none;
    }
    case "globals":
      return { type: "names", scope: env.run.scope };
    case "vars":
      makeVague(first);
      return unknown(name);
    case "super":
      return superOf(env);
    case "display":
      if (first.type === "frame") recordAction(env.machine, env.run, "display()", node.start);
      return none;
    case "isinstance": {
      const is = second === undefined ? null : isInstance(first, second);
      return is === null ? unknown() : boolean(is);
    }
    case "hasattr":
    case "print":
      return unknown();
    case "open":
      return unknown("file");
    case "dict.fromkeys":
      return args.open ? unknown(name) : fromKeys(first, second);
    default:
      // `str.lower`, called with its text.
      if (/^(?:str|list|dict|set)\./.test(name) && !args.open && isOf(name, first))
        return callMethod(
          first,
          name.slice(name.indexOf(".") + 1),
          { ...args, positional: args.positional.slice(1) },
          node,
          env,
        );
      return unknown(name);
  }
}

function isOf(name: string, value: Value): boolean {
  const type = name.slice(0, name.indexOf("."));
  return value.type === "list" ? type === (value.shape ?? "list") : value.type === (type === "str" ? "text" : type);
}

function labelOfFirst(node: Call): string {
  return labelOf(node.args[0]?.value ?? node);
}

function numberOf(name: string, value: Value, count: number): Value | null {
  if (count !== 1) return count === 0 ? number(0) : null;
  const plain =
    value.type === "number"
      ? value.value
      : value.type === "boolean"
        ? Number(value.value)
        : value.type === "text" &&
            (name === "int" ? /^\s*[-+]?\d{1,15}\s*$/ : /^\s*[-+]?\d{1,15}(?:\.\d{1,9})?\s*$/).test(value.value)
          ? Number(value.value)
          : null;
  if (plain === null) return null;
  return name === "float" ? float(plain) : number(Math.trunc(plain) + 0);
}

function lengthOf(value: Value): Value | null {
  switch (value.type) {
    case "dict":
      return value.open || sureEntries(value) !== undefined ? null : number(value.entries.size);
    case "list":
      if (value.open || value.sure !== undefined || value.shape === "iterator") return null;
      // Two members of a set that are not known may be the same.
      if (value.shape === "set" && value.items.length > 1) {
        const keys = value.items.map(keyOf);
        if (keys.some((key) => key === null || hasHole(key))) return null;
      }
      return number(value.items.length);
    case "class":
      return value.members === undefined ? null : number(value.members.size);
    case "text":
      charge(value.value.length >> 6);
      return hasHole(value.value) ? null : number([...value.value].length);
    default:
      return null;
  }
}

/** `next(iterator, otherwise)`; each item is given once. */
function nextOf(source: Value, otherwise: Value | undefined): Value {
  if (source.type !== "list" || source.shape !== "iterator") return unknown("next");
  const isSure = source.sure !== 0;
  const value = advance(source);
  if (value !== undefined) return isSure || otherwise === undefined ? value : either(value, otherwise);
  return source.open || otherwise === undefined ? unknown("next") : otherwise;
}

/** The rows of several columns, as far as the shortest goes; an iterator that is given twice gives its items in turn. */
function zip(values: readonly Value[]): ListValue {
  const copies = new Map<Value, ListValue>();
  const sources = values.map((value) => {
    const isExact = value.type === "list" && value.shape === "iterator" && value.sure === undefined && !value.shuffled;
    if (isExact) return value;
    const copy = copies.get(value) ?? iterator(inOrder(iterate(value)));
    if (value.type === "list" && value.shape === "iterator") copies.set(value, copy);
    forgetRest(value);
    return copy;
  });
  const rows: Value[] = [];
  const open = sources.some((source) => source.open);
  // From there on a row may not be.
  let sure = Infinity;
  for (const source of sources) {
    const share = sources.filter((other) => other === source).length;
    sure = Math.min(sure, Math.floor((source.sure ?? (source.open ? source.items.length : Infinity)) / share));
    source.sure = undefined;
  }
  while (sources.length > 0 && rows.length < 100_000) {
    const row: Value[] = [];
    for (const source of sources) {
      const value = advance(source);
      if (value === undefined) break;
      row.push(value);
    }
    if (row.length < sources.length) break;
    rows.push(list(row, false, "tuple"));
  }
  // Which items stand side by side can't be told where one of them may be missing.
  return list(rows, open || rows.length === 100_000, undefined, sure < rows.length ? sure : undefined);
}

function product(values: readonly Value[], repeat: Value | undefined): ListValue {
  const columns = values.map((value) => iterate(value));
  const times = repeat === undefined ? 1 : repeat.type === "number" ? repeat.value : -1;
  if (times < 0 || times > 10) return list([], true);
  let rows: Value[][] = [[]];
  for (let turn = 0; turn < times; turn++) {
    for (const column of columns) {
      if (rows.length * column.items.length > 5000) return list([], true);
      charge(rows.length * column.items.length);
      rows = rows.flatMap((row) => column.items.map((value) => [...row, value]));
    }
  }
  return list(
    rows.map((row) => list(row, false, "tuple")),
    columns.some((column) => column.open),
    undefined,
    columns.some((column) => column.sure !== undefined) ? 0 : undefined,
  );
}

/** Which of two values is the smaller, as Python compares numbers, texts and lists of them; null when it can't be told. */
function compared(a: Value, b: Value): number | null {
  charge(1);
  const [x, y] = [a, b].map((value) =>
    value.type === "number" ? value.value : value.type === "boolean" ? Number(value.value) : null,
  );
  if (typeof x === "number" && typeof y === "number") return x - y;
  if (a.type === "text" && b.type === "text")
    return hasHole(a.value) || hasHole(b.value) ? null : byCodePoint(a.value, b.value);
  if (a.type !== "list" || b.type !== "list" || a.open || b.open || a.sure !== undefined || b.sure !== undefined)
    return null;
  if (a.shape !== undefined || b.shape !== undefined) return null;
  for (let i = 0; i < Math.min(a.items.length, b.items.length); i++) {
    const [left, right] = [a.items[i], b.items[i]];
    const order = left === undefined || right === undefined ? null : compared(left, right);
    if (order !== 0) return order;
  }
  return a.items.length - b.items.length;
}

function extreme(name: string, values: readonly Value[], args: Args, env: Environment, node: Call): Value | null {
  const source = values.length > 1 ? list([...values]) : iterate(values[0] ?? unknown());
  if (source.items.length === 0 && !source.open) return args.named.get("default")?.value ?? null;
  const result = sorted(
    source,
    { ...args, named: new Map([...args.named].filter(([key]) => key === "key")) },
    env,
    node,
  );
  if (result.open || result.sure !== undefined || (result.shuffled && result.items.length > 1)) return null;
  // Of those that are alike the first is given; sorting keeps their order, so that it is not always the last for `max`.
  if (name === "min") return result.items[0] ?? null;
  return args.named.has("key") ? null : (result.items.at(-1) ?? null);
}

function sum(source: ListValue, start: Value | undefined): Value {
  charge(source.items.length);
  return source.open || source.sure !== undefined
    ? unknown("sum")
    : source.items.reduce((left, right) => operate("+", left, right), start ?? number(0));
}

function stringOf(value: Value, label: string): Value {
  if (value.type === "text") return value;
  if (value.type === "choice") return value.options.map((option) => stringOf(option, label)).reduce(either);
  return text(asText(value) ?? hole(label));
}

function range(values: readonly Value[]): Value {
  const numbers = values.map((value) => (value.type === "number" && !value.float ? value.value : Number.NaN));
  const [from, to, by] =
    numbers.length === 1 ? [0, numbers[0] ?? 0, 1] : [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 1];
  const count = Math.ceil((to - from) / by);
  if (!Number.isFinite(count) || by === 0 || count > 100_000) return list([], true);
  return list(Array.from({ length: Math.max(0, count) }, (_, i) => number(from + i * by)));
}

/** `sorted`, also for `list.sort`: by texts and numbers, or a key that is one; in an order that can't be told otherwise. */
export function sorted(source: ListValue, args: Args, env: Environment, node: Call): ListValue {
  const key = args.named.get("key")?.value;
  const reverse = args.named.get("reverse")?.value;
  const down = reverse === undefined ? false : truth(reverse);
  const keyed = source.items.map((value, i) => ({
    value,
    sure: i < (source.sure ?? source.items.length),
    key: key === undefined || key.type === "none" ? value : callValue(key, given([value], node), node, env),
  }));
  charge(keyed.length * 4);
  let told = down !== null && !source.open && !args.open;
  keyed.sort((a, b) => {
    const order = told ? compared(a.key, b.key) : null;
    if (order === null) told = false;
    return (order ?? 0) * (down ? -1 : 1);
  });
  // Those that are alike stay in their order, which a set does not have; without a key they are the same.
  const mixed =
    source.shuffled === true &&
    key !== undefined &&
    keyed.some((one, i) => {
      const next = keyed[i + 1];
      return next !== undefined && compared(one.key, next.key) === 0;
    });
  const items = told ? keyed.map((one) => one.value) : [...source.items];
  if (!told || mixed) return { ...list(items, source.open, "list", source.sure), shuffled: true };
  const at = keyed.findIndex((one) => !one.sure);
  return list(items, false, "list", at < 0 ? undefined : at);
}

function dict(first: Value, count: number, args: Args): DictValue {
  const result = dictOf([], false);
  if (count > 0) updateEntries(result, first.type === "dict" ? first : iterate(first));
  if (args.open) blur(result);
  for (const [name, arg] of args.named) result.entries.set(`s${name}`, { key: text(name), value: arg.value });
  return result;
}

/** `dict.update(…)` and `dict(…)`: of a dictionary, or of pairs. */
export function updateEntries(object: DictValue, from: Value): void {
  if (from.type !== "list") {
    mergeEntries(object, from);
    return;
  }
  charge(from.items.length >> 2);
  if (from.open) blur(object);
  from.items.forEach((pair, i) => {
    const [key, value] = inOrder(iterate(pair)).items;
    const name = key === undefined ? null : keyOf(key);
    if (key === undefined || value === undefined || name === null) blur(object);
    else if (i < (from.sure ?? from.items.length)) object.entries.set(name, { key, value });
    else mergeEntries(object, dictOf([[name, { key, value, maybe: true }]], false));
  });
}

/** Calls a method of a text, list, set or dictionary. */
export function callMethod(object: Value, name: string, args: Args, node: Call, env: Environment): Value {
  if (object.type === "text") return textMethod(object.value, name, args, env);
  if (object.type === "dict") return dictMethod(object, name, args);
  if (object.type === "names") {
    const [key] = args.positional;
    return name === "get" && key !== undefined ? item(object, key.value, name) : unknown(name, true);
  }
  if (object.type !== "list") return unknown(name);
  if (object.shape === "set") return setMethod(object, name, args);
  return object.shape === "iterator" ? unknown(name, true) : listMethod(object, name, args, node, env);
}
