import type { Expectation, Read } from "../model.js";
import { hole } from "../names.js";
import type { Call, ClassDefinition, Expression, FunctionDefinition, Lambda } from "./ast.js";
import { found } from "./classes.js";
import { born, charge, type Definition, type ModuleRun, readOutOfSight, type Scope } from "./machine.js";

/** What an expression may stand for, as far as the text tells. */
export type Value =
  | TextValue
  /** A float shows its point, `1.0`. */
  | { readonly type: "number"; readonly value: number; readonly float?: boolean }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "none" }
  | ListValue
  | DictValue
  | FunctionValue
  | ClassValue
  | InstanceValue
  | { readonly type: "module"; readonly run: ModuleRun }
  /** What `globals()` gives. */
  | { readonly type: "names"; readonly scope: Scope }
  /** A folder of the project that is imported as a package. */
  | { readonly type: "package"; readonly folder: string }
  /** Something imported from outside the project, by its dotted path. */
  | { readonly type: "external"; readonly path: string }
  /** A function of `dlt` or `pyspark.pipelines`; the module itself without a name. */
  | { readonly type: "api"; readonly module: string; readonly name: string }
  | {
      readonly type: "decorator";
      readonly module: string;
      readonly name: string;
      readonly args: Args;
      readonly at: Expression;
    }
  | { readonly type: "dataset"; readonly definition: Definition; readonly function: FunctionValue }
  | { readonly type: "spark" }
  | { readonly type: "reader"; readonly streaming: boolean; readonly format: string | null }
  | FrameValue
  /** What a `.write` gave: everything called on it is part of one side effect. */
  | { readonly type: "writer" }
  /** A method of something known, not yet called; of a session also `conf.set` and the like. */
  | { readonly type: "method"; readonly object: Value; readonly name: string; readonly start: number }
  | { readonly type: "builtin"; readonly name: string }
  | { readonly type: "partial"; readonly target: Value; readonly args: Args }
  /** One of several, depending on what the text does not tell. */
  | { readonly type: "choice"; readonly options: readonly Value[] }
  | UnknownValue;

export interface TextValue {
  readonly type: "text";
  /** Stretches that are not known stand between U+E000 and U+E001, with the name that they go by. */
  readonly value: string;
  /** Pairs of an offset in `value` and where that stretch stands in `file`; left out where it is not known. */
  readonly map?: readonly number[];
  readonly file?: string;
}

export type Kind = "list" | "tuple" | "set" | "frozenset";

export interface ListValue {
  readonly type: "list";
  readonly items: Value[];
  /** Whether there may be more items than are known. */
  open: boolean;
  /** How many items at the front surely are, and stand where they are; all of them where it is left out. */
  sure?: number | undefined;
  /** Left out where the text does not tell. */
  readonly kind?: Kind | undefined;
  /** A set holds a value once; an iterator gives an item once. Left out for lists and tuples. */
  readonly shape?: "set" | "iterator" | undefined;
  /** Whether the order of the items can't be told, as that of a set. */
  shuffled?: boolean | undefined;
  readonly born?: number;
}

export interface DictValue {
  readonly type: "dict";
  /** By the key's kind and value. */
  readonly entries: Entries;
  open: boolean;
  readonly born?: number;
}

export interface FunctionValue {
  readonly type: "function";
  readonly node: FunctionDefinition | Lambda;
  readonly scope: Scope;
  readonly run: ModuleRun;
  readonly defaults: ReadonlyMap<string, Value>;
  /** The first argument of a bound method. */
  readonly self: Value | null;
  name: string;
  /** Expectations from decorators below the one that makes it a dataset. */
  readonly expectations: readonly Expectation[];
  /** Called without arguments when it is read from an instance. */
  readonly property: boolean;
  /** What a property calls when it is given a value. */
  readonly setter?: FunctionValue;
}

export interface ClassValue {
  readonly type: "class";
  readonly node: ClassDefinition;
  readonly scope: Scope;
  readonly run: ModuleRun;
  readonly bases: readonly Value[];
  /** Whether its attributes can't be told: a metaclass, or a decorator that can't be seen, may have set any. */
  vague?: boolean;
  /** The members of an enumeration whose members are no texts or numbers themselves. */
  members?: ReadonlyMap<string, Value>;
}

