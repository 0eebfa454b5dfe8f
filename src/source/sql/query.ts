import { identifierName } from "./identifier.js";
import { type Token, tokenizeSql } from "./tokens.js";

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
  return { ...relations, writes, error: error ?? relations.error };
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
/** Words behind which an expression begins: a FROM there is a column of that name. */
const beforeOperand = /^(?:CASE|WHEN|THEN|ELSE|AND|OR|NOT|LIKE|BETWEEN)$/;

/** Reads the relations of tokens; a reader is made for each text, and goes through its tokens once. */
export function readRelations(
  text: string,
  tokens: readonly Token[],
  options: QueryOptions = {},
): Omit<QueryReading, "writes"> {
  const reads: QueryRead[] = [];
  const stars: number[] = [];
  let error: QueryReading["error"] = null;
  let streams = false;
  let tooBig = false;
  let at = 0;

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
  const query = (names: ReadonlySet<string>, depth: number, caller: string): void => {
    if (depth > maxDepth) {
      giveUp();
      return;
    }
    let known = names;
    let selected = caller === "";
    while (at < tokens.length) {
      const token = tokens[at];
      if (token === undefined || isOperator(")") || isOperator(";")) return;
      if (isOperator("(")) {
        const previous = tokens[at - 1];
        const call = previous?.type === "word" ? previous.upper : "";
        bracket(known, depth, fromFunctions.has(call) ? call : call === "" || isClause(call) ? "" : "call");
        continue;
      }
      switch (token.upper) {
        case "WITH": {
          const extended = expressions(known, depth);
          if (extended === null) at++;
          else known = extended;
          break;
        }
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
          if (selected && !isColumn && previous !== "DISTINCT" && previous !== "DELETE") tables(known, depth);
          break;
        }
        case "JOIN":
          at++;
          tables(known, depth);
          break;
        case "TABLE":
          // `TABLE orders` is a query; `TABLE(orders)` an argument.
          if (isQueryStart() && isName(1)) {
            at++;
            item(known, depth, false);
          } else if (isArgument() && isOperator("(", 1)) relation(known, depth, false);
          else at++;
          break;
        case "USING":
          if (caller === "" && tokens.slice(0, at).some((other) => other.upper === "MERGE") && isName(1)) {
            at++;
            tables(known, depth);
          } else at++;
          break;
        default:
          at++;
      }
    }
  };

  const isClause = (word: string) =>
    /^(?:FROM|JOIN|IN|EXISTS|AS|WHERE|ON|AND|OR|NOT|SELECT|UNION|ALL|EXCEPT|INTERSECT|ANY|SOME|BY|WHEN|THEN|ELSE|CASE|HAVING|USING|LATERAL|DISTINCT|SELECT)$/.test(
      word,
    );

  /** Whether the word stands where an expression has to begin, or goes on as one: it is a column then, whatever it means elsewhere. */
  const isOperand = () => {
    const previous = tokens[at - 1];
    const next = tokens[at + 1];
    const inList =
      previous?.upper === "SELECT" ||
      previous?.upper === "AS" ||
      (previous?.type === "operator" && previous.value === ",");
    if (inList)
      return (
        next === undefined ||
        next.upper === "FROM" ||
        next.upper === "AS" ||
        (next.type === "operator" && next.value !== "(")
      );
    return (
      beforeOperand.test(previous?.upper ?? "") ||
      (previous?.type === "operator" && /^(?:[=<>+\-/%]|<=|>=|<>|!=|==|<=>|\|\|)$/.test(previous.value))
    );
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
  const bracket = (names: ReadonlySet<string>, depth: number, caller: string): void => {
    const open = tokens[at]?.start ?? 0;
    at++;
    // `trim(FROM x)` has no tables; of a function's arguments only a query has.
    const isCall = caller !== "" && caller !== "call";
    const starts =
      /^(?:SELECT|WITH|VALUES)$/.test(upper()) || (!isCall && (/^(?:FROM|TABLE)$/.test(upper()) || isOperator("(")));
    query(names, depth + 1, starts ? "" : caller === "" ? "bracket" : caller);
    if (isOperator(")")) at++;
    else fail("a bracket is never closed", open);
  };

  /** The common table expressions behind WITH; null when the word means something else here. */
  const expressions = (names: ReadonlySet<string>, depth: number): ReadonlySet<string> | null => {
    const start = at;
    let ahead = at + 1;
    if (tokens[ahead]?.upper === "RECURSIVE") ahead++;
    const afterName = tokens[ahead + 1];
    const fits =
      afterName?.upper === "AS" ||
      (afterName?.value === "(" && afterName.type === "operator") ||
      afterName?.upper === "MAX";
    const nameType = tokens[ahead]?.type;
    if (!fits || (nameType !== "word" && nameType !== "quoted" && nameType !== "number")) return null;
    const known = new Set(names);
    const recursive = ahead === at + 2;
    at = ahead;
    for (;;) {
      const name = tokens[at]?.value.toLowerCase() ?? "";
      at++;
      if (isOperator("(")) skipBracket();
      while (at < tokens.length && upper() !== "AS" && !isOperator("(") && !isOperator(";")) at++;
      if (upper() === "AS") at++;
      if (!isOperator("(")) {
        at = start;
        return null;
      }
      if (recursive) known.add(name);
      bracket(known, depth, "");
      known.add(name);
      if (!isOperator(",")) return known;
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
  const tables = (names: ReadonlySet<string>, depth: number): void => {
    item(names, depth, true);
    while (at < tokens.length) {
      const token = tokens[at];
      if (token === undefined || isOperator(")") || isOperator(";") || isOperator("|>") || clauses.has(token.upper))
        return;
      if (isOperator(",")) {
        at++;
        item(names, depth, true);
      } else if (token.upper === "JOIN") {
        at++;
        item(names, depth, true);
      } else if (token.upper === "LATERAL" && upper(1) === "VIEW") lateralView(names, depth);
      else if (isOperator("(")) {
        const previous = tokens[at - 1]?.upper ?? "";
        bracket(
          names,
          depth,
          previous === "" || isClause(previous) ? "" : fromFunctions.has(previous) ? previous : "call",
        );
      } else at++;
    }
  };

  const lateralView = (names: ReadonlySet<string>, depth: number): void => {
    at += 2;
    if (upper() === "OUTER") at++;
    while (isName() || isOperator(".")) at++;
    if (isOperator("(")) bracket(names, depth, "call");
    if (isName() && upper() !== "AS" && !noAlias.has(upper())) at++;
    if (upper() === "AS") {
      at++;
      if (isName()) at++;
      while (isOperator(",") && isName(1)) at += 2;
    }
  };

  /** One table, with its alias. */
  const item = (names: ReadonlySet<string>, depth: number, aliased: boolean): void => {
    relation(names, depth, false);
    if (!aliased) return;
    if (upper() === "TABLESAMPLE") {
      at++;
      if (isOperator("(")) skipBracket();
    }
    if (upper() === "AS") {
      at++;
      if (isName() || tokens[at]?.type === "string") at++;
    } else if (isName() && !noAlias.has(upper())) at++;
    else return;
    if (isOperator("(")) skipBracket();
  };

  const relation = (names: ReadonlySet<string>, depth: number, streaming: boolean): void => {
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
        bracket(names, depth, "");
        return;
      }
      at++;
      tables(names, depth + 1);
      // What was in the inner bracket may have been the first query of several: `((SELECT …) UNION …)`.
      query(names, depth + 1, "");
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
    if (/^(?:FROM|WHERE|ON|JOIN|GROUP|ORDER|AS)$/.test(token.upper)) return;
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
            if (/^(?:SELECT|WITH|FROM)$/.test(upper())) query(names, depth + 1, "");
            else relation(names, depth + 1, stream);
            if (token.upper === "STREAM") streams = true;
            while (at < tokens.length && !isOperator(")") && !isOperator(";")) at++;
            if (isOperator(")")) at++;
            else fail("a bracket is never closed", next.start);
            return;
          }
          if (next?.type === "word" || next?.type === "quoted" || next?.type === "parameter") {
            if (!noAlias.has(next.upper)) {
              at++;
              if (token.upper === "STREAM") streams = true;
              relation(names, depth + 1, stream);
              return;
            }
          }
          break;
        }
        case "LATERAL":
          at++;
          relation(names, depth, streaming);
          return;
        case "VALUES":
          at++;
          while (isOperator("(") || isOperator(",")) {
            if (isOperator("(")) bracket(names, depth, "call");
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
        relation(names, depth, streaming);
        if (isOperator(")")) at++;
        return;
      }
      bracket(names, depth, "call");
      return;
    }
    const [only] = parts;
    if (
      parts.length === 1 &&
      only !== undefined &&
      (names.has(only.value.toLowerCase()) || options.local?.has(only.value.toLowerCase()))
    )
      return;
    const name = parts
      .map((part) => (/[.`]/.test(part.value) ? `\`${part.value.replaceAll("`", "``")}\`` : part.value))
      .join(".");
    const isFile = parts.length === 2 && parts[1]?.type === "quoted" && /[/:]/.test(parts[1].value);
    if (streaming) streams = true;
    if (!isFile) add(name, streaming, tokens[start] ?? token);
  };

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
    else reads.push({ name: null, streaming, offset: token.start, text: text.slice(token.start, token.end) });
  };

  const add = (name: string, streaming: boolean, token: Token) => {
    if (streaming) streams = true;
    if (reads.length >= maxReads) giveUp();
    else reads.push({ name, streaming, offset: token.start, text: text.slice(token.start, token.end) });
  };

  while (at < tokens.length) {
    query(new Set(), 0, "");
    if (isOperator(")")) fail("unmatched bracket", tokens[at]?.start ?? 0);
    at++;
  }
  return { reads, stars, streams, tooBig, error: tooBig ? null : error };
}
