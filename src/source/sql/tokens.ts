/** A token of SQL. Words keep their spelling; quoted names and strings have their value. */
export interface Token {
  readonly type: "word" | "quoted" | "string" | "number" | "operator" | "parameter";
  readonly value: string;
  /** The word in upper case, to compare with keywords; empty for everything but words, and for parts of a qualified name. */
  readonly upper: string;
  readonly start: number;
  readonly end: number;
}

export interface TokenList {
  readonly tokens: readonly Token[];
  readonly error: { readonly message: string; readonly offset: number } | null;
  /** `-- ldp: …` comments. */
  readonly remarks: readonly { readonly text: string; readonly offset: number }[];
}

/**
 * Splits SQL into tokens (Spark SQL reference, "Lexical structure"): `--` and nested block comments, strings in either quotes with
 * backslashes or doubled quotes, raw strings, names in backquotes, words that may begin with a digit. `${name}`, `{{name}}` and
 * stretches between U+E000 and U+E001 are unknown parts of a word.
 */
export function tokenizeSql(text: string): TokenList {
  const tokens: Token[] = [];
  const remarks: { text: string; offset: number }[] = [];
  let error: TokenList["error"] = null;
  const fail = (message: string, offset: number) => {
    error ??= { message, offset };
  };
  let i = 0;
  while (i < text.length) {
    const c = text.charAt(i);
    const d = text.charAt(i + 1);
    if (/\s/.test(c)) i++;
    else if (c === "-" && d === "-") {
      let end = i;
      while (end < text.length && text[end] !== "\n" && text[end] !== "\r") end++;
      const comment = text.slice(i, end);
      if (comment.includes("ldp:")) remarks.push({ text: comment, offset: i });
      i = end;
    } else if (c === "/" && d === "*") {
      const end = endOfComment(text, i);
      if (end < 0) fail("a comment is never closed", i);
      i = end < 0 ? text.length : end;
    } else if (c === "'" || c === '"') {
      const string = scanString(text, i, false);
      if (string.end < 0) fail("a string is never closed", i);
      const end = string.end < 0 ? text.length : string.end;
      tokens.push({ type: "string", value: string.value, upper: "", start: i, end });
      i = end;
    } else if ((c === "r" || c === "R") && (d === "'" || d === '"')) {
      const string = scanString(text, i + 1, true);
      if (string.end < 0) fail("a string is never closed", i);
      const end = string.end < 0 ? text.length : string.end;
      tokens.push({ type: "string", value: string.value, upper: "", start: i, end });
      i = end;
    } else if (c === "`") {
      const quoted = scanQuoted(text, i);
      if (quoted.end < 0) fail("a name in backquotes is never closed", i);
      const end = quoted.end < 0 ? text.length : quoted.end;
      tokens.push({ type: "quoted", value: quoted.value, upper: "", start: i, end });
      i = end;
    } else {
      const word = scanWord(text, i);
      if (word.end > i) {
        const isNumber = /^\d+(?:[eE]\d+|[lLsSyYdDfF]|bd|BD)?$/.test(word.value);
        // Beside a dot every word is a name: `t.from`, `from.t`.
        const isPart = text[word.end] === "." || (text[i - 1] === "." && tokens.at(-1)?.value === ".");
        tokens.push({
          type: isNumber ? "number" : "word",
          value: word.value,
          upper: isNumber || isPart ? "" : word.value.toUpperCase(),
          start: i,
          end: word.end,
        });
        i = word.end;
      } else if (c === ":" && /[A-Za-z_]/.test(d)) {
        const end = i + 1 + (/^\w+/.exec(text.slice(i + 1, i + 300))?.[0].length ?? 0);
        tokens.push({ type: "parameter", value: text.slice(i + 1, end), upper: "", start: i, end });
        i = end;
      } else {
        const length = /^(?:\|>|=>|->|<=>|<=|>=|<>|!=|==|\|\||::)/.exec(text.slice(i, i + 3))?.[0].length ?? 1;
        tokens.push({ type: "operator", value: text.slice(i, i + length), upper: "", start: i, end: i + length });
        i += length;
      }
    }
  }
  return { tokens, error, remarks };
}

function endOfComment(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length - 1; i++) {
    if (text[i] === "/" && text[i + 1] === "*") {
      depth++;
      i++;
    } else if (text[i] === "*" && text[i + 1] === "/") {
      depth--;
      i++;
      if (depth === 0) return i + 1;
    }
  }
  return -1;
}

function scanString(text: string, start: number, raw: boolean): { value: string; end: number } {
  const quote = text.charAt(start);
  let value = "";
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === "\\" && !raw) {
      const escaped = escapeAt(text, i + 1);
      value += escaped.value;
      i = escaped.end - 1;
    } else if (c === quote) {
      if (text[i + 1] !== quote || raw) return { value, end: i + 1 };
      value += quote;
      i++;
    } else value += c;
  }
  return { value, end: -1 };
}

/**
 * What stands behind a backslash (Spark SQL reference, "Literals"): control characters and code points by their letter or number, `\%` and
 * `\_` with the backslash, which LIKE understands; any other character itself.
 */
function escapeAt(text: string, at: number): { value: string; end: number } {
  const c = text.charAt(at);
  const number = /^(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[01][0-7]{2})/.exec(text.slice(at, at + 9))?.[0];
  if (number !== undefined) {
    const code = /^u/i.test(number) ? Number.parseInt(number.slice(1), 16) : Number.parseInt(number, 8);
    if (code <= 0x10ffff) return { value: String.fromCodePoint(code), end: at + number.length };
  }
  return { value: escapes.get(c) ?? c, end: at + 1 };
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["0", "\u0000"],
  ["b", "\b"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["Z", "\u001a"],
  ["%", "\\%"],
  ["_", "\\_"],
]);

function scanQuoted(text: string, start: number): { value: string; end: number } {
  let value = "";
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "`") {
      if (text[i + 1] !== "`") return { value, end: i + 1 };
      i++;
    }
    value += text.charAt(i);
  }
  return { value, end: -1 };
}

/** A word, with the unknown stretches in it; `end` is `start` where there is none. */
function scanWord(text: string, start: number): { value: string; end: number } {
  let value = "";
  let i = start;
  while (i < text.length) {
    const c = text.charAt(i);
    if (/[A-Za-z0-9_\u00aa-\ud7ff\uf900-\uffef]/.test(c)) {
      value += c;
      i++;
      continue;
    }
    const next = text.charAt(i + 1);
    const close =
      c === "\ue000"
        ? "\ue001"
        : c === "$" && next === "{"
          ? "}"
          : c === "{" && next === "{"
            ? "}}"
            : c === "{" && /\w/.test(next)
              ? "}"
              : "";
    const near = close === "" ? -1 : text.slice(i, i + 300).indexOf(close);
    const end = near < 0 ? -1 : i + near;
    if (end < 0) break;
    const name =
      c === "\ue000" ? text.slice(i + 1, end) : text.slice(i + (c === "{" && next !== "{" ? 1 : 2), end).trim();
    value += `\ue000${name}\ue001`;
    i = end + close.length;
  }
  return { value, end: i };
}
