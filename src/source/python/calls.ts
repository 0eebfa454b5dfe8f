import { posix } from "node:path";
import { hasHole, hole } from "../names.js";
import type { Call } from "./ast.js";
import { external, isSparkName } from "./attributes.js";
import { callBuiltin, callMethod } from "./builtins.js";
import { duplicate } from "./changes.js";
import { found, initialise, instantiate, madeClass } from "./classes.js";
import { type Environment, labelOf } from "./evaluate.js";
import { callFunction } from "./execute.js";
import { moduleNamed } from "./imports.js";
import { born, readOutOfSight, record, recordAction } from "./machine.js";
import { appended, iterate } from "./operations.js";
import { applyDecorator, callApi, hideFunction } from "./pipelines.js";
import { argument, callFrame, callReader, callSession, readExpressions, readTable } from "./spark.js";
import {
  type Arg,
  type Args,
  alternatives,
  asText,
  either,
  emptyArgs,
  type FrameValue,
  frame,
  iterator,
  joinFrames,
  type ListValue,
  list,
  none,
  readsOfFrame,
  text,
  unknown,
  type Value,
} from "./values.js";
import { fork, perhaps } from "./ways.js";

/** What a call gives. Functions whose text is at hand are followed; what they read is recorded. */
export function callValue(callee: Value, args: Args, node: Call, env: Environment): Value {
  switch (callee.type) {
    case "choice":
      return fork(
        env.machine,
        env.scope,
        callee.options.map((option) => () => callValue(option, args, node, env)),
      ).reduce(either);
    case "function":
      return told(callFunction(callee, args, env), node, env);
    case "dataset":
      return told(callFunction(callee.function, args, env), node, env);
    case "class":
      return instantiate(callee, args, env);
    case "api":
      return callApi(callee, args, node, env);
    case "decorator": {
      const [target] = args.positional;
      return target === undefined ? unknown() : applyDecorator(callee, target.value, node, env);
    }
    case "partial": {
      const named = new Map([...callee.args.named, ...args.named]);
      const positional = [...callee.args.positional, ...args.positional];
      return callValue(callee.target, { positional, named, open: callee.args.open || args.open }, node, env);
    }
    case "builtin":
      return callBuiltin(callee.name, args, node, env);
    case "writer":
      return callee;
    case "method":
      if (callee.object.type === "spark") return callSession(callee.name, args, node, env);
      if (callee.object.type === "reader") return callReader(callee.object, callee.name, args, node, env);
      if (callee.object.type === "frame") return callFrame(callee.object, callee.name, callee.start, args, node, env);
      if (callee.object.type === "instance") return initialise(callee.object, args, env);
      return callMethod(callee.object, callee.name, args, node, env);
    case "external":
      return callExternal(callee.path, args, node, env);
    case "instance": {
      const call = found(callee.class, "__call__");
      return call?.type === "function"
        ? callFunction({ ...call, self: callee }, args, env)
        : opaque(args, node, env, "");
    }
    case "unknown":
      return callUnknown(callee, args, node, env);
    default:
      return opaque(args, node, env, "");
  }
}

/** What a function of the project gives: where that can't be told, it may be a frame whose reads can't be told either. */
function told(result: Value, node: Call, env: Environment): Value {
  return result.type === "unknown" && result.hidden === undefined
    ? { ...result, hidden: [{ node, run: env.run }] }
    : result;
}

