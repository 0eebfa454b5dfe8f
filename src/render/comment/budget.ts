/** A part of a comment, in the order in which it is shown. */
export interface Section {
  /** Who gets room first: 0 is the most important. */
  readonly priority: number;
  /** The part of the whole room that it may take when not everything fits, from 0 to 1. */
  readonly share: number;
  /** Its text within `budget` bytes, saying what it left out; at most `NOTE` bytes where the budget is smaller. Longer texts are dropped. */
  readonly render: (budget: number) => string;
}

/** What the shortest form of a section takes at most. */
export const NOTE = 600;

/**
 * The sections' texts within `limit` bytes together. When they don't all fit whole, room is given by priority: a section gets what
 * it needs up to its share, and what the earlier ones left.
 */
export function fitSections(sections: readonly Section[], limit: number): string[] {
  const whole = sections.map((section) => section.render(limit));
  if (whole.reduce((sum, text) => sum + bytes(text), 0) <= limit) return whole;
  const texts = sections.map(() => "");
  let room = limit;
  let reserved = whole.reduce((sum, text) => sum + Math.min(NOTE, bytes(text)), 0);
  const order = sections.map((section, i) => ({ section, i })).sort((a, b) => a.section.priority - b.section.priority);
  for (const { section, i } of order) {
    const size = bytes(whole[i] ?? "");
    reserved -= Math.min(NOTE, size);
    const free = room - reserved;
    const budget = Math.min(free, Math.max(NOTE, Math.floor(limit * section.share)));
    const text = size <= budget ? (whole[i] ?? "") : section.render(budget);
    if (bytes(text) > Math.max(budget, NOTE)) continue;
    texts[i] = text;
    room -= bytes(text);
  }
  return texts;
}

/** As many rows as fit into the budget between head and foot; `rest` says how many did not. */
export function fitRows(
  head: string,
  rows: readonly string[],
  rest: (missing: number) => string,
  foot: string,
  budget: number,
): string {
  const frame = bytes(head) + bytes(foot);
  let used = frame;
  let taken = 0;
  for (const row of rows) {
    const size = bytes(row);
    const tail = taken + 1 === rows.length ? 0 : bytes(rest(rows.length));
    if (used + size + tail > budget) break;
    used += size;
    taken++;
  }
  const tail = taken === rows.length ? "" : rest(rows.length - taken);
  return taken === 0 && rows.length > 0 ? tail : `${head}${rows.slice(0, taken).join("")}${tail}${foot}`;
}

export function bytes(text: string): number {
  return Buffer.byteLength(text);
}
