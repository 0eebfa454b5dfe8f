import { keywords } from "./keywords.js";
import type { Token } from "./tokens.js";

/**
 * The tokens in one spelling: no comments, no formatting, keywords in one case, no backquotes around a name that needs none, no brackets
 * around a value that is the same without them. Where that is not certain, they stay.
 */
export function spelled(tokens: readonly Token[]): string {
  let count = tokens.length;
  while (isOperator(tokens[count - 1], ";")) count--;
  const kept = withoutBrackets(tokens.slice(0, count));
  return JSON.stringify(
    kept.map((token, i) => {
      if (token.type === "quoted" && needsNoQuotes(kept, i)) return ["word", token.value];
      return [token.type, cased.has(token.upper) || isKeyword(kept, i) ? token.upper : token.value];
    }),
  );
}

/** Words of which the case means nothing: others are names, which tables show as they are written. */
const cased = new Set(
  "SELECT FROM WHERE GROUP BY ORDER HAVING JOIN LEFT RIGHT INNER OUTER FULL CROSS ON USING AS AND OR NOT IN IS NULL CREATE REFRESH REPLACE STREAMING LIVE TABLE MATERIALIZED VIEW TEMPORARY PRIVATE WITH UNION ALL DISTINCT CASE WHEN THEN ELSE END LIMIT STREAM COMMENT TBLPROPERTIES PARTITIONED CLUSTER CONSTRAINT EXPECT VIOLATION DROP ROW FAIL UPDATE LATERAL EXISTS BETWEEN LIKE ASC DESC INTO FLOW INSERT KEYS SEQUENCE APPLY CHANGES OVER PARTITION CAST INTERVAL TRUE FALSE".split(
    " ",
  ),
);

/** Whether a word that may be a name is a keyword, by what stands around it. */
function isKeyword(tokens: readonly Token[], at: number): boolean {
  const word = tokens[at]?.upper ?? "";
  const pattern = patterns.get(word);
  if (pattern === undefined) return false;
  if (word === "UNBOUNDED" || word === "CURRENT") return pattern(tokens, at);
  // Behind SELECT, a comma or AS it is a column or an alias; behind an operator, an operand.
  const before = tokens[at - 1];
  const isBehindOperand =
    before !== undefined && (before.type === "operator" ? before.value === ")" : !openers.has(before.upper));
  return isBehindOperand && pattern(tokens, at);
}

const is = (token: Token | undefined, words: RegExp) => words.test(token?.upper ?? "");
/** Words behind which an operand stands, or a name. */
const openers = new Set(
  "SELECT DISTINCT ALL AS BY WHERE HAVING ON AND OR NOT IN LIKE BETWEEN CASE WHEN THEN ELSE FROM JOIN WITH SET LIMIT TABLE VIEW INTO FLOW STREAM CONSTRAINT COMMENT LATERAL USING".split(
    " ",
  ),
);
/** `UNBOUNDED PRECEDING`, `3 FOLLOWING`, `CURRENT ROW` */
const isBound = (tokens: readonly Token[], at: number) =>
  (is(tokens[at], /^CURRENT$/) && is(tokens[at + 1], /^ROW$/)) ||
  ((is(tokens[at], /^UNBOUNDED$/) || tokens[at]?.type === "number") && is(tokens[at + 1], /^(?:PRECEDING|FOLLOWING)$/));
const isFrame = (tokens: readonly Token[], at: number) =>
  isBound(tokens, at + 1) || (is(tokens[at + 1], /^BETWEEN$/) && isBound(tokens, at + 2));
const startsBound = (tokens: readonly Token[], at: number) =>
  isBound(tokens, at) && is(tokens[at - 1], /^(?:ROWS|RANGE|BETWEEN|AND)$/);
const endsBound = (tokens: readonly Token[], at: number) =>
  isBound(tokens, at - 1) && is(tokens[at - 2], /^(?:ROWS|RANGE|BETWEEN|AND)$/);