export interface InstanceValue {
  readonly type: "instance";
  readonly class: ClassValue;
  readonly attributes: Map<string, Value>;
  readonly born?: number;
  /** The instance that `super()` stands for: methods are those of the classes behind this one, in the order of the instance's. */
  readonly self?: InstanceValue;
  readonly after?: ClassValue;
  /** Whether its attributes can't be told: something set one that is not known, or made it in a way that can't be followed. */
  vague?: boolean;
  /** The name of a member of an enumeration. */
  readonly member?: string;
}

/** A data frame: what it was read from goes with it, so that a frame made elsewhere counts where it is used. */
export interface FrameValue {
  readonly type: "frame";
  readonly reads: readonly Read[];
  /** Null when the text does not tell. */
  readonly streaming: boolean | null;
  /** After groupBy: `count()` is no action then. */
  readonly grouped: boolean;
  /** A DeltaTable, which can also be changed. */
  readonly delta: boolean;
}

export interface HiddenCall {
  readonly node: Call;
  readonly run: ModuleRun;
}

export interface UnknownValue {
  readonly type: "unknown";
  /** What it goes by in a name: `{catalog}`. */
  readonly label: string;
  /** Comes from outside Spark (`gc`, `requests`): nothing called on it is an action of a frame. */
  readonly foreign: boolean;
  /** The calls of what can't be seen that it came out of: something was read there if it turns out to be a frame. */
  readonly hidden?: readonly HiddenCall[];
  /** A parameter that no call gave: what it reads is the caller's. */
  readonly parameter?: boolean;
  /** What it is an attribute of, and where its name stands. */
  readonly of?: { readonly object: Value; readonly name: string; readonly start: number };
}

export interface Arg {
  readonly value: Value;
  readonly node: Expression;
}

/** The arguments of a call. */
export interface Args {
  readonly positional: readonly Arg[];
  readonly named: ReadonlyMap<string, Arg>;
  /** Whether a `*` or `**` brought what is not known. */
  readonly open: boolean;
}

export const none: Value = { type: "none" };
export const emptyArgs: Args = { positional: [], named: new Map(), open: false };

export function text(value: string): TextValue {
  charge(value.length >> 4);
  return { type: "text", value };
}

export function number(value: number): Value {
  // Beyond that, Python's whole numbers are exact, and these are not.
  return Number.isSafeInteger(value) ? { type: "number", value } : unknown("number");
}

export function float(value: number): Value {
  return { type: "number", value, float: true };
}

export function boolean(value: boolean): Value {
  return { type: "boolean", value };
}

export function list(items: Value[], open = false, kind?: Kind, sure?: number): ListValue {
  charge(items.length);
  return { type: "list", items, open, sure, kind, shape: undefined, shuffled: undefined, born: born() };
}

export interface Entry {
  readonly key: Value;
  readonly value: Value;
  /** It may not be there. */
  readonly maybe?: boolean;
}

export type Entries = Map<string, Entry>;

/** A set: each value once, in an order that can't be told. */
export function setOf(items: readonly Value[], open = false, sure?: number, kind: Kind | undefined = "set"): ListValue {
  charge(items.length);
  const seen = new Set<string>();
  const kept: Value[] = [];
  let known = sure;
  items.forEach((value, i) => {
    const key = keyOf(value);
    if (key !== null && seen.has(key)) {
      if (known !== undefined && i < (sure ?? 0)) known--;
      return;
    }
    if (key !== null) seen.add(key);
    kept.push(value);
  });
  return { ...list(kept, open, kind, known), shape: "set", shuffled: kept.length > 1 };
}

/** What gives each of the items once. */
export function iterator(source: ListValue): ListValue {
  charge(source.items.length);
  return { ...source, items: [...source.items], shape: "iterator", kind: undefined, born: born() };
}

/** A list of the items of another, in an order that is as well known. */
export function listLike(
  source: ListValue,
  items: Value[],
  open = source.open,
  sure = source.sure,
  kind?: Kind,
): ListValue {
  const made = list(items, open, kind, sure);
  if (source.shuffled) made.shuffled = true;
  return made;
}

/** A dictionary of the entries, which are copied. */
export function dictOf(entries: Iterable<readonly [string, Entry]>, open: boolean): DictValue {
  const copied: Entries = new Map(entries);
  charge(copied.size >> 2);
  return { type: "dict", entries: copied, open, born: born() };
}

