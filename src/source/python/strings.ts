import type { Bytes, Expression, Formatted, FormattedValue, Text } from "./ast.js";
import { SyntaxFault } from "./cursor.js";
import { scanReplacement, type Tokens, tokenize } from "./tokens.js";

type Parse = (text: string, tokens: Tokens) => Expression;

/**
 * The value of string literals that stand side by side. A formatted string without a replacement is a text. `parse` reads the
 * expression of a replacement from its tokens.
 */
export function parseString(
  text: string,
  pieces: readonly (readonly [number, number])[],
  parse: Parse,
): Text | Bytes | Formatted {
  const start = pieces[0]?.[0] ?? 0;
  const end = pieces.at(-1)?.[1] ?? 0;
  const parts: (Text | FormattedValue)[] = [];
  let bytes = false;
  let template = false;
  for (const [from, to] of pieces) {
    const literal = open(text, from, to);
    bytes ||= literal.bytes;
    template ||= literal.template;
    parts.push(...contents(text, literal, literal.from, literal.to, parse, false));
  }
  const joined = join(parts);
  const [only] = joined;
  if (template) return { type: "Formatted", template, parts: joined, start, end };
  if (joined.length === 0) return { type: bytes ? "Bytes" : "Text", value: "", map: [], start, end };
  if (joined.length === 1 && only?.type === "Text") {
    return bytes ? { type: "Bytes", value: only.value, start, end } : { ...only, start, end };
  }
  return { type: "Formatted", parts: joined, start, end };
}

interface Literal {
  readonly raw: boolean;
  readonly bytes: boolean;
  readonly formatted: boolean;
  readonly template: boolean;
  readonly long: boolean;
  readonly from: number;
  readonly to: number;
}

function open(text: string, from: number, to: number): Literal {
  let at = from;
  while (at < to && text[at] !== '"' && text[at] !== "'") at++;
  const prefix = text.slice(from, at).toLowerCase();
  const quote = text[at] ?? "'";
  const long = to - at >= 6 && text.startsWith(quote.repeat(3), at);
  const size = long ? 3 : 1;
  // A string that is never closed ends where the tokenizer gave up.
  const closed = to - at >= 2 * size && text.endsWith(quote.repeat(size), to);
  return {
    raw: prefix.includes("r"),
    bytes: prefix.includes("b"),
    formatted: /[ft]/.test(prefix),
    template: prefix.includes("t"),
    long,
    from: at + size,
    to: closed ? to - size : to,
  };
}

function contents(
  text: string,
  literal: Literal,
  from: number,
  to: number,
  parse: Parse,
  format: boolean,
): (Text | FormattedValue)[] {
  if (!literal.formatted) return [plain(text, literal, from, to)];
  const parts: (Text | FormattedValue)[] = [];
  let at = from;
  let textStart = from;
  const flush = (end: number) => {
    if (end > textStart) parts.push(plain(text, literal, textStart, end));
  };
  while (at < to) {
    const c = text[at];
    if (c === "\\" && !literal.raw && text[at + 1] === "N" && text[at + 2] === "{") {
      const close = text.indexOf("}", at);
      at = close < 0 || close >= to ? to : close + 1;
    } else if (c === "\\" && !literal.raw && text[at + 1] !== "{") at += 2;
    else if ((c === "{" || c === "}") && text[at + 1] === c && !format) {
      flush(at + 1);
      at += 2;
      textStart = at;
    } else if (c === "{") {
      flush(at);
      const replacement = scanReplacement(text, at, to, literal.long, 0);
      if (replacement.end < 0) {
        textStart = to;
        break;
      }
      parts.push(...replaced(text, literal, at, replacement, parse));
      at = replacement.end;
      textStart = at;
    } else if (c === "}" && !format) {
      throw new SyntaxFault("a single '}' is not allowed in a formatted string", at);
    } else at++;
  }
  flush(to);
  return parts;
}

function replaced(
  text: string,
  literal: Literal,
  start: number,
  replacement: ReturnType<typeof scanReplacement>,
  parse: Parse,
): (Text | FormattedValue)[] {
  const [from, to] = replacement.expression;
  const tokens = tokenize(text, from, to, true);
  const fault = tokens.errors[0];
  if (fault !== undefined) throw new SyntaxFault(fault.message, fault.offset);
  const value = parse(text, tokens);
  const format =
    replacement.format === null
      ? null
      : join(contents(text, literal, replacement.format[0], replacement.format[1], parse, true));
  // `{x=}` shows the expression's own text before its value.
  const conversion = replacement.conversion || (replacement.selfDocumenting && format === null ? "r" : "");
  const part: FormattedValue = { type: "FormattedValue", value, conversion, format, start, end: replacement.end };
  if (!replacement.selfDocumenting) return [part];
  const shown = text.slice(from, replacement.end).match(/^[\s\S]*?=\s*(?=[!:}])/)?.[0] ?? "";
  return [{ type: "Text", value: shown, map: [], start: from, end: from + shown.length }, part];
}

/** The value of a stretch of a literal. */
function plain(text: string, literal: Literal, from: number, to: number): Text {
  const source = text.slice(from, to);
  if (!source.includes("\r") && (literal.raw || !source.includes("\\"))) {
    return { type: "Text", value: source, map: [0, from], start: from, end: to };
  }
  let value = "";
  const map: number[] = [];
  const pattern = literal.raw
    ? /\r\n?/g
    : /\r\n?|\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[\s\S])/g;
  let last = 0;
  for (const match of source.matchAll(pattern)) {
    if (match.index > last) {
      map.push(value.length, from + last);
      value += source.slice(last, match.index);
    }
    value += match[0].startsWith("\r") ? "\n" : unescaped(match[0], literal.bytes);
    last = match.index + match[0].length;
  }
  if (last < source.length) {
    map.push(value.length, from + last);
    value += source.slice(last);
  }
  return { type: "Text", value, map, start: from, end: to };
}

const simple: Readonly<Record<string, string>> = {
  "\\\n": "",
  "\\\r": "",
  "\\\r\n": "",
  "\\\\": "\\",
  "\\'": "'",
  '\\"': '"',
  "\\a": "\x07",
  "\\b": "\b",
  "\\f": "\f",
  "\\n": "\n",
  "\\r": "\r",
  "\\t": "\t",
  "\\v": "\v",
};

function unescaped(sequence: string, bytes: boolean): string {
  const known = simple[sequence];
  if (known !== undefined) return known;
  const kind = sequence[1] ?? "";
  if (kind >= "0" && kind <= "7") return String.fromCharCode(Number.parseInt(sequence.slice(1), 8));
  if (kind === "x" && sequence.length === 4) return String.fromCharCode(Number.parseInt(sequence.slice(2), 16));
  if ((kind === "u" || kind === "U") && sequence.length > 2 && !bytes) {
    const code = Number.parseInt(sequence.slice(2), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  }
  return sequence;
}

/** Joins texts that stand side by side, and drops empty ones. */
function join(parts: readonly (Text | FormattedValue)[]): (Text | FormattedValue)[] {
  const joined: (Text | FormattedValue)[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.type !== "Text") joined.push(part);
    else if (last?.type === "Text") {
      const shift = last.value.length;
      const map = [...last.map, ...part.map.map((n, i) => (i % 2 === 0 ? n + shift : n))];
      joined[joined.length - 1] = { ...last, value: last.value + part.value, map, end: part.end };
    } else if (part.value !== "" || parts.length === 1) joined.push(part);
  }
  return joined.filter((part) => part.type !== "Text" || part.value !== "" || joined.length === 1);
}
