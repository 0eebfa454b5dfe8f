import { isAlias, isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { scalar } from "./write-config.js";

export interface ConfigUpdate {
  readonly text: string;
  /** The tables whose depends_on was rewritten. */
  readonly changed: readonly string[];
  /** Why a table was left as it is: one line each. */
  readonly notes: readonly string[];
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Rewrites the `depends_on` of tables in the text of a config.yml, where they differ. Everything else stays as it is, byte for byte:
 * comments, order, quotes, and of each list the style and the items that remain.
 * @param wanted the dependencies by the table's name as written.
 */
export function updateDependencies(source: string, wanted: ReadonlyMap<string, readonly string[]>): ConfigUpdate {
  const offset = source.startsWith("\ufeff") ? 1 : 0;
  const text = source.slice(offset);
  const document = parseDocument(text, { merge: false });
  const tables = document.get("tables", true);
  const edits: Edit[] = [];
  const changed: string[] = [];
  const notes: string[] = [];
  const done = new Set<string>();
  for (const table of isSeq(tables) ? tables.items : []) {
    if (!isMap(table)) continue;
    const name = table.get("name");
    const target = typeof name === "string" && !done.has(name) ? wanted.get(name) : undefined;
    if (typeof name !== "string" || target === undefined) continue;
    done.add(name);
    const made = updateTable(text, table, target);
    if (typeof made === "string") notes.push(`"${name}": ${made}`);
    else if (made.length > 0) {
      edits.push(...made);
      changed.push(name);
    }
  }
  let result = text;
  for (const edit of edits.sort((a, b) => b.from - a.from || b.to - a.to)) {
    result = result.slice(0, edit.from) + edit.text + result.slice(edit.to);
  }
  return { text: source.slice(0, offset) + result, changed, notes };
}

/** The edits for one table; none when it is right already; a sentence when it can't be edited safely. */
function updateTable(text: string, table: YAMLMap, wanted: readonly string[]): Edit[] | string {
  const pair = table.items.find((item) => isScalar(item.key) && item.key.value === "depends_on");
  if (pair === undefined) return wanted.length === 0 ? [] : insertKey(text, table, wanted);
  const value = pair.value;
  if (isAlias(value)) return "its depends_on is an alias; change it by hand.";
  if (isSeq(value)) {
    if (value.anchor !== undefined) return "its depends_on has an anchor that others may use; change it by hand.";
    const names = value.items.map((item) => (isScalar(item) && typeof item.value === "string" ? item.value : null));
    if (names.includes(null)) return "its depends_on has items that are no plain names; change it by hand.";
    const missing = wanted.filter((name) => !names.includes(name));
    const kept = names.map((name, i) => wanted.includes(name ?? "") && names.indexOf(name) === i);
    if (missing.length === 0 && kept.every(Boolean)) return [];
    return value.flow ? editFlow(text, value, kept, missing) : editBlock(text, pair, value, kept, missing);
  }
  if (value === null || (isScalar(value) && value.value === null)) {
    if (wanted.length === 0) return [];
    const colon = text.indexOf(":", keyEnd(pair));
    const written = isScalar(value) && value.source !== "" && value.range ? value.range[1] : colon + 1;
    return colon < 0
      ? "its depends_on can't be found."
      : [{ from: colon + 1, to: Math.max(written, colon + 1), text: ` ${flow(wanted)}` }];
  }
  return "its depends_on is no list; change it by hand.";
}

function flow(names: readonly string[]): string {
  return `[${names.map(scalar).join(", ")}]`;
}

function keyEnd(pair: Pair): number {
  return isScalar(pair.key) && pair.key.range ? pair.key.range[1] : 0;
}

/** `depends_on` behind `layer`, in the table's own style. */
function insertKey(text: string, table: YAMLMap, wanted: readonly string[]): Edit[] | string {
  const after =
    table.items.find(
      (item) => isScalar(item.key) && item.key.value === "tags" && isSeq(item.value) && item.value.flow === true,
    ) ??
    table.items.find((item) => isScalar(item.key) && item.key.value === "layer") ??
    table.items.find((item) => isScalar(item.key) && item.key.value === "name");
  const value = after?.value;
  if (after === undefined || !(isScalar(value) || isSeq(value)) || !value.range)
    return "it has no place for depends_on; add it by hand.";
  const end = value.range[1];
  if (table.flow) return [{ from: end, to: end, text: `, depends_on: ${flow(wanted)}` }];
  const start = isScalar(after.key) && after.key.range ? after.key.range[0] : 0;
  const column = start - (text.lastIndexOf("\n", start - 1) + 1);
  const line = endOfLine(text, end);
  const breakText = text.includes("\r\n") ? "\r\n" : "\n";
  return [{ from: line, to: line, text: `${breakText}${" ".repeat(column)}depends_on: ${flow(wanted)}` }];
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : text[end - 1] === "\r" ? end - 1 : end;
}

/** `[a, b]`, on one line or several. */
function editFlow(text: string, list: YAMLSeq, kept: readonly boolean[], missing: readonly string[]): Edit[] | string {
  const ranges = list.items.map((item) => (isScalar(item) ? item.range : null) ?? null);
  if (!list.range || ranges.includes(null)) return "its depends_on can't be taken apart; change it by hand.";
  const [open, close] = list.range;
  if (!kept.includes(true)) return [{ from: open, to: close, text: flow(missing) }];
  const edits: Edit[] = [];
  const last = kept.lastIndexOf(true);
  kept.forEach((keep, i) => {
    const [range, next] = [ranges[i], ranges[i + 1]];
    if (keep || !range) return;
    if (i < last && next) edits.push({ from: range[0], to: next[0], text: "" });
  });
  const [from, to] = [ranges[last]?.[1] ?? close, ranges.at(-1)?.[1] ?? close];
  const first = ranges[0]?.[0] ?? open;
  const spread = text.slice(open, first).includes("\n");
  const indent = spread ? (/\r?\n[ \t]*$/.exec(text.slice(open, first))?.[0] ?? " ") : " ";
  const added = missing.map((name) => `,${indent}${scalar(name)}`).join("");
  if (last < kept.length - 1 || added !== "") edits.push({ from, to, text: added });
  return edits;
}

/** Items on lines of their own. */
function editBlock(
  text: string,
  pair: Pair,
  list: YAMLSeq,
  kept: readonly boolean[],
  missing: readonly string[],
): Edit[] | string {
  const ranges = list.items.map((item) => (isScalar(item) ? item.range : null) ?? null);
  if (ranges.includes(null) || list.items.length === 0)
    return "its depends_on can't be taken apart; change it by hand.";
  const breakText = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = ranges.map((range) => {
    const start = text.lastIndexOf("\n", (range?.[0] ?? 1) - 1) + 1;
    return { start, end: endOfLine(text, range?.[1] ?? start) };
  });
  const own = lines.every((line, i) => i === 0 || line.start > (lines[i - 1]?.end ?? 0));
  const lead = lines.map((line, i) => text.slice(line.start, ranges[i]?.[0] ?? line.start));
  if (!own || !lead.every((text) => /^[ ]*-[ \t]+$/.test(text)))
    return "its depends_on has an unusual layout; change it by hand.";
  if (!kept.includes(true) && missing.length === 0) {
    const colon = text.indexOf(":", keyEnd(pair));
    const first = lines[0]?.start ?? 0;
    const edits: Edit[] = [{ from: colon + 1, to: colon + 1, text: " []" }];
    // Comments between the key and the first item stay where they are.
    lines.forEach((line) => {
      edits.push({ from: line.start - breakText.length, to: line.end, text: "" });
    });
    return colon < 0 || first <= colon ? "its depends_on can't be taken apart; change it by hand." : edits;
  }
  const edits: Edit[] = [];
  const anchor = kept.includes(true) ? kept.lastIndexOf(true) : lines.length - 1;
  const added = missing.map((name) => `${breakText}${lead[anchor] ?? "- "}${scalar(name)}`).join("");
  lines.forEach((line, i) => {
    if (!kept[i] && i !== anchor) edits.push({ from: line.start - breakText.length, to: line.end, text: "" });
  });
  const line = lines[anchor];
  if (line !== undefined) {
    if (kept[anchor]) edits.push({ from: line.end, to: line.end, text: added });
    else edits.push({ from: line.start - breakText.length, to: line.end, text: added });
  }
  return edits;
}