/** Puts what another dictionary has into one. Where that may have anything, what was there before is only one of what may be meant. */
export function mergeEntries(into: DictValue, from: Value): void {
  const entries: Entries = from.type === "dict" ? from.entries : new Map();
  charge((entries.size >> 2) + (into.entries.size >> 3));
  if (from.type !== "dict" || from.open) {
    for (const [name, entry] of into.entries) if (!entries.has(name)) into.entries.set(name, doubted(entry));
    into.open = true;
  }
  for (const [name, entry] of entries) {
    const known = entry.maybe === true ? into.entries.get(name) : undefined;
    into.entries.set(name, known === undefined ? entry : { ...known, value: either(known.value, entry.value) });
  }
}

/** An entry that may have been replaced by something unknown. */
function doubted(entry: Entry): Entry {
  return { ...entry, value: either(entry.value, unknown(entry.key.type === "text" ? entry.key.value : "…")) };
}

/** Sets an item, to a value where there is one, whose key is not known: any may be meant. */
export function blur(dict: DictValue, value?: Value): void {
  charge(dict.entries.size >> 2);
  for (const [name, entry] of dict.entries) {
    dict.entries.set(name, value === undefined ? doubted(entry) : { ...entry, value: either(entry.value, value) });
  }
  dict.open = true;
}

export function unknown(label = "…", foreign = false): UnknownValue {
  return { type: "unknown", label, foreign };
}

export function frame(reads: readonly Read[], streaming: boolean | null, grouped = false): FrameValue {
  return { type: "frame", reads, streaming, grouped, delta: false };
}

function readsOf(hidden: readonly HiddenCall[]): Read[] {
  return hidden.map(({ node, run }) => readOutOfSight(node, run));
}

/**
 * What a value reads that is used as a frame. Of one that came out of a call of what can't be seen it is not known, which is a read that
 * can't be told.
 */
export function readsOfFrame(value: Value): readonly Read[] {
  switch (value.type) {
    case "frame":
      return value.reads;
    case "unknown":
      return readsOf(value.hidden ?? []);
    case "choice":
      return value.options.flatMap(readsOfFrame);
    default:
      return [];
  }
}

/** The alternatives that a value stands for; itself when there is one. */
export function alternatives(value: Value): readonly Value[] {
  return value.type === "choice" ? value.options : [value];
}

const maxAlternatives = 16;

/** What is known when either of two values may be meant. */
export function either(a: Value, b: Value): Value {
  if (a === b) return a;
  const options: Value[] = [];
  const hidden: HiddenCall[] = [];
  let frames: FrameValue | null = null;
  for (const option of [...alternatives(a), ...alternatives(b)]) {
    if (option.type === "frame") frames = frames === null ? option : joinFrames(frames, option);
    else {
      const at = options.findIndex((other) => same(other, option));
      const known = options[at];
      if (known === undefined) options.push(option);
      else if (known.type === "unknown" && option.type === "unknown") options[at] = joinUnknown(known, option);
    }
    if (option.type === "unknown") hidden.push(...(option.hidden ?? []));
  }
  // Where one way gives a frame, what can't be seen on the other way is one too.
  if (frames !== null) options.unshift(hidden.length === 0 ? frames : joinFrames(frames, frame(readsOf(hidden), null)));
  // A frame, a function or a module against nothing known: the text means the one that is known.
  const known = options.filter(
    (option) => option.type !== "unknown" && option.type !== "none" && option.type !== "external",
  );
  const structural = known.filter((option) => !["text", "number", "boolean"].includes(option.type));
  const kept = structural.length > 0 && known.length === structural.length ? known : options;
  const [only] = kept;
  if (kept.length === 1 && only !== undefined) return only;
  if (kept.length <= maxAlternatives) return { type: "choice", options: kept };
  return hidden.length === 0 ? unknown() : { ...unknown(), hidden: hidden.slice(0, maxAlternatives) };
}

function joinUnknown(a: UnknownValue, b: UnknownValue): UnknownValue {
  if (b.hidden === undefined || a.hidden === b.hidden) return a;
  return { ...a, hidden: [...new Set([...(a.hidden ?? []), ...b.hidden])].slice(0, maxAlternatives) };
}

/** Whether two values are known to be the same. */
export function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.type === "text" || a.type === "number" || a.type === "boolean") {
    return asText(a) !== null && a.type === b.type && asText(a) === asText(b);
  }
  if (a.type === "unknown") return b.type === "unknown" && a.label === b.label;
  if (a.type === "external") return b.type === "external" && a.path === b.path;
  return a.type === "none" && b.type === "none";
}

