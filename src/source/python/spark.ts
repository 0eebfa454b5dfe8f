import type { Place } from "../../diagnostics/diagnostic.js";
import type { Read } from "../model.js";
import { hasHole, isGlobalView, isPath, longestName, shown, splitName, tableName, withoutUnknown } from "../names.js";
import { readQuery } from "../sql/query.js";
import type { Call, Expression } from "./ast.js";
import { joinHidden, opaque, otherFrame, rememberView } from "./calls.js";
import { type Environment, labelOf } from "./evaluate.js";
import { callFunction } from "./execute.js";
import { charge, excerpt, placeIn, record, recordAction } from "./machine.js";
import { hideFunction } from "./pipelines.js";
import {
  type Arg,
  type Args,
  alternatives,
  asText,
  emptyArgs,
  type FrameValue,
  frame,
  joinFrames,
  list,
  type TextValue,
  unknown,
  type Value,
} from "./values.js";

/** The argument of a call by position or name. */
export function argument(args: Args, position: number, ...names: readonly string[]): Arg | undefined {
  for (const name of names) {
    const named = args.named.get(name);
    if (named !== undefined) return named;
  }
  return args.positional[position];
}

/** Calls a method of the session. */
export function callSession(name: string, args: Args, node: Call, env: Environment): Value {
  switch (name) {
    case "table": {
      const target = argument(args, 0, "tableName", "name");
      return target === undefined ? unknown() : readTable(target.value, target.node, false, node, env);
    }
    case "sql": {
      const query = argument(args, 0, "sqlQuery");
      return query === undefined ? unknown() : readSqlText(query, args, env);
    }
    case "createDataFrame":
    case "range":
    case "emptyDataFrame":
      return frame([], false);
    case "newSession":
    case "getActiveSession":
    case "active":
      return { type: "spark" };
    case "conf.get":
    case "conf.getAll":
      return unknown(labelOf(node));
    case "conf.set":
    case "conf.unset":
    case "udf.register":
    case "udf.registerJavaFunction":
    case "catalog.setCurrentCatalog":
    case "catalog.setCurrentDatabase":
    case "catalog.createTable":
    case "catalog.dropTempView":
    case "catalog.dropGlobalTempView":
      recordAction(
        env.machine,
        env.run,
        `spark.${name}()`,
        node.callee.type === "Attribute" ? node.callee.nameStart : node.start,
      );
      return unknown();
    case "catalog.tableExists":
    case "catalog.listTables":
      return unknown();
    default:
      return opaque(args, node, env, `pyspark.${name}`);
  }
}

const tableFormats = new Set(["delta", "iceberg", "hive", "unity_catalog"]);

/** Calls a method of a reader, `spark.read` or `spark.readStream` and what is chained on it. */
export function callReader(
  reader: Value & { type: "reader" },
  name: string,
  args: Args,
  node: Call,
  env: Environment,
): Value {
  switch (name) {
    case "format": {
      const [format] = args.positional;
      return { ...reader, format: format?.value.type === "text" ? format.value.value : "?" };
    }
    case "option":
    case "options":
    case "schema":
      return reader;
    case "table": {
      const target = argument(args, 0, "tableName", "name");
      return target === undefined ? unknown() : readTable(target.value, target.node, reader.streaming, node, env);
    }
    case "load": {
      const target = argument(args, 0, "path");
      const given = args.named.get("format")?.value;
      const format = given?.type === "text" ? given.value : reader.format;
      const isTable = (value: Value) =>
        value.type === "text" && /^[\w`{}]+(?:\.[\w`{}]+){1,2}$/.test(shown(value.value)) && !isFile(value.value);
      if (
        target !== undefined &&
        format !== null &&
        tableFormats.has(format) &&
        alternatives(target.value).some(isTable)
      ) {
        return readTable(target.value, target.node, reader.streaming, node, env);
      }
      break;
    }
  }
  if (reader.streaming) env.machine.collector.streams = true;
  return frame([], reader.streaming);
}

