import type { Call } from "./ast.js";
import { attributeByName, superOf } from "./attributes.js";
import { callValue, opaque } from "./calls.js";
import { type Environment, labelOf, maxText } from "./evaluate.js";
import { charge, recordAction, step } from "./machine.js";
import { formattedText, isInstance, item, iterate, sureEntries } from "./operations.js";
import { hideFunction } from "./pipelines.js";
import {
  type Arg,
  type Args,
  asText,
  blur,
  boolean,
  type DictValue,
  dictOf,
  either,
  hasHole,
  hole,
  keyOf,
  type ListValue,
  list,
  mergeEntries,
  none,
  number,
  text,
  truth,
  unknown,
  type Value,
} from "./values.js";
import { changesDict, changesList, perhaps } from "./ways.js";

const given = (values: readonly Value[], node: Call): Args => ({
  positional: values.map((value): Arg => ({ value, node })),
  named: new Map(),
  open: false,
});

/** `next(iterator, otherwise)` takes the item away; what is no iterator keeps it. */
function next(source: Value, otherwise: Value | undefined): Value {
  if (source.type !== "list" || source.kind !== undefined || source.items.length === 0)
    return iterate(source).items[0] ?? otherwise ?? unknown();
  const found = item(source, number(0), "next");
  changesList(source);
  charge(source.items.length >> 6);
  if (source.sure === 0) return otherwise === undefined ? found : either(found, otherwise);
  source.items.shift();
  if (source.sure !== undefined) source.sure--;
  return found;
}

/** `list(…)`, `tuple(…)` and the like. */
function copied(source: ListValue, name: string): ListValue {
  const kind = name === "list" || name === "tuple" ? name : name === "set" ? "set" : undefined;
  return list([...source.items], source.open, kind, source.sure);
}

/** Calls one of Python's own functions. */
export function callBuiltin(name: string, args: Args, node: Call, env: Environment): Value {
  const values = args.positional.map((arg) => arg.value);
  const [first = unknown(), second] = values;
  const call = (target: Value, ...inner: Value[]) => callValue(target, given(inner, node), node, env);
  switch (name) {
    case "identity":
    case "type":
      return first;
    case "wraps": {
      // functools.wraps(original)(wrapper)
      const [original, wrapper] = [hideFunction(first), second === undefined ? null : hideFunction(second)];
      if (wrapper === null) return second ?? unknown();
      return original === null ? wrapper : { ...wrapper, name: original.name };
    }
    case "str":
    case "repr":
    case "format":
      return values.length === 0 ? text("") : stringOf(first, labelOf(node.args[0]?.value ?? node));
    case "int":
    case "float":
      return first.type === "number"
        ? number(first.value, name === "float")
        : first.type === "text" && /^\d+$/.test(first.value)
          ? number(Number(first.value), name === "float")
          : unknown();
    case "bool": {
      const holds = truth(first);
      return holds === null ? unknown() : boolean(holds);
    }
    case "len": {
      const size =
        first.type === "dict"
          ? first.entries.size
          : first.type === "list"
            ? first.items.length
            : first.type === "text"
              ? first.value.length
              : -1;
      const isSure =
        first.type === "list"
          ? !first.open && first.sure === undefined
          : first.type !== "dict" || (!first.open && sureEntries(first) === undefined);
      return size < 0 || !isSure ? unknown() : number(size);
    }
    case "range":
      return range(values);
    case "list":
    case "tuple":
    case "set":
    case "frozenset":
    case "iter":
      return copied(values.length === 0 ? list([]) : iterate(first), name);
    case "sorted":
      return sorted(iterate(first), args, env, node);
    case "reversed":
      return list([...iterate(first).items].reverse(), iterate(first).open);
    case "dict":
      return dict(first, values.length, args);
    case "enumerate": {
      const start = args.named.get("start")?.value ?? second;
      const from = start?.type === "number" ? start.value : 0;
      return list(
        iterate(first).items.map((value, i) => list([number(i + from), value])),
        iterate(first).open,
      );
    }
    case "zip": {
      const columns = values.map(iterate);
      const length = Math.min(...columns.map((column) => column.items.length), 100_000);
      const rows = Array.from({ length: columns.length === 0 ? 0 : length }, (_, i) =>
        list(columns.map((column) => column.items[i] ?? unknown())),
      );
      return list(
        rows,
        columns.some((column) => column.open),
      );
    }
    case "product": {
      let rows: Value[][] = [[]];
      for (const column of values.map(iterate))
        rows =
          rows.length * column.items.length > 5000
            ? []
            : rows.flatMap((row) => column.items.map((value) => [...row, value]));
      return list(rows.map((row) => list(row)));
    }
    case "map": {
      const columns = values.slice(1).map(iterate);
      const length = Math.min(...columns.map((column) => column.items.length), 100_000);
      const items = Array.from({ length: columns.length === 0 ? 0 : length }, (_, i) =>
        call(first, ...columns.map((column) => column.items[i] ?? unknown())),
      );
      const open = columns.some((column) => column.open);
      if (open && items.length === 0) perhaps(env.machine, env.scope, () => call(first, unknown()));
      return list(items, open);
    }
    case "filter": {
      const source = iterate(second ?? unknown());
      const kept = source.items.filter(
        (value) => (first.type === "none" ? truth(value) : truth(call(first, value))) !== false,
      );
      return list(kept, source.open);
    }
    case "reduce": {
      const source = iterate(second ?? unknown());
      const items = values[2] === undefined ? source.items : [values[2], ...source.items];
      if (items.length === 0) return call(first, unknown(), unknown());
      return items.reduce((left, right) => {
        step(env.machine);
        const result = call(first, left, right);
        return result.type === "unknown" && left.type === "frame" ? left : result;
      });
    }
    case "next":
      return next(first, second);
    case "any":
    case "all": {
      const holds = iterate(first).items.map(truth);
      if (iterate(first).open || holds.includes(null)) return unknown();
      return boolean(name === "any" ? holds.includes(true) : !holds.includes(false));
    }
    case "min":
    case "max":
    case "sum":
    case "abs":
    case "round":
      return unknown(name);
    case "getattr":
      return second?.type === "text" && !hasHole(second.value)
        ? attributeByName(first, second.value, env)
        : opaque(args, node, env, "builtins");
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
    default:
      return unknown(name);
  }
}

