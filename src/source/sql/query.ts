import { isGlobalView } from "../names.js";
import { identifierName } from "./identifier.js";
import { type Token, tokenizeSql } from "./tokens.js";
import { findTypes } from "./types.js";

/** A table that a query reads. */
export interface QueryRead {
  /** With its backquotes where it needs them, unknown stretches between U+E000 and U+E001; null when nothing is known. */
  readonly name: string | null;
  readonly streaming: boolean;
  readonly offset: number;
  readonly text: string;
}

export interface QueryReading {
  readonly reads: readonly QueryRead[];
  /** Where `SELECT *` stands. */
  readonly stars: readonly number[];
  /** Whether a stream is read, of a table or a function. */
  readonly streams: boolean;
  /** The statement's first words when it changes something: "INSERT INTO", "DROP TABLE". */
  readonly writes: string | null;
  /** The temporary view that the text makes, in lower case. */
  readonly view: string | null;
  /** Nested too deep, or of too many tables, to be read to its end. */
  readonly tooBig: boolean;
  readonly error: { readonly message: string; readonly offset: number } | null;
}

export interface QueryOptions {
  /** Names that are no tables, in lower case. */
  readonly local?: ReadonlySet<string>;
  /** The value of `:name`, null when it is not known. */
  readonly parameter?: (name: string) => string | null;
}

const writing =
  /^(?:INSERT|MERGE|UPDATE|DELETE|CREATE|DROP|ALTER|TRUNCATE|OPTIMIZE|VACUUM|COPY|REFRESH|CACHE|USE|SET|GRANT|REVOKE|MSCK|REPLACE)$/;

/** Reads SQL text: the tables behind FROM, JOIN, USING and TABLE, less common table expressions. Never fails. */
export function readQuery(text: string, options: QueryOptions = {}): QueryReading {
  const { tokens, error } = tokenizeSql(text);
  const relations = readRelations(text, tokens, options);
  const first = tokens.find((token) => token.value !== "(" && token.value !== ";");
  const writes =
    first?.type === "word" && writing.test(first.upper) ? `${first.upper}${secondWord(tokens, first)}` : null;
  return { ...relations, writes, view: temporaryView(tokens), error: error ?? relations.error };
}

/** `CREATE OR REPLACE GLOBAL TEMPORARY VIEW IF NOT EXISTS v` */
function temporaryView(tokens: readonly Token[]): string | null {
  if (tokens[0]?.upper !== "CREATE") return null;
  let at = 1;
  while (/^(?:OR|REPLACE|GLOBAL|TEMP|TEMPORARY)$/.test(tokens[at]?.upper ?? "")) at++;
  const isTemporary = /^TEMP(?:ORARY)?$/.test(tokens[at - 1]?.upper ?? "");
  if (!isTemporary || tokens[at]?.upper !== "VIEW") return null;
  at += tokens[at + 1]?.upper === "IF" && tokens[at + 2]?.upper === "NOT" ? 4 : 1;
  const name = tokens[at];
  return name?.type === "word" || name?.type === "quoted" ? name.value.toLowerCase() : null;
}

function secondWord(tokens: readonly Token[], first: Token): string {
  const next = tokens[tokens.indexOf(first) + 1];
  return next?.type === "word" && /^(?:INTO|OVERWRITE|FROM|TABLE|VIEW|TEMPORARY|OR)$/.test(next.upper)
    ? ` ${next.upper}`
    : "";
}

/** Words that end a list of tables. */
const clauses = new Set(
  "SELECT WHERE GROUP HAVING ORDER SORT CLUSTER DISTRIBUTE LIMIT OFFSET WINDOW QUALIFY UNION INTERSECT EXCEPT MINUS SET WHEN VALUES KEYS SEQUENCE APPLY COLUMNS STORED RETURNING".split(
    " ",
  ),
);
/** Words that stand behind a table and are no alias of it. */
const noAlias = new Set([
  ...clauses,
  ..."JOIN INNER LEFT RIGHT FULL CROSS NATURAL SEMI ANTI OUTER ON USING LATERAL TABLESAMPLE PIVOT UNPIVOT WATERMARK VERSION TIMESTAMP FOR FROM AS WITH FLOW".split(
    " ",
  ),
]);
/** Functions whose arguments may hold a FROM of their own. */
const fromFunctions = new Set([
  "EXTRACT",
  "TRIM",
  "LTRIM",
  "RTRIM",
  "SUBSTRING",
  "SUBSTR",
  "OVERLAY",
  "POSITION",
  "BTRIM",
]);
const maxDepth = 200;
const maxReads = 10_000;
/** Words that are never a table. */
const structural = new Set(["FROM", "WHERE", "ON", "JOIN", "AS"]);
/** Words that stand where a table would, and are none: what goes on with an expression, or a list. */
const noTable = new Set(
  "IS IN BETWEEN LIKE ILIKE RLIKE REGEXP AND OR NOT AS ASC DESC NULLS THEN WHEN ELSE END FROM WHERE ON JOIN".split(" "),
);
/** What stands behind an operand, and before none. */
const noOperand = /^(?:[,);.=<>%/]|==|<=|>=|<>|!=|<=>|\|\||::)$/;
/** Words behind which an expression begins: a FROM there is a column of that name. */
const beforeOperand = /^(?:CASE|WHEN|THEN|ELSE|AND|OR|NOT|LIKE|BETWEEN)$/;

