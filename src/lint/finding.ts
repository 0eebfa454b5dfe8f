import type { Edit } from "./fix-diff.js";

/** One entry of `ruff check --output-format json`. */
export interface RuffFinding {
  /** As ruff prints it: absolute. */
  readonly filename: string;
  /** `F401`; `invalid-syntax` where the file does not parse. */
  readonly code: string;
  readonly message: string;
  readonly url: string | null;
  /** The cell of a notebook, counted from 1; rows are the cell's own then. */
  readonly cell: number | null;
  readonly row: number;
  readonly column: number;
  readonly endRow: number;
  readonly fix: RuffFix | null;
}

export interface RuffFix {
  readonly message: string | null;
  readonly safe: boolean;
  readonly edits: readonly Edit[];
}

/** Reads one entry of ruff's report; null where the text is something else. */
export function parseFinding(text: string): RuffFinding | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const entry = asTable(value);
  const [start, end] = [asPlace(entry.location), asPlace(entry.end_location)];
  if (typeof entry.filename !== "string" || typeof entry.message !== "string" || start === null) return null;
  return {
    filename: entry.filename,
    code: typeof entry.code === "string" && entry.code !== "" ? entry.code : "invalid-syntax",
    message: entry.message.replaceAll(/\p{Cc}+/gu, " ").trim(),
    url: typeof entry.url === "string" && /^https:\/\/\S+$/.test(entry.url) ? entry.url : null,
    cell: typeof entry.cell === "number" ? entry.cell : null,
    row: start.row,
    column: start.column,
    endRow: Math.max(start.row, lastRow(start, end)),
    fix: asFix(entry.fix),
  };
}

/** An end in the first column of a row is the end of the row before. */
function lastRow(start: Edit["start"], end: Edit["start"] | null): number {
  if (end === null) return start.row;
  return end.column === 1 && end.row > start.row ? end.row - 1 : end.row;
}

function asFix(value: unknown): RuffFix | null {
  const fix = asTable(value);
  if (!Array.isArray(fix.edits) || fix.applicability === "display") return null;
  const edits: Edit[] = [];
  for (const item of fix.edits) {
    const edit = asTable(item);
    const [start, end] = [asPlace(edit.location), asPlace(edit.end_location)];
    if (typeof edit.content !== "string" || start === null || end === null) return null;
    edits.push({ content: edit.content, start, end });
  }
  return { message: typeof fix.message === "string" ? fix.message : null, safe: fix.applicability === "safe", edits };
}

function asPlace(value: unknown): Edit["start"] | null {
  const { row, column } = asTable(value);
  return typeof row === "number" && typeof column === "number" && row >= 1 && column >= 1 ? { row, column } : null;
}

function asTable(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
