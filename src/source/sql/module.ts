import type { Kind } from "../../project/model.js";
import { fingerprint, joinedFingerprint } from "../digest.js";
import { addTo } from "../group.js";
import { collectIgnores } from "../ignore.js";
import { indexLines, type LineIndex } from "../lines.js";
import type { Dataset, Expectation, ModuleReading, Read, ReadOptions } from "../model.js";
import { isGlobalView, lastPart, longestName, shown, splitName, tableName, withoutUnknown } from "../names.js";
import { type QueryReading, readRelations } from "./query.js";
import { spelled } from "./spelling.js";
import { type Statement, splitStatements } from "./statements.js";
import { tokenizeSql } from "./tokens.js";

/** What a SQL file says: its CREATE statements and flows, or a bare query, which the engine registers under its name in config.yml. */
export function readSql(path: string, source: string, options: ReadOptions): ModuleReading {
  const plain = source.startsWith("\ufeff") ? source.slice(1) : source;
  // The cells of an exported notebook end their statements.
  const text = plain.replace(/^-- COMMAND -{10}/gm, (line) => ";".padEnd(line.length));
  const lines = indexLines(path, text);
  const { tokens, error, remarks } = tokenizeSql(text);
  const datasets: Dataset[] = [];
  const flows: { target: string; dataset: Dataset }[] = [];
  const bare = new Set<Dataset>();
  const settings = openSettings();
  let fault = error;
  let tooBig = false;
  const reads: Read[] = [];
  for (const statement of splitStatements(tokens)) {
    const relations = readRelations(text, statement.query);
    const found = relations.reads.map((read) => toRead(read, lines));
    const problem = statement.error ?? relations.error;
    tooBig ||= relations.tooBig;
    if (problem !== null && (fault === null || problem.offset < fault.offset)) fault = problem;
    settings.note(statement);
    const made = describe(
      statement,
      relations,
      found.filter((read): read is Read => read !== null),
      lines,
      options,
      settings,
    );
    if (statement.form === "other") reads.push(...made.reads);
    else if (statement.form === "flow") flows.push({ target: made.name ?? "", dataset: made });
    else datasets.push(made);
    if (statement.query.length === 0) bare.add(made);
  }
  const joined = joinFlows(datasets, flows, bare);
  tooBig ||= joined === null;
  return {
    path,
    datasets: joined ?? [],
    reads,
    imports: [],
    syntaxError: fault === null || tooBig ? null : { message: fault.message, place: lines.place(fault.offset) },
    tooBig,
    fingerprint: options.fingerprints ? fingerprint(fault === null ? spelled(tokens) : text) : null,
    ignores: collectIgnores(text, remarks, (offset) => lines.place(offset).line),
  };
}

function toRead(read: QueryReading["reads"][number], lines: LineIndex): Read | null {
  const place = lines.place(read.offset);
  if (read.name === null) return { table: null, place, streaming: read.streaming, resolved: false, text: read.text };
  const parts = splitName(read.name);
  const last = parts.at(-1) ?? "";
  const name = shown(tableName(parts));
  const known = withoutUnknown(name, "{", "}");
  if (/[/:]/.test(known)) return null;
  const nothing = known.replaceAll(".", "") === "" || name.length > longestName || isGlobalView(parts);
  return {
    table: nothing ? null : name,
    place,
    streaming: read.streaming,
    resolved: !nothing && last !== "" && !last.includes("\ue000"),
    text: read.text,
  };
}

function describe(
  statement: Statement,
  relations: Pick<QueryReading, "stars" | "streams">,
  reads: readonly Read[],
  lines: LineIndex,
  options: ReadOptions,
  settings: Settings,
): Dataset {
  const stars = relations.stars.map((offset) => lines.place(offset));
  return {
    name: statement.name === null ? null : shown(tableName(splitName(statement.name))),
    kind: kindOf(statement, relations.streams || reads.some((read) => read.streaming)),
    definedBy: statement.definedBy,
    ...(statement.form === "flow" ? { flowOnly: true } : {}),
    place: lines.place(statement.start),
    comment: statement.comment,
    docstring: null,
    properties: statement.properties,
    expectations: statement.expectations satisfies readonly Expectation[],
    cdcKeys: statement.keys,
    reads: distinct(reads),
    actions: [],
    body:
      options.fingerprints && statement.form !== "other"
        ? fingerprint(settings.before(spelled(statement.unnamed)))
        : null,
    selectStar: stars,
    fingerprint: options.fingerprints ? fingerprint(settings.before(spelled(statement.tokens))) : null,
  };
}