const opens = (tokens: readonly Token[], at: number) => isOperator(tokens[at + 1], "(");
const patterns: ReadonlyMap<string, (tokens: readonly Token[], at: number) => boolean> = new Map([
  [
    "QUALIFY",
    // A condition follows: an alias has a comma, a bracket or a clause behind it.
    (tokens: readonly Token[], at: number) => {
      const next = tokens[at + 1];
      return next?.type === "word" || next?.type === "quoted"
        ? !is(
            next,
            /^(?:FROM|AS|WHERE|ON|USING|GROUP|ORDER|JOIN|LEFT|RIGHT|INNER|FULL|CROSS|UNION|LIMIT|END|AND|OR|IS|IN|NOT|BETWEEN|LIKE)$/,
          )
        : false;
    },
  ],
  ["PIVOT", opens],
  ["UNPIVOT", opens],
  [
    "FOR",
    (tokens: readonly Token[], at: number) =>
      is(tokens[at + 2], /^IN$/) && (tokens[at + 1]?.type === "word" || tokens[at + 1]?.type === "quoted"),
  ],
  ["ROWS", isFrame],
  ["RANGE", isFrame],
  ["UNBOUNDED", startsBound],
  ["CURRENT", startsBound],
  ["PRECEDING", endsBound],
  ["FOLLOWING", endsBound],
  ["SEMI", (tokens: readonly Token[], at: number) => is(tokens[at + 1], /^JOIN$/)],
  ["ANTI", (tokens: readonly Token[], at: number) => is(tokens[at + 1], /^JOIN$/)],
  ["NULLS", (tokens: readonly Token[], at: number) => is(tokens[at + 1], /^(?:FIRST|LAST)$/)],
  ["FIRST", (tokens: readonly Token[], at: number) => is(tokens[at - 1], /^NULLS$/)],
  ["LAST", (tokens: readonly Token[], at: number) => is(tokens[at - 1], /^NULLS$/)],
]);

/** Tokens of a name with dots. */
const longestName = 40;

/**
 * Not before a bracket or a text: there a word may be a function, or a type. Not in a path into JSON (`a:b.c`), where quoted names have
 * their case.
 */
function needsNoQuotes(tokens: readonly Token[], at: number): boolean {
  const next = tokens[at + 1];
  if (!isPlainName(tokens[at]?.value ?? "") || isOperator(next, "(") || next?.type === "string") return false;
  let first = at;
  while (isOperator(tokens[first - 1], ".")) {
    first -= 2;
    if (at - first > longestName) return false;
  }
  const start = tokens[first];
  return start?.type !== "parameter" && !isOperator(start, "]") && !isOperator(tokens[first - 1], ":");
}

function isPlainName(value: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(value) && !keywords.has(value.toUpperCase());
}

function isOperator(token: Token | undefined, value: string): boolean {
  return token?.type === "operator" && token.value === value;
}

/** What is known of a bracket that is open, and of the text outside all of them. */
interface Level {
  readonly open: number;
  /** What stands in it, less brackets inside that are no more: `n` a name, `v` a value, `.`, `?` anything else; its beginning. */
  shape: string;
  /** Whether `,` or `->` stands in it, a query or a word of one, a word that binds less than a comparison. */
  list: boolean;
  query: boolean;
  loose: boolean;
  /** The last word that began a clause. */
  clause: string;
  /** Whether BETWEEN stood in the clause: its AND is another one. */
  between: boolean;
}

const queries = new Set("SELECT WITH FROM TABLE VALUES DISTINCT ALL MAP REDUCE LATERAL JOIN".split(" "));
const loose = new Set(
  "AND OR NOT BETWEEN CASE IF EXISTS AS ALIAS IN LIKE ILIKE RLIKE ESCAPE IS ANY SOME OVER".split(" "),
);
const clauseStarts = new Set("SELECT FROM WHERE GROUP ORDER SORT HAVING QUALIFY ON VALUES INSERT SET".split(" "));
/** Words behind which a condition or a value stands alone up to the next of `ends`. */
const starts = new Set(["WHERE", "HAVING", "QUALIFY", "ON", "WHEN", "THEN", "ELSE"]);
const ends = new Set(
  "WHERE GROUP HAVING ORDER SORT LIMIT UNION INTERSECT EXCEPT QUALIFY WHEN THEN ELSE END JOIN INNER LEFT RIGHT FULL CROSS SEQUENCE COLUMNS STORED".split(
    " ",
  ),
);
const operators = new Set(["=", "==", "<>", "!=", "<", ">", "<=", ">=", "<=>", "||"]);
const nothing: Token = { type: "operator", value: ";", upper: "", start: 0, end: 0 };

