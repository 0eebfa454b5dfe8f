/** What `ruff format --diff` would change in one file, or in one cell of a notebook. */
export interface FormatChange {
  readonly path: string;
  /** The cell, counted from 1, where the file is a notebook. */
  readonly cell: number | null;
  /** The first and last of each run of lines that the change replaces; where it only adds, the line before which. */
  readonly runs: readonly (readonly [first: number, last: number])[];
  /** The hunks, without file headers. At most `keptLines` of them. */
  readonly diff: readonly string[];
  /** All lines of the hunks. */
  readonly diffLength: number;
}

/** Lines kept of one file's diff. */
const keptLines = 200;

/**
 * Reads unified diffs as they stream by. Hunks are followed by the counts of their headers, since a removed line `-- x` looks like a
 * header otherwise.
 */
export class FormatDiffs {
  #rest = Buffer.alloc(0);
  #left = 0;
  #right = 0;
  #line = 0;
  #current: {
    path: string;
    cell: number | null;
    runs: [number, number][];
    diff: string[];
    diffLength: number;
  } | null = null;
  #changed: [number, number] | null = null;
  readonly #onChange: (change: FormatChange) => void;

  constructor(onChange: (change: FormatChange) => void) {
    this.#onChange = onChange;
  }

  add(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      this.#take(bytes.subarray(start, end).toString("utf8"));
      start = end + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(start));
  }

  end(): void {
    if (this.#rest.length > 0) this.#take(this.#rest.toString("utf8"));
    this.#finish();
  }

  #take(line: string): void {
    if (this.#left > 0 || this.#right > 0) {
      this.#hunkLine(line);
      return;
    }
    const header = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    if (header !== null && this.#current !== null) {
      this.#endRun();
      this.#line = Number(header[1]);
      this.#left = Number(header[2] ?? 1);
      this.#right = Number(header[3] ?? 1);
      this.#show(line);
    } else if (line.startsWith("--- ")) this.#finish();
    else if (line.startsWith("+++ ")) {
      const name = line.slice(4).replace(/\r$/, "");
      const cell = /^(.*\.ipynb):cell (\d+)$/.exec(name);
      this.#current = {
        path: cell?.[1] ?? name,
        cell: cell === null ? null : Number(cell[2]),
        runs: [],
        diff: [],
        diffLength: 0,
      };
    }
  }

  #hunkLine(line: string): void {
    const mark = line[0];
    this.#show(line.replace(/\r$/, ""));
    if (mark === "\\") return;
    const at = this.#line;
    if (mark === "-") this.#changed = [this.#changed?.[0] ?? at, at];
    else if (mark === "+") this.#changed ??= [at, at];
    else this.#endRun();
    if (mark !== "+") {
      this.#left--;
      this.#line++;
    }
    if (mark !== "-") this.#right--;
  }

  #show(line: string): void {
    if (this.#current === null) return;
    this.#current.diffLength++;
    if (this.#current.diff.length < keptLines) this.#current.diff.push(line);
  }

  #endRun(): void {
    if (this.#changed !== null) this.#current?.runs.push(this.#changed);
    this.#changed = null;
  }

  #finish(): void {
    this.#endRun();
    if (this.#current !== null && this.#current.runs.length > 0) this.#onChange(this.#current);
    this.#current = null;
    this.#left = 0;
    this.#right = 0;
  }
}
