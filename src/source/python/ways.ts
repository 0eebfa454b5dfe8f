import { charge, type Machine, type Scope, workingMachine } from "./machine.js";
import {
  alternatives,
  asText,
  canonical,
  type DictValue,
  type Entry,
  either,
  hasHole,
  hole,
  keyOf,
  type ListValue,
  none,
  same,
  text,
  unknown,
  type Value,
} from "./values.js";

/** How a way through some statements may end, several at once: it goes on behind them, or leaves them. */
export const goesOn = 1;
export const continues = 2;
export const breaks = 4;
export const returns = 8;
export const raises = 16;

/** What is changed on a way: names, attributes, lists from a position on, entries of dictionaries. */
export interface Change {
  readonly names: Map<Map<string, Value>, { readonly born: number; readonly values: Map<string, Value | undefined> }>;
  readonly lists: Map<ListValue, ListState>;
  readonly dicts: Map<DictValue, DictState>;
  /** What names and entries were on the way, and are no more at its end. */
  readonly between: {
    readonly names: Map<Map<string, Value>, Map<string, Value>>;
    readonly dicts: Map<DictValue, Map<string, Value>>;
  } | null;
}

interface ListState {
  /** Items before this position are as they were. */
  from: number;
  items: readonly Value[];
  open: boolean;
  sure: number | undefined;
}

interface DictState {
  readonly entries: Map<string, Entry | undefined>;
  open: boolean;
  /** Every entry is in `entries`, in order. */
  whole: boolean;
}

/**
 * A way that may not be taken. What it changes is kept as it was before, so that the other ways start from there too. What is made on
 * the way itself does not exist elsewhere, and is changed without that.
 */
export interface Way {
  readonly id: number;
  readonly outer: Way | null;
  readonly before: Change;
  /** How what was followed before it may have left the block, so that the way is not taken. */
  readonly left: number;
}

const newChange = (keeps = false): Change => ({
  names: new Map(),
  lists: new Map(),
  dicts: new Map(),
  between: keeps ? { names: new Map(), dicts: new Map() } : null,
});
const nothing = newChange();

let ways = 0;

/** The way that is being followed, unless what is to be changed was made on it. */
function wayOf(born: number | undefined): Way | null {
  const way = workingMachine()?.way ?? null;
  return way === null || (born ?? 0) >= way.id ? null : way;
}

/** Gives a name, or an attribute, a value; takes it away without one. */
export function setIn(
  vars: Map<string, Value>,
  born: number | undefined,
  name: string,
  value: Value | undefined,
): void {
  const way = wayOf(born);
  if (way !== null) {
    let noted = way.before.names.get(vars);
    if (noted === undefined) {
      noted = { born: born ?? 0, values: new Map() };
      way.before.names.set(vars, noted);
    }
    if (!noted.values.has(name)) noted.values.set(name, vars.get(name));
    else if (way.before.between !== null) remember(way.before.between.names, vars, name, vars.get(name));
  }
  if (value === undefined) vars.delete(name);
  else vars.set(name, value);
}

function remember<T>(into: Map<T, Map<string, Value>>, holder: T, name: string, value: Value | undefined): void {
  if (value === undefined) return;
  let known = into.get(holder);
  if (known === undefined) {
    known = new Map();
    into.set(holder, known);
  }
  const before = known.get(name);
  known.set(name, before === undefined ? value : either(before, value));
}

/** What is there when a way was left somewhere between: what its names and entries were by and by may be meant too. */
export function addBetween({ names, between }: Change): void {
  if (between === null) return;
  for (const [vars, values] of between.names) {
    const born = names.get(vars)?.born;
    for (const [name, value] of values) {
      const now = vars.get(name);
      setIn(vars, born, name, now === undefined ? value : either(now, value));
    }
  }
  for (const [dict, values] of between.dicts) {
    for (const [name, value] of values) {
      const entry = dict.entries.get(name);
      if (entry === undefined) continue;
      changesDict(dict, name);
      dict.entries.set(name, { ...entry, value: either(entry.value, value) });
    }
  }
}

