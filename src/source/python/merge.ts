import { charge, type Scope } from "./machine.js";
import { type DictValue, type Entry, either, keyOf, type ListValue, type Value } from "./values.js";
import { type Change, type DictState, type Followed, type ListState, newChange, nothing } from "./ways.js";

/** What holds when any of some ways was taken, for everything that one of all ways changes. */
export function merged(
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
  let [open, sure, shuffled] = [false, undefined as number | undefined, list.shuffled === true];
  for (const state of new Set(states)) {
    const mine = state === undefined ? before : [...list.items.slice(from, state.from), ...state.items];
    const [mineOpen, mineSure] = state === undefined ? [list.open, list.sure] : [state.open, state.sure];
    open ||= mineOpen;
    shuffled ||= state?.shuffled === true;
    if (mineSure !== undefined) sure = Math.min(sure ?? mineSure, mineSure);
    if (items === null) items = mine;
    else {
      const joined = joinItems(items, mine);
      items = joined.items;
      if (joined.sure !== undefined) sure = Math.min(sure ?? joined.sure + from, joined.sure + from);
    }
  }
  return { from, items: items ?? before, open, sure, shuffled };
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
