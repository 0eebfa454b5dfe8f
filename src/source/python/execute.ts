import type { Expression, FunctionDefinition, Parameter, Pattern, Statement } from "./ast.js";
import { found, isSparkName } from "./attributes.js";
import { type Environment, evaluate, labelOf } from "./evaluate.js";
import { importFrom, importModule } from "./imports.js";
import { charge, type Machine, newScope, type Scope, step } from "./machine.js";
import { item, iterate, operate } from "./operations.js";
import { applyDecorators } from "./pipelines.js";
import {
  type Args,
  alternatives,
  asText,
  blur,
  type ClassValue,
  dictOf,
  either,
  type FunctionValue,
  frame,
  hasHole,
  keyOf,
  type ListValue,
  list,
  mergeEntries,
  none,
  number,
  truth,
  unknown,
  type Value,
} from "./values.js";
import {
  addBetween,
  breaks,
  changesDict,
  changesList,
  closeTo,
  continues,
  enter,
  type Followed,
  goesOn,
  growthOf,
  join,
  leave,
  perhaps,
  raises,
  returns,
  setIn,
  setName,
  settle,
  unchanged,
  type Way,
  widen,
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
function block(body: readonly Statement[], env: Environment): number {
  let left = 0;
  for (const statement of body) {
    const ending = executeOne(statement, env);
    left |= ending & ~goesOn;
    if ((ending & goesOn) === 0) return left;
  }
  return left | goesOn;
}

/** Follows statements as a way that may not be taken. */
function follow(env: Environment, statements: () => number, keeps = false): Followed {
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

/** `target += value`: a list or dictionary is itself changed, for all who hold it. */
function augment(statement: Statement & { type: "Augmented" }, env: Environment): void {
  const { target, start, end } = statement;
  const operator = statement.operator.slice(0, -1);
  if (target.type !== "Name" && target.type !== "Attribute" && target.type !== "Subscript") return;
  if (operator === "+" || operator === "|") {
    const held = evaluate(target, env);
    const value = evaluate(statement.value, env);
    const options = alternatives(held);
    if (options.some((option) => isChangeable(option, operator))) {
      const { machine, scope } = env;
      const results: Value[] = [];
      const change = (option: Value) => () => {
        const inPlace = isChangeable(option, operator) && extend(option, value);
        results.push(inPlace ? option : operate(operator, option, value));
      };
      if (options.length === 1) change(held)();
      else for (const option of options) perhaps(machine, scope, change(option));
      assign(target, results.reduce(either), env);
    } else assign(target, operate(operator, held, value), env);
    return;
  }
  const node: Expression = { type: "Operation", operator, left: target, right: statement.value, start, end };
  assign(target, evaluate(node, env), env);
}

function isChangeable(value: Value, operator: string): boolean {
  return value.type === "dict" ? operator === "|" : value.type === "list" && value.kind !== "tuple";
}

/** Adds to a list or dictionary what another has; whether there was room for it. */
function extend(object: Value, value: Value): boolean {
  if (object.type === "dict") {
    changesDict(object);
    mergeEntries(object, value);
    return true;
  }
  if (object.type !== "list") return false;
  const more = iterate(value);
  if (object.items.length + more.items.length > 20_000) return false;
  charge(more.items.length);
  changesList(object, object.items.length);
  if (object.open || more.open || more.sure !== undefined) {
    object.sure ??= object.items.length + (object.open ? 0 : (more.sure ?? more.items.length));
  }
  object.open ||= more.open;
  for (const item of [...more.items]) object.items.push(item);
  return true;
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

function loop(statement: Statement & { type: "For" }, env: Environment): number {
  const { machine, scope } = env;
  const source = iterate(evaluate(statement.iterable, env));
  const turn = (value: Value): number => {
    step(machine);
    machine.turns.push({ loop: statement, value });
    assign(statement.target, value, env);
    const ending = block(statement.body, env);
    machine.turns.pop();
    return ending;
  };
  const { way } = machine;
  scope.loops++;
  let left = 0;
  let on = true;
  let position = 0;
  for (const value of source.items) {
    const isSure = source.sure === undefined || position < source.sure;
    position++;
    const outer = machine.way;
    const ending = isSure ? turn(value) : settleTurn([follow(env, () => turn(value)), unchanged], env);
    closeTo(outer, ending, machine, scope, continues);
    left |= ending & ~(goesOn | continues);
    on = (ending & (goesOn | continues)) !== 0;
    if (!on) break;
  }
  if (on && source.open) {
    const ending = repeat(() => turn(unknown(labelOf(statement.target))), env);
    left |= ending & ~(goesOn | continues);
  }
  scope.loops--;
  return afterLoop(statement.otherwise, on, left, way, env);
}

/** What comes behind a loop: its `else` where it was not left. */
function afterLoop(
  otherwise: readonly Statement[],
  on: boolean,
  left: number,
  way: Way | null,
  env: Environment,
): number {
  const { machine, scope } = env;
  let ending = left & ~breaks;
  if (on) ending |= block(otherwise, env);
  closeTo(way, ending, machine, scope);
  if ((left & breaks) !== 0) ending |= goesOn;
  return ending;
}

/** `break` and `continue` inside of a turn that may not be are ways on for the loop. */
function settleTurn(followed: readonly Followed[], env: Environment): number {
  return settle(
    followed.map(({ change, ending }) => ({
      change,
      ending: (ending & continues) === 0 ? ending : (ending & ~continues) | goesOn,
    })),
    env.machine,
    env.scope,
  );
}

/** What a loop over known values may cost that only its condition ends. */
const mostTurns = 1000;

function whileLoop(statement: Statement & { type: "While" }, env: Environment): number {
  const { machine, scope } = env;
  const { test, body, otherwise } = statement;
  const { way, steps } = machine;
  let left = 0;
  let on = true;
  for (let turns = 0; ; turns++) {
    const holds = truth(evaluate(test, env));
    if (holds === false) break;
    const endless = (test.type === "Constant" || test.type === "Num") && turns > 0 && left !== 0;
    if (holds === null || endless || turns >= mostTurns || machine.steps - steps > machine.maxSteps / 20) {
      const ending = repeat(() => {
        evaluate(test, env);
        return block(body, env);
      }, env);
      left |= ending & ~(goesOn | continues);
      break;
    }
    const outer = machine.way;
    const ending = block(body, env);
    closeTo(outer, ending, machine, scope, continues);
    left |= ending & ~(goesOn | continues);
    on = (ending & (goesOn | continues)) !== 0;
    if (!on) break;
  }
  return afterLoop(otherwise, on, left, way, env);
}

/**
 * Follows turns of a loop of which there may be any number, or none. What they change may be what the next one begins with: they are
 * followed again until they bring nothing new. What grows with every turn (`n += 1`) can't be told then.
 */
function repeat(turn: () => number, env: Environment): number {
  const { machine, scope } = env;
  const { definitions, flows } = machine.main;
  // Loops in loops would multiply.
  const most = machine.rounds === 0 ? 3 : 2;
  machine.rounds++;
  let result = 0;
  for (let round = 1; ; round++) {
    const counts = [definitions.length, flows.length] as const;
    const followed = follow(env, turn);
    if (round > 1) [definitions.length, flows.length] = counts;
    const growth = growthOf(followed.change);
    const last = !growth.some || round === most;
    result |= followed.ending;
    const goes = (followed.ending & (goesOn | continues | breaks)) !== 0 ? goesOn : 0;
    const ending = (followed.ending & (returns | raises)) | goes;
    if (last) settle([{ change: followed.change, ending }, unchanged], machine, scope);
    else join([{ change: followed.change, ending }, unchanged], machine, scope);
    // What the second turn still changes, each will change.
    if (round > 1) widen(growth);
    if (last) break;
  }
  machine.rounds--;
  return result | goesOn;
}

function attempt(statement: Statement & { type: "Try" }, env: Environment): number {
  const { machine, scope } = env;
  const { body, handlers, otherwise, final } = statement;
  if (handlers.length === 0 || surelySucceeds(body, env)) {
    const ending = block([...body, ...otherwise], env);
    const last = block(final, env);
    return (last & goesOn) !== 0 ? ending | (last & ~goesOn) : last;
  }
  machine.trying++;
  const tried = follow(env, () => block(body, env), true);
  machine.trying--;
  const followed: Followed[] = [];
  if ((tried.ending & goesOn) === 0) followed.push({ ...tried, ending: tried.ending & ~raises });
  else {
    // What the body changed is there for its `else`.
    followed.push(
      follow(env, () => {
        settle([tried], machine, scope);
        return (tried.ending & ~(goesOn | raises)) | block(otherwise, env);
      }),
    );
  }
  for (const handler of handlers) {
    followed.push(
      follow(env, () => {
        // The body may have failed at its beginning, at its end, or between.
        join([{ ...tried, ending: goesOn }, unchanged], machine, scope);
        addBetween(tried.change);
        if (handler.test !== null) evaluate(handler.test, env);
        if (handler.name !== null) setName(scope, handler.name, unknown(handler.name, true));
        return block(handler.body, env);
      }),
    );
  }
  const ending = settle(
    followed.filter((way) => way.ending !== 0),
    machine,
    scope,
  );
  const last = block(final, env);
  return (last & goesOn) !== 0 ? ending | (last & ~goesOn) : last;
}

/** Whether a body can't fail: one statement of values that are known. */
function surelySucceeds(body: readonly Statement[], env: Environment): boolean {
  const [only, ...others] = body;
  if (only === undefined || others.length > 0) return false;
  if (only.type === "Return" || only.type === "Expression") return only.value === null || isKnown(only.value, env);
  if (only.type !== "Assign" || only.value === null) return only.type === "Pass";
  return only.targets.every((target) => target.type === "Name") && isKnown(only.value, env);
}

/** Whether an expression surely has a value, and nothing happens when it is evaluated. */
function isKnown(node: Expression, env: Environment): boolean {
  switch (node.type) {
    case "Text":
    case "Num":
    case "Constant":
      return true;
    case "Name": {
      const { type } = evaluate(node, env);
      return type === "text" || type === "number" || type === "boolean" || type === "dict" || type === "list";
    }
    case "Tuple":
    case "List":
      return node.items.every((item) => item.type !== "Star" && isKnown(item, env));
    case "Dict":
      return node.entries.every(({ key, value }) => key !== null && isKnown(key, env) && isKnown(value, env));
    case "Subscript": {
      if (!isKnown(node.object, env) || !isKnown(node.index, env)) return false;
      const object = evaluate(node.object, env);
      const key = evaluate(node.index, env);
      if (object.type === "dict") {
        const name = keyOf(key);
        const entry = name === null || hasHole(name) ? undefined : object.entries.get(name);
        return entry !== undefined && entry.maybe !== true;
      }
      if (object.type !== "list" || key.type !== "number") return false;
      return key.value >= 0 && key.value < (object.sure ?? object.items.length);
    }
    default:
      return false;
  }
}

function match(statement: Statement & { type: "Match" }, env: Environment): number {
  const { machine, scope } = env;
  // What no case before has taken.
  let rest = alternatives(evaluate(statement.subject, env));
  const followed: Followed[] = [];
  for (const { pattern, guard, body } of statement.cases) {
    const fits = rest.map((option) => fitsPattern(pattern, option));
    if (fits.every((fit) => fit === false)) continue;
    const taken = rest.filter((_, i) => fits[i] !== false).reduce(either);
    const bind = () => {
      for (const name of pattern.names) setName(scope, name, pattern.text === name ? taken : unknown(name));
      return guard === null ? true : truth(evaluate(guard, env));
    };
    const isSure = followed.length === 0 && fits.every((fit) => fit === true);
    let holds = isSure ? bind() : null;
    if (isSure && holds === true) return block(body, env);
    if (isSure && holds === false) continue;
    const way = follow(env, () => {
      if (!isSure) holds = bind();
      return holds === false ? goesOn : block(body, env);
    });
    if (holds === false) continue;
    followed.push(way);
    if (holds === true) rest = rest.filter((_, i) => fits[i] !== true);
    if (rest.length === 0) return settle(followed, machine, scope);
  }
  return followed.length === 0 ? goesOn : settle([...followed, unchanged], machine, scope);
}

const literalPattern = String.raw`"(?:[^"\\]|\\.)*"|-?#[\w.]+`;
const oneLiteral = new RegExp(`^(?:${literalPattern})$`);
const someLiterals = new RegExp(String.raw`^\((?:${literalPattern})(?:\|(?:${literalPattern}))+\)$`);

/** Whether a value fits a pattern; null when that can't be told. */
function fitsPattern(pattern: Pattern, subject: Value): boolean | null {
  const { text: spelled } = pattern;
  if (spelled === "_" || (pattern.names.length === 1 && pattern.names[0] === spelled)) return true;
  const literals = oneLiteral.test(spelled)
    ? [spelled]
    : someLiterals.test(spelled)
      ? (spelled.match(new RegExp(literalPattern, "g")) ?? [])
      : null;
  if (literals === null) return null;
  const key = keyOf(subject);
  return key === null || hasHole(key) ? null : literals.some((literal) => key === literalKey(literal));
}

function literalKey(literal: string): string | null {
  if (literal.startsWith('"')) return keyOf({ type: "text", value: JSON.parse(literal) as string });
  const name = literal.replace("#", "");
  if (name === "None") return "none";
  if (name === "True" || name === "False") return `n${Number(name === "True")}`;
  return `n${Number.parseFloat(name)}`;
}

/** Assigns a value to a name, an attribute, an item, or to several at once. */
export function assign(target: Expression, value: Value, env: Environment): void {
  switch (target.type) {
    case "Name":
      setName(env.scope.elsewhere.get(target.id) ?? env.scope, target.id, value);
      return;
    case "Tuple":
    case "List": {
      const options = alternatives(value).map(iterate);
      const at = (position: number, label: string) =>
        options.map((option) => item(option, number(position), label)).reduce(either);
      const star = target.items.findIndex((item) => item.type === "Star");
      target.items.forEach((part, i) => {
        if (part.type === "Star" && i === star) {
          const rest = target.items.length - star - 1;
          if (part.value !== null)
            assign(part.value, options.map((option) => between(option, star, rest)).reduce(either), env);
        } else assign(part, at(star >= 0 && i > star ? i - target.items.length : i, labelOf(part)), env);
      });
      return;
    }
    case "Attribute": {
      const object = evaluate(target.object, env);
      setAttribute(object, target.name, value, env);
      return;
    }
    case "Subscript": {
      const object = evaluate(target.object, env);
      setItem(object, evaluate(target.index, env), value, env);
      return;
    }
    case "Star":
      if (target.value !== null) assign(target.value, value, env);
      return;
    default:
      return;
  }
}

/** What `*rest` takes: the items but for some at the front and the end. */
function between(source: ListValue, from: number, behind: number): Value {
  const { items, open, sure } = source;
  if (!open && sure === undefined) return list(items.slice(from, Math.max(from, items.length - behind)), false, "list");
  const known = Math.max(0, (sure ?? items.length) - from - behind);
  return list(items.slice(Math.min(from, sure ?? from)), open, "list", known);
}

/** `object.name = value`, as `setattr` has it too. */
export function setAttribute(object: Value, name: string, value: Value, env: Environment): void {
  const { machine, scope } = env;
  if (object.type === "choice") {
    for (const option of object.options) perhaps(machine, scope, () => setAttribute(option, name, value, env));
  } else if (object.type === "instance") {
    keepInherited(object.attributes, object.class, name, machine);
    setIn(object.attributes, object.born, name, value);
  } else if (object.type === "class") {
    keepInherited(object.scope.vars, object, name, machine);
    setName(object.scope, name, value);
  } else if (object.type === "module") setName(object.run.scope, name, value);
  else if (object.type === "function" && name === "__name__") object.name = asText(value) ?? object.name;
}

/** What is set on a way that may not be taken is elsewhere what the class has. */
function keepInherited(vars: Map<string, Value>, type: ClassValue, name: string, machine: Machine): void {
  if (machine.way === null || vars.has(name)) return;
  const inherited = found(type, name, new Set());
  if (inherited !== null && inherited.type !== "function") vars.set(name, inherited);
}

/** `del object[key]`; names that are deleted are used no more. */
function remove(target: Expression, env: Environment): void {
  if (target.type === "Tuple" || target.type === "List") for (const item of target.items) remove(item, env);
  if (target.type !== "Subscript") return;
  const object = evaluate(target.object, env);
  const key = evaluate(target.index, env);
  if (object.type === "dict") {
    changesDict(object);
    const name = keyOf(key);
    if (name !== null && !hasHole(name)) object.entries.delete(name);
    else for (const [other, entry] of object.entries) object.entries.set(other, { ...entry, maybe: true });
  } else if (object.type === "list") {
    changesList(object);
    const isSure = object.sure === undefined && !object.open && key.type === "number";
    const at = isSure && key.value < 0 ? object.items.length + key.value : isSure ? key.value : -1;
    if (at >= 0) object.items.splice(at, 1);
    else object.sure = 0;
  }
}

/** `object[key] = value` */
function setItem(object: Value, key: Value, value: Value, env: Environment): void {
  const name = keyOf(key);
  if (object.type === "choice") {
    for (const option of object.options) perhaps(env.machine, env.scope, () => setItem(option, key, value, env));
  } else if (object.type === "dict") {
    if (key.type === "choice") {
      for (const option of key.options) perhaps(env.machine, env.scope, () => setItem(object, option, value, env));
    } else if (name === null || hasHole(name)) {
      changesDict(object);
      blur(object, value);
      if (name !== null) object.entries.set(name, { key, value });
    } else {
      changesDict(object, name);
      object.entries.set(name, { key, value });
    }
  } else if (object.type === "list") {
    const { length } = object.items;
    const at = key.type === "number" ? (key.value < 0 ? length + key.value : key.value) : -1;
    const isSure = key.type === "number" && (key.value >= 0 || (!object.open && object.sure === undefined));
    if (isSure && at >= 0 && at < (object.sure ?? length)) {
      changesList(object, at);
      object.items[at] = value;
    } else {
      changesList(object);
      charge(length >> 2);
      for (let i = 0; i < length; i++) object.items[i] = either(object.items[i] ?? value, value);
      object.open = true;
    }
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
  setName(env.scope, node.name, plain);
  const value = applyDecorators(plain, decorators, env);
  setName(env.scope.elsewhere.get(node.name) ?? env.scope, node.name, value);
}

function defineClass(node: Statement & { type: "Class" }, env: Environment): void {
  for (const decorator of node.decorators) evaluate(decorator, env);
  const bases = node.args.map((arg) => evaluate(arg.value, env));
  const scope = newScope("class", env.scope);
  execute(node.body, { ...env, scope });
  const value: ClassValue = { type: "class", node, scope, run: env.run, bases };
  setName(env.scope, node.name, value);
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
    if (call.yielded !== null) return list(call.yielded);
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
  return unknown(parameter.name);
}
