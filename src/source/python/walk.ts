import type { Expression, FunctionDefinition, Lambda, Statement } from "./ast.js";

export type Part = Statement | Expression;

/**
 * Shows every statement and expression of a tree, in the order of the text, without recursion. With `now`, only what is evaluated when the
 * tree is reached: the bodies of functions and lambdas are left out, and they themselves are shown.
 */
export function visit(roots: unknown, see: (node: Part) => void, now = false): void {
  const pending: unknown[] = [roots];
  const push = (values: readonly unknown[]) => {
    for (let i = values.length - 1; i >= 0; i--) {
      const value = values[i];
      if (typeof value === "object" && value !== null) pending.push(value);
    }
  };
  while (pending.length > 0) {
    const node = pending.pop();
    if (Array.isArray(node)) push(node);
    else if (isNode(node)) {
      see(node);
      // A text has nothing below it but offsets, which may be many.
      if (node.type === "Text") continue;
      if (now && node.type === "Function") push([node.decorators, node.typeParameters, node.parameters, node.returns]);
      else if (now && node.type === "Lambda") push([node.parameters]);
      else push(Object.values(node));
    } else if (typeof node === "object" && node !== null) push(Object.values(node));
  }
}

function isNode(value: unknown): value is Part {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The names in a tree; with `now`, those that are looked up when it is reached. */
export function namesIn(roots: unknown, now = false): Set<string> {
  const names = new Set<string>();
  visit(
    roots,
    (node) => {
      if (node.type === "Name") names.add(node.id);
      else if (node.type === "Match")
        for (const { pattern } of node.cases) for (const name of pattern.uses) names.add(name);
    },
    now,
  );
  return names;
}

const fresh =
  /^(?:dict|list|set|tuple|frozenset|sorted|copy|deepcopy|str|int|float|bool|len|range|enumerate|zip|open)$/;

/**
 * The names whose values an expression may give, or a part of them: changing what it gives changes theirs. What makes a value of its own
 * (a list, `dict(x)`, a class that is called) gives none.
 */
export function givers(value: Expression): Set<string> {
  const names = new Set<string>();
  const pending: (Expression | null)[] = [value];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    switch (node?.type) {
      case "Name":
        names.add(node.id);
        break;
      case "Attribute":
      case "Subscript":
        pending.push(node.object);
        break;
      case "Call": {
        const { callee } = node;
        const name = lastName(callee);
        if (name !== null && (fresh.test(name) || /^[A-Z]/.test(name))) break;
        pending.push(callee);
        for (const arg of node.args) pending.push(arg.value);
        break;
      }
      case "Conditional":
        pending.push(node.then, node.otherwise);
        break;
      case "Operation":
        if (node.operator === "or" || node.operator === "and") pending.push(node.left, node.right);
        break;
      case "Named":
        pending.push(node.target, node.value);
        break;
      case "Star":
      case "Await":
        pending.push(node.value);
        break;
    }
  }
  return names;
}

/** `c` of `a.b.c` and of `c`. */
export function lastName(callee: Expression): string | null {
  return callee.type === "Name" ? callee.id : callee.type === "Attribute" ? callee.name : null;
}

/** The plain names of a target. */
export function targetNames(target: Expression): string[] {
  switch (target.type) {
    case "Name":
      return [target.id];
    case "Tuple":
    case "List":
      return target.items.flatMap(targetNames);
    case "Star":
      return target.value === null ? [] : targetNames(target.value);
    default:
      return [];
  }
}

/** The attributes and items among targets: what they stand in is changed. */
export function targetParts(target: Expression): Expression[] {
  switch (target.type) {
    case "Attribute":
    case "Subscript":
      return [target];
    case "Tuple":
    case "List":
      return target.items.flatMap(targetParts);
    case "Star":
      return target.value === null ? [] : targetParts(target.value);
    default:
      return [];
  }
}

/** What a statement assigns to, with what it assigns. */
export function targetsOf(node: Part): { readonly target: Expression; readonly value: Expression | null }[] {
  switch (node.type) {
    case "Assign":
      return node.value === null ? [] : node.targets.map((target) => ({ target, value: node.value }));
    case "Augmented":
      return [{ target: node.target, value: null }];
    case "Delete":
      return node.values.map((target) => ({ target, value: null }));
    case "For":
      return [{ target: node.target, value: node.iterable }];
    case "With":
      return node.items.flatMap(({ target, value }) => (target === null ? [] : [{ target, value }]));
    case "Named":
      return [{ target: node.target, value: node.value }];
    case "Comprehension":
      return node.clauses.map(({ target, iterable }) => ({ target, value: iterable }));
    default:
      return [];
  }
}

/** The statements, or the expression, that a function consists of. */
export function bodyOfFunction(node: FunctionDefinition | Lambda): readonly Part[] {
  return node.type === "Lambda" ? [node.body] : node.body;
}
