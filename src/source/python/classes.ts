import type { ClassDefinition, Expression, Statement } from "./ast.js";
import { callValue } from "./calls.js";
import { type Environment, evaluate, labelOf } from "./evaluate.js";
import { callFunction } from "./execute.js";
import { born, charge, type Machine, newScope, type Scope } from "./machine.js";
import {
  type Arg,
  type Args,
  type ClassValue,
  emptyArgs,
  type FunctionValue,
  type InstanceValue,
  keyOf,
  none,
  text,
  unknown,
  type Value,
} from "./values.js";
import { perhaps, setIn, setName } from "./ways.js";

const orders = new WeakMap<ClassValue, readonly Value[]>();

/** A class and its bases in the order in which Python looks for attributes (C3); bases that are no classes of the project included. */
export function lineage(type: ClassValue): readonly Value[] {
  const known = orders.get(type);
  if (known !== undefined) return known;
  const behind = type.bases.map((base) => (base.type === "class" ? [...lineage(base)] : [base]));
  const [only] = behind;
  const order: Value[] = [
    type,
    ...(behind.length === 1 && only !== undefined ? only : merged([...behind, [...type.bases]])),
  ];
  charge(order.length);
  orders.set(type, order);
  return order;
}

function merged(sequences: Value[][]): Value[] {
  const order: Value[] = [];
  for (;;) {
    const open = sequences.filter((sequence) => sequence.length > 0);
    if (open.length === 0) return order;
    charge(open.length * 4);
    const next =
      open.map(([head]) => head).find((head) => !open.some((sequence) => sequence.indexOf(head as Value, 1) > 0)) ??
      open[0]?.[0];
    if (next === undefined) return order;
    order.push(next);
    for (const sequence of open) {
      const at = sequence.indexOf(next);
      if (at >= 0) sequence.splice(at, 1);
    }
  }
}

/** Classes from outside that have no attributes which a class of the project could be asked for. */
function isHarmless(base: Value): boolean {
  if (base.type === "builtin") return true;
  return base.type === "external" && /^(?:abc|enum|typing|typing_extensions|collections\.abc)\./.test(base.path);
}

/** An attribute of a class or of its bases, or of those that come after one of them; null when none of them has it. */
export function found(type: ClassValue, name: string, after?: ClassValue): Value | null {
  const order = lineage(type);
  // Behind a class that can't be seen nothing is sure: it may have the name too.
  let vague = type.vague === true;
  for (const one of after === undefined ? order : order.slice(order.indexOf(after) + 1)) {
    if (one.type !== "class") {
      vague ||= !isHarmless(one);
      continue;
    }
    vague ||= one.vague === true;
    const value = one.scope.vars.get(name);
    if (value === undefined) continue;
    if (value.type !== "function") return vague ? unknown(name) : value;
    return value.self === null && decoratedBy(value, "classmethod") ? { ...value, self: type } : value;
  }
  return null;
}

function decoratedBy(value: FunctionValue, name: string): boolean {
  return (
    value.node.type === "Function" &&
    value.node.decorators.some((decorator) => decorator.type === "Name" && decorator.id === name)
  );
}

/** An attribute of an instance; null when neither it nor its class has one. */
export function member(object: InstanceValue, name: string, env: Environment): Value | null {
  if (name === "__class__") return object.class;
  if (name === "__dict__") {
    // Through it any attribute may be set.
    object.vague = true;
    return unknown(name);
  }
  const value = found(object.class, name, object.after);
  if (value?.type === "function" && value.property)
    return callFunction({ ...value, self: object.self ?? object }, emptyArgs, env);
  const own = object.attributes.get(name);
  const vague = object.vague === true || found(object.class, "__getattribute__") !== null;
  if (own !== undefined) return vague && own.type !== "frame" && own.type !== "function" ? unknown(name) : own;
  if (value === null) {
    // What a data class makes of its fields, called by a class that has its own.
    return name === "__init__" && object.after !== undefined ? { type: "method", object, name, start: 0 } : null;
  }
  if (value.type === "function") return bind(value, object.self ?? object);
  const describes = value.type === "instance" && found(value.class, "__get__") !== null;
  return vague || describes ? unknown(name) : value;
}

function bind(value: FunctionValue, object: InstanceValue): FunctionValue {
  if (value.node.type !== "Function" || decoratedBy(value, "staticmethod")) return value;
  return { ...value, self: decoratedBy(value, "classmethod") ? object.class : object };
}

