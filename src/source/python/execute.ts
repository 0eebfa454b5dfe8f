import { assign, augment, remove } from "./assign.js";
import type { FunctionDefinition, Parameter, Statement } from "./ast.js";
import { attempt } from "./attempt.js";
import { isSparkName } from "./attributes.js";
import { finishClass } from "./classes.js";
import { type Environment, evaluate, labelOf } from "./evaluate.js";
import { importFrom, importModule } from "./imports.js";
import { loop, whileLoop } from "./loops.js";
import { type Machine, newScope, type Scope, step } from "./machine.js";
import { match } from "./match.js";
import { applyDecorators } from "./pipelines.js";
import {
  type Args,
  type ClassValue,
  dictOf,
  either,
  type FunctionValue,
  frame,
  iterator,
  list,
  none,
  truth,
  unknown,
  type Value,
} from "./values.js";
import {
  breaks,
  closeTo,
  continues,
  enter,
  type Followed,
  goesOn,
  leave,
  raises,
  returns,
  setName,
  settle,
} from "./ways.js";

/** Follows statements in order. Where the text does not tell which way goes on, all ways are followed; how they may end is given. */
export function execute(body: readonly Statement[], env: Environment): number {
  const { machine, scope } = env;
  const { way } = machine;
  const ending = block(body, env);
  closeTo(way, ending, machine, scope);
  return ending;
}

/** Follows statements; ways that `settle` began go on behind them. */
export function block(body: readonly Statement[], env: Environment): number {
  let left = 0;
  for (const statement of body) {
    const ending = executeOne(statement, env);
    left |= ending & ~goesOn;
    if ((ending & goesOn) === 0) return left;
  }
  return left | goesOn;
}

/** Follows statements as a way that may not be taken. */
export function follow(env: Environment, statements: () => number, keeps = false): Followed {
  const { machine, scope } = env;
  const way = enter(machine, 0, keeps);
  const ending = statements();
  closeTo(way, ending, machine, scope);
  return { change: leave(machine), ending };
}

function executeOne(statement: Statement, env: Environment): number {
  step(env.machine);
  switch (statement.type) {
    case "Expression":
      evaluate(statement.value, env);
      return goesOn;
    case "Assign": {
      if (statement.value === null) return goesOn;
      const value = evaluate(statement.value, env);
      for (const target of statement.targets) assign(target, value, env);
      return goesOn;
    }
    case "Augmented":
      augment(statement, env);
      return goesOn;
    case "Function":
      define(statement, env);
      return goesOn;
    case "Class":
      defineClass(statement, env);
      return goesOn;
    case "Return": {
      const value = statement.value === null ? none : evaluate(statement.value, env);
      const call = env.machine.calls.at(-1);
      if (call !== undefined) call.returned = call.returned === null ? value : either(call.returned, value);
      return returns;
    }
    case "Raise":
      for (const value of statement.values) evaluate(value, env);
      return raises;
    case "Assert":
      for (const value of statement.values) evaluate(value, env);
      return goesOn;
    case "Delete":
      for (const value of statement.values) remove(value, env);
      return goesOn;
    case "Pass":
      return goesOn;
    case "Break":
      return breaks;
    case "Continue":
      return continues;
    case "Import":
      importModule(statement, env);
      return goesOn;
    case "ImportFrom":
      importFrom(statement, env);
      return goesOn;
    case "Global":
    case "Nonlocal":
      for (const name of statement.names) {
        const scope = statement.type === "Global" ? env.run.scope : ownerOf(name, env.scope.parent);
        if (scope !== null && scope !== env.scope) env.scope.elsewhere.set(name, scope);
      }
      return goesOn;
    case "If":
      return branch(statement, env);
    case "While":
      return whileLoop(statement, env);
    case "For":
      return loop(statement, env);
    case "With":
      for (const item of statement.items) {
        const value = evaluate(item.value, env);
        if (item.target !== null) assign(item.target, value, env);
      }
      return block(statement.body, env);
    case "Try":
      return attempt(statement, env);
    case "Match":
      return match(statement, env);
    case "TypeAlias":
      setName(env.scope, statement.name, unknown(statement.name));
      return goesOn;
  }
}

function ownerOf(name: string, from: Scope | null): Scope | null {
  for (let scope = from; scope !== null; scope = scope.parent) {
    if (scope.kind !== "class" && scope.vars.has(name)) return scope;
  }
  return null;
}

function branch(statement: Statement & { type: "If" }, env: Environment): number {
  // A chain of `elif` is followed without recursion.
  const followed: Followed[] = [];
  let at: Statement & { type: "If" } = statement;
  for (;;) {
    const { test, body, otherwise } = at;
    const holds = truth(evaluate(test, env));
    if (holds !== false) {
      if (holds === true && followed.length === 0) return block(body, env);
      followed.push(follow(env, () => block(body, env)));
      if (holds === true) break;
    }
    const [next] = otherwise;
    if (otherwise.length === 1 && next?.type === "If") {
      at = next;
      continue;
    }
    if (followed.length === 0) return block(otherwise, env);
    followed.push(follow(env, () => block(otherwise, env)));
    break;
  }
  return settle(followed, env.machine, env.scope);
}

