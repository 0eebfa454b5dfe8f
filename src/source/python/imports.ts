import type { Import, ImportFrom } from "./ast.js";
import { external } from "./attributes.js";
import type { Environment } from "./evaluate.js";
import { apiNames } from "./pipelines.js";
import { unknown, type Value } from "./values.js";
import { setName } from "./ways.js";

/** Packages whose names never mean a file of the team's own: Spark's, and the engine that `ldp init` wrote. */
const reserved = /^(?:dlt|pyspark|delta|databricks|pipelines\.ldp)(?:\.|$)/;

/** `import a.b as c, d` */
export function importModule(statement: Import, env: Environment): void {
  for (const { module, as } of statement.names) {
    const value = find(0, module, env);
    if (as !== null) setName(env.scope, as, value ?? external(module));
    else {
      const top = module.split(".", 1)[0] ?? module;
      setName(env.scope, top, (value === null ? null : find(0, top, env)) ?? external(top));
    }
  }
}

/** `from a.b import c as d, e` and `from . import *` */
export function importFrom(statement: ImportFrom, env: Environment): void {
  const { level, module } = statement;
  const source = find(level, module, env);
  for (const { name, as } of statement.names) {
    if (name === "*") {
      importAll(source, module, env);
      continue;
    }
    setName(env.scope, as ?? name, member(source, level, module, name, env));
  }
}

function member(source: Value | null, level: number, module: string, name: string, env: Environment): Value {
  if (source === null) return level > 0 ? unknown(name) : external(`${module}.${name}`);
  if (source.type === "package") return env.machine.importer.inside(source.folder, name, env.run) ?? unknown(name);
  if (source.type !== "module") return unknown(name);
  const value = source.run.scope.vars.get(name);
  if (value !== undefined) return value;
  const folder = source.run.path.match(/^(.*?)\/?__init__\.py$/)?.[1];
  return (folder === undefined ? null : env.machine.importer.inside(folder, name, env.run)) ?? unknown(name);
}

function importAll(source: Value | null, module: string, env: Environment): void {
  if (source?.type === "module") {
    for (const [name, value] of source.run.scope.vars) if (!name.startsWith("_")) setName(env.scope, name, value);
    return;
  }
  const api = external(module);
  if (api.type === "api") for (const name of apiNames) setName(env.scope, name, { ...api, name });
}

function find(level: number, module: string, env: Environment): Value | null {
  if (level === 0 && reserved.test(module)) return null;
  return env.machine.importer.find(env.run, level, module);
}
