import { indexLines, type LineIndex } from "../lines.js";

export interface NotebookText {
  readonly text: string;
  readonly lines: LineIndex;
  readonly error: { readonly message: string; readonly offset: number } | null;
}

/**
 * The Python of a file: of an .ipynb its code cells, of an export with `# MAGIC` its code, else the text itself. Lines of magics (`%pip`,
 * `!ls`) become comments, `%run ./x` becomes an import of everything in x, cells of other languages are left out. Places are those
 * of the file as it lies on disk.
 */
export function readNotebook(path: string, text: string): NotebookText {
  if (path.endsWith(".ipynb")) return readCells(path, text);
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  if (!plain.includes("# MAGIC %run")) return { text: plain, lines: indexLines(path, plain), error: null };
  const code = plain.replace(
    /^# MAGIC %run[ \t]+("?)([^\r\n"]+)\1[ \t]*$/gm,
    (line, _q, target: string) => runImport(target, line.length) ?? line,
  );
  return { text: code, lines: indexLines(path, code), error: null };
}

/** `from .x import *` for `%run ./x`; null for what can't be written so. */
function runImport(target: string, length: number): string | null {
  const path = target.trim().split(/\s+\$/)[0] ?? "";
  if (!/^\.{0,2}[\w./-]+$/.test(path) || path.startsWith("/")) return null;
  const up = path.match(/^(?:\.\.\/)+/)?.[0].length ?? 0;
  const names = path
    .replace(/^(?:\.{1,2}\/)+/, "")
    .replace(/\.(?:py|ipynb)$/, "")
    .split("/");
  if (!names.every((name) => /^[A-Za-z_]\w*$/.test(name))) return null;
  return `from ${".".repeat(1 + up / 3)}${names.join(".")} import *`.padEnd(length);
}

interface Cell {
  /** Offsets of the cell's lines in the file, with their text. */
  readonly lines: { readonly text: string; readonly offset: number }[];
}

function readCells(path: string, json: string): NotebookText {
  const failed = (message: string, offset: number): NotebookText => ({
    text: "",
    lines: indexLines(path, json),
    error: { message, offset },
  });
  let cells: Cell[];
  let language = "python";
  try {
    const root = new JsonReader(json).document();
    const found = root.kind === "object" ? root.entries.get("cells") : undefined;
    if (found?.kind !== "array") return failed("a notebook without cells", 0);
    cells = found.items.flatMap(codeCell);
    language = languageOf(root) ?? language;
  } catch (error) {
    if (error instanceof JsonFault) return failed(`not a notebook: ${error.message}`, error.offset);
    throw error;
  }
  const out: string[] = [];
  const origins: number[] = [];
  for (const cell of cells) {
    const first = cell.lines.find((line) => line.text.trim() !== "")?.text.trim() ?? "";
    const magic = /^%%?(\w+)/.exec(first)?.[1] ?? "";
    const other =
      /^(?:sql|md|sh|bash|scala|r|fs|html|javascript|writefile)$/i.test(magic) ||
      (language !== "python" && magic !== "python");
    let continued = false;
    for (const line of other ? [] : cell.lines) {
      const run = /^%run[ \t]+(\S.*)$/.exec(line.text.trim());
      const isMagic: boolean = continued || /^\s*[%!]/.test(line.text);
      // As an export has them, so that what they install counts in fingerprints.
      const magic = `# MAGIC ${line.text.trim()}`;
      out.push(run?.[1] !== undefined ? (runImport(run[1], 0) ?? "") : isMagic ? magic : line.text);
      continued = isMagic && line.text.trimEnd().endsWith("\\");
      origins.push(line.offset);
    }
  }
  const text = `${out.join("\n")}\n`;
  const [inner, outer] = [indexLines(path, text), indexLines(path, json)];
  const lines: LineIndex = {
    place(offset) {
      const { line, column } = inner.place(offset);
      const start = outer.place(origins[line - 1] ?? 0);
      return { ...start, column: start.column + column - 1 };
    },
  };
  return { text, lines, error: null };
}