function define(node: FunctionDefinition, env: Environment): void {
  const decorators = node.decorators.map((decorator) => ({ value: evaluate(decorator, env), node: decorator }));
  const defaults = new Map<string, Value>();
  for (const parameter of node.parameters) {
    if (parameter.default !== null) defaults.set(parameter.name, evaluate(parameter.default, env));
  }
  const names = node.decorators.map((decorator) =>
    decorator.type === "Name" ? decorator.id : decorator.type === "Attribute" ? decorator.name : "",
  );
  const plain: FunctionValue = {
    type: "function",
    node,
    scope: env.scope,
    run: env.run,
    defaults,
    self: null,
    name: node.name,
    expectations: [],
    property: names.includes("property") || names.includes("cached_property"),
  };
  // `@name.setter` adds to the property of that name.
  const [accessor] = node.decorators;
  const property = accessor?.type === "Attribute" ? env.scope.vars.get(labelOf(accessor.object)) : undefined;
  if (accessor?.type === "Attribute" && property?.type === "function" && property.property) {
    if (accessor.name === "setter") setName(env.scope, node.name, { ...property, setter: plain });
    if (/^(?:setter|deleter)$/.test(accessor.name)) return;
  }
  setName(env.scope, node.name, plain);
  const value = applyDecorators(plain, decorators, env);
  setName(env.scope.elsewhere.get(node.name) ?? env.scope, node.name, value);
}

function defineClass(node: Statement & { type: "Class" }, env: Environment): void {
  // `Generic[T]`, `Base[int]`: the class is what counts.
  const bases = node.args.flatMap((arg) =>
    arg.name !== null ? [] : [evaluate(arg.value.type === "Subscript" ? arg.value.object : arg.value, env)],
  );
  const scope = newScope("class", env.scope);
  execute(node.body, { ...env, scope });
  const value: ClassValue = { type: "class", node, scope, run: env.run, bases };
  const owner = env.scope.elsewhere.get(node.name) ?? env.scope;
  setName(owner, node.name, value);
  setName(owner, node.name, finishClass(value, env));
}

const maxDepth = 60;

/** Follows a call of a function whose text is at hand. Arguments that the call does not give are the defaults, or unknown. */
export function callFunction(target: FunctionValue, args: Args, env: { machine: Machine }): Value {
  const { machine } = env;
  const { node } = target;
  let active = 0;
  for (const call of machine.calls) if (call.node === node) active++;
  if (machine.depth >= maxDepth || active >= 3) return unknown(target.name);
  const scope = newScope("function", target.scope);
  bindArguments(node.parameters, target, args, scope);
  const generator = node.type === "Function" && node.body.some(hasYield);
  const call = { node, returned: null as Value | null, yielded: generator ? [] : null };
  machine.depth++;
  machine.calls.push(call);
  try {
    const inner: Environment = { machine, scope, run: target.run };
    if (node.type === "Lambda") return evaluate(node.body, inner);
    const ending = execute(node.body, inner);
    if (call.yielded !== null) return iterator(list(call.yielded));
    if (call.returned === null) return none;
    return (ending & goesOn) === 0 ? call.returned : either(call.returned, none);
  } finally {
    machine.depth--;
    machine.calls.pop();
  }
}

const yields = new WeakMap<Statement, boolean>();

/** Whether a statement yields; only the common places are looked at. */
function hasYield(statement: Statement): boolean {
  const known = yields.get(statement);
  if (known !== undefined) return known;
  const result =
    (statement.type === "Expression" && (statement.value.type === "Yield" || statement.value.type === "YieldFrom")) ||
    ("body" in statement &&
      statement.type !== "Function" &&
      statement.type !== "Class" &&
      statement.body.some(hasYield)) ||
    (statement.type === "If" && statement.otherwise.some(hasYield));
  yields.set(statement, result);
  return result;
}

function bindArguments(parameters: readonly Parameter[], target: FunctionValue, args: Args, scope: Scope): void {
  if (parameters.length === 0) return;
  const positional = args.positional.map((arg) => arg.value);
  if (target.self !== null) positional.unshift(target.self);
  const named = new Map<string, Value>();
  for (const [name, arg] of args.named) named.set(name, arg.value);
  let position = 0;
  let keywordOnly = false;
  for (const parameter of parameters) {
    if (parameter.star === "/") continue;
    if (parameter.star === "*") {
      keywordOnly = true;
      if (parameter.name !== "") scope.vars.set(parameter.name, list(positional.slice(position), args.open, "tuple"));
      position = positional.length;
    } else if (parameter.star === "**") {
      const entries = new Map(
        [...named].map(([name, value]) => [`s${name}`, { key: { type: "text", value: name } as const, value }]),
      );
      scope.vars.set(parameter.name, dictOf(entries, args.open));
    } else {
      const given = !keywordOnly && position < positional.length ? positional[position++] : named.get(parameter.name);
      named.delete(parameter.name);
      scope.vars.set(parameter.name, given ?? target.defaults.get(parameter.name) ?? parameterValue(parameter));
    }
  }
}

/** What a parameter stands for that nobody gave: its name and its annotation may tell. */
function parameterValue(parameter: Parameter): Value {
  const annotation = parameter.annotation === null ? "" : labelOf(parameter.annotation);
  if (isSparkName(parameter.name) || annotation === "SparkSession" || annotation === "DatabricksSession")
    return { type: "spark" };
  if (annotation === "DataFrame") return frame([], null);
  return { ...unknown(parameter.name), parameter: true };
}
