import type { Expression, Statement } from "./ast.js";

/** Methods of lists, sets, dictionaries, queues and files that change them. */
export const changing = new Set(
  (
    "append extend insert add update setdefault pop remove clear sort reverse popitem popleft appendleft extendleft rotate discard " +
    "difference_update intersection_update symmetric_difference_update send put put_nowait readline readlines write writelines " +
    "__setitem__ __delitem__ __next__"
  ).split(" "),
);

/**
 * The names that a statement of a module gives a value or changes, branches and loops included, functions' own names not. Null when they
 * can't be told: `from x import *`.
 */
export function bindings(statement: Statement): ReadonlySet<string> | null {
  const names = new Set<string>();
  return collect([statement], names) ? names : null;
}

function collect(body: readonly Statement[], names: Set<string>): boolean {
  let told = true;
  for (const statement of body) told = one(statement, names) && told;
  return told;
}

function one(statement: Statement, names: Set<string>): boolean {
  switch (statement.type) {
    case "Function":
    case "Class":
    case "TypeAlias":
      names.add(statement.name);
      return true;
    case "Import":
      for (const { module, as } of statement.names) names.add(as ?? module.split(".", 1)[0] ?? module);
      return true;
    case "ImportFrom":
      for (const { name, as } of statement.names) names.add(as ?? name);
      return !names.has("*");
    case "Assign":
      for (const target of statement.targets) bind(target, names);
      return true;
    case "Augmented":
      bind(statement.target, names);
      return true;
    case "Delete":
      for (const value of statement.values) bind(value, names);
      return true;
    case "Expression":
      changed(statement.value, names);
      return true;
    case "If":
    case "While":
      return collect(statement.body, names) && collect(statement.otherwise, names);
    case "For":
      bind(statement.target, names);
      return collect(statement.body, names) && collect(statement.otherwise, names);
    case "With":
      for (const item of statement.items) if (item.target !== null) bind(item.target, names);
      return collect(statement.body, names);
    case "Try": {
      const blocks = [
        statement.body,
        ...statement.handlers.map((handler) => handler.body),
        statement.otherwise,
        statement.final,
      ];
      return blocks.every((block) => collect(block, names));
    }
    case "Match":
      for (const { pattern } of statement.cases) for (const name of pattern.names) names.add(name);
      return statement.cases.every((branch) => collect(branch.body, names));
    default:
      return true;
  }
}

/** The name at the root of what is assigned to: `a`, `a.b`, `a["b"]`. */
function bind(target: Expression, names: Set<string>): void {
  switch (target.type) {
    case "Name":
      names.add(target.id);
      return;
    case "Attribute":
    case "Subscript":
      bind(target.object, names);
      return;
    case "Tuple":
    case "List":
      for (const item of target.items) bind(item, names);
      return;
    case "Star":
      if (target.value !== null) bind(target.value, names);
      return;
    default:
      return;
  }
}

/** `a.append(x)` changes `a`. */
function changed(value: Expression, names: Set<string>): void {
  if (value.type !== "Call" || value.callee.type !== "Attribute" || !changing.has(value.callee.name)) return;
  bind(value.callee.object, names);
}