function isFile(name: string): boolean {
  return /\.(?:csv|json|parquet|avro|orc|txt|xml|gz|delta)$/i.test(name);
}

/** Records that a table is read by name, and gives the frame. */
export function readTable(value: Value, at: Expression, streaming: boolean, node: Call, env: Environment): Value {
  if (streaming) env.machine.collector.streams = true;
  const reads: Read[] = [];
  const place = placeIn(env.run, at.start < node.start || at.end > node.end ? node.start : at.start);
  for (const option of alternatives(value)) {
    const name = asText(option);
    if (option.type === "none") continue;
    if (option.type !== "text" || name === null) {
      reads.push({ table: null, place, streaming, resolved: false, text: excerpt(at, env.run) });
      continue;
    }
    if (isPath(name) || isLocalView(name, env.machine.collector.localViews)) continue;
    reads.push(readNamed(name, place, streaming, excerpt(at, env.run)));
  }
  for (const read of reads) record(env.machine, read);
  return frame(reads, streaming);
}

/** Whether a name is that of a temporary view that was made before: quoted or not, `global_temp.v` for a global one. */
function isLocalView(name: string, views: ReadonlySet<string>): boolean {
  if (views.size === 0 || name.length > longestName) return false;
  if (views.has(name.toLowerCase())) return true;
  const parts = splitName(name);
  return (parts.length === 1 || isGlobalView(parts)) && views.has(parts.at(-1)?.toLowerCase() ?? "");
}

