import { addTo } from "./group.js";
import { splitName } from "./names.js";

/** Where names of the project stand: the catalog and schema that config.yml gives, null where it does not. */
export interface Publishing {
  readonly catalog: string | null;
  readonly schema: string | null;
}

export type Match =
  | { readonly kind: "table"; readonly name: string }
  /** None of the project's tables. */
  | { readonly kind: "external" }
  /** Several tables agree equally well: LDP306. */
  | { readonly kind: "ambiguous"; readonly candidates: readonly string[] };

/** The names of a project, ready for being looked up by their last part. */
export interface NameIndex {
  readonly byLastPart: ReadonlyMap<string, readonly { readonly name: string; readonly parts: readonly string[] }[]>;
  readonly publishing: Publishing;
}

export function indexNames(names: readonly string[], publishing: Publishing): NameIndex {
  const byLastPart = new Map<string, { name: string; parts: string[] }[]>();
  for (const name of names) {
    const parts = splitName(name).map((part) => part.toLowerCase());
    const last = parts.at(-1) ?? "";
    addTo(byLastPart, last, { name, parts });
  }
  return { byLastPart, publishing };
}

/**
 * The table of the project that a name in the code means (contract, "Names and order"): the one that agrees with it, without case, in all
 * parts that both have; when several do, the one that agrees in most parts. Parts that only the code has must be unknown text, or the
 * project's own catalog and schema where those are given. A qualified name never means `defining`, the table that is being defined.
 */
export function matchTable(written: string, index: NameIndex, defining: string | null): Match {
  const code = partsOf(written);
  const qualified = code.length > 1;
  let best: string[] = [];
  let most = -1;
  for (const { name, parts } of index.byLastPart.get(code.at(-1) ?? "") ?? []) {
    if (qualified && name === defining) continue;
    const agreeing = agreement(code, parts, index.publishing);
    if (agreeing === null || agreeing < most) continue;
    if (agreeing > most) best = [];
    most = agreeing;
    best.push(name);
  }
  const [only] = best;
  if (only === undefined) return { kind: "external" };
  return best.length === 1 ? { kind: "table", name: only } : { kind: "ambiguous", candidates: best };
}

/** Whether the name that a dataset is defined under can be that of a table. */
export function definesTable(dataset: string, table: string, publishing: Publishing): boolean {
  return (
    agreement(
      partsOf(dataset),
      splitName(table).map((part) => part.toLowerCase()),
      publishing,
    ) !== null
  );
}

/** The parts of a name as it is written in code, in lower case, without the virtual schema `LIVE`. */
function partsOf(written: string): string[] {
  const parts = splitName(written.replaceAll("{", "\ue000").replaceAll("}", "\ue001")).map((part) =>
    part.toLowerCase(),
  );
  return parts.length > 1 && parts[0] === "live" ? parts.slice(1) : parts;
}

/** How many parts agree, counted from the last; null when one does not. */
function agreement(code: readonly string[], table: readonly string[], publishing: Publishing): number | null {
  const own = [publishing.schema, publishing.catalog];
  let agreeing = 0;
  for (let i = 1; i <= code.length; i++) {
    const part = code[code.length - i] ?? "";
    const other = table[table.length - i];
    if (other !== undefined) {
      if (part.includes("\ue000") ? i === 1 || !fits(part, other) : part !== other) return null;
      if (!part.includes("\ue000")) agreeing++;
      continue;
    }
    const expected = own[i - 2]?.toLowerCase() ?? null;
    if (i > 3 || (expected !== null && !fits(part, expected))) return null;
  }
  return agreeing;
}

/** Whether a part with unknown stretches can be a text. */
function fits(part: string, text: string): boolean {
  const [head = "", ...rest] = part.split(/\ue000[^\ue001]*\ue001/);
  if (rest.length === 0) return part === text;
  const tail = rest.pop() ?? "";
  if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
  let at = head.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= text.length - tail.length;
}