/** Calls `super()`: the classes behind the one in whose body it stands, bound to the instance. */
export function superOf(env: Environment): Value {
  for (let scope: Scope | null = env.scope; scope !== null; scope = scope.parent) {
    const self = scope.vars.get("self");
    if (self?.type !== "instance") continue;
    const type = lineage(self.class).find((one): one is ClassValue => one.type === "class" && holds(one, env.scope));
    if (type === undefined) return unknown("super");
    return { type: "instance", class: self.class, attributes: new Map(), self: self.self ?? self, after: type };
  }
  return unknown("super");
}

function holds(type: ClassValue, scope: Scope): boolean {
  for (let at: Scope | null = scope; at !== null; at = at.parent) if (at === type.scope) return true;
  return false;
}

/** `object.name = value`, also by `setattr`. */
export function setAttribute(object: Value, name: string, value: Value, env: Environment): void {
  const { machine } = env;
  switch (object.type) {
    case "choice":
      for (const option of object.options) perhaps(machine, env.scope, () => setAttribute(option, name, value, env));
      return;
    case "instance": {
      const target = object.self ?? object;
      const known = found(target.class, name);
      if (known?.type === "function" && known.property) {
        const { setter } = known;
        const args = { ...emptyArgs, positional: [{ value, node: nowhere }] };
        if (setter !== undefined) callFunction({ ...setter, self: target }, args, env);
      } else if (found(target.class, "__setattr__") !== null) makeVague(target);
      else {
        keepBefore(target.attributes, name, known, machine);
        setIn(target.attributes, target.born, name, value);
      }
      return;
    }
    case "class":
      keepBefore(object.scope.vars, name, found(object, name), machine);
      setName(object.scope, name, value);
      return;
    case "module":
      patch(object.run.scope, name, value, machine);
      return;
    case "function":
      if (name === "__name__") object.name = value.type === "text" ? value.value : object.name;
      return;
    default:
      return;
  }
}

/** What is set on a way that may not be taken is elsewhere what the class, or the module itself, has. */
function keepBefore(vars: Map<string, Value>, name: string, before: Value | null | undefined, machine: Machine): void {
  if (machine.way === null || vars.has(name) || before === null || before === undefined) return;
  if (before.type !== "function") vars.set(name, before);
}

/** A module's name that another one sets holds for whoever imports that one, not for the whole project. */
function patch(scope: Scope, name: string, value: Value, machine: Machine): void {
  if (scope === machine.main.scope) {
    setName(scope, name, value);
    return;
  }
  const names = machine.patched.get(scope) ?? new Map<string, Value>();
  const before = scope.vars.get(name);
  if (machine.way !== null && before !== undefined && !names.has(name)) names.set(name, before);
  setIn(names, scope.born, name, value);
  machine.patched.set(scope, names);
}

/** Some attribute of a value was set, it can't be told which. */
export function makeVague(object: Value): void {
  if (object.type === "instance") (object.self ?? object).vague = true;
  else if (object.type === "class") object.vague = true;
  else if (object.type === "choice") object.options.forEach(makeVague);
}

const nowhere: Expression = { type: "Name", id: "value", start: 0, end: 0 };

/** Calls a class. */
export function instantiate(type: ClassValue, args: Args, env: Environment): Value {
  if (type.members !== undefined) return memberOf(type, args);
  const instance: InstanceValue = { type: "instance", class: type, attributes: new Map(), born: born() };
  if (found(type, "__new__") !== null) instance.vague = true;
  for (const one of lineage(type)) {
    if (one.type !== "class") continue;
    const init = one.scope.vars.get("__init__");
    if (init?.type === "function") {
      callFunction({ ...init, self: instance }, args, env);
      return instance;
    }
    if (isData(one)) break;
  }
  fill(instance, lineage(type), args, env);
  return instance;
}

/** What `super().__init__(…)` does in a class whose base is a data class. */
export function initialise(object: InstanceValue, args: Args, env: Environment): Value {
  const order = lineage(object.class);
  const at = object.after === undefined ? 0 : order.indexOf(object.after) + 1;
  fill(object.self ?? object, order.slice(at), args, env);
  return none;
}

/** The member of an enumeration that has a value: `Layer("bronze")`. */
function memberOf(type: ClassValue, args: Args): Value {
  const [only] = args.positional;
  const key = only === undefined || args.positional.length > 1 || args.open ? null : keyOf(only.value);
  for (const one of key === null ? [] : (type.members?.values() ?? [])) {
    const value = one.type === "instance" ? one.attributes.get("value") : one;
    if (one === only?.value || (value !== undefined && keyOf(value) === key)) return one;
  }
  return only !== undefined && [...(type.members?.values() ?? [])].includes(only.value) ? only.value : unknown();
}