export function joinFrames(a: FrameValue, b: FrameValue): FrameValue {
  charge((a.reads.length + b.reads.length) >> 2);
  const reads = a.reads === b.reads || b.reads.length === 0 ? a.reads : [...new Set([...a.reads, ...b.reads])];
  const streaming =
    a.streaming === true || b.streaming === true ? true : a.streaming === null || b.streaming === null ? null : false;
  return { type: "frame", reads, streaming, grouped: a.grouped && b.grouped, delta: a.delta || b.delta };
}

/** Whether a condition holds; null when the text does not tell. */
export function truth(value: Value): boolean | null {
  switch (value.type) {
    case "none":
      return false;
    case "boolean":
      return value.value;
    case "number":
      return value.value !== 0;
    case "text":
      return value.value !== "";
    case "list":
      if (value.shape === "iterator") return true;
      return value.items.length === 0 ? (value.open ? null : false) : value.sure === 0 ? null : true;
    case "dict": {
      const [first] = value.entries.values();
      if (first === undefined) return value.open ? null : false;
      return first.maybe === true && [...value.entries.values()].every((entry) => entry.maybe) ? null : true;
    }
    case "function":
    case "class":
    case "module":
    case "api":
    case "spark":
      return true;
    case "instance":
      return found(value.class, "__bool__") === null && found(value.class, "__len__") === null ? true : null;
    case "choice": {
      const first = truth(value.options[0] ?? none);
      return value.options.every((option) => truth(option) === first) ? first : null;
    }
    default:
      return null;
  }
}

/** The key under which a dictionary keeps a value; null for what can't be told. */
export function keyOf(value: Value): string | null {
  switch (value.type) {
    case "text":
      return `s${value.value}`;
    case "number":
      return `n${value.value}`;
    case "boolean":
      return `n${Number(value.value)}`;
    case "none":
      return "none";
    case "instance": {
      const { run, node } = value.class;
      return value.member === undefined ? null : `e${run.path}:${node.start}:${value.member}`;
    }
    case "list": {
      if (value.shape === "iterator") return null;
      charge(value.items.length);
      const keys = value.items.map(keyOf);
      if (value.open || value.sure !== undefined || keys.includes(null)) return null;
      if (value.shape === "set") return `{${keys.sort().join("\u0000")}}`;
      return value.shuffled && keys.length > 1 ? null : `(${keys.join("\u0000")})`;
    }
    default:
      return null;
  }
}

/** How a value looks inside a text, as `str()` and a formatted string have it; null when it can't be told at all. */
export function asText(value: Value): string | null {
  switch (value.type) {
    case "text":
      return value.value;
    case "number":
      return value.float ? floatText(value.value) : String(value.value);
    case "boolean":
      return value.value ? "True" : "False";
    case "none":
      return "None";
    case "unknown":
      return hole(value.label);
    case "external":
      return hole(value.path.slice(value.path.lastIndexOf(".") + 1));
    default:
      return null;
  }
}

/** A float as Python shows it; those that it shows with an exponent are left alone. */
function floatText(value: number): string | null {
  if (value !== 0 && (Math.abs(value) >= 1e16 || Math.abs(value) < 1e-4)) return null;
  return Number.isInteger(value) ? `${Object.is(value, -0) ? "-0" : value}.0` : String(value);
}

/** A value in one spelling, null when it is not known to its end. */
export function canonical(value: Value, depth = 0): string | null {
  if (depth > 20) return null;
  charge(1);
  const all = (values: readonly Value[]): string | null => {
    const spelled = values.map((item) => canonical(item, depth + 1));
    return spelled.includes(null) ? null : spelled.join(",");
  };
  switch (value.type) {
    case "text":
      return JSON.stringify(value.value);
    case "number":
      return value.float ? floatText(value.value) : String(value.value);
    case "boolean":
      return String(value.value);
    case "none":
      return "None";
    case "list": {
      const told = !value.open && value.sure === undefined && value.shape !== "iterator";
      const items = told && !(value.shuffled && value.items.length > 1) ? all(value.items) : null;
      return items === null ? null : `[${items}]`;
    }
    case "dict": {
      const entries = [...value.entries.values()];
      const [keys, values] =
        value.open || entries.some((entry) => entry.maybe)
          ? [null, null]
          : [all(entries.map((entry) => entry.key)), all(entries.map((entry) => entry.value))];
      return keys === null || values === null ? null : `{${keys}:${values}}`;
    }
    case "instance": {
      const values = all([...value.attributes.values()]);
      return values === null ? null : `${value.class.node.name}(${[...value.attributes.keys()].join()}:${values})`;
    }
    default:
      return null;
  }
}
