import type { Kind } from "../../project/model.js";
import type { Expectation } from "../model.js";
import { identifierName } from "./identifier.js";
import type { Token } from "./tokens.js";

/** One statement of a SQL file, taken apart as far as pipelines need it. */
export interface Statement {
  /** A dataset; a flow into one; a bare query; anything else. */
  readonly form: "dataset" | "flow" | "select" | "other";
  /** The dataset's name, or the flow's target; null for a bare query. */
  readonly name: string | null;
  readonly kind: Kind | null;
  readonly definedBy: string;
  readonly comment: string | null;
  readonly properties: Readonly<Record<string, string>>;
  readonly expectations: readonly Expectation[];
  readonly keys: readonly string[] | null;
  /** Where the statement begins. */
  readonly start: number;
  readonly tokens: readonly Token[];
  /** Its tokens without the name of the dataset, or of the flow and its target. */
  readonly unnamed: readonly Token[];
  /** The tokens of its query, or of the source of its changes. */
  readonly query: readonly Token[];
  readonly error: { readonly message: string; readonly offset: number } | null;
}

/** Splits a file at `;` and takes each statement apart (Lakeflow SQL language reference; older spellings included). */
export function splitStatements(tokens: readonly Token[]): Statement[] {
  const statements: Statement[] = [];
  let from = 0;
  for (let i = 0; i <= tokens.length; i++) {
    const token = tokens[i];
    if (token !== undefined && !(token.type === "operator" && token.value === ";")) continue;
    if (i > from) statements.push(takeApart(tokens.slice(from, i)));
    from = i + 1;
  }
  return statements;
}

function takeApart(tokens: readonly Token[]): Statement {
  const first = tokens[0];
  const base: Statement = {
    form: "other",
    name: null,
    kind: null,
    definedBy: first?.upper ?? "",
    comment: null,
    properties: {},
    expectations: [],
    keys: null,
    start: first?.start ?? 0,
    tokens,
    unnamed: tokens,
    query: tokens,
    error: null,
  };
  switch (first?.upper) {
    case "CREATE":
      return create(base, tokens);
    case "APPLY":
    case "AUTO":
      return changes(base, tokens, 0);
    case "SELECT":
    case "WITH":
    case "FROM":
    case "TABLE":
    case "VALUES":
      return { ...base, form: "select", definedBy: "SELECT" };
    case "SET":
    case "USE":
    case "DECLARE":
      return { ...base, query: [] };
    default: {
      if (first?.value === "(" && first.type === "operator") return { ...base, form: "select", definedBy: "SELECT" };
      const known =
        /^(?:INSERT|MERGE|UPDATE|DELETE|DROP|ALTER|COMMENT|GRANT|REVOKE|REFRESH|ANALYZE|OPTIMIZE|VACUUM|DESCRIBE|DESC|SHOW|EXPLAIN|TRUNCATE|COPY|BEGIN|CALL|EXECUTE|CACHE|CLEAR|RESET|MSCK|END|REPLACE|UNDROP)$/;
      const error =
        first === undefined || known.test(first.upper)
          ? null
          : { message: `no statement begins with ${JSON.stringify(first.value.slice(0, 40))}`, offset: first.start };
      return { ...base, error };
    }
  }
}

function create(base: Statement, tokens: readonly Token[]): Statement {
  let at = 1;
  const words: string[] = ["CREATE"];
  const modifiers = /^(?:OR|REFRESH|REPLACE|PRIVATE|TEMPORARY|TEMP|GLOBAL|STREAMING|INCREMENTAL|LIVE|MATERIALIZED)$/;
  while (modifiers.test(tokens[at]?.upper ?? "")) words.push(tokens[at++]?.upper ?? "");
  const kindWord = tokens[at]?.upper ?? "";
  if (kindWord === "FLOW") return createFlow(base, tokens, at + 1);
  // A plain table, and a view that is replaced, are of the catalog: no pipeline defines them.
  const isPipeline =
    kindWord === "TABLE"
      ? words.some((word) => /^(?:STREAMING|LIVE|INCREMENTAL)$/.test(word))
      : kindWord === "VIEW" &&
        (!words.includes("REPLACE") ||
          words.some((word) => /^(?:MATERIALIZED|LIVE|TEMP|TEMPORARY|PRIVATE)$/.test(word)));
  if (!isPipeline) return base;
  at++;
  if (tokens[at]?.upper === "IF") at += 3;
  const name = nameAt(tokens, at);
  if (name === null)
    return {
      ...base,
      error: { message: "expected the dataset's name", offset: tokens[at]?.start ?? tokens.at(-1)?.end ?? 0 },
    };
  const unnamed = [...tokens.slice(0, at), ...tokens.slice(name.next)];
  at = name.next;
  const described = describe(tokens, at);
  const flow = described.flow === null ? null : changes(base, tokens, described.flow);
  return {
    ...base,
    form: "dataset",
    unnamed,
    name: name.name,
    kind: kindOf(words, kindWord),
    definedBy: [...words.filter((word) => word !== "OR" && word !== "REFRESH" && word !== "REPLACE"), kindWord].join(
      " ",
    ),
    comment: described.comment,
    properties: described.properties,
    expectations: described.expectations,
    keys: flow?.keys ?? null,
    query: flow?.query ?? (described.query === null ? [] : tokens.slice(described.query)),
    error: flow?.error ?? null,
  };
}

