import { hasHole, hole } from "../names.js";
import { charge } from "./machine.js";
import {
  alternatives,
  asText,
  canonical,
  type DictValue,
  either,
  none,
  same,
  text,
  unknown,
  type Value,
} from "./values.js";
import { type Change, changesDict, setIn } from "./ways.js";

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
