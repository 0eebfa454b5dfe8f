import type { Place } from "../diagnostics/diagnostic.js";

/** Turns offsets of a text into places. */
export interface LineIndex {
  place(offset: number): Place;
}

/** The lines of a text; they end with LF, CRLF or CR, as Python has it. Columns count code points. */
export function indexLines(file: string, text: string): LineIndex {
  let starts: number[] | null = null;
  let counts: Uint32Array | null = null;
  return {
    place(offset) {
      starts ??= lineStarts(text);
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      const start = starts[low] ?? 0;
      const end = Math.max(offset, start);
      // A long line may hold a whole file, and its places are asked for in any order.
      if (end - start > stride) counts ??= countEvery(text);
      const column =
        counts === null ? codePoints(text, start, end) : countTo(text, counts, end) - countTo(text, counts, start);
      return { file, line: low + 1, column: column + 1 };
    },
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  return starts;
}

/** Characters between two of the places up to which code points have been counted. */
const stride = 1024;

function countEvery(text: string): Uint32Array {
  const counts = new Uint32Array(Math.floor(text.length / stride) + 1);
  for (let i = 1; i < counts.length; i++)
    counts[i] = (counts[i - 1] ?? 0) + codePoints(text, (i - 1) * stride, i * stride);
  return counts;
}

/** How many code points stand before an offset. */
function countTo(text: string, counts: Uint32Array, offset: number): number {
  const nearest = Math.min(Math.floor(offset / stride), counts.length - 1);
  return (counts[nearest] ?? 0) + codePoints(text, nearest * stride, offset);
}

function codePoints(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    if (c < 0xdc00 || c > 0xdfff) count++;
  }
  return count;
}