/** The SET, USE and DECLARE statements that stand before another: `${x}`, variables and unqualified names mean what they say. */
interface Settings {
  note(statement: Statement): void;
  /** The text of a statement together with what is set for it; as it is where nothing is. */
  before(text: string): string;
}

function openSettings(): Settings {
  const values = new Map<string, bigint>();
  // A sum, so that a file of settings alone takes no longer than another; each key is in its own summand.
  let sum = 0n;
  return {
    note(statement) {
      const { definedBy } = statement;
      if (!/^(?:SET|USE|DECLARE|RESET)$/.test(definedBy)) return;
      const words = definedBy === "USE" ? 2 : 1;
      const tokens = statement.tokens.map((token, i) =>
        i < words && /^(?:SET|USE|DECLARE|RESET|CATALOG|SCHEMA|DATABASE|NAMESPACE)$/.test(token.upper)
          ? { ...token, value: token.upper }
          : token,
      );
      const text = spelled(tokens);
      const value = BigInt(`0x${fingerprint(text)}`);
      const key = settingKey(definedBy, tokens);
      sum += value - (values.get(key) ?? 0n);
      values.set(key, value);
    },
    before: (text) => (values.size === 0 ? text : `${sum.toString(16)}\n${text}`),
  };
}

/** What a statement sets: a later one with the same key takes its place. */
function settingKey(definedBy: string, tokens: Statement["tokens"]): string {
  if (definedBy === "USE") return tokens[1]?.upper === "CATALOG" ? "USE CATALOG" : "USE";
  const end = tokens.findIndex((token) => token.type === "operator" && token.value === "=");
  return spelled(end < 0 ? tokens : tokens.slice(0, end));
}

function kindOf(statement: Statement, streams: boolean): Kind | null {
  if (statement.form === "select") return streams ? "streaming_table" : "materialized_view";
  return statement.kind;
}

function distinct(reads: readonly Read[]): Read[] {
  const seen = new Map<string, Read>();
  for (const read of reads) seen.set(`${read.place.line}:${read.place.column}`, read);
  return [...seen.values()];
}

/**
 * Adds flows to the datasets that they write into; a flow into another module's dataset stands for itself. What is in `bare` is declared
 * without a query: without a flow it looks like any other, so that nothing tells of a rename. Null when many of one name have many flows
 * each.
 */
function joinFlows(
  datasets: readonly Dataset[],
  flows: readonly { target: string; dataset: Dataset }[],
  bare: ReadonlySet<Dataset>,
): Dataset[] | null {
  const byTarget = new Map<string, Dataset[]>();
  for (const { target, dataset } of flows) addTo(byTarget, lastPart(target), dataset);
  const defined = new Set<string>();
  let pairs = 0;
  const joined = datasets.map((dataset) => {
    const key = dataset.name === null ? null : lastPart(dataset.name);
    if (key !== null) defined.add(key);
    const own = key === null ? [] : (byTarget.get(key) ?? []);
    pairs += own.length;
    if (pairs > maxPairs) return dataset;
    if (own.length === 0) return bare.has(dataset) ? { ...dataset, body: null } : dataset;
    return {
      ...dataset,
      body: joinedFingerprint([dataset, ...own].map((one) => ({ fingerprint: one.body }))),
      cdcKeys: dataset.cdcKeys ?? own.find((flow) => flow.cdcKeys !== null)?.cdcKeys ?? null,
      reads: [...dataset.reads, ...own.flatMap((flow) => flow.reads)],
      selectStar: [...(dataset.selectStar ?? []), ...own.flatMap((flow) => flow.selectStar ?? [])],
      fingerprint: joinedFingerprint([dataset, ...own]),
    };
  });
  if (pairs > maxPairs) return null;
  const loose = flows.filter((flow) => !defined.has(lastPart(flow.target)));
  return [...joined, ...loose.map((flow) => ({ ...flow.dataset, body: null }))];
}

const maxPairs = 200_000;