interface Field {
  readonly name: string;
  readonly owner: ClassValue;
  readonly value: Expression | null;
  readonly init: boolean;
  readonly keywordOnly: boolean;
  /** Handed to `__post_init__`, and no attribute. */
  readonly initOnly: boolean;
}

/** Gives an instance of a data class, or a named tuple, its fields: the annotated names are the parameters. */
function fill(instance: InstanceValue, order: readonly Value[], args: Args, env: Environment): void {
  const handed: Arg[] = [];
  let position = 0;
  for (const field of fieldsOf(order)) {
    const { name } = field;
    const given = !field.init
      ? undefined
      : (args.named.get(name)?.value ?? (field.keywordOnly ? undefined : args.positional[position++]?.value));
    const value = given ?? (args.open && field.init ? unknown(name) : defaultOf(field, env));
    if (field.initOnly) handed.push({ value: value ?? unknown(name), node: nowhere });
    else if (value !== undefined) setIn(instance.attributes, instance.born, name, value);
  }
  if (order.some((one) => one.type === "class" && validates(one))) instance.vague = true;
  const post = found(instance.class, "__post_init__") ?? found(instance.class, "__attrs_post_init__");
  if (post?.type === "function") callFunction({ ...post, self: instance }, { ...emptyArgs, positional: handed }, env);
}

function validates(type: ClassValue): boolean {
  return type.node.body.some(
    (statement) =>
      statement.type === "Function" &&
      (statement.name === "model_post_init" ||
        statement.decorators.some((one) => /validator$/.test(labelOf(one.type === "Call" ? one.callee : one)))),
  );
}

function defaultOf(field: Field, env: Environment): Value | undefined {
  const { value, owner } = field;
  const factory =
    value?.type === "Call" ? (namedNode(value, "default_factory") ?? namedNode(value, "factory")) : undefined;
  // Each instance has one of its own.
  if (value?.type === "Call" && factory !== undefined && isField(value.callee))
    return callValue(
      evaluate(factory, { machine: env.machine, scope: owner.scope, run: owner.run }),
      emptyArgs,
      value,
      env,
    );
  return owner.scope.vars.get(field.name);
}

function namedNode(call: Expression & { type: "Call" }, name: string): Expression | undefined {
  return call.args.find((arg) => arg.name === name)?.value;
}

function isField(callee: Expression): boolean {
  return /^(?:field|Field|attrib|ib)$/.test(labelOf(callee));
}

function isConstant(node: Expression | undefined, value: string): boolean {
  return node?.type === "Constant" && node.value === value;
}

/** The decorator that makes a class a data class. */
function dataDecorator(type: ClassValue): Expression | undefined {
  return type.node.decorators.find((one) =>
    /^(?:dataclass|define|mutable|frozen|attrs|s)$/.test(labelOf(one.type === "Call" ? one.callee : one)),
  );
}

function isData(type: ClassValue): boolean {
  const decorator = dataDecorator(type);
  return decorator !== undefined && !(decorator.type === "Call" && isConstant(namedNode(decorator, "init"), "False"));
}

/** The fields of classes, the base's first; one that is redefined keeps its position. */
function fieldsOf(order: readonly Value[]): Field[] {
  const types = order.filter((one): one is ClassValue => one.type === "class").reverse();
  const some = types.some((type) => dataDecorator(type) !== undefined);
  const fields = new Map<string, Field>();
  for (const owner of types) {
    const decorator = dataDecorator(owner);
    // A base that is no data class itself gives no fields.
    if (some && decorator === undefined) continue;
    let keywordOnly = decorator?.type === "Call" && isConstant(namedNode(decorator, "kw_only"), "True");
    charge(owner.node.body.length >> 2);
    for (const statement of owner.node.body) {
      const name = fieldName(statement);
      if (name === null || statement.type !== "Assign") continue;
      const kind = annotationName(statement.annotation);
      if (kind === "KW_ONLY") keywordOnly = true;
      if (kind === "KW_ONLY" || kind === "ClassVar") continue;
      const { value } = statement;
      const call = value?.type === "Call" && isField(value.callee) ? value : null;
      fields.set(name, {
        name,
        owner,
        value,
        init: call === null || !isConstant(namedNode(call, "init"), "False"),
        keywordOnly: keywordOnly || (call !== null && isConstant(namedNode(call, "kw_only"), "True")),
        initOnly: kind === "InitVar",
      });
    }
  }
  return [...fields.values()];
}

function fieldName(statement: Statement): string | null {
  if (statement.type !== "Assign" || statement.annotation === null) return null;
  const [target] = statement.targets;
  return target?.type === "Name" ? target.id : null;
}

