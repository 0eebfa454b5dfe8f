import type { Expression, FunctionDefinition, Parameter, Statement } from "./ast.js";
import { isSparkName } from "./attributes.js";
import { removeItem, setItem, setSlice } from "./changes.js";
import { finishClass, setAttribute } from "./classes.js";
import { type Environment, evaluate, labelOf } from "./evaluate.js";
import { importFrom, importModule } from "./imports.js";
import { charge, type Machine, newScope, type Scope, step } from "./machine.js";
import { inOrder, iterate } from "./operations.js";
import { applyDecorators } from "./pipelines.js";
import {
  type Args,
  type ClassValue,
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

/** How a block ended: by itself, by `return` or `raise`, by `break`, by `continue`. */
export type Ending = "end" | "return" | "break" | "continue";

/** Follows statements in order. Where the text does not tell which way goes on, both ways are followed. */
export function execute(body: readonly Statement[], env: Environment): Ending {
  for (const statement of body) {
    const ending = executeOne(statement, env);
    if (ending !== "end") return ending;
  }
  return "end";
}

function executeOne(statement: Statement, env: Environment): Ending {
  step(env.machine);
  switch (statement.type) {
    case "Expression":
      evaluate(statement.value, env);
      return "end";
    case "Assign": {
      if (statement.value === null) return "end";
      const value = evaluate(statement.value, env);
      for (const target of statement.targets) assign(target, value, env);
      return "end";
    }
    case "Augmented": {
      const { target, operator, value, start, end } = statement;
      const result = evaluate(
        { type: "Operation", operator: operator.slice(0, -1), left: target, right: value, start, end },
        env,
      );
      assign(target, result, env);
      return "end";
    }
    case "Function":
      define(statement, env);
      return "end";
    case "Class":
      defineClass(statement, env);
      return "end";
    case "Return": {
      const value = statement.value === null ? none : evaluate(statement.value, env);
      const call = env.machine.calls.at(-1);
      if (call !== undefined) call.returned = call.returned === null ? value : either(call.returned, value);
      return "return";
    }
    case "Raise":
      for (const value of statement.values) evaluate(value, env);
      return "return";
    case "Delete":
      for (const value of statement.values) remove(value, env);
      return "end";
    case "Assert":
      for (const value of statement.values) evaluate(value, env);
      return "end";
    case "Pass":
      return "end";
    case "Break":
      return "break";
    case "Continue":
      return "continue";
    case "Import":
      importModule(statement, env);
      return "end";
    case "ImportFrom":
      importFrom(statement, env);
      return "end";
    case "Global":
    case "Nonlocal":
      for (const name of statement.names) {
        const scope = statement.type === "Global" ? env.run.scope : ownerOf(name, env.scope.parent);
        if (scope !== null && scope !== env.scope) env.scope.elsewhere.set(name, scope);
      }
      return "end";
    case "If":
      return branch(statement, env);
    case "While": {
      if (truth(evaluate(statement.test, env)) === false) return execute(statement.otherwise, env);
      const before = copied(env.scope.vars);
      const ending = execute(statement.body, env);
      if (truth(evaluate(statement.test, env)) !== true) mergeInto(env.scope, before);
      execute(statement.otherwise, env);
      return ending === "return" && truth(evaluate(statement.test, env)) === true ? "return" : "end";
    }
    case "For":
      return loop(statement, env);
    case "With":
      for (const item of statement.items) {
        const value = evaluate(item.value, env);
        if (item.target !== null) assign(item.target, value, env);
      }
      return execute(statement.body, env);
    case "Try":
      return attempt(statement, env);
    case "Match": {
      evaluate(statement.subject, env);
      let result: Ending | null = null;
      const before = copied(env.scope.vars);
      let merged: Map<string, Value> | null = null;
      for (const { pattern, guard, body } of statement.cases) {
        env.scope.vars = copied(before);
        for (const name of pattern.names) env.scope.vars.set(name, unknown(name));
        if (guard !== null) evaluate(guard, env);
        const ending = execute(body, env);
        result = result === null ? ending : weaker(result, ending);
        if (merged !== null) mergeInto(env.scope, merged);
        merged = env.scope.vars;
      }
      const complete = statement.cases.at(-1)?.pattern.text === "_";
      if (!complete) mergeInto(env.scope, before);
      return complete ? (result ?? "end") : "end";
    }
    case "TypeAlias":
      env.scope.vars.set(statement.name, unknown(statement.name));
      return "end";
  }
}

function ownerOf(name: string, from: Scope | null): Scope | null {
  for (let scope = from; scope !== null; scope = scope.parent) {
    if (scope.kind !== "class" && scope.vars.has(name)) return scope;
  }
  return null;
}

/** Of two ways, the one after which more may follow. */
function weaker(a: Ending, b: Ending): Ending {
  const order: readonly Ending[] = ["end", "continue", "break", "return"];
  return order.indexOf(a) <= order.indexOf(b) ? a : b;
}

/** The names of a scope as they are now, for one of several ways. */
function copied(vars: ReadonlyMap<string, Value>): Map<string, Value> {
  charge(vars.size >> 1);
  return new Map(vars);
}

/** Joins what was known on another way into a scope. */
function mergeInto(scope: Scope, other: ReadonlyMap<string, Value>): void {
  for (const [name, value] of other) {
    const mine = scope.vars.get(name);
    if (mine === undefined) scope.vars.set(name, value);
    else if (mine !== value) scope.vars.set(name, either(mine, value));
  }
}

function branch(statement: Statement & { type: "If" }, env: Environment): Ending {
  // A chain of `elif` is followed without recursion.
  const before = copied(env.scope.vars);
  const ways: { vars: Map<string, Value>; ending: Ending }[] = [];
  let at: Statement & { type: "If" } = statement;
  for (;;) {
    const holds = truth(evaluate(at.test, env));
    if (holds !== false) {
      const vars = holds === true && ways.length === 0 ? env.scope.vars : copied(env.scope.vars);
      const rest = env.scope.vars;
      env.scope.vars = vars;
      ways.push({ ending: execute(at.body, env), vars: env.scope.vars });
      env.scope.vars = vars === rest ? env.scope.vars : rest;
      if (holds === true) break;
    }
    const [next] = at.otherwise;
    if (at.otherwise.length === 1 && next?.type === "If") {
      at = next;
      continue;
    }
    const vars = env.scope.vars;
    env.scope.vars = ways.length === 0 ? vars : copied(before);
    ways.push({ ending: execute(at.otherwise, env), vars: env.scope.vars });
    break;
  }
  const open = ways.filter((way) => way.ending !== "return");
  const kept = open.length > 0 ? open : ways;
  const [first, ...rest] = kept;
  if (first === undefined) return "end";
  env.scope.vars = first.vars;
  for (const way of rest) mergeInto(env.scope, way.vars);
  return ways.map((way) => way.ending).reduce(weaker);
}

function loop(statement: Statement & { type: "For" }, env: Environment): Ending {
  const { machine, scope } = env;
  const iterable = evaluate(statement.iterable, env);
  const source = iterate(iterable);
  const values = source.open ? [...source.items, unknown(labelOf(statement.target))] : source.items;
  scope.loops++;
  let result: Ending = "end";
  for (const value of values) {
    step(machine);
    machine.turns.push({ loop: statement, value });
    assign(statement.target, value, env);
    const ending = execute(statement.body, env);
    machine.turns.pop();
    if (ending === "break") break;
    if (ending === "return") {
      result = source.open ? "end" : "return";
      break;
    }
  }
  scope.loops--;
  // A loop that may end early leaves an iterator with what can't be told.
  if (iterable.type === "list" && iterable.shape === "iterator" && leavesEarly(statement.body)) iterable.open = true;
  execute(statement.otherwise, env);
  return result;
}

function leavesEarly(body: readonly Statement[]): boolean {
  return body.some(
    (statement) =>
      statement.type === "Break" ||
      ("body" in statement && statement.type !== "Function" && leavesEarly(statement.body)) ||
      ("otherwise" in statement && leavesEarly(statement.otherwise)) ||
      (statement.type === "Try" && statement.handlers.some((handler) => leavesEarly(handler.body))) ||
      (statement.type === "Match" && statement.cases.some((one) => leavesEarly(one.body))),
  );
}

function attempt(statement: Statement & { type: "Try" }, env: Environment): Ending {
  const before = copied(env.scope.vars);
  let result = execute(statement.body, env);
  if (result === "end") result = execute(statement.otherwise, env);
  const after = env.scope.vars;
  const ways: Map<string, Value>[] = [];
  for (const handler of statement.handlers) {
    env.scope.vars = copied(before);
    mergeInto(env.scope, after);
    if (handler.test !== null) evaluate(handler.test, env);
    if (handler.name !== null) env.scope.vars.set(handler.name, unknown(handler.name, true));
    const ending = execute(handler.body, env);
    if (ending !== "return") ways.push(env.scope.vars);
    result = weaker(result, ending);
  }
  env.scope.vars = after;
  for (const way of ways) mergeInto(env.scope, way);
  const final = execute(statement.final, env);
  return final === "end" ? result : final;
}

/** Assigns a value to a name, an attribute, an item, or to several at once. */
export function assign(target: Expression, value: Value, env: Environment): void {
  switch (target.type) {
    case "Name": {
      const scope = env.scope.elsewhere.get(target.id) ?? env.scope;
      scope.vars.set(target.id, value);
      env.machine.patched.get(scope)?.delete(target.id);
      return;
    }
    case "Tuple":
    case "List": {
      const { items, open } = inOrder(iterate(value));
      const star = target.items.findIndex((item) => item.type === "Star");
      target.items.forEach((item, i) => {
        if (star >= 0 && i === star) {
          const rest = target.items.length - star - 1;
          if (item.type === "Star" && item.value !== null) {
            const known = value.type === "list" && !open;
            assign(
              item.value,
              known ? list(items.slice(star, Math.max(star, items.length - rest))) : list([], true),
              env,
            );
          }
        } else {
          const from = star >= 0 && i > star ? items.length - (target.items.length - i) : i;
          assign(item, items[from] ?? unknown(labelOf(item)), env);
        }
      });
      return;
    }
    case "Attribute": {
      setAttribute(evaluate(target.object, env), target.name, value, env);
      return;
    }
    case "Subscript": {
      const object = evaluate(target.object, env);
      if (object.type === "list" && target.index.type === "Slice") {
        const bounds = target.index.parts.map((part) => (part === null ? null : evaluate(part, env)));
        setSlice(object, bounds, iterate(value));
        return;
      }
      const key = evaluate(target.index, env);
      if (object.type === "dict" || object.type === "list") setItem(object, key, value);
      else if (object.type === "names" && key.type === "text") object.scope.vars.set(key.value, value);
      return;
    }
    case "Star":
      if (target.value !== null) assign(target.value, value, env);
      return;
    default:
      return;
  }
}

/** `del a, b["x"]`. A name that is gone is left: nothing that runs uses it. */
function remove(target: Expression, env: Environment): void {
  switch (target.type) {
    case "Tuple":
    case "List":
      for (const one of target.items) remove(one, env);
      return;
    case "Subscript": {
      const object = evaluate(target.object, env);
      if (object.type === "list" && target.index.type === "Slice") {
        const bounds = target.index.parts.map((part) => (part === null ? null : evaluate(part, env)));
        setSlice(object, bounds, list([]));
        return;
      }
      const key = evaluate(target.index, env);
      if (object.type === "dict" || object.type === "list") removeItem(object, key);
      return;
    }
    case "Attribute": {
      // What the class has under that name shows again.
      const object = evaluate(target.object, env);
      if (object.type === "instance") object.attributes.delete(target.name);
      return;
    }
    default:
      evaluate(target, env);
  }
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
    if (accessor.name === "setter") env.scope.vars.set(node.name, { ...property, setter: plain });
    if (/^(?:setter|deleter)$/.test(accessor.name)) return;
  }
  env.scope.vars.set(node.name, plain);
  const value = applyDecorators(plain, decorators, env);
  (env.scope.elsewhere.get(node.name) ?? env.scope).vars.set(node.name, value);
}

function defineClass(node: Statement & { type: "Class" }, env: Environment): void {
  // `Generic[T]`, `Base[int]`: the class is what counts.
  const bases = node.args.flatMap((arg) =>
    arg.name !== null ? [] : [evaluate(arg.value.type === "Subscript" ? arg.value.object : arg.value, env)],
  );
  const scope = newScope("class", env.scope);
  execute(node.body, { ...env, scope });
  const value: ClassValue = { type: "class", node, scope, run: env.run, bases };
  const names = (env.scope.elsewhere.get(node.name) ?? env.scope).vars;
  names.set(node.name, value);
  names.set(node.name, finishClass(value, env));
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
    return ending === "return" ? call.returned : either(call.returned, none);
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
      if (parameter.name !== "") scope.vars.set(parameter.name, list(positional.slice(position), args.open));
      position = positional.length;
    } else if (parameter.star === "**") {
      const entries = new Map(
        [...named].map(([name, value]) => [`s${name}`, { key: { type: "text", value: name } as const, value }]),
      );
      scope.vars.set(parameter.name, { type: "dict", entries, open: args.open });
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