/** Reads the relations of tokens; a reader is made for each text, and goes through its tokens once. */
export function readRelations(
  text: string,
  tokens: readonly Token[],
  options: QueryOptions = {},
): Omit<QueryReading, "writes" | "view"> {
  const reads: QueryRead[] = [];
  const stars: number[] = [];
  let error: QueryReading["error"] = null;
  let streams = false;
  let tooBig = false;
  let at = 0;
  const types = findTypes(tokens);
  const ends = new Set(types.values());
  const isChanges = tokens.some(
    (token, i) => token.upper === "INTO" && /^(?:CHANGES|CDC)$/.test(tokens[i - 1]?.upper ?? ""),
  );
  const mergeAt = tokens.findIndex((token) => token.upper === "MERGE");
  const merge = mergeAt < 0 ? tokens.length : mergeAt;

  /** The common table expressions that are known here, innermost last, and how often each name is among them. */
  const defined: string[] = [];
  const names = new Map<string, number>();
  const define = (name: string) => {
    defined.push(name);
    names.set(name, (names.get(name) ?? 0) + 1);
  };
  const forget = (down: number) => {
    while (defined.length > down) {
      const name = defined.pop() ?? "";
      const count = (names.get(name) ?? 1) - 1;
      if (count === 0) names.delete(name);
      else names.set(name, count);
    }
  };

  const fail = (message: string, offset: number) => {
    error ??= { message, offset };
  };
  const giveUp = () => {
    tooBig = true;
    at = tokens.length;
  };
  const upper = (offset = 0) => tokens[at + offset]?.upper ?? "";
  const isOperator = (value: string, offset = 0) => {
    const token = tokens[at + offset];
    return token?.type === "operator" && token.value === value;
  };
  const isName = (offset = 0) => {
    const type = tokens[at + offset]?.type;
    return type === "word" || type === "quoted";
  };

  /** Everything up to the bracket that closes, or to the end of the statement. */
  const query = (depth: number, caller: string): void => {
    if (depth > maxDepth) {
      giveUp();
      return;
    }
    const outside = defined.length;
    statement(depth, caller);
    forget(outside);
  };

  const statement = (depth: number, caller: string): void => {
    let selected = caller === "";
    while (at < tokens.length) {
      const token = tokens[at];
      if (token === undefined || isOperator(")") || isOperator(";")) return;
      if (isOperator("(")) {
        const previous = tokens[at - 1];
        const call = previous?.type === "word" ? previous.upper : "";
        bracket(depth, fromFunctions.has(call) ? call : call === "" || opensQuery(call) ? "" : "call");
        continue;
      }
      const behind = types.get(at);
      if (behind !== undefined) {
        at = behind;
        continue;
      }
      switch (token.upper) {
        case "WITH":
          if (!expressions(depth)) at++;
          break;
        case "SELECT": {
          selected = true;
          at++;
          if (upper() === "DISTINCT" || upper() === "ALL") at++;
          if (isOperator("*")) stars.push(tokens[at]?.start ?? 0);
          break;
        }
        case "FROM": {
          const previous = tokens[at - 1]?.upper;
          const isColumn = isOperand();
          at++;
          if (selected && !isColumn && previous !== "DISTINCT" && previous !== "DELETE") tables(depth);
          break;
        }
        case "JOIN": {
          const isColumn = isOperand();
          at++;
          if (!isColumn) tables(depth);
          break;
        }
        case "TABLE":
          // `TABLE orders` is a query; `TABLE(orders)` an argument.
          if (isQueryStart() && isName(1) && isTable(at + 1)) {
            at++;
            item(depth, false);
          } else if (isArgument() && isOperator("(", 1)) relation(depth, false);
          else at++;
          break;
        case "USING":
          if (caller === "" && at > merge && isName(1)) {
            at++;
            tables(depth);
          } else at++;
          break;
        default:
          at++;
      }
    }
  };

  /** Whether a bracket behind the word is none of a function's arguments. */
  const opensQuery = (word: string) =>
    /^(?:FROM|JOIN|IN|EXISTS|AS|WHERE|ON|AND|OR|NOT|SELECT|UNION|ALL|EXCEPT|INTERSECT|ANY|SOME|BY|WHEN|THEN|ELSE|CASE|HAVING|USING|LATERAL|DISTINCT|SELECT)$/.test(
      word,
    );

  /** Whether what stands there can be a table: FROM, JOIN and TABLE before anything else are columns of that name. */
  const isTable = (place: number) => {
    const token = tokens[place];
    if (token === undefined) return false;
    if (token.type === "operator") return token.value === "(";
    return !noTable.has(token.upper) && (token.upper === "VALUES" || !isClause(place));
  };

  /** Whether FROM or JOIN stands where an expression has to begin, or goes on as one: it is a column then. */
  const isOperand = () => {
    const previous = tokens[at - 1];
    const next = tokens[at + 1];
    if (isAfterOperator(at) || beforeOperand.test(previous?.upper ?? "")) return true;
    const inList =
      /^(?:SELECT|DISTINCT|ALL|AS|BY|WHERE|ON|HAVING|QUALIFY)$/.test(previous?.upper ?? "") ||
      (previous?.type === "operator" && /^[,(]$/.test(previous.value));
    const isEnd = next === undefined || (next.type === "operator" && /^[);]$/.test(next.value));
    // Where the table is missing at the end of a query, the text is at fault.
    if (isEnd) return inList;
    if (next.type === "operator" && next.value !== "(") return true;
    // A join never begins a list. Behind what a list ends with, any word may be a table.
    if (tokens[at]?.upper === "JOIN") return inList || structural.has(next.upper);
    return inList && !isTable(at + 1);
  };

  /** Whether a binary operator stands before it: an operand has to follow. The `>` that ends a type is none. */
  const isAfterOperator = (place: number) => {
    const previous = tokens[place - 1];
    return (
      previous?.type === "operator" &&
      /^(?:[=<>+\-/%]|<=|>=|<>|!=|==|<=>|\|\|)$/.test(previous.value) &&
      !ends.has(place)
    );
  };

  /** Whether the word begins a clause: behind others, and before other things, it is an alias or a column. */
  const isClause = (place: number): boolean => {
    const word = tokens[place]?.upper ?? "";
    if (!clauses.has(word) || isAfterOperator(place)) return false;
    const next = tokens[place + 1];
    const following = next?.upper ?? "";
    switch (word) {
      case "GROUP":
      case "ORDER":
      case "SORT":
      case "CLUSTER":
      case "DISTRIBUTE":
        return following === "BY";
      case "WINDOW":
        return tokens[place + 2]?.upper === "AS";
      case "SEQUENCE":
        return isChanges && following === "BY";
      case "APPLY":
      case "STORED":
        return isChanges && following === "AS";
      case "KEYS":
        return isChanges && next?.value === "(";
      case "COLUMNS":
        return isChanges;
      case "WHEN":
        return merge < tokens.length && /^(?:MATCHED|NOT)$/.test(following);
      case "SELECT":
        return true;
      default:
        return next !== undefined && !(next.type === "operator" && noOperand.test(next.value));
    }
  };

  /** Whether an argument of a function begins here: `f(TABLE(t))`, `f(data => TABLE(t))`. */
  const isArgument = () => {
    const previous = tokens[at - 1];
    return previous?.type === "operator" && /^(?:\(|,|=>)$/.test(previous.value);
  };

  const isQueryStart = () => {
    const previous = tokens[at - 1];
    return (
      previous === undefined ||
      /^(?:\(|;)$/.test(previous.value) ||
      /^(?:AS|ALL|UNION|EXCEPT|INTERSECT|MINUS|DISTINCT|\|>)$/.test(previous.upper)
    );
  };

  /** A bracket and what is in it: a query, or an expression. */
  const bracket = (depth: number, caller: string): void => {
    const open = tokens[at]?.start ?? 0;
    at++;
    // `trim(FROM x)` has no tables; of a function's arguments only a query has.
    const isCall = caller !== "" && caller !== "call";
    const starts =
      /^(?:SELECT|WITH|VALUES)$/.test(upper()) || (!isCall && (/^(?:FROM|TABLE)$/.test(upper()) || isOperator("(")));
    query(depth + 1, starts ? "" : caller === "" ? "bracket" : caller);
    if (isOperator(")")) at++;
    else fail("a bracket is never closed", open);
  };

  /** The common table expressions behind WITH; false when the word means something else here. */
  const expressions = (depth: number): boolean => {
    const start = at;
    const outside = defined.length;
    let ahead = at + 1;
    if (tokens[ahead]?.upper === "RECURSIVE") ahead++;
    const afterName = tokens[ahead + 1];
    const fits =
      afterName?.upper === "AS" ||
      (afterName?.value === "(" && afterName.type === "operator") ||
      afterName?.upper === "MAX";
    const nameType = tokens[ahead]?.type;
    if (!fits || (nameType !== "word" && nameType !== "quoted" && nameType !== "number")) return false;
    const recursive = ahead === at + 2;
    at = ahead;
    for (;;) {
      const name = tokens[at]?.value.toLowerCase() ?? "";
      at++;
      if (isOperator("(")) skipBracket();
      // `MAX RECURSION LEVEL 10` is all that may stand there.
      for (let word = 0; word < 4 && upper() !== "AS" && !isOperator("(") && !isOperator(";"); word++) at++;
      if (upper() === "AS") at++;
      if (!isOperator("(")) {
        at = start;
        forget(outside);
        return false;
      }
      if (recursive) define(name);
      bracket(depth, "");
      define(name);
      if (!isOperator(",")) return true;
      at++;
    }
  };

  const skipBracket = () => {
    let level = 0;
    do {
      if (isOperator("(")) level++;
      if (isOperator(")")) level--;
      at++;
    } while (level > 0 && at < tokens.length);
  };

  /** A list of tables: `a, b JOIN c ON … LATERAL VIEW …`, up to the next clause. */
  const tables = (depth: number): void => {
    item(depth, true);
    while (at < tokens.length) {
      const token = tokens[at];
      if (token === undefined || isOperator(")") || isOperator(";") || isOperator("|>") || isClause(at)) return;
      if (isOperator(",")) {
        at++;
        item(depth, true);
      } else if (token.upper === "JOIN" && !isOperand()) {
        at++;
        item(depth, true);
      } else if (token.upper === "LATERAL" && upper(1) === "VIEW") lateralView(depth);
      else if (types.has(at)) at = types.get(at) ?? at + 1;
      else if (isOperator("(")) {
        const previous = tokens[at - 1]?.upper ?? "";
        bracket(depth, previous === "" || opensQuery(previous) ? "" : fromFunctions.has(previous) ? previous : "call");
      } else at++;
    }
  };

  const lateralView = (depth: number): void => {
    at += 2;
    if (upper() === "OUTER") at++;
    while (isName() || isOperator(".")) at++;
    if (isOperator("(")) bracket(depth, "call");
    if (isName() && upper() !== "AS" && !noAlias.has(upper())) at++;
    if (upper() === "AS") {
      at++;
      if (isName()) at++;
      while (isOperator(",") && isName(1)) at += 2;
    }
  };

  /** One table, with its alias. */
  const item = (depth: number, aliased: boolean): void => {
    relation(depth, false);
    if (!aliased) return;
    if (upper() === "TABLESAMPLE") {
      at++;
      if (isOperator("(")) skipBracket();
    }
    if (upper() === "AS") {
      at++;
      if (isName() || tokens[at]?.type === "string") at++;
    } else if (isName() && (clauses.has(upper()) ? !isClause(at) : !noAlias.has(upper()))) at++;
    else return;
    if (isOperator("(")) skipBracket();
  };

  const relation = (depth: number, streaming: boolean): void => {
    const token = tokens[at];
    if (token === undefined || isOperator(";") || isOperator(")")) {
      fail("expected a table", token?.start ?? text.length);
      return;
    }
    if (depth > maxDepth) {
      giveUp();
      return;
    }
    if (isOperator("(")) {
      const open = token.start;
      if (/^(?:SELECT|WITH|FROM|TABLE|VALUES)$/.test(upper(1))) {
        bracket(depth, "");
        return;
      }
      at++;
      tables(depth + 1);
      // What was in the inner bracket may have been the first query of several: `((SELECT …) UNION …)`.
      query(depth + 1, "");
      if (isOperator(")")) at++;
      else fail("a bracket is never closed", open);
      return;
    }
    if (token.type === "parameter") {
      at++;
      unknownTable(token, streaming);
      return;
    }
    if (token.type !== "word" && token.type !== "quoted" && token.type !== "number") return;
    if (structural.has(token.upper) || (/^(?:GROUP|ORDER)$/.test(token.upper) && isClause(at))) return;
    if (token.type === "word") {
      const next = tokens[at + 1];
      const opens = next?.type === "operator" && next.value === "(";
      switch (token.upper) {
        case "STREAM":
        case "SNAPSHOT":
        case "TABLE": {
          const stream = token.upper === "STREAM" || streaming;
          if (opens) {
            at += 2;
            if (/^(?:SELECT|WITH|FROM)$/.test(upper())) query(depth + 1, "");
            else relation(depth + 1, stream);
            if (token.upper === "STREAM") streams = true;
            while (at < tokens.length && !isOperator(")") && !isOperator(";")) at++;
            if (isOperator(")")) at++;
            else fail("a bracket is never closed", next.start);
            return;
          }
          if (next?.type === "word" || next?.type === "quoted" || next?.type === "parameter") {
            if (clauses.has(next.upper) ? isTable(at + 1) : !noAlias.has(next.upper)) {
              at++;
              if (token.upper === "STREAM") streams = true;
              relation(depth + 1, stream);
              return;
            }
          }
          break;
        }
        case "LATERAL":
          at++;
          relation(depth + 1, streaming);
          return;
        case "VALUES":
          if (!isClause(at)) break;
          at++;
          while (isOperator("(") || isOperator(",")) {
            if (isOperator("(")) bracket(depth, "call");
            else at++;
          }
          return;
        case "IDENTIFIER":
          if (opens) {
            identifier(streaming);
            return;
          }
          break;
        case "TABLE_CHANGES":
          if (opens) {
            at += 2;
            const target = tokens[at];
            if (target?.type === "string") add(target.value, streaming, target);
            while (at < tokens.length && !isOperator(")")) at++;
            at++;
            return;
          }
          break;
      }
    }
    const start = at;
    const parts: Token[] = [token];
    at++;
    while (isOperator(".")) {
      const next = tokens[at + 1];
      if (next === undefined || next.type === "operator" || next.type === "string") break;
      parts.push(next);
      at += 2;
    }
    if (isOperator("(")) {
      // A function that gives rows: what is in its arguments is no table by itself.
      const last = parts.at(-1)?.upper ?? "";
      if (streaming || /^(?:CLOUD_FILES|READ_KAFKA|READ_KINESIS|READ_PUBSUB|READ_PULSAR)$/.test(last)) streams = true;
      if (/^LIVE$/.test(last)) {
        at++;
        relation(depth + 1, streaming);
        if (isOperator(")")) at++;
        return;
      }
      bracket(depth, "call");
      return;
    }
    const written = parts.map((part) => part.value.toLowerCase());
    const [only = ""] = written;
    if (parts.length === 1 && names.has(only)) return;
    if (parts.length === 1 ? options.local?.has(only) : isGlobalView(written) && options.local?.has(written[1] ?? ""))
      return;
    const name = parts
      .map((part) => (/[.`]/.test(part.value) ? `\`${part.value.replaceAll("`", "``")}\`` : part.value))
      .join(".");
    const isFile = parts.length === 2 && parts[1]?.type === "quoted" && /[/:]/.test(parts[1].value);
    if (streaming) streams = true;
    if (!isFile) add(name, streaming, tokens[start] ?? token);
  };

  /** What a message shows of a name that can't be told. */
  const excerpt = ({ start, end }: Token) =>
    end - start > 80 ? `${text.slice(start, start + 79)}…` : text.slice(start, end);

  /** `IDENTIFIER('a.b')`, `IDENTIFIER(:name)` */
  const identifier = (streaming: boolean): void => {
    const start = tokens[at];
    const { name, next } = identifierName(tokens, at, options.parameter);
    at = next;
    if (start !== undefined) add(name, streaming, start);
  };

  const unknownTable = (token: Token, streaming: boolean) => {
    const value = options.parameter?.(token.value) ?? null;
    if (value !== null) add(value, streaming, token);
    else reads.push({ name: null, streaming, offset: token.start, text: excerpt(token) });
  };

  const add = (name: string, streaming: boolean, token: Token) => {
    if (streaming) streams = true;
    if (reads.length >= maxReads) giveUp();
    else reads.push({ name, streaming, offset: token.start, text: excerpt(token) });
  };

  while (at < tokens.length) {
    query(0, "");
    if (isOperator(")")) fail("unmatched bracket", tokens[at]?.start ?? 0);
    at++;
  }
  return { reads, stars, streams, tooBig, error: tooBig ? null : error };
}