function kindOf(words: readonly string[], kind: string): Kind {
  if (words.includes("MATERIALIZED")) return "materialized_view";
  if (kind === "VIEW") return "temporary_view";
  return words.includes("STREAMING") || words.includes("INCREMENTAL") ? "streaming_table" : "materialized_view";
}

interface Described {
  comment: string | null;
  properties: Record<string, string>;
  expectations: Expectation[];
  /** Where the query begins, and where an auto CDC clause does. */
  query: number | null;
  flow: number | null;
}

/** What stands between a dataset's name and its query. */
function describe(tokens: readonly Token[], from: number): Described {
  const result: Described = { comment: null, properties: {}, expectations: [], query: null, flow: null };
  let level = 0;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.type === "operator") {
      if (token.value === "(") level++;
      // A bracket too many opens none.
      if (token.value === ")") level = Math.max(0, level - 1);
      continue;
    }
    const next = tokens[at + 1];
    if (token.upper === "CONSTRAINT" && tokens[at + 2]?.upper === "EXPECT") {
      const { end, ...made } = expectation(tokens, at + 1);
      result.expectations.push(made);
      // Each part of a condition is looked at once, however many of them are in one another.
      at = end - 1;
    } else if (level > 0) continue;
    else if (token.upper === "COMMENT" && next?.type === "string") result.comment = next.value;
    else if (token.upper === "TBLPROPERTIES" && next?.value === "(")
      Object.assign(result.properties, properties(tokens, at + 2));
    else if (token.upper === "FLOW") {
      const word = next?.upper;
      if (word === "AUTO" || word === "APPLY") {
        result.flow = at + 1;
        return result;
      }
      if (word === "INSERT") {
        while (
          at < tokens.length &&
          !/^(?:SELECT|WITH|FROM|TABLE)$/.test(tokens[at]?.upper ?? "") &&
          tokens[at]?.value !== "("
        )
          at++;
        result.query = at;
        return result;
      }
    } else if (token.upper === "AS") {
      result.query = at + 1;
      return result;
    }
  }
  return result;
}

/** `name EXPECT (condition) ON VIOLATION DROP ROW` */
function expectation(tokens: readonly Token[], at: number): Expectation & { readonly end: number } {
  const name = tokens[at]?.value ?? null;
  let end = at + 2;
  let level = 0;
  const condition: string[] = [];
  do {
    const token = tokens[end];
    if (token === undefined) break;
    if (token.type === "operator" && token.value === "(") level++;
    if (token.type === "operator" && token.value === ")") level--;
    condition.push(token.type === "string" ? `'${token.value.replaceAll("'", "''")}'` : token.value);
    end++;
  } while (level > 0);
  const violation =
    tokens[end]?.upper === "ON" && tokens[end + 1]?.upper === "VIOLATION" ? (tokens[end + 2]?.upper ?? "") : "";
  return {
    name,
    condition: condition.slice(1, -1).join(" "),
    action: violation === "DROP" ? "drop" : violation === "FAIL" ? "fail" : "keep",
    end,
  };
}

function properties(tokens: readonly Token[], from: number): Record<string, string> {
  const found: [string, string][] = [];
  let key = "";
  let value: string | null = null;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at];
    const isEnd = token === undefined || (token.type === "operator" && token.value === ")");
    if (isEnd || (token.type === "operator" && token.value === ",")) {
      if (key !== "") found.push([key, value ?? ""]);
      key = "";
      value = null;
      if (isEnd) break;
    } else if (token.type === "operator" && token.value === "=") value = "";
    else if (value === null) key += token.value;
    else value += token.value;
  }
  return Object.fromEntries(found);
}