function stringOf(value: Value, label: string): Value {
  if (value.type === "text") return value;
  if (value.type === "choice") return value.options.map((option) => stringOf(option, label)).reduce(either);
  return text(asText(value) ?? hole(label));
}

function range(values: readonly Value[]): Value {
  const numbers = values.map((value) => (value.type === "number" ? value.value : Number.NaN));
  const [from, to, by] =
    numbers.length === 1 ? [0, numbers[0] ?? 0, 1] : [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 1];
  const count = Math.ceil((to - from) / by);
  if (!Number.isFinite(count) || by === 0 || count > 100_000) return list([], true);
  return list(Array.from({ length: Math.max(0, count) }, (_, i) => number(from + i * by)));
}

function sorted(source: ListValue, args: Args, env: Environment, node: Call): Value {
  const key = args.named.get("key")?.value;
  const keyed = source.items.map((value) => ({
    value,
    key: key === undefined ? value : callValue(key, given([value], node), node, env),
  }));
  const plain =
    keyed.every((entry) => entry.key.type === "text") || keyed.every((entry) => entry.key.type === "number");
  if (plain) {
    keyed.sort((a, b) => {
      if (a.key.type === "number" && b.key.type === "number") return a.key.value - b.key.value;
      const [x, y] = [asText(a.key) ?? "", asText(b.key) ?? ""];
      return x < y ? -1 : x > y ? 1 : 0;
    });
  }
  return list(
    keyed.map((entry) => entry.value),
    source.open,
  );
}

function dict(first: Value, count: number, args: Args): Value {
  const result = dictOf([], false);
  if (count > 0) updateEntries(result, first.type === "dict" ? first : iterate(first));
  if (args.open) blur(result);
  for (const [name, arg] of args.named) result.entries.set(`s${name}`, { key: text(name), value: arg.value });
  return result;
}