export function setName(scope: Scope, name: string, value: Value): void {
  setIn(scope.vars, scope.born, name, value);
}

/** To be called before a list is changed from a position on. */
export function changesList(list: ListValue, from = 0): void {
  const way = wayOf(list.born);
  if (way === null) return;
  const at = Math.max(0, Math.min(from, list.items.length));
  const noted = way.before.lists.get(list);
  if (noted === undefined) {
    charge((list.items.length - at) >> 3);
    way.before.lists.set(list, { from: at, items: list.items.slice(at), open: list.open, sure: list.sure });
  } else if (at < noted.from) {
    charge((noted.from - at + noted.items.length) >> 3);
    noted.items = [...list.items.slice(at, noted.from), ...noted.items];
    noted.from = at;
  }
}

/** To be called before an entry of a dictionary is changed, or any without a key. */
export function changesDict(dict: DictValue, key?: string): void {
  const way = wayOf(dict.born);
  if (way === null) return;
  let noted = way.before.dicts.get(dict);
  if (noted === undefined) {
    noted = { entries: new Map(), open: dict.open, whole: false };
    way.before.dicts.set(dict, noted);
  }
  if (noted.whole) return;
  if (key !== undefined) {
    if (!noted.entries.has(key)) noted.entries.set(key, dict.entries.get(key));
    else if (way.before.between !== null) remember(way.before.between.dicts, dict, key, dict.entries.get(key)?.value);
    return;
  }
  charge(dict.entries.size >> 2);
  const known = new Map(noted.entries);
  noted.entries.clear();
  for (const [name, entry] of dict.entries) noted.entries.set(name, known.has(name) ? known.get(name) : entry);
  for (const [name, entry] of known) noted.entries.set(name, entry);
  noted.whole = true;
}

/** Begins a way that may not be taken. */
export function enter(machine: Machine, left = 0, keeps = false): Way {
  const way: Way = { id: ++ways, outer: machine.way, before: newChange(keeps), left };
  machine.way = way;
  return way;
}

/** Ends the way that was begun last: everything is again as it was before, and what the way changed is given. */
export function leave(machine: Machine): Change {
  const { way } = machine;
  if (way === null) return nothing;
  machine.way = way.outer;
  const after: Change = { ...newChange(), between: way.before.between };
  for (const [vars, { born, values }] of way.before.names) {
    const now = new Map<string, Value | undefined>();
    for (const [name, value] of values) {
      now.set(name, vars.get(name));
      if (value === undefined) vars.delete(name);
      else vars.set(name, value);
    }
    charge(now.size >> 2);
    after.names.set(vars, { born, values: now });
  }
  for (const [list, state] of way.before.lists) {
    after.lists.set(list, { ...state, items: list.items.slice(state.from), open: list.open, sure: list.sure });
    writeList(list, state);
  }
  for (const [dict, state] of way.before.dicts) {
    const entries = new Map<string, Entry | undefined>();
    for (const name of state.entries.keys()) entries.set(name, dict.entries.get(name));
    if (state.whole) for (const [name, entry] of dict.entries) entries.set(name, entry);
    after.dicts.set(dict, { entries, open: dict.open, whole: state.whole });
    writeDict(dict, state);
  }
  return after;
}

function writeList(list: ListValue, state: ListState): void {
  charge((list.items.length - state.from + state.items.length) >> 3);
  list.items.length = state.from;
  for (const item of state.items) list.items.push(item);
  list.open = state.open;
  list.sure = state.sure;
}

function writeDict(dict: DictValue, state: DictState): void {
  charge(state.entries.size >> 2);
  if (state.whole) dict.entries.clear();
  for (const [name, entry] of state.entries) {
    if (entry === undefined) dict.entries.delete(name);
    else dict.entries.set(name, entry);
  }
  dict.open = state.open;
}

