import { existsSync, readFileSync, realpathSync } from "node:fs";
import { relative, sep } from "node:path";
import { isInside, repositoryTop } from "./confine.js";
import { type NotebookCell, readNotebook } from "./notebook.js";

/** The text of one file as lint shows it. */
export interface FileText {
  readonly lines: readonly string[];
  /** Where the file is a notebook. */
  readonly cells: readonly NotebookCell[] | null;
}

/** Reads the files that findings are in; the last ones stay in memory, since findings come file by file. */
export class ProjectFiles {
  readonly #directory: string;
  readonly #top: string;
  readonly #texts = new Map<string, FileText | null>();
  #last: { readonly filename: string; readonly leaves: boolean } | null = null;

  /** `directory` is absolute and real. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#top = repositoryTop(directory);
  }

  /** Whether a link leads from a file of the report to outside of the repository: nothing of it is to be shown. */
  leaves(filename: string): boolean {
    if (this.#last?.filename !== filename) this.#last = { filename, leaves: this.#leads(filename) };
    return this.#last.leaves;
  }

  /** A path of ruff's report relative to the project, with `/`. */
  path(filename: string): string {
    return relative(this.#directory, filename).split(sep).join("/");
  }

  /** The text of a file of the project; null where it can't be read or a link leads out of the project. */
  text(filename: string): FileText | null {
    const known = this.#texts.get(filename);
    if (known !== undefined) return known;
    if (this.#texts.size > 20) this.#texts.clear();
    const text = this.#read(filename);
    this.#texts.set(filename, text);
    return text;
  }

  /** The line of the file for a row of a cell, or the row itself where there are no cells. */
  line(filename: string, cell: number | null, row: number): number {
    if (cell === null) return row;
    const lines = this.text(filename)?.cells?.[cell - 1]?.fileLines ?? [];
    return lines[row - 1] ?? lines.at(-1) ?? 1;
  }

  #leads(filename: string): boolean {
    return existsSync(filename) && !isInside(this.#top, filename);
  }

  #read(filename: string): FileText | null {
    try {
      if (!realpathSync(filename).startsWith(this.#directory + sep)) return null;
      const text = readFileSync(filename, "utf8").replace(/^\uFEFF/, "");
      const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
      return { lines, cells: filename.endsWith(".ipynb") ? readNotebook(text) : null };
    } catch {
      return null;
    }
  }
}