function callExternal(path: string, args: Args, node: Call, env: Environment): Value {
  if (path === "pyspark.sql.functions.expr") readExpressions(args, env);
  if (path.startsWith("pyspark.sql.functions.") || path.startsWith("pyspark.sql.types."))
    return opaque(args, node, env, path);
  const name = path.slice(path.lastIndexOf(".") + 1);
  const [first, second] = args.positional;
  if (/(?:^|\.)(?:Spark|Databricks|Remote)Session\b/.test(path)) {
    return /^(?:getOrCreate|active|getActiveSession|newSession|create)$/.test(name)
      ? { type: "spark" }
      : external(path);
  }
  if (/(?:^|\.)DeltaTable(?:\.|$)/.test(path)) {
    if (name !== "forName") return { ...frame([], false), delta: true };
    const target = args.named.get("tableOrViewName") ?? second ?? first;
    if (target === undefined) return unknown();
    const result = readTable(target.value, target.node, false, node, env);
    return result.type === "frame" ? { ...result, delta: true } : result;
  }
  if (/^pyspark\.pandas\.read_(?:table|delta)$/.test(path) && first !== undefined) {
    return readTable(first.value, first.node, false, node, env);
  }
  switch (path) {
    // The engine's readers of a table's `source` in config.yml.
    case "pipelines.ldp.sources.stream_source":
      env.machine.collector.streams = true;
      return frame([], true);
    case "pipelines.ldp.sources.read_source":
      return frame([], false);
    case "functools.partial":
      if (first === undefined) return unknown();
      return { type: "partial", target: first.value, args: { ...args, positional: args.positional.slice(1) } };
    case "functools.reduce":
      return callBuiltin("reduce", args, node, env);
    case "functools.wraps":
      return { type: "partial", target: { type: "builtin", name: "wraps" }, args };
    case "copy.copy":
    case "copy.deepcopy":
      return first === undefined ? unknown() : duplicate(first.value, name === "deepcopy");
    case "dataclasses.field": {
      const factory = args.named.get("default_factory")?.value;
      return (
        args.named.get("default")?.value ??
        (factory === undefined ? unknown() : callValue(factory, emptyArgs, node, env))
      );
    }
    case "itertools.chain":
      return iterator(
        chained(
          args.positional.map((arg) => arg.value),
          args.open,
        ),
      );
    case "itertools.chain.from_iterable": {
      const sources = iterate(first?.value ?? unknown());
      return iterator(chained(sources.items, sources.open || sources.sure !== undefined));
    }
    case "itertools.product":
      return callBuiltin("product", args, node, env);
    case "os.path.join":
    case "posixpath.join":
      return text(args.positional.map((arg) => asText(arg.value) ?? hole(labelOf(arg.node))).join("/"));
    case "os.path.abspath":
    case "os.path.normpath":
    case "os.path.realpath":
      return first?.value ?? unknown();
    case "os.getcwd":
      return text(".");
    case "os.path.dirname":
      // A module's own folder is where its relative paths begin here.
      return first?.value.type === "unknown" && first.value.label === "__file__" ? text(".") : unknown("dirname");
    case "sys.path.append":
    case "sys.path.insert":
    case "sys.path.extend":
      for (const { value } of args.positional) extendPath(value, env);
      return none;
    case "os.getenv":
    case "os.environ.get":
      return unknown(labelOf(node));
    case "collections.OrderedDict":
      return callBuiltin("dict", args, node, env);
    case "collections.namedtuple":
      return namedTuple(args, node, env) ?? opaque(args, node, env, path);
    case "types.SimpleNamespace": {
      const attributes = new Map([...args.named].map(([key, { value }]) => [key, value]));
      const type = madeClass("SimpleNamespace", [], node, env);
      return {
        type: "instance",
        class: type,
        attributes,
        born: born(),
        vague: args.open || args.positional.length > 0,
      };
    }
    case "importlib.import_module": {
      const text = first?.value;
      if (text?.type !== "text" || hasHole(text.value) || !/^\w+(?:\.\w+)*$/.test(text.value) || args.open) break;
      return moduleNamed(text.value, env);
    }
  }
  return opaque(args, node, env, path);
}

/** `namedtuple("Source", "table keys")`; null when its fields can't be told. */
function namedTuple(args: Args, node: Call, env: Environment): Value | null {
  const [name, fields] = [argument(args, 0, "typename")?.value, argument(args, 1, "field_names")?.value];
  if (name?.type !== "text" || fields === undefined || args.open || args.named.has("defaults")) return null;
  const names =
    fields.type === "text" && !hasHole(fields.value)
      ? fields.value.split(/[\s,]+/).filter((one) => one !== "")
      : fields.type === "list" && !fields.open
        ? fields.items.map((one) => (one.type === "text" && !hasHole(one.value) ? one.value : null))
        : [null];
  const known = names.filter((one) => one !== null);
  return known.length === names.length ? madeClass(name.value, known, node, env) : null;
}

function chained(values: readonly Value[], open: boolean): ListValue {
  const known = values.map(iterate).reduce(appended, list([]));
  return open ? appended(known, list([], true)) : known;
}

/** Puts a folder of the project on the path of a module, given as it is seen from the module's own folder. */
function extendPath(value: Value, env: Environment): void {
  for (const option of value.type === "list" ? value.items : alternatives(value)) {
    if (option.type !== "text" || hasHole(option.value) || option.value.startsWith("/")) continue;
    const folder = posix.normalize(posix.join(posix.dirname(env.run.path), option.value)).replace(/\/$/, "");
    if (folder !== ".." && !folder.startsWith("../")) env.run.roots.push(folder === "." ? "" : folder);
  }
}

