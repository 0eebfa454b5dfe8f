import type { Place } from "../diagnostics/diagnostic.js";

/** Turns offsets of a text into places. */
export interface LineIndex {
  place(offset: number): Place;
}

/** The lines of a text; they end with LF, CRLF or CR, as Python has it. Columns count code points. */
export function indexLines(file: string, text: string): LineIndex {
  let starts: number[] | null = null;
  // Places are asked for in order, mostly: on a long line only what lies between two of them is counted.
  let last = { line: -1, offset: 0, column: 0 };
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
      const [from, counted] = last.line === low && last.offset <= offset ? [last.offset, last.column] : [start, 0];
      const column = counted + codePoints(text, from, Math.max(offset, start));
      last = { line: low, offset: Math.max(offset, start), column };
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

function codePoints(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    if (c < 0xdc00 || c > 0xdfff) count++;
  }
  return count;
}
