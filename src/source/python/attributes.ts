import type { Attribute } from "./ast.js";
import { found, makeVague, member } from "./classes.js";
import type { Environment } from "./evaluate.js";
import { inside } from "./imports.js";
import { nameOf, recordAction } from "./machine.js";
import { hideFunction } from "./pipelines.js";
import { either, text, unknown, type Value } from "./values.js";

/** What `object.name` stands for. */
export function attribute(object: Value, node: Attribute, env: Environment): Value {
  const name = node.name;
  switch (object.type) {
    case "choice":
      return object.options.map((option) => attribute(option, node, env)).reduce(either);
    case "module": {
      const value = nameOf(object.run, name, env.machine);
      if (value !== undefined) return value;
      const folder = object.run.path.match(/^(.*)\/__init__\.py$/)?.[1];
      return (folder === undefined ? null : inside(folder, name, env)) ?? unknown(name);
    }
    case "package":
      return inside(object.folder, name, env) ?? unknown(name);
    case "external":
      return external(`${object.path}.${name}`);
    case "api":
      return object.name === "" ? { ...object, name } : unknown(name);
    case "instance":
      return member(object, name, env) ?? (isSparkName(name) ? { type: "spark" } : unknown(name));
    case "class":
      if (name === "__name__") return text(object.node.name);
      if (name === "__dict__") makeVague(object);
      return found(object, name) ?? (isSparkName(name) ? { type: "spark" } : unknown(name));
    case "function":
    case "dataset": {
      const target = hideFunction(object);
      if (name === "__name__" && target !== null) return text(target.name);
      if (name === "__wrapped__" && target !== null) return target;
      return unknown(name);
    }
    case "spark":
      if (name === "read" || name === "readStream")
        return { type: "reader", streaming: name === "readStream", format: null };
      return { type: "method", object, name, start: node.nameStart };
    case "method":
      if (object.object.type === "spark") return { ...object, name: `${object.name}.${name}`, start: node.nameStart };
      return unknown(name);
    case "frame":
      if (name === "write" || name === "writeStream") {
        recordAction(env.machine, env.run, `.${name}`, node.nameStart);
        return { type: "writer" };
      }
      if (/^(?:rdd|na|stat|sparkSession)$/.test(name)) return name === "sparkSession" ? { type: "spark" } : object;
      return { type: "method", object, name, start: node.nameStart };
    case "writer":
      return object;
    case "names":
      return { type: "method", object, name, start: node.nameStart };
    case "number":
      // A member of an enumeration of numbers.
      return name === "value" ? object : unknown(name);
    case "text":
      // A member of an enumeration is its value here.
      if (name === "value") return object;
      return { type: "method", object, name, start: node.nameStart };
    case "builtin":
      // `dict.fromkeys`, `str.lower`
      return /^(?:str|list|dict|set|object)$/.test(object.name)
        ? { type: "builtin", name: `${object.name}.${name}` }
        : unknown(name);
    case "list":
    case "dict":
    case "reader":
      return { type: "method", object, name, start: node.nameStart };
    case "unknown":
      return ofUnknown(object, node, env);
    default:
      return unknown(name);
  }
}

/** Something of a module from outside the project: what is known of Spark's own is recognised. */
export function external(path: string): Value {
  const known = externals.get(path);
  if (known !== undefined) return known;
  const value = recognise(path);
  if (externals.size < 10_000) externals.set(path, value);
  return value;
}

/** What paths stand for: a few hundred functions of Spark make up most of them. */
const externals = new Map<string, Value>();

function recognise(path: string): Value {
  const last = path.slice(path.lastIndexOf(".") + 1);
  const api = /^(dlt|pyspark\.pipelines|databricks\.(?:pipelines|dlt))(?:\.(\w+))?$/.exec(path);
  if (api !== null) return { type: "api", module: path.includes("dlt") ? "dlt" : "dp", name: api[2] ?? "" };
  if (isSparkName(last)) return { type: "spark" };
  return { type: "external", path };
}

/** Names that a session of Spark goes by. */
export function isSparkName(name: string): boolean {
  return /^_*(?:spark|sparksession|spark_session|sqlcontext)$/i.test(name) && name !== "SparkSession";
}

function ofUnknown(object: Value & { type: "unknown" }, node: Attribute, env: Environment): Value {
  const { name } = node;
  if (isSparkName(name)) return { type: "spark" };
  if (name === "readStream" && !object.foreign) return { type: "reader", streaming: true, format: null };
  if (object.of?.name === "read" && !object.foreign && /^(?:table|format|options?|load|schema)$/.test(name)) {
    // `x.read.table`: a file's `read` is called, only a session's is read from.
    return { type: "method", object: { type: "reader", streaming: false, format: null }, name, start: node.nameStart };
  }
  if (
    (object.of?.name === "write" || object.of?.name === "writeStream") &&
    !object.foreign &&
    /^(?:mode|format|options?|save|saveAsTable|insertInto|partitionBy|parquet|csv|json|jdbc|outputMode|trigger|foreachBatch|start|toTable)$/.test(
      name,
    )
  ) {
    recordAction(env.machine, env.run, `.${object.of.name}`, object.of.start);
    return { type: "writer" };
  }
  return {
    type: "unknown",
    label: name,
    foreign: object.foreign,
    of: { object, name, start: node.nameStart },
    ...(object.hidden === undefined ? {} : { hidden: object.hidden }),
    ...(object.parameter ? { parameter: true } : {}),
  };
}

/** Only for values that are asked for by name, such as `getattr(config, "TABLE")`. */
export function attributeByName(object: Value, name: string, env: Environment): Value {
  const at = { start: 0, end: 0 };
  return attribute(
    object,
    { type: "Attribute", object: { type: "Name", id: "", ...at }, name, nameStart: 0, ...at },
    env,
  );
}
