import type { Place } from "../../diagnostics/diagnostic.js";
import type { Expectation, Read } from "../model.js";
import { hasHole, shown, splitName, tableName } from "../names.js";
import type { Call, Expression } from "./ast.js";
import { callValue } from "./calls.js";
import { found } from "./classes.js";
import type { Environment } from "./evaluate.js";
import { type Definition, excerpt, type Flow, placeIn } from "./machine.js";
import { argument, readNamed, readTable } from "./spark.js";
import {
  type Arg,
  type Args,
  alternatives,
  asText,
  emptyArgs,
  type FrameValue,
  type FunctionValue,
  unknown,
  type Value,
} from "./values.js";

/** The functions of `dlt` and `pyspark.pipelines` that make a dataset of the function below them. */
const datasetDecorators = new Set([
  "table",
  "create_table",
  "materialized_view",
  "view",
  "create_view",
  "temporary_view",
]);
const flowDecorators = new Set(["append_flow", "update_flow"]);
const expectationDecorators = /^expect(?:_all)?(?:_or_drop|_or_fail)?$/;
const streamingTables = new Set(["create_streaming_table", "create_target_table", "create_streaming_live_table"]);
const changeFlows = new Set(["apply_changes", "create_auto_cdc_flow"]);
const snapshotFlows = new Set(["apply_changes_from_snapshot", "create_auto_cdc_from_snapshot_flow"]);

/** All names that `from dlt import *` brings. */
export const apiNames: readonly string[] = [
  ...datasetDecorators,
  ...flowDecorators,
  ...streamingTables,
  ...changeFlows,
  ...snapshotFlows,
  "create_sink",
  "foreach_batch_sink",
  "on_event_hook",
  "expect",
  "expect_or_drop",
  "expect_or_fail",
  "expect_all",
  "expect_all_or_drop",
  "expect_all_or_fail",
  "read",
  "read_stream",
  "readStream",
];

type Api = Value & { readonly type: "api" };
type Decorator = Value & { readonly type: "decorator" };

/** The function of a value that has one, a dataset's own included. */
export function hideFunction(value: Value): FunctionValue | null {
  return value.type === "function" ? value : value.type === "dataset" ? value.function : null;
}

/** Of a value that something unknown may have replaced, the one that is known. */
function mainly(value: Value): Value {
  const known = alternatives(value).filter((option) => option.type !== "unknown");
  return known.length === 1 ? (known[0] ?? value) : value;
}

/** Calls a function of `dlt` or `pyspark.pipelines`. */
export function callApi(callee: Api, args: Args, node: Call, env: Environment): Value {
  const { name } = callee;
  if (name === "read" || name === "read_stream" || name === "readStream") {
    const target = argument(args, 0, "name", "tableName");
    return target === undefined ? unknown() : readTable(target.value, target.node, name !== "read", node, env);
  }
  if (
    datasetDecorators.has(name) ||
    flowDecorators.has(name) ||
    expectationDecorators.test(name) ||
    name === "foreach_batch_sink"
  ) {
    const decorator: Decorator = { type: "decorator", module: callee.module, name, args, at: node };
    const target = argument(args, 0, "query_function");
    const called = target === undefined ? null : hideFunction(target.value);
    return called !== null && datasetDecorators.has(name) ? applyDecorator(decorator, called, node, env) : decorator;
  }
  if (streamingTables.has(name) || name === "create_sink") {
    const expectations = (["expect_all", "expect_all_or_drop", "expect_all_or_fail"] as const).flatMap((kind) =>
      allExpectations(args.named.get(kind)?.value, actionOf(kind)),
    );
    declare(callee, args, null, expectations, placeOf(node.start, env), argument(args, 0, "name"), env);
  } else if (changeFlows.has(name) || snapshotFlows.has(name)) changeFlow(callee, args, node, env);
  return unknown(name);
}

/** Applies the decorators of a function, from the lowest up. */
export function applyDecorators(
  plain: FunctionValue,
  decorators: readonly { readonly value: Value; readonly node: Expression }[],
  env: Environment,
): Value {
  let value: Value = plain;
  for (let i = decorators.length - 1; i >= 0; i--) {
    const decorator = decorators[i];
    if (decorator === undefined) continue;
    value = decorate(decorator.value, value, decorator.node, env);
  }
  return value;
}

