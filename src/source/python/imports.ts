import type { Import, ImportFrom } from "./ast.js";
import { external } from "./attributes.js";
import type { Environment } from "./evaluate.js";
import { charge, nameOf } from "./machine.js";
import { iterate } from "./operations.js";
import { apiNames } from "./pipelines.js";
import { either, unknown, type Value } from "./values.js";

/** Packages whose names never mean a file of the team's own: Spark's, and the engine that `ldp init` wrote. */
const reserved = /^(?:dlt|pyspark|delta|databricks|pipelines\.ldp)(?:\.|$)/;

/** `import a.b as c, d` */
export function importModule(statement: Import, env: Environment): void {
  for (const { module, as } of statement.names) {
    const value = find(0, module, env);
    if (as !== null) env.scope.vars.set(as, value ?? external(module));
    else {
      const top = module.split(".", 1)[0] ?? module;
      env.scope.vars.set(top, (value === null ? null : find(0, top, env)) ?? external(top));
    }
  }
}

/** `from a.b import c as d, e` and `from . import *` */
export function importFrom(statement: ImportFrom, env: Environment): void {
  const { level, module } = statement;
  const source = find(level, module, env);
  for (const { name, as } of statement.names) {
    if (name === "*") {
      importAll(source, level, module, env);
      continue;
    }
    env.scope.vars.set(as ?? name, member(source, level, module, name, env));
  }
}

function member(source: Value | null, level: number, module: string, name: string, env: Environment): Value {
  if (source === null) return level > 0 ? unknown(name) : external(`${module}.${name}`);
  if (source.type === "package") return inside(source.folder, name, env) ?? unknown(name);
  if (source.type !== "module") return unknown(name);
  const value = nameOf(source.run, name, env.machine);
  if (value !== undefined) return value;
  const folder = source.run.path.match(/^(.*?)\/?__init__\.py$/)?.[1];
  return (folder === undefined ? null : inside(folder, name, env)) ?? unknown(name);
}

function importAll(source: Value | null, level: number, module: string, env: Environment): void {
  if (source?.type === "module") {
    const { vars } = source.run.scope;
    const all = vars.get("__all__");
    charge(vars.size);
    if (all === undefined) {
      for (const name of vars.keys())
        if (!name.startsWith("_")) env.scope.vars.set(name, nameOf(source.run, name, env.machine) ?? unknown(name));
      return;
    }
    const listed = iterate(all);
    for (const name of listed.items)
      if (name.type === "text") env.scope.vars.set(name.value, member(source, level, module, name.value, env));
    // Which others it brings can't be told: each may be its, or stay what it was.
    if (listed.open || listed.items.some((name) => name.type !== "text"))
      for (const [name, value] of vars) {
        const before = env.scope.vars.get(name);
        env.scope.vars.set(name, before === undefined ? value : either(before, value));
      }
    return;
  }
  const api = external(module);
  if (api.type === "api") for (const name of apiNames) env.scope.vars.set(name, { ...api, name });
}

/** A module by its dotted name, as `importlib.import_module` gives it. */
export function moduleNamed(dotted: string, env: Environment): Value {
  return find(0, dotted, env) ?? external(dotted);
}

function find(level: number, module: string, env: Environment): Value | null {
  if (level === 0 && reserved.test(module)) return null;
  return adopt(env.machine.importer.find(env.run, level, module), env);
}

/** A module or package below a package. */
export function inside(folder: string, name: string, env: Environment): Value | null {
  return adopt(env.machine.importer.inside(folder, name, env.run), env);
}

/** What an imported module has set in others holds for who imports it too. */
function adopt(value: Value | null, env: Environment): Value | null {
  if (value?.type !== "module" || value.run === env.run || env.machine.adopted.has(value.run)) return value;
  env.machine.adopted.add(value.run);
  for (const [scope, names] of value.run.machine?.patched ?? []) {
    const mine = env.machine.patched.get(scope) ?? new Map<string, Value>();
    charge(names.size);
    for (const [name, one] of names) mine.set(name, one);
    env.machine.patched.set(scope, mine);
  }
  return value;
}
