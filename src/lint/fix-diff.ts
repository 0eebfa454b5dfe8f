/** One edit of a fix: the text from `start` to `end` (exclusive) is replaced. Rows and columns count from 1, columns in code points. */
export interface Edit {
  readonly content: string;
  readonly start: { readonly row: number; readonly column: number };
  readonly end: { readonly row: number; readonly column: number };
}

const mostLines = 60;

/** What the edits do to the lines, as a unified diff without file headers, with a line of context. Empty when they change nothing. */
export function fixDiff(lines: readonly string[], edits: readonly Edit[]): string {
  const sorted = [...edits].sort((a, b) => a.start.row - b.start.row || a.start.column - b.start.column);
  const groups: Edit[][] = [];
  for (const edit of sorted) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && edit.start.row - last.end.row <= 2) group.push(edit);
    else groups.push([edit]);
  }
  const output: string[] = [];
  let shift = 0;
  for (const group of groups) {
    const hunk = groupHunk(lines, group, shift);
    if (hunk === null) continue;
    output.push(...hunk.lines);
    shift += hunk.shift;
  }
  return cutLines(output, mostLines).join("\n");
}

/** The first lines, and how many were left out. */
export function cutLines(lines: readonly string[], most: number): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `… ${lines.length - most + 1} more lines`];
}

function groupHunk(
  lines: readonly string[],
  edits: readonly Edit[],
  shift: number,
): { lines: string[]; shift: number } | null {
  const first = edits[0]?.start.row ?? 1;
  if (first > lines.length) return null;
  const last = Math.min(Math.max(...edits.map((edit) => edit.end.row)), lines.length);
  let before = lines.slice(first - 1, last);
  let after = applied(before, edits, first);
  let start = first;
  while (before.length > 0 && after.length > 0 && before[0] === after[0]) {
    before = before.slice(1);
    after = after.slice(1);
    start++;
  }
  while (before.length > 0 && after.length > 0 && before.at(-1) === after.at(-1)) {
    before = before.slice(0, -1);
    after = after.slice(0, -1);
  }
  if (before.length === 0 && after.length === 0) return null;
  const above = lines.slice(Math.max(0, start - 2), start - 1);
  const next = start - 1 + before.length;
  // After the file's last line break there is no line.
  const below = next === lines.length - 1 && lines[next] === "" ? [] : lines.slice(next, next + 1);
  const context = above.length + below.length;
  const head = start - above.length;
  return {
    lines: [
      `@@ -${head},${before.length + context} +${head + shift},${after.length + context} @@`,
      ...above.map((line) => ` ${line}`),
      ...before.map((line) => `-${line}`),
      ...after.map((line) => `+${line}`),
      ...below.map((line) => ` ${line}`),
    ],
    shift: after.length - before.length,
  };
}

function applied(lines: readonly string[], edits: readonly Edit[], firstRow: number): string[] {
  const text = lines.join("\n");
  const starts: number[] = [0];
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length + 1);
  const offset = ({ row, column }: Edit["start"]) => {
    const index = row - firstRow;
    const units = [...(lines[index] ?? "")].slice(0, column - 1).join("").length;
    return Math.min((starts[index] ?? text.length) + units, text.length);
  };
  let result = "";
  let at = 0;
  for (const edit of edits) {
    result += text.slice(at, Math.max(at, offset(edit.start))) + edit.content.replaceAll("\r\n", "\n");
    at = Math.max(at, offset(edit.end));
  }
  return (result + text.slice(at)).split("\n");
}