function decorate(decorator: Value, target: Value, node: Expression, env: Environment): Value {
  switch (decorator.type) {
    case "api":
      return applyDecorator(
        { type: "decorator", module: decorator.module, name: decorator.name, args: emptyArgs, at: node },
        target,
        node,
        env,
      );
    case "decorator":
      return applyDecorator(decorator, target, node, env);
    case "choice":
      return decorate(
        decorator.options.find((option) => option.type === "api" || option.type === "decorator") ?? unknown(),
        target,
        node,
        env,
      );
    case "class":
    case "instance":
    case "function":
    case "partial": {
      if (decorator.type === "instance" && found(decorator.class, "__call__") === null) return target;
      const call: Call = { type: "Call", callee: node, args: [], start: node.start, end: node.end };
      const args: Args = { positional: [{ value: target, node }], named: new Map(), open: false };
      const result = callValue(decorator, args, call, env);
      if (result.type === "instance") {
        // `@Timed`: what is called from then on is the object's `__call__`, by the function's name.
        const called = found(result.class, "__call__");
        const named = hideFunction(target);
        if (called?.type !== "function" || named === null) return target;
        return { ...called, self: result, name: named.name, expectations: named.expectations };
      }
      return hideFunction(result) === null ? target : result;
    }
    default:
      return target;
  }
}

/** Applies what `dlt.table(…)` and its like gave to a function. */
export function applyDecorator(decorator: Decorator, target: Value, node: Expression, env: Environment): Value {
  const { name, args } = decorator;
  const called = hideFunction(target);
  if (called === null) return target;
  if (expectationDecorators.test(name)) {
    const found = expectationsOf(name, args);
    if (target.type === "dataset") {
      target.definition.expectations.push(...found);
      return target;
    }
    return { ...called, expectations: [...called.expectations, ...found] };
  }
  const { main } = env.machine;
  const isCall =
    node.type === "Call" && node.args.some((arg) => arg.value.end > arg.value.start) && decorator.at !== node;
  const place =
    called.run === main && called.node.type === "Function" && !isCall
      ? placeIn(main, called.node.nameStart)
      : placeOf(node.start, env);
  if (flowDecorators.has(name)) {
    const target = argument(args, 0, "target");
    addFlow(decorator, target, place, snapshot(called), [], null, env);
    return called;
  }
  if (datasetDecorators.has(name) || name === "foreach_batch_sink") {
    const definition = declare(
      decorator,
      args,
      snapshot(called),
      [...called.expectations],
      place,
      args.named.get("name"),
      env,
    );
    return { type: "dataset", definition, function: called };
  }
  return target;
}

/**
 * A function that is defined in a loop sees the names as they are now: what the author means, and what Spark does outside Databricks,
 * which follows the function at once. Databricks follows it later, when the loop is over.
 */
function snapshot(value: FunctionValue): FunctionValue {
  if (value.scope.loops === 0) return value;
  return {
    ...value,
    scope: { ...value.scope, vars: new Map(value.scope.vars), parent: value.scope, kind: "function" },
  };
}

function placeOf(offset: number, env: Environment): Place {
  const { main } = env.machine;
  return env.run === main ? placeIn(main, offset) : placeIn(main, main.current?.start ?? 0);
}

function declare(
  callee: { readonly module: string; readonly name: string },
  args: Args,
  called: FunctionValue | null,
  expectations: Expectation[],
  place: Place,
  name: Arg | undefined,
  env: Environment,
): Definition {
  const { main, turns } = env.machine;
  const comment = args.named.get("comment")?.value;
  const properties = args.named.get("table_properties")?.value;
  const definition: Definition = {
    name: name === undefined || name.value.type === "none" ? functionName(called) : knownName(name.value),
    api: callee.name,
    definedBy: `${callee.module}.${callee.name}`,
    place,
    comment: comment?.type === "text" ? shown(comment.value) : null,
    properties: textEntries(properties),
    expectations,
    function: called,
    statement: main.current,
    loops: [...turns],
  };
  main.definitions.push(definition);
  return definition;
}

function functionName(called: FunctionValue | null): string | null {
  return called === null || called.name === "<lambda>" ? null : called.name;
}

/** A name as the text gives it; null when its last part is not known. */
export function knownName(value: Value): string | null {
  const [only, ...others] = alternatives(value);
  if (only?.type !== "text" || others.length > 0) return null;
  const parts = splitName(only.value);
  return hasHole(parts.at(-1) ?? "") || parts.at(-1) === "" ? null : shown(tableName(parts));
}