function apply(change: Change): void {
  for (const [vars, { born, values }] of change.names) {
    for (const [name, value] of values) if (vars.get(name) !== value) setIn(vars, born, name, value);
  }
  for (const [list, state] of change.lists) {
    changesList(list, state.from);
    writeList(list, state);
  }
  for (const [dict, state] of change.dicts) {
    if (state.whole) changesDict(dict);
    else for (const name of state.entries.keys()) changesDict(dict, name);
    writeDict(dict, state);
  }
}

/** One of several ways that start from the same state. */
export interface Followed {
  readonly change: Change;
  readonly ending: number;
}

/** What holds when any of some ways was taken, for everything that one of all ways changes. */
function merged(
  all: readonly Followed[],
  taken: readonly Followed[],
  local: readonly Followed[],
  scope: Scope,
): Change {
  const result = newChange();
  for (const { change } of all) {
    for (const [vars, { born, values }] of change.names) {
      let into = result.names.get(vars);
      if (into === undefined) {
        into = { born, values: new Map() };
        result.names.set(vars, into);
      }
      for (const name of values.keys()) into.values.set(name, undefined);
    }
    for (const list of change.lists.keys())
      if (!result.lists.has(list)) result.lists.set(list, joinLists(list, all, taken));
    for (const dict of change.dicts.keys())
      if (!result.dicts.has(dict)) result.dicts.set(dict, joinDicts(dict, all, taken));
  }
  for (const [vars, into] of result.names) {
    const ways = vars === scope.vars ? local : taken;
    const counts = new Map<string, number>();
    for (const { change } of ways) {
      const values = change.names.get(vars)?.values;
      if (values === undefined) continue;
      charge(values.size >> 2);
      for (const [name, value] of values) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
        const known = into.values.get(name);
        if (value !== undefined) into.values.set(name, known === undefined ? value : either(known, value));
      }
    }
    for (const [name, value] of into.values) {
      if (ways.length > 0 && counts.get(name) === ways.length) continue;
      const before = vars.get(name);
      if (before !== undefined) into.values.set(name, value === undefined ? before : either(value, before));
    }
  }
  return result;
}

function joinLists(list: ListValue, all: readonly Followed[], taken: readonly Followed[]): ListState {
  const from = Math.min(...all.map(({ change }) => change.lists.get(list)?.from ?? list.items.length));
  const states = (taken.length === 0 ? [{ change: nothing }] : taken).map(({ change }) => change.lists.get(list));
  const before = list.items.slice(from);
  let items: readonly Value[] | null = null;
  let [open, sure] = [false, undefined as number | undefined];
  for (const state of new Set(states)) {
    const mine = state === undefined ? before : [...list.items.slice(from, state.from), ...state.items];
    const [mineOpen, mineSure] = state === undefined ? [list.open, list.sure] : [state.open, state.sure];
    open ||= mineOpen;
    if (mineSure !== undefined) sure = Math.min(sure ?? mineSure, mineSure);
    if (items === null) items = mine;
    else {
      const joined = joinItems(items, mine);
      items = joined.items;
      if (joined.sure !== undefined) sure = Math.min(sure ?? joined.sure + from, joined.sure + from);
    }
  }
  return { from, items: items ?? before, open, sure };
}

/** Items of lists of the same length by position; of others all that there may be, of which those up to `sure` are where they stand. */
function joinItems(a: readonly Value[], b: readonly Value[]): { items: readonly Value[]; sure: number | undefined } {
  charge((a.length + b.length) >> 2);
  if (a.length === b.length) return { items: a.map((item, i) => either(item, b[i] ?? item)), sure: undefined };
  const [long, short] = a.length > b.length ? [a, b] : [b, a];
  const isSame = (x: Value | undefined, y: Value | undefined) =>
    x === y || (x !== undefined && y !== undefined && keyOf(x) !== null && keyOf(x) === keyOf(y));
  let sure = 0;
  while (sure < short.length && isSame(long[sure], short[sure])) sure++;
  const [objects, keys] = [new Set(long), new Set(long.map(keyOf))];
  const more = short
    .slice(sure)
    .filter((item) => !objects.has(item) && (keyOf(item) === null || !keys.has(keyOf(item))));
  return { items: [...long, ...more], sure };
}

