import { addTo } from "../group.js";
import type { Argument, Call, ClassDefinition, Expression, FunctionDefinition, Lambda, Statement } from "./ast.js";
import { changing } from "./bindings.js";
import type { ModuleRun } from "./machine.js";
import type { Value } from "./values.js";
import {
  bodyOfFunction,
  givers,
  lastName,
  namesIn,
  type Part,
  targetNames,
  targetParts,
  targetsOf,
  visit,
} from "./walk.js";

/** What a statement of a module does besides giving its own names a value. */
export interface Effects {
  /** The names whose values it changes: `rule` in `@rule def a()` may put `a` into `RULES`. */
  readonly names: ReadonlySet<string>;
  /** Whether it changes something that no name of the module stands for: a setting of Spark, a variable of the environment. */
  readonly elsewhere: boolean;
}

export interface ModuleEffects {
  of(statement: Statement): Effects;
  facts(node: FunctionDefinition | Lambda): Facts;
  /** The module's functions of a name, methods included. */
  functions(name: string): readonly FunctionDefinition[];
  /**
   * The names, and those whose values they may share: after `D = C` whoever changes `D` changes `C`; with `deep`, also after `D = [C]`.
   * Null when they are too many to tell.
   */
  shared(names: Iterable<string>, deep: boolean): ReadonlySet<string> | null;
}

/** What a function does when it, or a function in it, is called. */
export interface Facts {
  /** Names from around it that it changes. */
  readonly changes: Set<string>;
  /** Parameters whose values it changes. */
  readonly given: Set<string>;
  /** Names from around it that it looks up. */
  readonly free: Set<string>;
  elsewhere: boolean;
}

/** Methods that put a setting somewhere, whatever they are called on. */
const setting = /^(?:set|set[A-Z_]\w*|unset\w*|register\w*|configure\w*|seed|chdir|putenv)$/;
const changesFirst = /^(?:next|setattr|delattr|heappush|heappop|shuffle)$/;
const reflective = /^(?:globals|locals|vars|exec|__import__)$/;
/** Statements that only read. */
const query =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/|\()*(?:select|with|from|table|values|describe|desc|show|explain|map|reduce)\b/i;
/** How many names may share a value, and how deep calls are followed; beyond that a statement counts as changing anything. */
const maxShared = 100;
const maxCalls = 100;
const nothing: Effects = { names: new Set(), elsewhere: false };

