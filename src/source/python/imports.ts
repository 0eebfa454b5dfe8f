import type { Import, ImportFrom } from "./ast.js";
import { external } from "./attributes.js";
import type { Environment } from "./evaluate.js";
import { charge, type ModuleRun, nameOf } from "./machine.js";
import { iterate } from "./operations.js";
import { apiNames } from "./pipelines.js";
import { either, unknown, type Value } from "./values.js";
import { lastName, visit } from "./walk.js";
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
      importAll(source, level, module, env);
      continue;
    }
    setName(env.scope, as ?? name, member(source, level, module, name, env));
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
        if (!name.startsWith("_")) setName(env.scope, name, nameOf(source.run, name, env.machine) ?? unknown(name));
      return;
    }
    const listed = iterate(all);
    listed.items.forEach((name, i) => {
      if (name.type !== "text") return;
      const before = i < (listed.sure ?? listed.items.length) ? undefined : env.scope.vars.get(name.value);
      const value = member(source, level, module, name.value, env);
      setName(env.scope, name.value, before === undefined ? value : either(before, value));
    });
    // Which others it brings can't be told: each may be its, or stay what it was.
    if (listed.open || listed.items.some((name) => name.type !== "text"))
      for (const [name, value] of vars) {
        const before = env.scope.vars.get(name);
        setName(env.scope, name, before === undefined ? value : either(before, value));
      }
    return;
  }
  const api = external(module);
  if (api.type === "api") for (const name of apiNames) setName(env.scope, name, { ...api, name });
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

/**
 * Finds the modules of the project that a module imports where following it does not lead: in a function that nobody calls, or by
 * `import_module("x")`. They are noted in the run, like all that it imports.
 */
export function findImports(run: ModuleRun): void {
  const { machine } = run;
  if (machine === null) return;
  const seek = (level: number, module: string) =>
    level === 0 && reserved.test(module) ? null : machine.importer.find(run, level, module);
  const loaders = new Set(["import_module", "__import__"]);
  visit(run.tree.body, (node) => {
    if (node.type === "Import") for (const { module } of node.names) seek(0, module);
    else if (node.type === "ImportFrom") {
      const source = seek(node.level, node.module);
      for (const { name, as } of node.names) {
        if (name === "import_module") loaders.add(as ?? name);
        if (source !== null && name !== "*") inPackage(source, name, run);
      }
    } else if (node.type === "Call" && loaders.has(lastName(node.callee) ?? "")) {
      const name = node.args[0]?.value;
      if (name?.type !== "Text") return;
      const level = name.value.match(/^\.*/)?.[0].length ?? 0;
      seek(level, name.value.slice(level));
    }
  });
}

function inPackage(source: Value, name: string, run: ModuleRun): void {
  const inside = run.machine?.importer.inside;
  if (source.type === "package") inside?.(source.folder, name, run);
  else if (source.type === "module" && !source.run.scope.vars.has(name)) {
    const folder = source.run.path.match(/^(.*?)\/?__init__\.py$/)?.[1];
    if (folder !== undefined) inside?.(folder, name, run);
  }
}