/** A read of a name that may have unknown parts; nothing is known of it when its last part is one. */
export function readNamed(name: string, place: Place, streaming: boolean, text: string): Read {
  const parts = splitName(name);
  const last = parts.at(-1) ?? "";
  const hidden = name.length > longestName || isGlobalView(parts);
  const resolved = last !== "" && !hasHole(last) && !hidden;
  const nothing = hidden || withoutUnknown(name).replace(/[.`]/g, "") === "";
  return { table: nothing ? null : shown(tableName(parts)), place, streaming, resolved, text };
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Records what a query reads, and gives its frame. */
function readSqlText(query: Arg, args: Args, env: Environment): FrameValue {
  const { collector } = env.machine;
  const reads: Read[] = [];
  let streaming: boolean | null = false;
  for (const option of alternatives(query.value)) {
    if (option.type !== "text" || withoutUnknown(option.value).trim() === "") {
      const place = placeIn(env.run, query.node.start);
      reads.push({ table: null, place, streaming: false, resolved: false, text: excerpt(query.node, env.run) });
      streaming = null;
      continue;
    }
    charge(option.value.length >> 3);
    const frames = new Set(collector.localViews);
    const parameters = new Map<string, Value>();
    const given = argument(args, 1, "args")?.value;
    if (given?.type === "dict") {
      for (const entry of given.entries.values())
        if (entry.key.type === "text") parameters.set(entry.key.value, entry.value);
    }
    const sql = option.value.replace(/\{(\w+)\}/g, (whole, name: string) => {
      // spark.sql("… {orders}", orders=frame): the frame has its own reads.
      if (!args.named.has(name) || name === "args") return whole;
      frames.add(`_${name}_`);
      return `_${name}_`;
    });
    const reading = readQuery(sql, {
      local: frames,
      parameter: (name) => {
        const value = parameters.get(name);
        return value?.type === "text" ? value.value : null;
      },
    });
    for (const found of reading.reads) {
      const place = placeIn(env.run, sourceOffset(option, found.offset, query.node, env));
      if (found.name === null) {
        reads.push({ table: null, place, streaming: found.streaming, resolved: false, text: found.text });
      } else if (!isPath(found.name))
        reads.push(readNamed(found.name, place, found.streaming, shortened(shown(found.name))));
      if (found.streaming) streaming = true;
    }
    if (reading.tooBig) {
      const place = placeIn(env.run, query.node.start);
      reads.push({ table: null, place, streaming: false, resolved: false, text: excerpt(query.node, env.run) });
    }
    if (reading.streams) streaming = true;
    if (reading.writes !== null) {
      recordAction(env.machine, env.run, `spark.sql("${reading.writes} …")`, query.node.start);
    }
    if (reading.view !== null) collector.localViews.add(reading.view);
    for (const offset of reading.stars) {
      const place = placeIn(env.run, sourceOffset(option, offset, query.node, env));
      collector.selectStar.set(`${place.line}:${place.column}`, place);
    }
  }
  if (streaming) collector.streams = true;
  for (const read of reads) record(env.machine, read);
  return frame(reads, streaming);
}

/** Records what the queries inside of SQL expressions read, such as `where("id IN (SELECT id FROM b)")`. */
export function readExpressions(args: Args, env: Environment): Read[] {
  const texts = [...args.positional, ...args.named.values()].flatMap(({ value, node }) =>
    alternatives(value).flatMap((option) =>
      option.type === "text" && /\(\s*SELECT\b/i.test(option.value) ? [{ value: option, node }] : [],
    ),
  );
  return texts.flatMap((query) => readSqlText(query, emptyArgs, env).reads);
}

/** Where an offset of a query's text stands in the module: inside the literal when the call holds it, else at the argument. */
function sourceOffset(query: TextValue, offset: number, node: Expression, env: Environment): number {
  if (query.map === undefined || query.file !== env.run.path) return node.start;
  let [low, high] = [0, query.map.length / 2 - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((query.map[2 * middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const result = (query.map[2 * low + 1] ?? -1) + offset - (query.map[2 * low] ?? 0);
  return result >= node.start && result < node.end ? result : node.start;
}

const actions = new Set(
  "collect count toPandas show take head first tail foreach foreachPartition toLocalIterator isEmpty saveAsTable insertInto writeTo createTempView createOrReplaceTempView createGlobalTempView createOrReplaceGlobalTempView registerTempTable".split(
    " ",
  ),
);
const deltaChanges = new Set(
  "merge update updateAll delete vacuum optimize restoreToVersion restoreToTimestamp generate".split(" "),
);
const takingSql = new Set(["where", "filter", "selectExpr"]);
const grouping = new Set(["groupBy", "groupby", "rollup", "cube", "groupingSets"]);

/** Calls a method of a frame: an action, or a transformation that gives a frame of the same reads. */
export function callFrame(
  object: FrameValue,
  name: string,
  start: number,
  args: Args,
  node: Call,
  env: Environment,
): Value {
  const isAction = object.delta ? deltaChanges.has(name) : actions.has(name) && !(name === "count" && object.grouped);
  if (isAction) {
    recordAction(env.machine, env.run, `${name}()`, start);
    if (/TempView$|TempTable$/.test(name)) rememberView(args, env);
  }
  if (name === "transform") {
    const [first, ...rest] = args.positional;
    const target = first === undefined ? null : hideFunction(first.value);
    if (first !== undefined && target !== null) {
      const result = callFunction(target, { ...args, positional: [{ value: object, node: first.node }, ...rest] }, env);
      return result.type === "frame" ? result : object;
    }
  }
  const passed = opaque(args, node, env, "pyspark.sql.DataFrame");
  let result: FrameValue = passed.type === "frame" ? joinFrames(object, passed) : object;
  const other = otherFrame(name, args);
  if (other !== undefined && other.type !== "frame") result = joinHidden(result, other, node, env);
  if (takingSql.has(name)) result = { ...result, reads: [...result.reads, ...readExpressions(args, env)] };
  if (isAction) return name === "collect" || name === "take" || name === "head" ? list([], true) : unknown(name);
  if (object.delta && name === "toDF") return { ...result, delta: false };
  if (/^(?:schema|columns|dtypes|explain|printSchema|isStreaming)$/.test(name)) return unknown(name);
  if (grouping.has(name)) result = { ...result, grouped: true };
  else if (object.grouped && name !== "pivot") result = { ...result, grouped: false };
  return result;
}