function joinDicts(dict: DictValue, all: readonly Followed[], taken: readonly Followed[]): DictState {
  const states = (taken.length === 0 ? [{ change: nothing }] : taken).map(({ change }) => change.dicts.get(dict));
  const whole = all.some(({ change }) => change.dicts.get(dict)?.whole === true);
  const names = new Set<string>(whole ? dict.entries.keys() : []);
  for (const { change } of all) for (const name of change.dicts.get(dict)?.entries.keys() ?? []) names.add(name);
  const distinct = [...new Set(states)];
  charge((names.size * distinct.length) >> 2);
  const entries = new Map<string, Entry | undefined>();
  for (const name of names) {
    let joined: Entry | undefined;
    let missing = false;
    for (const state of distinct) {
      const entry = state?.entries.has(name) ? state.entries.get(name) : dict.entries.get(name);
      if (entry === undefined) missing = true;
      else if (joined === undefined) joined = entry;
      else if (joined !== entry) {
        const maybe = joined.maybe === true || entry.maybe === true;
        joined = { key: joined.key, value: either(joined.value, entry.value), ...(maybe ? { maybe } : {}) };
      }
    }
    entries.set(name, joined !== undefined && missing ? { ...joined, maybe: true } : joined);
  }
  return { entries, open: distinct.some((state) => state?.open ?? dict.open), whole };
}

const stays = goesOn | continues | breaks;

/**
 * Goes on behind ways of which one was taken. Where some of them left the block, what follows is itself a way that may not be taken; it
 * ends where `closeTo` ends it.
 */
export function settle(followed: readonly Followed[], machine: Machine, scope: Scope): number {
  const ending = followed.reduce((sum, way) => sum | way.ending, 0);
  // Nothing comes behind an error that nobody catches.
  const leaving = continues | breaks | returns | (machine.trying > 0 ? raises : 0);
  const on = followed.filter((way) => (way.ending & goesOn) !== 0);
  const left = followed.filter((way) => (way.ending & leaving) !== 0);
  const leftLocal = left.filter((way) => (way.ending & (continues | breaks | raises)) !== 0);
  if (on.length === 0) apply(merged(followed, left.length > 0 ? left : followed, leftLocal, scope));
  else if (left.length === 0) apply(merged(followed, on, on, scope));
  else {
    const [rest, gone] = [merged(followed, on, on, scope), merged(followed, left, leftLocal, scope)];
    apply(gone);
    enter(machine, ending & leaving);
    apply(rest);
  }
  return ending;
}

/** Ends the ways that `settle` began since another was begun, or those whose `left` is no more than some. */
export function closeTo(way: Way | null, ending: number, machine: Machine, scope: Scope, only = ~0): void {
  while (machine.way !== way && machine.way !== null && (machine.way.left & ~only) === 0) {
    const { left } = machine.way;
    join(
      [
        { change: leave(machine), ending },
        { change: nothing, ending: left },
      ],
      machine,
      scope,
    );
  }
}

/** What holds behind ways of which one was taken, however they ended. */
export function join(followed: readonly Followed[], machine: Machine, scope: Scope): void {
  const counted = followed.filter((way) => machine.trying > 0 || way.ending !== raises);
  const local = followed.filter((way) => (way.ending & stays) !== 0);
  apply(merged(followed, counted.length > 0 ? counted : followed, local.length > 0 ? local : followed, scope));
}