/** `CREATE FLOW f AS INSERT INTO t … SELECT …`, `CREATE FLOW f AS AUTO CDC INTO t FROM …` */
function createFlow(base: Statement, tokens: readonly Token[], from: number): Statement {
  const flow = new Set(tokens.slice(from, nameAt(tokens, from)?.next ?? from));
  const isFlowName = (token: Token) => flow.has(token);
  for (let at = from; at < tokens.length; at++) {
    const word = tokens[at]?.upper;
    if (word === "AUTO" || word === "APPLY") {
      const made = changes(base, tokens, at);
      return { ...made, unnamed: made.unnamed.filter((token) => !isFlowName(token)), definedBy: "CREATE FLOW" };
    }
    if (word !== "INTO") continue;
    const start = tokens[at + 1]?.upper === "ONCE" || tokens[at + 1]?.upper === "TABLE" ? at + 2 : at + 1;
    const name = nameAt(tokens, start);
    if (name === null) break;
    let query = name.next;
    if (tokens[query]?.upper === "BY" && tokens[query + 1]?.upper === "NAME") query += 2;
    return {
      ...base,
      form: "flow",
      name: name.name,
      kind: "streaming_table",
      definedBy: "CREATE FLOW",
      unnamed: [...tokens.slice(0, start), ...tokens.slice(name.next)].filter((token) => !isFlowName(token)),
      query: tokens.slice(query),
    };
  }
  return { ...base, error: { message: "expected INSERT INTO or AUTO CDC INTO", offset: base.start } };
}

/** `APPLY CHANGES INTO t FROM s KEYS (…)`, `AUTO CDC [INTO t] FROM s KEYS (…)`, with `FROM SNAPSHOT s`. */
function changes(base: Statement, tokens: readonly Token[], from: number): Statement {
  let at = from;
  let target: string | null = null;
  let cut: readonly [number, number] | null = null;
  while (at < tokens.length && tokens[at]?.upper !== "FROM") {
    if (tokens[at]?.upper === "INTO") {
      const start = tokens[at + 1]?.upper === "ONCE" ? at + 2 : at + 1;
      const found = nameAt(tokens, start);
      target = found?.name ?? null;
      if (found !== null) cut = [start, found.next];
    }
    at++;
  }
  const unnamed = cut === null ? tokens : [...tokens.slice(0, cut[0]), ...tokens.slice(cut[1])];
  const sourceEnd = endOfSource(tokens, at);
  const error =
    at >= tokens.length ? { message: "expected FROM and the source of the changes", offset: base.start } : null;
  return {
    ...base,
    form: "flow",
    name: target,
    kind: "streaming_table",
    unnamed,
    definedBy: tokens[from]?.upper === "APPLY" ? "APPLY CHANGES" : "AUTO CDC",
    query: tokens.slice(at, sourceEnd),
    keys: keysAt(tokens, sourceEnd),
    error,
  };
}

/** Where the source of the changes ends that FROM at this place begins: outside of brackets, at a word with what belongs to it. */
function endOfSource(tokens: readonly Token[], from: number): number {
  let level = 0;
  for (let at = from + 1; at < tokens.length; at++) {
    const token = tokens[at];
    const next = tokens[at + 1];
    if (token?.type === "operator" && token.value === "(") level++;
    if (token?.type === "operator" && token.value === ")") level--;
    if (level > 0 || at < from + 2) continue;
    switch (token?.upper) {
      case "KEYS":
        if (next?.type === "operator" && next.value === "(") return at;
        break;
      case "APPLY":
      case "STORED":
        if (next?.upper === "AS") return at;
        break;
      case "SEQUENCE":
        if (next?.upper === "BY") return at;
        break;
      case "IGNORE":
        if (next?.upper === "NULL") return at;
        break;
      case "TRACK":
        if (next?.upper === "HISTORY") return at;
        break;
      case "COLUMNS":
      case "WHERE":
        return at;
    }
  }
  return tokens.length;
}

function keysAt(tokens: readonly Token[], from: number): string[] | null {
  for (let at = from; at < tokens.length; at++) {
    if (tokens[at]?.upper !== "KEYS" || tokens[at + 1]?.value !== "(") continue;
    const keys: string[] = [];
    for (let i = at + 2; i < tokens.length && tokens[i]?.value !== ")"; i++) {
      const token = tokens[i];
      if (token !== undefined && token.type !== "operator") keys.push(token.value);
    }
    return keys;
  }
  return null;
}

/** A name of one to three parts; null when there is none. */
function nameAt(tokens: readonly Token[], from: number): { name: string; next: number } | null {
  const first = tokens[from];
  if (first === undefined) return null;
  if (first.upper === "IDENTIFIER" && tokens[from + 1]?.value === "(") {
    return identifierName(tokens, from);
  }
  if (first.type !== "word" && first.type !== "quoted" && first.type !== "number") return null;
  const parts = [quote(first)];
  let at = from + 1;
  while (tokens[at]?.type === "operator" && tokens[at]?.value === ".") {
    const next = tokens[at + 1];
    if (next === undefined || next.type === "operator") break;
    parts.push(quote(next));
    at += 2;
  }
  return {
    name: (parts[0]?.toUpperCase() === "LIVE" && parts.length > 1 ? parts.slice(1) : parts).join("."),
    next: at,
  };
}

function quote(token: Token): string {
  return /[.`]/.test(token.value) ? `\`${token.value.replaceAll("`", "``")}\`` : token.value;
}
