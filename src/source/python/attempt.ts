import { hasHole } from "../names.js";
import type { Expression, Statement } from "./ast.js";
import { type Environment, evaluate } from "./evaluate.js";
import { block, follow } from "./execute.js";
import { keyOf, unknown } from "./values.js";
import { addBetween, type Followed, goesOn, join, raises, setName, settle, unchanged } from "./ways.js";

/** `try`: the body, or what it did until it failed and then a handler. */
export function attempt(statement: Statement & { type: "Try" }, env: Environment): number {
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