/** The outermost name of an annotation, which may be written as a text. */
function annotationName(node: Expression | null): string {
  if (node === null) return "";
  if (node.type === "Text") return /^\s*(?:\w+\.)*(\w+)/.exec(node.value)?.[1] ?? "";
  return node.type === "Subscript" ? annotationName(node.object) : labelOf(node);
}

/** Gives the members of an enumeration their names and values, once its body has been followed. */
function makeMembers(type: ClassValue, env: Environment): void {
  const bases = lineage(type).flatMap((one) => (one.type === "external" || one.type === "builtin" ? [one] : []));
  const paths = bases.map((base) => (base.type === "external" ? base.path : base.name));
  if (!paths.some((path) => /(?:^|\.)(?:Int|Str)?(?:Enum|Flag)$/.test(path))) return;
  // Members of those are texts and numbers themselves.
  const plain = paths.some((path) => /^(?:str|int|float)$|(?:^|\.)(?:IntEnum|StrEnum|IntFlag)$/.test(path));
  const members = new Map<string, Value>();
  const byValue = new Map<string, Value>();
  for (const [name, value] of type.scope.vars) {
    if (name.startsWith("_") || value.type === "function" || value.type === "class") continue;
    const key = keyOf(value);
    const alias = key === null ? undefined : byValue.get(key);
    const one = alias ?? (plain ? value : enumMember(type, name, value, env));
    if (alias === undefined) members.set(name, one);
    if (key !== null) byValue.set(key, one);
    type.scope.vars.set(name, one);
  }
  if (members.size > 0) type.members = members;
}

function enumMember(type: ClassValue, name: string, value: Value, env: Environment): Value {
  const attributes = new Map<string, Value>([
    ["name", text(name)],
    ["_name_", text(name)],
    ["value", value],
    ["_value_", value],
  ]);
  const instance: InstanceValue = { type: "instance", class: type, attributes, member: name, born: born() };
  if (found(type, "__new__") !== null) instance.vague = true;
  const init = found(type, "__init__");
  if (init?.type === "function") {
    const values = value.type === "list" ? value.items : [value];
    const positional = values.map((one) => ({ value: one, node: nowhere }));
    callFunction({ ...init, self: instance }, { ...emptyArgs, positional }, env);
  }
  return instance;
}

/** Decorators and metaclasses from outside that leave a class's attributes as they are. */
const harmless =
  /^(?:dataclass|define|mutable|frozen|attrs|s|unique|final|total_ordering|runtime_checkable|ABCMeta|EnumMeta|EnumType|type)$/;

/** What a class is after its decorators, its metaclass and its bases had their say. */
export function finishClass(type: ClassValue, env: Environment): Value {
  const { node } = type;
  lineage(type);
  makeMembers(type, env);
  const keywords = new Map<string, Arg>();
  for (const arg of node.args) {
    if (arg.name === null) continue;
    const value = evaluate(arg.value, env);
    if (arg.name !== "metaclass") keywords.set(arg.name, { value, node: arg.value });
    else if (!harmless.test(labelOf(arg.value))) type.vague = true;
  }
  const hook = found(type, "__init_subclass__", type);
  if (hook?.type === "function") callFunction({ ...hook, self: type }, { ...emptyArgs, named: keywords }, env);
  let result: Value = type;
  for (const decorator of [...node.decorators].reverse()) {
    const value = evaluate(decorator, env);
    const label = labelOf(decorator.type === "Call" ? decorator.callee : decorator);
    if (/^(?:external|unknown)$/.test(value.type) && harmless.test(label)) continue;
    if (!/^(?:function|partial|instance|class|choice)$/.test(value.type)) {
      makeVague(result);
      continue;
    }
    const args: Args = { ...emptyArgs, positional: [{ value: result, node: decorator }] };
    const call = { type: "Call", callee: decorator, args: [], start: decorator.start, end: decorator.end } as const;
    const made = callValue(value, args, call, env);
    if (made.type === "unknown" || made.type === "none") makeVague(result);
    else result = made;
  }
  return result;
}

/** A class whose fields no body tells, as `namedtuple` makes them. */
export function madeClass(name: string, fields: readonly string[], at: Expression, env: Environment): ClassValue {
  const { start, end } = at;
  const body = fields.map((id): Statement => {
    const target: Expression = { type: "Name", id, start, end };
    return { type: "Assign", targets: [target], annotation: target, value: null, start, end };
  });
  const node: ClassDefinition = {
    type: "Class",
    name,
    nameStart: start,
    decorators: [],
    typeParameters: [],
    args: [],
    body,
    start,
    end,
  };
  return { type: "class", node, scope: newScope("class", env.scope), run: env.run, bases: [] };
}
