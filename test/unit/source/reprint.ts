import { Kind, tokenize } from "../../../src/source/python/tokens.js";

/**
 * Prints Python again with another formatting but the same tree, as a formatter or a person would: other spaces, line breaks in brackets,
 * comments, blank lines, quotes, indentation, redundant brackets around values, trailing commas. `seed` chooses among them.
 */
export function reprint(text: string, seed: number): string {
  const random = generator(seed);
  const { kinds, starts, ends } = tokenize(text);
  const unit = ["  ", "    ", "\t", "      "][random(4)] ?? "    ";
  let out = random(2) === 0 ? "# a new first line\n\n" : "";
  let indent = 0;
  let depth = 0;
  let lineStart = true;
  let pending = "";
  const stack: string[] = [];
  kinds.forEach((kind, i) => {
    const word = text.slice(starts[i], ends[i]);
    const next = text.slice(starts[i + 1], ends[i + 1]);
    switch (kind) {
      case Kind.Indent:
        indent++;
        return;
      case Kind.Dedent:
        indent--;
        return;
      case Kind.Newline:
        out += `${pending}${random(3) === 0 ? "   # said" : ""}${random(5) === 0 ? "\n\n# alone\n" : "\n"}`;
        pending = "";
        lineStart = true;
        return;
      case Kind.End:
        return;
    }
    if (lineStart) out += unit.repeat(indent);
    else if (depth > 0 && random(4) === 0) out += `\n${" ".repeat(random(9))}`;
    else out += between(text, ends[i - 1] ?? 0, starts[i] ?? 0, random);
    lineStart = false;
    if (kind === Kind.Operator && /^[([{]$/.test(word)) {
      depth++;
      stack.push(opens(text, kinds, starts, ends, i));
    }
    if (kind === Kind.Operator && /^[)\]}]$/.test(word)) {
      depth--;
      const opened = stack.pop();
      const previous = text.slice(starts[i - 1], ends[i - 1]);
      // A comma more is nothing in calls, lists and dictionaries; in brackets around one value it would make a tuple.
      if (opened === "call" && !/^[([{,*]$/.test(previous) && random(2) === 0) out += ", ";
    }
    out += kind === Kind.String ? requote(word, random) : word;
    const value =
      kind === Kind.Name && word === "return" && kinds[i + 1] !== Kind.Newline && next !== "*" && depth === 0;
    if (
      value &&
      !/^(?:yield|await|lambda)$/.test(next) &&
      !isTuple(text, kinds, starts, ends, i + 1) &&
      random(2) === 0
    ) {
      out += " (";
      pending = `)${pending}`;
      // Inside the new bracket a string may follow directly.
      depth += 0;
    }
  });
  return `${out}\n# the end\n`;
}

function between(text: string, from: number, to: number, random: (n: number) => number): string {
  const gap = text.slice(from, to);
  if (gap === "") return "";
  return random(3) === 0 ? "  " : " ";
}

/** What a bracket opens: "call" where a trailing comma means nothing. */
function opens(
  text: string,
  kinds: readonly Kind[],
  starts: readonly number[],
  ends: readonly number[],
  at: number,
): string {
  const word = text.slice(starts[at], ends[at]);
  let level = 0;
  let comma = false;
  for (let i = at; i < kinds.length; i++) {
    const token = text.slice(starts[i], ends[i]);
    if (kinds[i] === Kind.Name && token === "for" && level === 1) return "comprehension";
    if (kinds[i] !== Kind.Operator) continue;
    if (token === "," && level === 1) comma = true;
    if (token === "*" && level === 1 && text.slice(starts[i + 1], ends[i + 1]) === ",") return "parameters";
    if (/^[([{]$/.test(token)) level++;
    if (/^[)\]}]$/.test(token) && --level === 0) break;
  }
  if (word === "(") {
    const before = at > 0 ? text.slice(starts[at - 1], ends[at - 1]) : "";
    const called =
      kinds[at - 1] === Kind.Name &&
      !/^(?:return|in|not|and|or|if|else|import|yield|print|assert|elif|while|is|lambda|del|from|raise|await|case|match|with|except)$/.test(
        before,
      );
    return called || before === ")" || before === "]" ? "call" : comma ? "call" : "group";
  }
  if (word === "[") {
    const before = kinds[at - 1];
    const previous = at > 0 ? text.slice(starts[at - 1], ends[at - 1]) : "";
    const index =
      before === Kind.Name || before === Kind.String || previous === ")" || previous === "]" || previous === "}";
    return index && !/^(?:return|in|for|not|and|or|if|else|yield)$/.test(previous) ? "index" : "call";
  }
  return "call";
}

function isTuple(
  text: string,
  kinds: readonly Kind[],
  starts: readonly number[],
  ends: readonly number[],
  from: number,
): boolean {
  let level = 0;
  for (let i = from; i < kinds.length && kinds[i] !== Kind.Newline; i++) {
    const token = text.slice(starts[i], ends[i]);
    if (kinds[i] !== Kind.Operator) continue;
    if (token === "," && level === 0) return true;
    if (token === ";") return true;
    if (/^[([{]$/.test(token)) level++;
    if (/^[)\]}]$/.test(token)) level--;
  }
  return false;
}

function requote(word: string, random: (n: number) => number): string {
  const match = /^([rRuU]?)(["'])([^"'\\\n]*)\2$/.exec(word);
  if (match === null || random(2) === 0) return word;
  const quote = match[2] === '"' ? "'" : '"';
  const body = match[3] ?? "";
  return random(3) === 0 && body !== ""
    ? `${match[1]}${quote.repeat(3)}${body}${quote.repeat(3)}`
    : `${match[1]}${quote}${body}${quote}`;
}

/** Numbers from 0 to n - 1 in an order that the seed fixes (a linear congruential generator). */
export function generator(seed: number): (n: number) => number {
  let state = (seed * 2654435761 + 1) >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}
