import { hasHole } from "../names.js";
import type { Pattern, Statement } from "./ast.js";
import { type Environment, evaluate } from "./evaluate.js";
import { block, follow } from "./execute.js";
import { alternatives, either, keyOf, truth, unknown, type Value } from "./values.js";
import { type Followed, goesOn, setName, settle, unchanged } from "./ways.js";

/** `match`: the case that is known to fit, or each that may. */
export function match(statement: Statement & { type: "Match" }, env: Environment): number {
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