/** What the statements of a module do. Functions are told by their names, so that what is not known for certain is rather believed. */
function effectsIn(run: ModuleRun): ModuleEffects {
  const functions = new Map<string, FunctionDefinition[]>();
  const classes = new Map<string, ClassDefinition[]>();
  const own = new Set<string>();
  const sharing = new Map<string, Set<Expression>>();
  visit(run.tree.body, (node) => {
    if (node.type === "Function") addTo(functions, node.name, node);
    else if (node.type === "Class") addTo(classes, node.name, node);
  });
  visit(
    run.tree.body,
    (node) => {
      if (node.type === "Function" || node.type === "Class") own.add(node.name);
      for (const { target, value } of targetsOf(node)) {
        for (const name of targetNames(target)) {
          own.add(name);
          if (value === null) continue;
          const values = sharing.get(name);
          if (values === undefined) sharing.set(name, new Set([value]));
          else values.add(value);
        }
      }
    },
    true,
  );
  const known = new Map<FunctionDefinition | Lambda, Facts>();
  let depth = 0;

  const sharedBy = new Map<string, ReadonlySet<string> | null>();
  const shared = (names: Iterable<string>, deep: boolean): Set<string> | null => {
    const found = new Set<string>();
    for (const name of names) {
      const key = `${deep} ${name}`;
      let others = sharedBy.get(key);
      if (others === undefined) {
        others = sharedWith(name, deep);
        sharedBy.set(key, others);
      }
      if (others === null) return null;
      for (const other of others) found.add(other);
    }
    return found;
  };

  const sharedWith = (first: string, deep: boolean): Set<string> | null => {
    const found = new Set<string>();
    const pending = [first];
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (found.has(name)) continue;
      found.add(name);
      if (found.size > maxShared) return null;
      const add = (each: string) => sharing.has(each) && pending.push(each);
      for (const value of sharing.get(name) ?? [])
        for (const each of deep ? namesIn(value, true) : givers(value)) add(each);
      // `rules()["n"] = 1` changes what `rules` gives.
      for (const node of functions.get(name) ?? []) for (const each of facts(node).free) add(each);
    }
    return found;
  };

  /** What an expression stood for at the end of the module, as far as it is told by names and attributes. */
  const resolve = (node: Expression): Value | undefined => {
    const names: string[] = [];
    let root = node;
    for (; root.type === "Attribute" || root.type === "Call"; root = root.type === "Call" ? root.callee : root.object)
      if (root.type === "Attribute") names.push(root.name);
    let value = root.type === "Name" ? run.scope.vars.get(root.id) : undefined;
    for (let name = names.pop(); name !== undefined && value !== undefined; name = names.pop()) {
      const of = value.type === "instance" ? value.class : value;
      if (of.type === "module") value = of.run.scope.vars.get(name);
      else if (of.type === "class") value = of.scope.vars.get(name);
      else return isLibrary(of) ? of : undefined;
    }
    return value;
  };

  /** The functions that a name may stand for when it is called. */
  const called = (callee: Expression): { node: FunctionDefinition | Lambda; bound: boolean }[] => {
    const found = new Set<FunctionDefinition | Lambda>();
    const bound = new Set<FunctionDefinition | Lambda>();
    const seen = new Set<string>();
    const name = lastName(callee);
    const pending = name === null ? [...namesIn(callee, true)] : [name];
    for (let each = pending.pop(); each !== undefined; each = pending.pop()) {
      if (seen.has(each)) continue;
      seen.add(each);
      for (const node of functions.get(each) ?? []) {
        found.add(node);
        if (callee.type === "Attribute") bound.add(node);
      }
      for (const node of classes.get(each) ?? []) {
        for (const method of methods(node, /^__(?:init|new|post_init|call|set_name)__$/)) {
          found.add(method);
          bound.add(method);
        }
      }
      // `r = rule`, `make = partial(rule, 1)`
      for (const value of sharing.get(each) ?? []) {
        if (value.type === "Lambda") found.add(value);
        const names = [...namesIn(value, true)];
        pending.push(...names.filter((one) => functions.has(one) || classes.has(one)));
      }
    }
    return [...found].map((node) => ({ node, bound: bound.has(node) }));
  };

  interface Seen {
    readonly changed: string[];
    /** What settings were called on: of a value that the function made for itself it is of no consequence. */
    readonly set: string[];
    elsewhere: boolean;
  }

  const useFacts = (
    node: FunctionDefinition | Lambda,
    bound: boolean,
    call: Call | null,
    callee: Expression,
    into: Seen,
  ) => {
    const { changes, given, elsewhere } = facts(node);
    for (const name of changes) into.changed.push(name);
    into.elsewhere ||= elsewhere;
    const self = bound ? node.parameters[0]?.name : undefined;
    if (self !== undefined && given.has(self) && callee.type === "Attribute")
      addAll(into.changed, givers(callee.object));
    if (given.size > (self !== undefined && given.has(self) ? 1 : 0))
      addAll(
        into.changed,
        (call?.args ?? []).flatMap((arg) => [...givers(arg.value)]),
      );
  };

  const firstOf = (call: Call | null, into: Seen): void => {
    const [first] = call?.args ?? [];
    if (first !== undefined) addAll(into.changed, givers(first.value));
  };

  /** What a function does that is handed over, or has got another name: `map(a.append, x)`, `add = a.append`. */
  const seeHanded = (value: Expression, into: Seen): void => {
    if (value.type === "Name" || value.type === "Lambda") {
      for (const node of value.type === "Name" ? (functions.get(value.id) ?? []) : [value]) {
        const { changes, elsewhere } = facts(node);
        addAll(into.changed, changes);
        into.elsewhere ||= elsewhere;
      }
    } else if (value.type === "Attribute") {
      if (changing.has(value.name)) addAll(into.changed, givers(value.object));
      if (setting.test(value.name)) addAll(into.set, givers(value.object));
    }
  };

  /** What a call does; a decorator is one without arguments. */
  const seeCall = (call: Call | null, callee: Expression, isStatement: boolean, into: Seen): void => {
    const targets = called(callee);
    for (const { node, bound } of targets) useFacts(node, bound, call, callee, into);
    for (const { value } of call?.args ?? []) seeHanded(value, into);
    if (callee.type === "Name") for (const value of sharing.get(callee.id) ?? []) seeHanded(value, into);
    if (callee.type === "Name" && callee.id === "type" && call?.args.length === 3)
      seeBasesIn([...call.args.slice(1, 2)], into);
    // `getattr(a, "append")(x)` and `list.append(a, x)`
    if (callee.type === "Call" && lastName(callee.callee) === "getattr") firstOf(callee, into);
    const ofType =
      callee.type === "Attribute" &&
      callee.object.type === "Name" &&
      /^(?:list|dict|set|deque)$/.test(callee.object.id);
    if (ofType) firstOf(call, into);
    const name = lastName(callee);
    const value = resolve(callee);
    if (value?.type === "function" && value.run !== run) {
      const { changes, given, elsewhere } = effectsOf(value.run).facts(value.node);
      if (changes.size > 0 || elsewhere) into.elsewhere = true;
      if (given.size > 0)
        addAll(
          into.changed,
          (call?.args ?? []).flatMap((arg) => [...givers(arg.value)]),
        );
    } else if (value?.type === "class" && value.run !== run) {
      const other = effectsOf(value.run);
      for (const method of methods(value.node, /^__(?:init|new|post_init)__$/)) {
        const { changes, elsewhere } = other.facts(method);
        if (changes.size > 0 || elsewhere) into.elsewhere = true;
      }
    }
    if (name === null || targets.length > 0) return;
    if (callee.type === "Name") {
      if (changesFirst.test(name)) firstOf(call, into);
      if (name === "exec") into.elsewhere = true;
      return;
    }
    if (callee.type !== "Attribute") return;
    const { object } = callee;
    if (setting.test(name)) addAll(into.set, givers(object));
    const statement = call?.args[0]?.value;
    const sql = statement?.type === "Formatted" ? statement.parts[0] : statement;
    if (name === "sql" && sql?.type === "Text" && !query.test(sql.value)) into.elsewhere = true;
    if (!changing.has(name) || (!isStatement && /^(?:sort|reverse)$/.test(name))) return;
    // `np.append(x, y)` is a function of a module, `sys.path.append(x)` changes a list.
    if (object.type === "Name" && !own.has(object.id) && isLibrary(resolve(object))) return;
    addAll(into.changed, givers(object));
  };

  /** What the nodes of a tree do when they are reached. */
  const seeNode = (node: Part, into: Seen): void => {
    for (const { target } of targetsOf(node))
      for (const part of targetParts(target)) addAll(into.changed, givers(part));
    if (node.type === "Expression" && node.value.type === "Call") seeCall(node.value, node.value.callee, true, into);
    else if (node.type === "Call") seeCall(node, node.callee, false, into);
    else if (node.type === "Function" || node.type === "Class") {
      for (const decorator of node.decorators) {
        const callee = decorator.type === "Call" ? decorator.callee : decorator;
        if (decorator.type !== "Call") seeCall(null, decorator, false, into);
        // `@RULES.rule`, of what is not known: it is there to put the function into it.
        if (callee.type === "Attribute") {
          const roots = [...givers(callee.object)].filter((name) => sharing.has(name));
          if (called(callee).length === 0 && !isLibrary(resolve(callee.object))) addAll(into.changed, roots);
        }
      }
      if (node.type === "Class") seeBases(node, into);
    }
  };

  const seeBases = (node: ClassDefinition, into: Seen): void => seeBasesIn(node.args, into);

  const seeBasesIn = (first: readonly Argument[], into: Seen): void => {
    const seen = new Set<readonly Argument[]>();
    const pending = [first];
    for (let each = pending.pop(); each !== undefined; each = pending.pop()) {
      if (seen.has(each)) continue;
      seen.add(each);
      const bases = each.flatMap(({ name, value }) =>
        value.type === "Tuple" ? value.items.map((item) => ({ name, value: item })) : [{ name, value }],
      );
      for (const { name, value } of bases) {
        const made = name === "metaclass" ? /^__(?:init|new|prepare|call)__$/ : /^__init_subclass__$/;
        const base = resolve(value);
        if (base?.type === "class" && base.run !== run) {
          if (name === "metaclass" || hasHook(base.node)) into.elsewhere = true;
          continue;
        }
        for (const of of classes.get(lastName(value) ?? "") ?? []) {
          pending.push(of.args);
          for (const method of methods(of, made)) {
            const { changes, elsewhere } = facts(method);
            for (const name of changes) into.changed.push(name);
            into.elsewhere ||= elsewhere;
          }
        }
      }
    }
  };

  const facts = (node: FunctionDefinition | Lambda): Facts => {
    const before = known.get(node);
    if (before !== undefined) return before;
    const result: Facts = { changes: new Set(), given: new Set(), free: new Set(), elsewhere: false };
    // Before its calls are followed: functions may call each other.
    known.set(node, result);
    if (depth >= maxCalls) {
      result.elsewhere = true;
      return result;
    }
    depth++;
    const parameters = new Set(node.parameters.map((each) => each.name));
    const locals = new Map<string, Set<string>>();
    const moved = new Set<string>();
    const seen: Seen = { changed: [], set: [], elsewhere: false };
    const inner: (FunctionDefinition | Lambda)[] = [];
    const body = bodyOfFunction(node);
    const local = (name: string, from: Iterable<string>) => {
      const givenBy = locals.get(name) ?? new Set();
      locals.set(name, givenBy);
      for (const each of from) givenBy.add(each);
    };
    visit(
      body,
      (each) => {
        if (each.type === "Global" || each.type === "Nonlocal") for (const name of each.names) moved.add(name);
        for (const { target, value } of targetsOf(each))
          for (const name of targetNames(target)) local(name, value === null ? [] : givers(value));
        if (each.type === "Function" || each.type === "Class") local(each.name, []);
        if (each.type === "Import")
          for (const { module, as } of each.names) local(as ?? module.split(".", 1)[0] ?? "", []);
        if (each.type === "ImportFrom") for (const { name, as } of each.names) local(as ?? name, []);
        if (each.type === "Try") for (const { name } of each.handlers) if (name !== null) local(name, []);
        if (each.type === "Match")
          for (const { pattern } of each.cases) for (const name of pattern.names) local(name, []);
        if (each.type === "Function" || each.type === "Lambda") inner.push(each);
        seeNode(each, seen);
      },
      true,
    );
    const isOwn = (name: string) => !moved.has(name) && (parameters.has(name) || locals.has(name));
    for (const name of namesIn(body, true)) if (!isOwn(name)) result.free.add(name);
    for (const each of inner) {
      const { changes, free, elsewhere } = facts(each);
      for (const name of changes) seen.changed.push(name);
      seen.elsewhere ||= elsewhere;
      for (const name of free) if (!isOwn(name)) result.free.add(name);
    }
    for (const name of moved) if (locals.has(name)) result.changes.add(name);
    const origins = (names: readonly string[]): Set<string> => {
      const all = new Set<string>();
      const pending = [...names];
      for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
        if (all.has(name)) continue;
        all.add(name);
        if (!moved.has(name)) for (const each of locals.get(name) ?? []) pending.push(each);
      }
      return new Set([...all].filter((name) => parameters.has(name) || !isOwn(name)));
    };
    for (const name of origins(seen.changed)) {
      if (parameters.has(name)) {
        result.given.add(name);
        const value = node.parameters.find((each) => each.name === name)?.default;
        if (value) for (const each of givers(value)) if (own.has(each)) result.changes.add(each);
      } else if (own.has(name)) result.changes.add(name);
      else if (isChangeable(name)) result.elsewhere = true;
    }
    if (seen.elsewhere || origins(seen.set).size > 0) result.elsewhere = true;
    depth--;
    return result;
  };

  /** Whether it makes a difference that something of an imported name, or one that nobody gave a value, is changed. */
  const isChangeable = (name: string) => reflective.test(name) || run.scope.vars.has(name);

  const of = (statement: Statement): Effects => {
    const seen: Seen = { changed: [], set: [], elsewhere: false };
    visit(statement, (node) => seeNode(node, seen), true);
    if (seen.changed.length === 0 && seen.set.length === 0 && !seen.elsewhere) return nothing;
    const elsewhere =
      seen.elsewhere || seen.set.length > 0 || seen.changed.some((name) => !own.has(name) && isChangeable(name));
    return { names: new Set(seen.changed), elsewhere };
  };
  return { of, facts, functions: (name) => functions.get(name) ?? [], shared };
}

const analysed = new WeakMap<ModuleRun, ModuleEffects>();

export function effectsOf(run: ModuleRun): ModuleEffects {
  let known = analysed.get(run);
  if (known === undefined) {
    known = effectsIn(run);
    analysed.set(run, known);
  }
  return known;
}

function isLibrary(value: Value | undefined): boolean {
  return value !== undefined && /^(?:external|module|package|api|spark|builtin)$/.test(value.type);
}

/** Without spreading: a call may have more arguments than that can take. */
function addAll(into: string[], names: Iterable<string>): void {
  for (const name of names) into.push(name);
}

function methods(node: ClassDefinition, names: RegExp): FunctionDefinition[] {
  return node.body.flatMap((each) => (each.type === "Function" && names.test(each.name) ? [each] : []));
}

function hasHook(node: ClassDefinition): boolean {
  return methods(node, /^__init_subclass__$/).length > 0 || node.args.length > 0;
}
