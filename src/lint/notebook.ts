/** A notebook's cells, each with its text and where that text stands in the file. */
export interface NotebookCell {
  /** The lines of the cell's source. */
  readonly lines: readonly string[];
  /** The line of the file that holds each line of the source. */
  readonly fileLines: readonly number[];
}

/**
 * The cells of a notebook (nbformat 4: `cells[].source` is a text or a list of texts) with the file's line of each of their lines, so that a
 * finding in a cell can be shown in the file. Null when the text is not such a notebook.
 */
export function readNotebook(text: string): readonly NotebookCell[] | null {
  const scanner = new Scanner(text);
  try {
    return cellsOf(scanner.value());
  } catch {
    return null;
  }
}

type Value =
  | { readonly kind: "text"; readonly text: string; readonly line: number }
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | { readonly kind: "table"; readonly items: ReadonlyMap<string, Value> }
  | { readonly kind: "other" };

function cellsOf(notebook: Value): readonly NotebookCell[] | null {
  const cells = notebook.kind === "table" ? notebook.items.get("cells") : undefined;
  if (cells?.kind !== "list") return null;
  return cells.items.map((cell) => {
    const source = cell.kind === "table" ? cell.items.get("source") : undefined;
    const texts = source?.kind === "list" ? source.items : source === undefined ? [] : [source];
    const lines: string[] = [];
    const fileLines: number[] = [];
    let open = false;
    for (const part of texts) {
      if (part.kind !== "text") continue;
      const pieces = part.text.split("\n");
      pieces.forEach((piece, index) => {
        if (open && index === 0) lines.push((lines.pop() ?? "") + piece);
        else if (piece !== "" || index < pieces.length - 1 || pieces.length === 1) {
          lines.push(piece);
          fileLines.push(part.line);
        }
      });
      open = !part.text.endsWith("\n");
    }
    return { lines, fileLines };
  });
}

/** A reader of JSON that keeps the line of each text. Throws on what is not JSON, and on more than 200 levels. */
class Scanner {
  #at = 0;
  #line = 1;
  #depth = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Value {
    const next = this.#peek();
    if (next === '"') {
      const line = this.#line;
      return { kind: "text", text: this.#string(), line };
    }
    if (next === "[" || next === "{") return this.#container(next);
    const literal = /[^\s,\]}]*/y;
    literal.lastIndex = this.#at;
    const found = literal.exec(this.#text)?.[0] ?? "";
    if (found === "") throw new SyntaxError("no value");
    this.#at += found.length;
    return { kind: "other" };
  }

  #container(opening: "[" | "{"): Value {
    if (++this.#depth > 200) throw new SyntaxError("too deep");
    const closing = opening === "[" ? "]" : "}";
    const list: Value[] = [];
    const table = new Map<string, Value>();
    this.#at++;
    while (this.#peek() !== closing) {
      if (opening === "[") list.push(this.value());
      else {
        const key = this.#string();
        this.#expect(":");
        table.set(key, this.value());
      }
      if (this.#peek() === ",") this.#at++;
    }
    this.#at++;
    this.#depth--;
    return opening === "[" ? { kind: "list", items: list } : { kind: "table", items: table };
  }

  #string(): string {
    this.#expect('"');
    const start = this.#at;
    while (this.#text[this.#at] !== '"') {
      if (this.#at >= this.#text.length) throw new SyntaxError("no end of text");
      this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    }
    this.#at++;
    return JSON.parse(`"${this.#text.slice(start, this.#at)}`) as string;
  }

  #expect(character: string): void {
    if (this.#peek() !== character) throw new SyntaxError(`no ${character}`);
    this.#at++;
  }

  #peek(): string | undefined {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === "\n") this.#line++;
      else if (character !== " " && character !== "\t" && character !== "\r") return character;
      this.#at++;
    }
  }
}
