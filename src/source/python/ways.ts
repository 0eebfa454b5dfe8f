import { charge, type Machine, type Scope, workingMachine } from "./machine.js";
import { merged } from "./merge.js";
import { type DictValue, type Entry, either, type ListValue, type Value } from "./values.js";

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

export interface ListState {
  /** Items before this position are as they were. */
  from: number;
  items: readonly Value[];
  open: boolean;
  sure: number | undefined;
  shuffled: boolean | undefined;
}

export interface DictState {
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

export const newChange = (keeps = false): Change => ({
  names: new Map(),
  lists: new Map(),
  dicts: new Map(),
  between: keeps ? { names: new Map(), dicts: new Map() } : null,
});
export const nothing = newChange();

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
    way.before.lists.set(list, { from: at, items: list.items.slice(at), ...stateOf(list) });
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
    after.lists.set(list, { from: state.from, items: list.items.slice(state.from), ...stateOf(list) });
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

function stateOf({ open, sure, shuffled }: ListValue): Pick<ListState, "open" | "sure" | "shuffled"> {
  return { open, sure, shuffled };
}

function writeList(list: ListValue, state: ListState): void {
  charge((list.items.length - state.from + state.items.length) >> 3);
  list.items.length = state.from;
  for (const item of state.items) list.items.push(item);
  list.open = state.open;
  list.sure = state.sure;
  list.shuffled = state.shuffled;
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
