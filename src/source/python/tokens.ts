/** The kinds of tokens. Strings keep their prefix and quotes; a formatted string is one token, parsed further by the parser. */
export enum Kind {
  End,
  Newline,
  Indent,
  Dedent,
  Name,
  Number,
  String,
  Operator,
  Bad,
}

/** The tokens of a text, column by column: parallel arrays are several times faster to make and to walk than objects. */
export interface Tokens {
  readonly kinds: readonly Kind[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** What the tokenizer had to put up with; the first one is what a reader is told. */
  readonly errors: readonly { readonly message: string; readonly offset: number }[];
  /** `# ldp: …` comments, by the offset of the `#`. */
  readonly remarks: readonly { readonly text: string; readonly offset: number }[];
}

/** Raised for text nested deeper than anyone writes; CPython has limits of the same kind (200 brackets, 100 indents). */
export class TooDeep extends Error {}

const maxIndents = 100;
export const maxBrackets = 200;

/**
 * Splits Python text into tokens, never failing on bad text. `from` and `to` bound what is read; with `bracketed` the text counts as
 * standing inside brackets (an expression in a formatted string), so that line breaks mean nothing.
 */
export function tokenize(text: string, from = 0, to = text.length, bracketed = false): Tokens {
  const tokens = scan(text, from, to, bracketed, false);
  // A bracket that is never closed would swallow the rest of the file: read again, and let a new definition end it.
  return tokens.unclosed && !bracketed ? scan(text, from, to, bracketed, true) : tokens;
}

function scan(text: string, from: number, to: number, bracketed: boolean, recover: boolean) {
  const kinds: Kind[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const errors: { message: string; offset: number }[] = [];
  const remarks: { text: string; offset: number }[] = [];
  const indents = [0];
  const brackets: number[] = [];
  const base = bracketed ? 1 : 0;
  let atLineStart = !bracketed;
  let i = from;

  const push = (kind: Kind, start: number, end: number) => {
    kinds.push(kind);
    starts.push(start);
    ends.push(end);
  };
  const fail = (message: string, offset: number) => errors.push({ message, offset });

  while (i < to) {
    if (atLineStart) {
      let column = 0;
      for (; i < to; i++) {
        const c = text.charCodeAt(i);
        if (c === 32) column++;
        else if (c === 9) column += 8 - (column % 8);
        else if (c === 12) column = 0;
        else break;
      }
      if (i >= to) break;
      const c = text.charCodeAt(i);
      if (c !== 10 && c !== 13 && c !== 35) {
        atLineStart = false;
        let top = indents[indents.length - 1] ?? 0;
        if (column > top) {
          if (indents.length > maxIndents) throw new TooDeep();
          indents.push(column);
          push(Kind.Indent, i, i);
        } else if (column < top) {
          while (column < top) {
            indents.pop();
            push(Kind.Dedent, i, i);
            top = indents[indents.length - 1] ?? 0;
          }
          if (column !== top) {
            fail("the indentation matches no line above", i);
            indents.push(column);
            push(Kind.Indent, i, i);
          }
        }
      }
    }
    const c = text.charCodeAt(i);
    if (c === 32 || c === 9 || c === 12) {
      i++;
    } else if (c === 10 || c === 13) {
      const end = c === 13 && text.charCodeAt(i + 1) === 10 ? i + 2 : i + 1;
      if (brackets.length + base === 0) {
        if (!atLineStart) push(Kind.Newline, i, end);
        atLineStart = true;
      } else if (recover && startsDefinition(text, end)) {
        brackets.length = 0;
        push(Kind.Newline, i, end);
        atLineStart = true;
      }
      i = end;
    } else if (c === 35) {
      let end = i + 1;
      while (end < to && text.charCodeAt(end) !== 10 && text.charCodeAt(end) !== 13) end++;
      const comment = text.slice(i, end);
      if (comment.includes("ldp:")) remarks.push({ text: comment, offset: i });
      i = end;
    } else if (c === 92 && (text.charCodeAt(i + 1) === 10 || text.charCodeAt(i + 1) === 13)) {
      i += text.charCodeAt(i + 1) === 13 && text.charCodeAt(i + 2) === 10 ? 3 : 2;
    } else if (isNameStart(c)) {
      let end = i + 1;
      while (end < to && isNamePart(text.charCodeAt(end))) end++;
      const quote = end < to ? text.charCodeAt(end) : 0;
      if ((quote === 34 || quote === 39) && end - i <= 2 && isStringPrefix(text.slice(i, end))) {
        const string = scanString(text, i, end, to);
        if (string.error !== null) fail(string.error, i);
        push(Kind.String, i, string.end);
        i = string.end;
      } else {
        push(Kind.Name, i, end);
        i = end;
      }
    } else if (c === 34 || c === 39) {
      const string = scanString(text, i, i, to);
      if (string.error !== null) fail(string.error, i);
      push(Kind.String, i, string.end);
      i = string.end;
    } else if (isDigit(c) || (c === 46 && isDigit(text.charCodeAt(i + 1)))) {
      const end = scanNumber(text, i, to);
      push(Kind.Number, i, end);
      i = end;
    } else {
      const length = operatorLength(text, i, to);
      if (length === 0) {
        fail(`unexpected character ${JSON.stringify(String.fromCodePoint(text.codePointAt(i) ?? 0xfffd))}`, i);
        push(Kind.Bad, i, i + 1);
        i++;
        continue;
      }
      if (c === 40 || c === 91 || c === 123) {
        if (brackets.length >= maxBrackets) throw new TooDeep();
        brackets.push(c);
      } else if (c === 41 || c === 93 || c === 125) {
        const open = brackets.pop();
        const expected = c === 41 ? 40 : c - 2;
        if (open !== expected) {
          fail(`unmatched ${JSON.stringify(text[i])}`, i);
          if (open !== undefined) brackets.push(open);
        }
      }
      push(Kind.Operator, i, i + length);
      i += length;
    }
  }
  const unclosed = brackets.length > 0;
  if (unclosed) fail("a bracket is never closed", to);
  if (!bracketed) {
    if (!atLineStart) push(Kind.Newline, to, to);
    for (let n = 1; n < indents.length; n++) push(Kind.Dedent, to, to);
  }
  push(Kind.End, to, to);
  return { kinds, starts, ends, errors, remarks, unclosed };
}

/** Whether a line begins with what cannot stand inside brackets, at the margin. */
function startsDefinition(text: string, at: number): boolean {
  return /^(?:@[A-Za-z_]|def[ \t]|class[ \t]|import[ \t]|async[ \t]+def[ \t])/.test(text.slice(at, at + 16));
}

/** The end of the string that starts with its prefix at `start` and its quotes at `quotes`. */
export function scanString(
  text: string,
  start: number,
  quotes: number,
  to: number,
): { end: number; error: string | null } {
  const quote = text.charCodeAt(quotes);
  const long = text.charCodeAt(quotes + 1) === quote && text.charCodeAt(quotes + 2) === quote;
  const formatted = quotes > start && /[ft]/i.test(text.slice(start, quotes));
  const raw = quotes > start && /r/i.test(text.slice(start, quotes));
  let i = quotes + (long ? 3 : 1);
  while (i < to) {
    const c = text.charCodeAt(i);
    if (c === 92) {
      const next = text.charCodeAt(i + 1);
      i += next === 13 && text.charCodeAt(i + 2) === 10 ? 3 : formatted && next === 123 ? 1 : 2;
      // \N{NAME} is an escape, not a replacement.
      if (formatted && !raw && text.charCodeAt(i - 1) === 78 && text.charCodeAt(i) === 123) {
        const close = text.indexOf("}", i);
        if (close > 0 && close < to) i = close + 1;
      }
    } else if (c === quote) {
      if (!long) return { end: i + 1, error: null };
      if (text.charCodeAt(i + 1) === quote && text.charCodeAt(i + 2) === quote) return { end: i + 3, error: null };
      i++;
    } else if (!long && (c === 10 || c === 13)) {
      return { end: i, error: "a string is never closed" };
    } else if (formatted && c === 123) {
      if (text.charCodeAt(i + 1) === 123) i += 2;
      else {
        const end = scanReplacement(text, i, to, long, 0).end;
        if (end < 0)
          return { end: endOfLine(text, i, to), error: "a replacement in a formatted string is never closed" };
        i = end;
      }
    } else i++;
  }
  return { end: to, error: "a string is never closed" };
}

/** Where a `{…}` of a formatted string has its expression, conversion and format, from its `{`. `end` is -1 when it is never closed. */
export interface Replacement {
  readonly expression: readonly [number, number];
  readonly selfDocumenting: boolean;
  readonly conversion: string;
  /** Of the format after `:`, without it; null when there is none. */
  readonly format: readonly [number, number] | null;
  readonly end: number;
}

export function scanReplacement(text: string, open: number, to: number, long: boolean, depth: number): Replacement {
  if (depth > maxBrackets) throw new TooDeep();
  const from = open + 1;
  let level = 0;
  let lambda = false;
  let expressionEnd = -1;
  let selfDocumenting = false;
  let conversion = "";
  let i = from;
  const broken: Replacement = { expression: [from, from], selfDocumenting, conversion, format: null, end: -1 };
  while (i < to) {
    const c = text.charCodeAt(i);
    if (c === 34 || c === 39) {
      let start = i;
      while (start > from && /[a-z]/i.test(text[start - 1] ?? "")) start--;
      const inner = scanString(text, isStringPrefix(text.slice(start, i)) ? start : i, i, to);
      if (inner.error !== null) return broken;
      i = inner.end;
    } else if (c === 40 || c === 91 || c === 123) {
      level++;
      i++;
    } else if (level > 0 && (c === 41 || c === 93 || c === 125)) {
      level--;
      i++;
    } else if (!long && (c === 10 || c === 13) && level === 0) {
      // Formatted strings may span lines inside replacements since Python 3.12.
      i++;
    } else if (c === 35) {
      i = endOfLine(text, i, to);
    } else if (level === 0 && c === 108 && /^lambda\b/.test(text.slice(i, i + 7))) {
      lambda = true;
      i += 6;
    } else if (level === 0 && c === 125) {
      return {
        expression: [from, expressionEnd < 0 ? i : expressionEnd],
        selfDocumenting,
        conversion,
        format: null,
        end: i + 1,
      };
    } else if (level === 0 && c === 33 && text.charCodeAt(i + 1) !== 61) {
      if (expressionEnd < 0) expressionEnd = i;
      conversion = text[i + 1] ?? "";
      i += 2;
    } else if (level === 0 && c === 61) {
      const next = text.charCodeAt(i + 1);
      const previous = text.charCodeAt(i - 1);
      if (next === 61) i += 2;
      else if (previous === 33 || previous === 60 || previous === 62) i++;
      else {
        selfDocumenting = true;
        expressionEnd = i;
        i++;
      }
    } else if (level === 0 && c === 58 && !lambda) {
      const format = scanFormat(text, i + 1, to, long, depth);
      if (format < 0) return broken;
      return {
        expression: [from, expressionEnd < 0 ? i : expressionEnd],
        selfDocumenting,
        conversion,
        format: [i + 1, format],
        end: format + 1,
      };
    } else i++;
  }
  return broken;
}

/** The place of the `}` that ends a format, or -1. */
function scanFormat(text: string, from: number, to: number, long: boolean, depth: number): number {
  let i = from;
  while (i < to) {
    const c = text.charCodeAt(i);
    if (c === 125) return i;
    if (!long && (c === 10 || c === 13)) return -1;
    if (c === 123) {
      const end = scanReplacement(text, i, to, long, depth + 1).end;
      if (end < 0) return -1;
      i = end;
    } else i++;
  }
  return -1;
}

function endOfLine(text: string, from: number, to: number): number {
  let i = from;
  while (i < to && text.charCodeAt(i) !== 10 && text.charCodeAt(i) !== 13) i++;
  return i;
}

function isStringPrefix(text: string): boolean {
  return /^(?:[rbuft]|rb|br|rf|fr|rt|tr|ur)$/i.test(text);
}

function isNameStart(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || (c >= 0xaa && c !== 0xfeff && isLetter(c));
}

function isNamePart(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || isDigit(c) || (c >= 0xaa && isLetter(c));
}

/** Beyond ASCII any letter, mark, digit or half of a surrogate pair will do: this reader judges structure, not identifiers. */
function isLetter(c: number): boolean {
  return (c >= 0xd800 && c <= 0xdfff) || c === 0xb7 || /[\p{L}\p{M}\p{N}\p{Pc}]/u.test(String.fromCharCode(c));
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

const numberPattern =
  /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?[jJ]?/y;

function scanNumber(text: string, start: number, to: number): number {
  numberPattern.lastIndex = start;
  const match = numberPattern.exec(text);
  return match === null ? start + 1 : Math.min(to, start + match[0].length);
}

/** The length of the operator at a place, 0 when there is none. */
function operatorLength(text: string, i: number, to: number): number {
  const c = text.charCodeAt(i);
  const d = i + 1 < to ? text.charCodeAt(i + 1) : 0;
  const e = i + 2 < to ? text.charCodeAt(i + 2) : 0;
  switch (c) {
    case 40: // ( ) [ ] { } , ; ~ `
    case 41:
    case 91:
    case 93:
    case 123:
    case 125:
    case 44:
    case 59:
    case 126:
    case 96:
      return 1;
    case 46: // . ...
      return d === 46 && e === 46 ? 3 : 1;
    case 58: // : :=
    case 61: // = ==
    case 43: // + +=
    case 37: // % %=
    case 64: // @ @=
    case 38: // & &=
    case 124: // | |=
    case 94: // ^ ^=
      return d === 61 ? 2 : 1;
    case 45: // - -= ->
      return d === 61 || d === 62 ? 2 : 1;
    case 42: // * ** *= **=
    case 47: // / // /= //=
      return d === c ? (e === 61 ? 3 : 2) : d === 61 ? 2 : 1;
    case 60: // < << <= <<= <>
      return d === 60 ? (e === 61 ? 3 : 2) : d === 61 || d === 62 ? 2 : 1;
    case 62: // > >> >= >>=
      return d === 62 ? (e === 61 ? 3 : 2) : d === 61 ? 2 : 1;
    case 33: // !=
      return d === 61 ? 2 : 0;
    default:
      return 0;
  }
}
