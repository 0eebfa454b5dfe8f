import type { Token } from "./tokens.js";

const types = new Set(
  "ARRAY BIGINT BINARY BOOLEAN BYTE CHAR CHARACTER DATE DEC DECIMAL DOUBLE FLOAT GEOGRAPHY GEOMETRY INT INTEGER INTERVAL LONG MAP NUMERIC OBJECT REAL SHORT SMALLINT STRING STRUCT TIME TIMESTAMP TIMESTAMP_LTZ TIMESTAMP_NTZ TINYINT VARCHAR VARIANT VOID".split(
    " ",
  ),
);
/** Words that may stand behind a type: `INTERVAL DAY TO SECOND`, `NOT NULL`, `COLLATE x`. */
const more = new Set("DAY TO HOUR MINUTE SECOND YEAR MONTH NOT NULL COLLATE COMMENT".split(" "));

/** A type whose `<` is open, and what has to come next in it. */
interface Open {
  readonly word: number;
  readonly isStruct: boolean;
  next: "name" | "colon or type" | "type" | "end";
}

/**
 * Types with what is in them, such as `STRUCT<from: STRING, join: ARRAY<INT>>`: the place of the first word and the one behind the last `>`.
 * The names of their fields may be any words. `map < x` is a comparison: what does not go on as a type is none.
 */
export function findTypes(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  let open: Open[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    const top = open.at(-1);
    const isOperator = token.type === "operator";
    if (top?.next === "name" && !isOperator) {
      top.next = "colon or type";
      continue;
    }
    if (top?.next === "colon or type" && isOperator && token.value === ":") {
      top.next = "type";
      continue;
    }
    const next = tokens[at + 1];
    const opens = next?.type === "operator" && next.value === "<" && /^(?:ARRAY|MAP|STRUCT)$/.test(token.upper);
    if (top === undefined || top.next === "type" || top.next === "colon or type") {
      if (opens) {
        if (top !== undefined) top.next = "end";
        open.push({ word: at, isStruct: token.upper === "STRUCT", next: token.upper === "STRUCT" ? "name" : "type" });
        at++;
      } else if (top !== undefined) {
        if (types.has(token.upper)) top.next = "end";
        else open = [];
      }
      continue;
    }
    if (top.next === "end" && isOperator) {
      if (token.value === ",") top.next = top.isStruct ? "name" : "type";
      else if (token.value === ">" || token.value === ">=") {
        found.set(top.word, at + 1);
        open.pop();
      } else if (token.value === "(") at = endOfSize(tokens, at);
      else open = [];
    } else if (top.next === "end" && (more.has(token.upper) || token.type === "string")) {
      if (token.upper === "COLLATE") at++;
    } else open = [];
  }
  return found;
}

/** The place of the bracket that ends `(10, 2)`; where it is none, the one it begins at. */
function endOfSize(tokens: readonly Token[], from: number): number {
  let at = from + 1;
  while (at < from + 5 && (tokens[at]?.type === "number" || tokens[at]?.value === ",")) at++;
  return tokens[at]?.value === ")" ? at : from;
}