/** Follows ways of which one is taken, one after the other, each from the same state. */
export function fork<T>(machine: Machine, scope: Scope, follow: readonly (() => T)[]): T[] {
  const results: T[] = [];
  const followed: Followed[] = follow.map((one) => {
    enter(machine);
    results.push(one());
    return { change: leave(machine), ending: goesOn };
  });
  join(followed, machine, scope);
  return results;
}

/** Follows what may be done or not. */
export function perhaps<T>(machine: Machine, scope: Scope, follow: () => T): T {
  enter(machine);
  const result = follow();
  join(
    [
      { change: leave(machine), ending: goesOn },
      { change: nothing, ending: goesOn },
    ],
    machine,
    scope,
  );
  return result;
}

/** A way that changes nothing. */
export const unchanged: Followed = { change: nothing, ending: goesOn };

/** What a way changes that was there before, so that following it again may bring something new. */
export interface Growth {
  readonly names: (readonly [vars: Map<string, Value>, born: number, name: string])[];
  readonly entries: (readonly [dict: DictValue, name: string])[];
  some: boolean;
}

export function growthOf(change: Change): Growth {
  const growth: Growth = { names: [], entries: [], some: false };
  for (const [vars, { born, values }] of change.names) {
    for (const [name, value] of values) {
      const before = vars.get(name);
      if (before !== undefined && value !== undefined && isNew(value, before)) growth.names.push([vars, born, name]);
    }
  }
  for (const [dict, { entries }] of change.dicts) {
    for (const [name, entry] of entries) {
      const before = dict.entries.get(name);
      if (before === undefined) growth.some ||= entry !== undefined;
      else if (isNew(entry?.value ?? none, before.value)) growth.entries.push([dict, name]);
    }
  }
  for (const [list, state] of change.lists) {
    growth.some ||=
      state.open !== list.open ||
      state.from + state.items.length !== list.items.length ||
      state.items.some((item, i) => isNew(item, list.items[state.from + i] ?? none));
  }
  growth.some ||= growth.names.length > 0 || growth.entries.length > 0;
  return growth;
}

/** Whether a value is none of those that were meant before. What frames were read from is known already, and functions are followed anew. */
function isNew(value: Value, before: Value): boolean {
  const known = alternatives(before);
  charge(known.length >> 1);
  return alternatives(value).some(
    (option) =>
      /^(?:text|number|boolean|none|unknown|list|dict|instance)$/.test(option.type) &&
      !known.some((other) => same(option, other) || isAlike(option, other)),
  );
}

function isAlike(a: Value, b: Value): boolean {
  if (a.type !== b.type || (a.type !== "list" && a.type !== "dict" && a.type !== "instance")) return false;
  const spelled = canonical(a);
  return spelled !== null && spelled === canonical(b);
}

/** What every turn of a loop changes anew may in the end be anything; a text that grows keeps how it begins. */
export function widen(growth: Growth): void {
  for (const [vars, born, name] of growth.names) {
    const now = vars.get(name);
    if (now !== undefined) setIn(vars, born, name, widened(now, name));
  }
  for (const [dict, name] of growth.entries) {
    const now = dict.entries.get(name);
    if (now === undefined) continue;
    changesDict(dict, name);
    dict.entries.set(name, { ...now, value: widened(now.value, asText(now.key) ?? "…") });
  }
}

function widened(value: Value, label: string): Value {
  const options = alternatives(value);
  if (options.length < 2) return value;
  if (options.every((option) => option.type === "number")) return either(value, unknown(label));
  const texts = options.flatMap((option) => (option.type === "text" ? [option.value] : []));
  const [first, ...others] = texts;
  if (first === undefined || texts.length < options.length) return value;
  let same = first.length;
  for (const other of others) {
    charge(same >> 4);
    let at = 0;
    while (at < same && other.charAt(at) === first.charAt(at)) at++;
    same = at;
  }
  const begin = first.slice(0, same);
  return either(
    value,
    text((hasHole(begin) ? begin.slice(0, begin.search(/\ue000[^\ue001]*$|$/)) : begin) + hole(label)),
  );
}
