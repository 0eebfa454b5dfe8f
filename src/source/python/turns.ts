import type { For, Statement } from "./ast.js";
import { bindings } from "./bindings.js";
import type { ModuleEffects } from "./effects.js";
import { namesIn, type Part, targetNames, visit } from "./walk.js";

/**
 * Whether a turn of a loop may depend on the other turns: it uses what an earlier turn left (`n += 1`, `seen.append(x)`), or a function
 * in it uses, when it is called later, what the last turn left.
 */
export function carries(loop: For, effects: ModuleEffects): boolean {
  const bound = bindings(loop);
  if (bound === null) return true;
  const left = new Set([...bound, ...targetNames(loop.target)]);
  const isLate = (names: Iterable<string>) => [...names].some((name) => left.has(name));
  const usesLeft = (names: Iterable<string>, fresh: ReadonlySet<string>) =>
    [...names].some((name) => left.has(name) && !fresh.has(name));

  /** Whether what is evaluated now uses or changes what is not this turn's own. */
  const now = (statement: Statement, parts: unknown, fresh: ReadonlySet<string>): boolean => {
    if (usesLeft(namesIn(parts, true), fresh)) return true;
    let late = false;
    visit(
      parts,
      (node: Part) => {
        if (node.type === "Lambda" || node.type === "Function") late ||= isLate(effects.facts(node).free);
      },
      true,
    );
    return late || changes(statement, fresh);
  };

  const changes = (statement: Statement, fresh: ReadonlySet<string>): boolean => {
    const { names, elsewhere } = effects.of(statement);
    const changed = effects.shared(names, false);
    return elsewhere || changed === null || [...changed].some((name) => !fresh.has(name));
  };

  /** Follows statements; `fresh` are the names that this turn has given a value by then. */
  const block = (body: readonly Statement[], fresh: Set<string>): boolean => body.some((each) => one(each, fresh));

  const branches = (bodies: readonly (readonly Statement[])[], fresh: Set<string>): boolean => {
    const ways = bodies.map((body) => {
      const way = new Set(fresh);
      return { way, carried: block(body, way) };
    });
    const [first, ...rest] = ways;
    for (const name of first?.way ?? []) if (rest.every(({ way }) => way.has(name))) fresh.add(name);
    return ways.some(({ carried }) => carried);
  };

  const one = (statement: Statement, fresh: Set<string>): boolean => {
    switch (statement.type) {
      case "Assign": {
        const parts = [
          statement.value,
          statement.targets.filter((target) => target.type !== "Name" && targetNames(target).length === 0),
        ];
        if (now(statement, parts, fresh)) return true;
        if (statement.value !== null)
          for (const target of statement.targets) for (const name of targetNames(target)) fresh.add(name);
        return false;
      }
      case "Import":
      case "ImportFrom":
        for (const name of bindings(statement) ?? []) fresh.add(name);
        return false;
      case "Function":
        if (now(statement, statement, fresh)) return true;
        fresh.add(statement.name);
        return false;
      case "Class":
        if (now(statement, statement, fresh)) return true;
        fresh.add(statement.name);
        return false;
      case "If":
        if (now({ type: "Expression", value: statement.test, start: 0, end: 0 }, statement.test, fresh)) return true;
        return branches([statement.body, statement.otherwise], fresh);
      case "Try":
        return (
          branches([statement.body, ...statement.handlers.map(({ body }) => body)], fresh) ||
          block(statement.otherwise, new Set(fresh)) ||
          block(statement.final, new Set(fresh))
        );
      case "With":
        if (statement.items.some(({ value }) => usesLeft(namesIn(value, true), fresh))) return true;
        for (const { target } of statement.items)
          if (target !== null) for (const name of targetNames(target)) fresh.add(name);
        return block(statement.body, fresh);
      case "For": {
        if (usesLeft(namesIn(statement.iterable, true), fresh)) return true;
        const inner = new Set([...fresh, ...targetNames(statement.target)]);
        return block(statement.body, inner) || block(statement.otherwise, new Set(fresh));
      }
      default:
        // The other kinds of blocks are rare: all of one counts at once.
        return now(statement, statement, fresh);
    }
  };
  if (block(loop.body, new Set(targetNames(loop.target)))) return true;
  // A function outside that looks the loop's names up, as the module's.
  const seen = new Set<string>();
  const pending = [...namesIn(loop.body)];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const node of effects.functions(name)) {
      if (left.has(name)) continue;
      const { free } = effects.facts(node);
      if (isLate(free)) return true;
      for (const each of free) pending.push(each);
    }
  }
  return false;
}