/**
 * The tokens without brackets that make no difference. Each bracket is judged when it closes, with what is left of those inside it, so that
 * each step takes one away from a text in which it is needless.
 */
function withoutBrackets(tokens: readonly Token[]): readonly Token[] {
  const removed = new Set<number>();
  const newLevel = (open: number): Level => ({
    open,
    shape: "",
    list: false,
    query: false,
    loose: false,
    clause: "",
    between: false,
  });
  const levels: Level[] = [newLevel(-1)];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] ?? nothing;
    const level = levels.at(-1);
    if (level === undefined) break;
    if (isOperator(token, "(")) {
      levels.push(newLevel(i));
      continue;
    }
    if (isOperator(token, ")")) {
      const outer = levels.at(-2);
      // Text with a bracket too many is left as it is.
      if (outer === undefined) return tokens;
      levels.pop();
      if (isNeedless(level, outer, tokens[level.open - 1] ?? nothing, tokens[i + 1] ?? nothing)) {
        removed.add(level.open).add(i);
        outer.shape = (outer.shape + level.shape).slice(0, 8);
        outer.list ||= level.list;
        outer.loose ||= level.loose;
        outer.between ||= level.between;
      } else {
        outer.shape = `${outer.shape}?`.slice(0, 8);
        outer.query ||= level.query;
      }
      continue;
    }
    note(token, level);
  }
  return levels.length > 1 || removed.size === 0 ? tokens : tokens.filter((_, i) => !removed.has(i));
}

function note(token: Token, level: Level): void {
  level.shape = `${level.shape}${shapeOf(token)}`.slice(0, 8);
  const isList = token.type === "operator" && /^(?:,|->|=>|;|\|>)$/.test(token.value);
  // What stands for an unknown text may be a list, or an OR.
  if (isList || token.upper === "AS" || token.value.includes("\ue000")) level.list = true;
  if (isOperator(token, "!")) level.loose = true;
  if (queries.has(token.upper)) level.query = true;
  if (loose.has(token.upper)) level.loose = true;
  if (token.upper === "BETWEEN") level.between = true;
  if (clauseStarts.has(token.upper) || isOperator(token, ";")) {
    level.clause = token.upper;
    level.between = false;
  }
}

function shapeOf(token: Token): string {
  switch (token.type) {
    case "word":
      return isPlainName(token.value) ? "n" : "?";
    case "quoted":
      return "n";
    case "number":
    case "string":
      return "v";
    case "parameter":
      return "?";
    case "operator":
      return token.value === "." ? "." : "?";
  }
}

/** Whether a bracket with what it holds, between two tokens, is the same without it. */
function isNeedless(level: Level, outer: Level, before: Token, after: Token): boolean {
  if (level.shape === "" || level.query || level.list) return false;
  // A bracket in a bracket.
  if (isOperator(before, "(") && isOperator(after, ")")) return true;
  // A word that may be more than a name.
  if (level.shape === "?") return false;
  const isItem = outer.clause === "SELECT" && (before.upper === "SELECT" || isOperator(before, ","));
  const closes = isOperator(after, ")") || isOperator(after, ";");
  // A whole condition, a whole value of CASE, a whole column.
  if (starts.has(before.upper) && (closes || ends.has(after.upper))) return true;
  if (isItem && (closes || isOperator(after, ",") || after.upper === "FROM" || after.upper === "AS")) return true;
  const isJoined = before.upper === "AND" || before.upper === "OR";
  if (isJoined && outer.between) return false;
  const continues = closes || ends.has(after.upper) || after.upper === "AND" || after.upper === "OR";
  // A comparison of which others are joined with AND and OR.
  const isFirst = isOperator(before, "(") && (after.upper === "AND" || after.upper === "OR");
  if ((isFirst || ((starts.has(before.upper) || isJoined) && continues)) && !level.loose) return true;
  // One name, or one value, that is compared.
  const isOne = /^(?:n|v|n\.n|n\.n\.n)$/.test(level.shape);
  const compares = (token: Token) => token.type === "operator" && operators.has(token.value);
  if (!isOne) return false;
  if (isOperator(before, "(")) return compares(after);
  return (starts.has(before.upper) || isJoined || compares(before)) && (continues || compares(after));
}
