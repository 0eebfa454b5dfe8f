const quote = 0x22;
const backslash = 0x5c;
const openObject = 0x7b;
const closeObject = 0x7d;
const openList = 0x5b;
const closeList = 0x5d;
const between = new Set([0x2c, 0x20, 0x0a, 0x0d, 0x09]);

/**
 * Takes the objects out of a JSON list (or out of lines of JSON) as it streams by, so that a list of any length is read in the memory
 * of its biggest object. An object of more than `limit` bytes is given as null.
 */
export class JsonObjects {
  #depth = 0;
  #inText = false;
  #escaped = false;
  #openLists = 0;
  #seen = false;
  #garbage = false;
  #size = 0;
  readonly #pieces: Buffer[] = [];
  readonly #limit: number;
  readonly #onObject: (text: string | null) => void;

  constructor(limit: number, onObject: (text: string | null) => void) {
    this.#limit = limit;
    this.#onObject = onObject;
  }

  add(chunk: Buffer): void {
    let start = this.#depth > 0 ? 0 : -1;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (this.#inText) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === backslash) this.#escaped = true;
        else if (byte === quote) this.#inText = false;
      } else if (byte === openObject) {
        if (this.#depth++ === 0) start = i;
      } else if (this.#depth > 0) {
        if (byte === quote) this.#inText = true;
        else if (byte === closeObject && --this.#depth === 0) {
          this.#keep(chunk.subarray(start, i + 1));
          this.#end();
          start = -1;
        }
      } else this.#outside(byte ?? 0);
    }
    if (start !== -1) this.#keep(chunk.subarray(start));
  }

  /** Whether what came by was one whole list, or whole lines of objects. */
  get whole(): boolean {
    return this.#seen && !this.#garbage && this.#depth === 0 && this.#openLists === 0;
  }

  #outside(byte: number): void {
    if (byte === openList) {
      this.#openLists++;
      this.#seen = true;
    } else if (byte === closeList) this.#openLists--;
    else if (!between.has(byte)) this.#garbage = true;
  }

  #keep(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#size <= this.#limit) this.#pieces.push(piece);
  }

  #end(): void {
    this.#onObject(this.#size > this.#limit ? null : Buffer.concat(this.#pieces).toString("utf8"));
    this.#pieces.length = 0;
    this.#size = 0;
    this.#seen = true;
  }
}