/** Calling something on what is not known: sessions and frames are told by the names of their methods. */
function callUnknown(callee: Value & { type: "unknown" }, args: Args, node: Call, env: Environment): Value {
  if (/^(?:get_?|create_?|get_or_create_?|init_?|build_?)(?:local_?)?spark(?:_?session)?$/i.test(callee.label))
    return { type: "spark" };
  const { of } = callee;
  if (of !== undefined && !callee.foreign) {
    const isAction =
      /^(?:collect|toPandas|toLocalIterator|saveAsTable|insertInto|foreachPartition|createOrReplaceTempView|createOrReplaceGlobalTempView|createTempView)$/.test(
        of.name,
      ) && of.object.type === "unknown";
    if (isAction) {
      recordAction(env.machine, env.run, `${of.name}()`, of.start);
      if (/TempView$/.test(of.name)) rememberView(args, env);
    }
    if (
      /^(?:fs\.)?(?:rm|mv|cp|put|mkdirs)$/.test(of.name) &&
      of.object.type === "unknown" &&
      of.object.of?.object.type === "unknown"
    ) {
      if (of.object.label === "fs" && of.object.of.object.label === "dbutils") {
        recordAction(env.machine, env.run, `dbutils.fs.${of.name}()`, of.start);
      }
    }
  }
  const result = opaque(args, node, env, callee.foreign ? "foreign" : "");
  const before = of?.object.type === "unknown" ? (of.object.hidden ?? []) : [];
  if (result.type === "frame") {
    // `load("a").join(frame)`: the frame that nobody knows is part of what comes out.
    return of === undefined || before.length === 0 ? result : joinHidden(result, of.object, node, env);
  }
  if (result.type !== "unknown") return result;
  // What a method of an unknown frame gives is a frame that is just as unknown.
  const other = of === undefined ? undefined : otherFrame(of.name, args);
  const joined = other?.type === "unknown" ? (other.hidden ?? []) : [];
  const hidden = before.length + joined.length > 0 ? [...new Set([...before, ...joined])] : result.hidden;
  return { ...result, foreign: callee.foreign, ...(hidden === undefined ? {} : { hidden }) };
}

/** The frame that a method of a frame takes as its argument, such as a join's. */
export function otherFrame(method: string, args: Args): Value | undefined {
  return /^(?:join|crossJoin|lateralJoin|union|unionAll|unionByName|intersect|intersectAll|subtract|exceptAll)$/.test(
    method,
  )
    ? argument(args, 0, "other")?.value
    : undefined;
}

/** A frame together with what turned out to be one, but came out of a call of what can't be seen. */
export function joinHidden(known: FrameValue, other: Value, node: Call, env: Environment): FrameValue {
  // A frame of which nothing is known at all, such as one out of a list: only a parameter is the caller's.
  const reads = isLost(other) ? [readOutOfSight(node, env.run)] : readsOfFrame(other);
  for (const read of reads) record(env.machine, read);
  return joinFrames(known, frame(reads, null));
}

function isLost(value: Value): boolean {
  if (value.type === "choice")
    return !value.options.some((option) => option.type === "frame") && value.options.some(isLost);
  return value.type === "unknown" && value.hidden === undefined && !value.parameter;
}

export function rememberView(args: Args, env: Environment): void {
  const name = args.positional[0]?.value ?? args.named.get("name")?.value;
  if (name === undefined) return;
  for (const option of alternatives(name)) {
    if (option.type === "text") env.machine.collector.localViews.add(option.value.toLowerCase());
  }
}

/**
 * A call of what can't be seen. Functions that are handed over are taken to be called; frames that go in come out; and when the
 * session goes in, something may be read there: that is a read that can't be resolved.
 */
export function opaque(args: Args, node: Call, env: Environment, path: string): Value {
  let result: FrameValue | null = null;
  let session = false;
  const pass = ({ value }: Arg) => {
    const target = hideFunction(value);
    if (target !== null) {
      const inner = perhaps(env.machine, env.scope, () => callFunction(target, emptyArgs, env));
      if (inner.type === "frame" && inner.reads.length > 0)
        result = result === null ? inner : joinFrames(result, inner);
    } else if (value.type === "frame") result = result === null ? value : joinFrames(result, value);
    else if (value.type === "spark") session = true;
  };
  for (const arg of args.positional) pass(arg);
  for (const arg of args.named.values()) pass(arg);
  if (session && readsOutOfSight(path, node)) {
    const read = readOutOfSight(node, env.run);
    record(env.machine, read);
    return frame([read], null);
  }
  if (result !== null) return result;
  if (/^(?:pyspark|delta|builtins)\b/.test(path)) return unknown(labelOf(node), !path.startsWith("pyspark"));
  const hidden = [{ node, run: env.run }];
  return { type: "unknown", label: labelOf(node), foreign: path !== "" && !isSparkName(path), hidden };
}

/** Whether a call that is given the session may read tables: Spark's own functions, loggers and the like don't. */
function readsOutOfSight(path: string, node: Call): boolean {
  if (/^(?:pyspark|delta|databricks|mlflow|foreign|logging|unittest|pytest)\b/.test(path)) return false;
  const isFunction = path !== "" || node.callee.type === "Name";
  return isFunction && !/(?:utils|isinstance|logger)$/i.test(labelOf(node.callee));
}