/** Calls a method of a text, list or dictionary. */
export function callMethod(object: Value, name: string, args: Args, env: Environment): Value {
  const values = args.positional.map((arg) => arg.value);
  if (object.type === "text") return textMethod(object.value, name, values, args, env);
  if (object.type === "list") {
    noteChange(object, name);
    return listMethod(object, name, values);
  }
  if (object.type === "dict") {
    const [key] = values;
    const only = name === "setdefault" && key !== undefined ? keyOf(key) : null;
    if (!/^(?:get|items|keys|values|copy)$/.test(name)) changesDict(object, only ?? undefined);
    return dictMethod(object, name, values, args);
  }
  return unknown(name);
}

function textMethod(value: string, name: string, values: readonly Value[], args: Args, env: Environment): Value {
  const [first, second] = values;
  const [a, b] = [first?.type === "text" ? first.value : null, second?.type === "text" ? second.value : null];
  const known = !hasHole(value);
  switch (name) {
    case "format":
    case "format_map":
      return formatted(value, args, env);
    case "upper":
      return text(
        value.replace(/[^\ue000\ue001]+|\ue000[^\ue001]*\ue001/g, (part) =>
          hasHole(part) ? part : part.toUpperCase(),
        ),
      );
    case "lower":
    case "casefold":
      return text(
        value.replace(/[^\ue000\ue001]+|\ue000[^\ue001]*\ue001/g, (part) =>
          hasHole(part) ? part : part.toLowerCase(),
        ),
      );
    case "title":
    case "capitalize":
      return known
        ? text(
            value.replace(
              name === "title" ? /\w\S*/g : /^./,
              (part) => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase(),
            ),
          )
        : unknown();
    case "strip":
    case "lstrip":
    case "rstrip": {
      const set = new Set(a ?? " \t\n\r\f\v");
      let [from, to] = [0, value.length];
      if (name !== "rstrip") while (from < to && set.has(value.charAt(from))) from++;
      if (name !== "lstrip") while (to > from && set.has(value.charAt(to - 1))) to--;
      return text(value.slice(from, to));
    }
    case "replace": {
      if (a === null) return unknown();
      const by = second === undefined ? null : asText(second);
      const pieces = value.split(a);
      return joined(pieces, by ?? hole("…"));
    }
    case "removeprefix":
      return a === null ? unknown() : text(value.startsWith(a) ? value.slice(a.length) : value);
    case "removesuffix":
      return a === null ? unknown() : text(a !== "" && value.endsWith(a) ? value.slice(0, -a.length) : value);
    case "join": {
      const source = iterate(first ?? unknown());
      if (source.open) return unknown("join");
      const parts = source.items.map((part) => asText(part) ?? hole("…"));
      return choicesOf(parts, source.sure ?? parts.length)
        .map((some) => joined(some, value))
        .reduce(either);
    }
    case "split":
    case "rsplit": {
      if (!known || second !== undefined)
        return second !== undefined && known && a !== null ? splitTimes(value, a, second, name) : list([], true);
      return list(
        (a === null ? value.trim().split(/\s+/) : value.split(a)).filter((part) => a !== null || part !== "").map(text),
      );
    }
    case "splitlines":
      return known ? list(value.split(/\r\n?|\n/).map(text)) : list([], true);
    case "partition": {
      const at = a === null ? -1 : value.indexOf(a);
      return a === null
        ? list([], true)
        : list(
            at < 0
              ? [text(value), text(""), text("")]
              : [text(value.slice(0, at)), text(a), text(value.slice(at + a.length))],
          );
    }
    case "startswith":
      return known && a !== null ? boolean(value.startsWith(a)) : unknown();
    case "endswith":
      return known && a !== null ? boolean(value.endsWith(a)) : unknown();
    case "zfill":
      return first?.type === "number" ? text(value.padStart(Math.min(first.value, 1000), "0")) : unknown();
    case "encode":
      return text(value);
    case "isdigit":
      return known ? boolean(/^\d+$/.test(value)) : unknown();
    default:
      return b === null ? unknown(name, true) : unknown(name, true);
  }
}

