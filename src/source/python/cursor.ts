import { Kind, maxBrackets, type Tokens, TooDeep } from "./tokens.js";

/** Where text stops being Python. Parsing goes on after the statement. */
export class SyntaxFault extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** A place in a list of tokens, with the questions that a parser asks. */
export class Cursor {
  protected at = 0;
  protected depth = 0;

  constructor(
    protected readonly text: string,
    protected readonly tokens: Tokens,
  ) {}

  protected kind(): Kind {
    return this.tokens.kinds[this.at] ?? Kind.End;
  }

  protected get start(): number {
    return this.tokens.starts[this.at] ?? this.text.length;
  }

  /** The end of the token before. */
  protected get previousEnd(): number {
    return this.tokens.ends[this.at - 1] ?? 0;
  }

  protected word(offset = 0): string {
    const at = this.at + offset;
    const word = this.text.slice(this.tokens.starts[at] ?? 0, this.tokens.ends[at] ?? 0);
    // Python takes names in NFKC: `ﬁ` is `fi`.
    return this.tokens.kinds[at] === Kind.Name && /[^\0-\x7f]/.test(word) ? word.normalize("NFKC") : word;
  }

  protected kindAt(offset: number): Kind {
    return this.tokens.kinds[this.at + offset] ?? Kind.End;
  }

  /** Whether the token is this operator. */
  protected is(operator: string): boolean {
    return this.kind() === Kind.Operator && this.spells(operator);
  }

  /** Whether the token is this word. */
  protected isWord(word: string): boolean {
    return this.kind() === Kind.Name && this.spells(word);
  }

  private spells(text: string): boolean {
    const start = this.tokens.starts[this.at] ?? 0;
    return (this.tokens.ends[this.at] ?? 0) - start === text.length && this.text.startsWith(text, start);
  }

  protected accept(operator: string): boolean {
    if (!this.is(operator)) return false;
    this.at++;
    return true;
  }

  protected acceptWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.at++;
    return true;
  }

  protected expect(operator: string): void {
    if (!this.accept(operator)) throw this.fault(`expected ${JSON.stringify(operator)}`);
  }

  protected expectWord(word: string): void {
    if (!this.acceptWord(word)) throw this.fault(`expected ${JSON.stringify(word)}`);
  }

  protected fault(expected: string): SyntaxFault {
    const found =
      this.kind() === Kind.End
        ? "the end of the file"
        : this.kind() === Kind.Newline
          ? "the end of the line"
          : this.kind() === Kind.Indent || this.kind() === Kind.Dedent
            ? "another indentation"
            : JSON.stringify(this.word().slice(0, 40));
    return new SyntaxFault(`${expected}, found ${found}`, this.start);
  }

  /** Goes one level deeper; too many levels are refused, as CPython refuses them. After a fault the statement sets `depth` back. */
  protected enter(): void {
    if (++this.depth > maxBrackets + 50) throw new TooDeep();
  }

  /** Runs a part of the parser one level deeper. */
  protected deeper<T>(parse: () => T): T {
    this.enter();
    const result = parse();
    this.depth--;
    return result;
  }
}
