/** First and last line of a run of touched lines, both included. */
export type LineRange = readonly [first: number, last: number];

/** The lines that a pull request adds or changes, by path relative to the project. */
export type TouchedLines = ReadonlyMap<string, readonly LineRange[]>;

/** Whether any line from `first` to `last` of a file is touched. */
export function touches(lines: TouchedLines, path: string, first: number, last: number): boolean {
  return (lines.get(path) ?? []).some(([start, end]) => start <= last && first <= end);
}