function textEntries(value: Value | undefined): Record<string, string> {
  const entries: Record<string, string> = {};
  if (value?.type !== "dict") return entries;
  for (const { key, value: held } of value.entries.values()) {
    const [name, shownValue] = [asText(key), asText(mainly(held))];
    if (name !== null && shownValue !== null)
      Object.defineProperty(entries, shown(name), { value: shown(shownValue), enumerable: true });
  }
  return entries;
}

function actionOf(api: string): Expectation["action"] {
  return api.endsWith("_or_drop") ? "drop" : api.endsWith("_or_fail") ? "fail" : "keep";
}

function expectationsOf(api: string, args: Args): Expectation[] {
  if (api.startsWith("expect_all")) return allExpectations(argument(args, 0, "expectations")?.value, actionOf(api));
  const [name, condition] = [
    argument(args, 0, "name", "description")?.value,
    argument(args, 1, "inv", "condition")?.value,
  ];
  return [{ name: textOrNull(name), condition: textOrNull(condition), action: actionOf(api) }];
}

function allExpectations(value: Value | undefined, action: Expectation["action"]): Expectation[] {
  if (value === undefined || value.type === "none") return [];
  if (value.type !== "dict") return [{ name: null, condition: null, action }];
  return [...value.entries.values()].map((entry) => ({
    name: textOrNull(entry.key),
    condition: textOrNull(entry.value),
    action,
  }));
}

function textOrNull(value: Value | undefined): string | null {
  const known = value === undefined ? undefined : mainly(value);
  return known?.type === "text" ? shown(known.value) : null;
}

function changeFlow(callee: Api, args: Args, node: Call, env: Environment): void {
  const streaming = changeFlows.has(callee.name);
  const source = argument(args, 1, "source", "snapshot_and_version");
  const reads: Read[] = [];
  let called: FunctionValue | null = null;
  if (source !== undefined) {
    const place = placeIn(
      env.run,
      source.node.start < node.start || source.node.end > node.end ? node.start : source.node.start,
    );
    for (const option of alternatives(source.value)) {
      const name = asText(option);
      called = hideFunction(option) ?? called;
      const made = framesOf(option);
      if (made.length > 0) reads.push(...made.flatMap((frame) => frame.reads));
      else if (option.type === "text" && name !== null)
        reads.push(readNamed(name, place, streaming, excerpt(source.node, env.run)));
      else if (hideFunction(option) === null) {
        reads.push({ table: null, place, streaming, resolved: false, text: excerpt(source.node, env.run) });
      }
    }
  }
  const place = placeOf(node.start, env);
  addFlow(callee, argument(args, 0, "target"), place, called, reads, keysOf(argument(args, 2, "keys")), env);
}

/** The frames of a source that is one, or of a snapshot that is given with its version, as a tuple. */
function framesOf(source: Value): readonly FrameValue[] {
  const values = source.type === "list" ? source.items : [source];
  return values.flatMap((value) => (value.type === "frame" ? [value] : []));
}

function addFlow(
  callee: { readonly module: string; readonly name: string },
  target: Arg | undefined,
  place: Place,
  called: FunctionValue | null,
  reads: readonly Read[],
  cdcKeys: readonly string[] | null,
  env: Environment,
): void {
  const { main, turns } = env.machine;
  const name = target === undefined ? null : knownName(target.value);
  const definedBy = `${callee.module}.${callee.name}`;
  const flow: Flow = {
    target: name,
    definedBy,
    place,
    function: called,
    reads,
    cdcKeys,
    statement: main.current,
    loops: [...turns],
  };
  main.flows.push(flow);
}

/** The keys of a flow: texts, or columns such as `col("id")`. */
function keysOf(keys: Arg | undefined): readonly string[] | null {
  if (keys === undefined || keys.value.type !== "list") return null;
  const nodes = keys.node.type === "List" || keys.node.type === "Tuple" ? keys.node.items : [];
  return keys.value.items.map((value, i) => {
    if (value.type === "text") return shown(value.value);
    const node = nodes[i];
    const inner = node?.type === "Call" ? node.args[0]?.value : undefined;
    return inner?.type === "Text" ? inner.value : "…";
  });
}
