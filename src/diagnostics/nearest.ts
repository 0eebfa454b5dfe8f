import { distance } from "fastest-levenshtein";
import { byCodePoint } from "../order.js";

/** "Did you mean "x"?" for the known name that is nearest to a wrong one; undefined when none is near. */
export function nearest(wrong: string, known: Iterable<string>): string | undefined {
  const name = nearestName(wrong, known);
  return name === undefined ? undefined : `Did you mean ${JSON.stringify(name)}?`;
}

/**
 * The known name that is nearest by edit distance without regard to case, at most a third of its length away (at least one edit); of
 * equally near ones the nearest as written, then the first by code point.
 */
export function nearestName(wrong: string, known: Iterable<string>): string | undefined {
  const text = wrong.toLowerCase();
  let best: { name: string; edits: number; exact: number } | undefined;
  for (const name of known) {
    const limit = Math.max(1, Math.ceil(Math.max(text.length, name.length) / 3));
    if (Math.abs(name.length - text.length) > limit) continue;
    const edits = distance(text, name.toLowerCase());
    if (edits > limit) continue;
    const exact = distance(wrong, name);
    if (!best || (edits - best.edits || exact - best.exact || byCodePoint(name, best.name)) < 0)
      best = { name, edits, exact };
  }
  return best?.name;
}