function codeCell(cell: Json): Cell[] {
  if (cell.kind !== "object") return [];
  const kind = cell.entries.get("cell_type");
  const source = cell.entries.get("source");
  if (kind?.kind !== "string" || kind.value !== "code" || source === undefined) return [];
  const texts = source.kind === "array" ? source.items : [source];
  const lines: { text: string; offset: number }[] = [];
  for (const text of texts) {
    if (text.kind !== "string") continue;
    const pieces = text.value.split("\n");
    if (pieces.at(-1) === "" && source.kind === "array") pieces.pop();
    for (const piece of pieces) lines.push({ text: piece.replace(/\r$/, ""), offset: text.offset + 1 });
  }
  return [{ lines }];
}

function languageOf(root: Json): string | null {
  let at: Json | undefined = root;
  for (const key of ["metadata", "language_info", "name"]) at = at?.kind === "object" ? at.entries.get(key) : undefined;
  return at?.kind === "string" ? at.value.toLowerCase() : null;
}

type Json =
  | { readonly kind: "object"; readonly entries: Map<string, Json> }
  | { readonly kind: "array"; readonly items: Json[] }
  | { readonly kind: "string"; readonly value: string; readonly offset: number }
  | { readonly kind: "other" };

class JsonFault extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** JSON with the places of its strings, which JSON.parse does not tell. */
class JsonReader {
  private at = 0;
  constructor(private readonly text: string) {}

  document(): Json {
    if (this.text.startsWith("\ufeff")) this.at = 1;
    const value = this.value(0);
    this.space();
    if (this.at < this.text.length) throw this.fault("text after the end");
    return value;
  }

  private fault(message: string): JsonFault {
    return new JsonFault(message, this.at);
  }

  private space(): void {
    while (/[ \t\r\n]/.test(this.text.charAt(this.at)) && this.at < this.text.length) this.at++;
  }

  private value(depth: number): Json {
    if (depth > 200) throw this.fault("nested too deep");
    this.space();
    const c = this.text.charAt(this.at);
    if (c === '"') return this.string();
    if (c === "{" || c === "[") {
      const close = c === "{" ? "}" : "]";
      const entries = new Map<string, Json>();
      const items: Json[] = [];
      this.at++;
      this.space();
      if (this.text.charAt(this.at) === close) this.at++;
      else {
        for (;;) {
          let key = "";
          if (c === "{") {
            this.space();
            const name = this.string();
            key = name.kind === "string" ? name.value : "";
            this.space();
            if (this.text.charAt(this.at++) !== ":") throw this.fault("expected ':'");
          }
          const value = this.value(depth + 1);
          if (c === "{") entries.set(key, value);
          else items.push(value);
          this.space();
          const next = this.text.charAt(this.at++);
          if (next === close) break;
          if (next !== ",") throw this.fault(`expected ',' or '${close}'`);
        }
      }
      return c === "{" ? { kind: "object", entries } : { kind: "array", items };
    }
    const word = /^(?:true|false|null|-?\d[\d.eE+-]*|NaN|-?Infinity)/.exec(this.text.slice(this.at, this.at + 400));
    if (word === null) throw this.fault("expected a value");
    this.at += word[0].length;
    return { kind: "other" };
  }

  private string(): Json {
    const offset = this.at;
    if (this.text.charAt(this.at) !== '"') throw this.fault("expected a string");
    let end = this.at + 1;
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === "\\" ? 2 : 1;
    if (end >= this.text.length) throw this.fault("a string is never closed");
    this.at = end + 1;
    const raw = this.text.slice(offset, end + 1);
    try {
      const value: unknown = JSON.parse(raw);
      return { kind: "string", value: typeof value === "string" ? value : "", offset };
    } catch {
      this.at = offset;
      throw this.fault("a string that is not JSON");
    }
  }
}
