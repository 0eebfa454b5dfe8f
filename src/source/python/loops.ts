import { assign } from "./assign.js";
import type { Statement } from "./ast.js";
import { bindings } from "./bindings.js";
import { clear, forgetRest } from "./changes.js";
import { type Environment, evaluate, labelOf } from "./evaluate.js";
import { block, follow } from "./execute.js";
import { growthOf, widen } from "./growth.js";
import { charge, step } from "./machine.js";
import { anyOf, iterate } from "./operations.js";
import { truth, unknown, type Value } from "./values.js";
import {
  breaks,
  closeTo,
  continues,
  type Followed,
  goesOn,
  join,
  leave,
  raises,
  returns,
  setName,
  settle,
  unchanged,
  type Way,
} from "./ways.js";

/** `for`: once for each value that is known, any number of times for those that are not. */
export function loop(statement: Statement & { type: "For" }, env: Environment): number {
  const { machine, scope } = env;
  const iterable = evaluate(statement.iterable, env);
  const source = iterate(iterable);
  // Meanwhile it can't be told what an iterator has left, nor when the loop was left.
  if (!source.open) forgetRest(iterable);
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
  // Any turn may be the last where their order can't be told.
  const names = source.shuffled && source.items.length > 1 ? (bindings(statement) ?? []) : [];
  const held = new Map<string, Value[]>();
  for (const value of source.items) {
    const isSure = source.sure === undefined || position < source.sure;
    position++;
    const outer = machine.way;
    const ending = isSure ? turn(value) : settleTurn([follow(env, () => turn(value)), unchanged], env);
    closeTo(outer, ending, machine, scope, continues);
    left |= ending & ~(goesOn | continues);
    on = (ending & (goesOn | continues)) !== 0;
    for (const name of names) {
      const now = scope.vars.get(name);
      if (now === undefined) continue;
      charge(1);
      const known = held.get(name);
      if (known === undefined) held.set(name, [now]);
      else if (known.at(-1) !== now) known.push(now);
    }
    if (!on) break;
  }
  for (const [name, values] of held) setName(scope, name, anyTurn(name, values));
  if (on && source.open) {
    const ending = repeat(() => turn(unknown(labelOf(statement.target))), env);
    left |= ending & ~(goesOn | continues);
  }
  scope.loops--;
  if (left === 0 && !source.open && iterable.type === "list" && iterable.shape === "iterator") clear(iterable);
  return afterLoop(statement.otherwise, on, left, way, env);
}

/** What a name may stand for behind turns in any order: what grows with each of them can't be told. */
function anyTurn(name: string, values: readonly Value[]): Value {
  const grows = values.some((value, i) => {
    const before = values[i - 1];
    if (value.type === "number") return before?.type === "number" && value.value !== before.value;
    return value.type === "text" && before?.type === "text" && value.value !== before.value
      ? value.value.includes(before.value)
      : false;
  });
  return grows ? unknown(name) : anyOf(values);
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
  if ((left & breaks) !== 0) ending |= goesOn;
  closeTo(way, ending, machine, scope);
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

/** From then on a loop whose condition still holds is taken to run any number of times. */
const mostTurns = 1000;

/** `while`: as long as its condition is known to hold, any number of times from where it is not. */
export function whileLoop(statement: Statement & { type: "While" }, env: Environment): number {
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
      if (endless && (left & breaks) !== 0) {
        on = false;
        lastTurn(body, env);
      }
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

/** The turn that leaves a loop which only `break` ends: what holds behind it is what holds there. */
function lastTurn(body: readonly Statement[], env: Environment): void {
  const { machine, scope } = env;
  const { way } = machine;
  const { definitions, flows } = machine.main;
  const counts = [definitions.length, flows.length] as const;
  const ending = block(body, env);
  [definitions.length, flows.length] = counts;
  let isExit = (ending & goesOn) === 0 && (ending & breaks) !== 0;
  while (machine.way !== way && machine.way !== null) {
    const { left } = machine.way;
    const rest: Followed = { change: leave(machine), ending: goesOn };
    const exits = (left & breaks) !== 0;
    if (isExit) join(exits ? [rest, unchanged] : [rest], machine, scope);
    isExit ||= exits;
  }
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