/** The lists that one may be of which only the items at the front are sure: all of them while those are few, else the longest. */
function choicesOf<T>(items: readonly T[], sure: number): T[][] {
  const rest = items.slice(sure);
  if (rest.length > 3) return [[...items]];
  let choices = [items.slice(0, sure)];
  for (const item of rest) choices = choices.flatMap((choice) => [[...choice, item], choice]);
  return choices;
}

/** Pieces with a text between them; unknown when that is too long to be followed. */
function joined(pieces: readonly string[], by: string): Value {
  charge(pieces.length >> 2);
  const size = pieces.reduce((sum, piece) => sum + piece.length, by.length * (pieces.length - 1));
  return size > maxText ? unknown() : text(pieces.join(by));
}

function splitTimes(value: string, by: string, times: Value, name: string): Value {
  if (times.type !== "number" || by === "") return list([], true);
  const parts = value.split(by);
  const count = Math.min(times.value, parts.length - 1);
  if (count < 0) return list(parts.map(text));
  const cut = name === "split" ? count : parts.length - 1 - count;
  const joined =
    name === "split"
      ? [...parts.slice(0, cut), parts.slice(cut).join(by)]
      : [parts.slice(0, cut + 1).join(by), ...parts.slice(cut + 1)];
  return list(joined.map(text));
}

/** `str.format`: positions, names, attributes and items; what can't be told keeps its name. */
function formatted(value: string, args: Args, env: Environment): Value {
  let position = 0;
  let size = value.length;
  const result = value.replace(
    /\{\{|\}\}|\{([^{}!:]*)(![rsa])?(:[^{}]*)?\}/g,
    (whole, field: string | undefined, _c, format: string | undefined) => {
      if (whole === "{{") return "{";
      if (whole === "}}") return "}";
      const [head = "", ...path] = (field ?? "").split(/[.[]/);
      let found: Value | undefined;
      if (head === "") found = args.positional[position++]?.value;
      else if (/^\d+$/.test(head)) found = args.positional[Number(head)]?.value;
      else {
        const [only] = args.positional;
        found =
          args.named.get(head)?.value ??
          (only?.value.type === "dict" ? only.value.entries.get(`s${head}`)?.value : undefined);
      }
      for (const part of path) {
        if (found === undefined) break;
        const key = part.replace(/\]$/, "");
        found = part.endsWith("]")
          ? item(found, /^\d+$/.test(key) ? number(Number(key)) : text(key), key)
          : attributeByName(found, key, env);
      }
      const label = path.at(-1)?.replace(/\]$/, "") ?? (head === "" || /^\d+$/.test(head) ? "…" : head);
      if (found?.type === "choice") return hole(label);
      const piece = (found === undefined ? null : formattedText(found, format?.slice(1) ?? "")) ?? hole(label);
      size += piece.length;
      return size > maxText ? "" : piece;
    },
  );
  return size > maxText ? unknown() : text(result);
}

/** What has to be known before a method changes a list: how it was, and which items stand where they are. */
function noteChange(object: ListValue, name: string): void {
  if (/^(?:union|copy|index|count)$/.test(name)) return;
  const grows = /^(?:append|add|extend|update)$/.test(name);
  changesList(object, grows ? object.items.length : 0);
  if (object.open) object.sure ??= object.items.length;
  if (!grows && name !== "pop" && name !== "insert" && object.sure !== undefined) object.sure = 0;
}

/** Whether a list may grow by so many items; one that has grown too long may hold any. */
function hasRoom(object: ListValue, more: number): boolean {
  charge(more >> 2);
  const fits = object.items.length + more <= 100_000;
  object.open ||= !fits;
  return fits;
}

function listMethod(object: ListValue, name: string, values: readonly Value[]): Value {
  const [first, second] = values;
  switch (name) {
    case "append":
    case "add":
      if (first !== undefined && hasRoom(object, 1)) object.items.push(first);
      return none;
    case "insert":
      if (first?.type === "number" && second !== undefined && hasRoom(object, 1)) {
        charge(object.items.length >> 6);
        object.items.splice(first.value, 0, second);
      }
      return none;
    case "extend":
    case "update": {
      const more = iterate(first ?? unknown());
      if (more.open || more.sure !== undefined) object.sure ??= object.items.length + (more.sure ?? more.items.length);
      object.open ||= more.open;
      if (hasRoom(object, more.items.length)) for (const value of [...more.items]) object.items.push(value);
      return none;
    }
    case "union":
      return list([...object.items, ...iterate(first ?? list([])).items], object.open, object.kind, object.sure);
    case "copy":
      return list([...object.items], object.open, object.kind, object.sure);
    case "pop":
      if (object.sure !== undefined && (first?.type !== "number" || first.value < 0 || first.value >= object.sure)) {
        // Which item it takes is not known, so none is taken away.
        const taken = item(object, first ?? number(-1), "…");
        object.sure = Math.max(0, object.sure - 1);
        return taken;
      }
      if (object.sure !== undefined) object.sure--;
      return (
        (first === undefined
          ? object.items.pop()
          : first.type === "number"
            ? object.items.splice(first.value, 1)[0]
            : undefined) ?? unknown()
      );
    case "remove": {
      const key = first === undefined ? null : keyOf(first);
      // Of several that may be meant, none is taken away.
      const at = key === null ? -1 : object.items.findIndex((value) => keyOf(value) === key);
      if (key === null) object.sure = 0;
      if (at >= 0) object.items.splice(at, 1);
      return none;
    }
    case "reverse":
      object.items.reverse();
      return none;
    default:
      return unknown(name, true);
  }
}

/** `dict.update(…)` and `dict(…)`: of a dictionary, or of pairs. */
function updateEntries(object: DictValue, from: Value): void {
  if (from.type !== "list") {
    mergeEntries(object, from);
    return;
  }
  charge(from.items.length >> 2);
  if (from.open) blur(object);
  from.items.forEach((pair, i) => {
    const [key, value] = iterate(pair).items;
    const name = key === undefined ? null : keyOf(key);
    if (key === undefined || value === undefined || name === null) blur(object);
    else if (i < (from.sure ?? from.items.length)) object.entries.set(name, { key, value });
    else mergeEntries(object, dictOf([[name, { key, value, maybe: true }]], false));
  });
}

function dictMethod(object: DictValue, name: string, values: readonly Value[], args: Args): Value {
  const [first, second] = values;
  const entries = [...object.entries.values()];
  switch (name) {
    case "items":
      return list(
        entries.map((entry) => list([entry.key, entry.value], false, "tuple")),
        object.open,
        undefined,
        sureEntries(object),
      );
    case "keys":
      return list(
        entries.map((entry) => entry.key),
        object.open,
        undefined,
        sureEntries(object),
      );
    case "values":
      return list(
        entries.map((entry) => entry.value),
        object.open,
        undefined,
        sureEntries(object),
      );
    case "get":
    case "pop":
    case "setdefault": {
      const key = first === undefined ? null : keyOf(first);
      if (first === undefined || key === null || hasHole(key)) return item(object, first ?? unknown(), "…");
      const entry = object.entries.get(key);
      if (name === "pop") object.entries.delete(key);
      if (entry?.maybe === true) {
        const otherwise = object.open ? unknown(first.type === "text" ? first.value : "…") : (second ?? none);
        const value = either(entry.value, otherwise);
        if (name === "setdefault") object.entries.set(key, { key: first, value });
        return value;
      }
      if (entry !== undefined) return entry.value;
      if (name === "setdefault") object.entries.set(key, { key: first, value: second ?? none });
      return object.open ? unknown(first.type === "text" ? first.value : "…") : (second ?? none);
    }
    case "update": {
      if (first !== undefined) updateEntries(object, first);
      if (args.open) blur(object);
      for (const [key, arg] of args.named) object.entries.set(`s${key}`, { key: text(key), value: arg.value });
      return none;
    }
    case "copy":
      return dictOf(object.entries, object.open);
    default:
      return unknown(name, true);
  }
}
