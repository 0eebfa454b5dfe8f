import { fingerprint } from "../digest.js";
import type { Expression, For, FunctionDefinition, Statement } from "./ast.js";
import { bindings } from "./bindings.js";
import type { Definition, Flow, ModuleRun, Turn } from "./machine.js";
import { type Spelled, serialise, spell } from "./serialise.js";
import { canonical } from "./values.js";

/** The parts of a module, with what each binds and uses. */
export interface Parts {
  readonly parts: readonly Part[];
  /** Statements that define datasets: they count for those only, and for who uses what they bind. */
  readonly defining: ReadonlySet<Statement>;
  /** Hash of the whole tree. */
  readonly fingerprint: string;
  /** Whether all of the module was understood; else the whole of it counts for each dataset. */
  readonly whole: boolean;
}

interface Part extends Spelled {
  readonly statement: Statement;
  /** The names that it gives a value or changes; null when they can't be told (`from x import *`). */
  readonly binds: ReadonlySet<string> | null;
}

export function partsOf(run: ModuleRun): Parts {
  const parts = run.tree.body.map((statement) => ({ ...spell(statement), statement, binds: bindings(statement) }));
  const defining = new Set<Statement>();
  for (const made of [...run.definitions, ...run.flows]) if (made.statement !== null) defining.add(made.statement);
  const whole = run.tooBig || run.tree.error !== null ? run.text : parts.map((part) => part.text).join("");
  return { parts, defining, fingerprint: fingerprint(whole), whole: whole !== run.text };
}

/**
 * The fingerprint of a dataset: the statements that define it, everything in the module that these use, directly or through others, and
 * statements that are there for what they do. A turn of a loop over known values counts with its value, so that another turn more, or
 * changed, changes nothing here.
 */
export function fingerprintOf(made: readonly (Definition | Flow)[], parts: Parts): string {
  if (!parts.whole || made.some((one) => one.statement === null)) return parts.fingerprint;
  const own = new Set(made.flatMap((one) => (one.statement === null ? [] : [one.statement])));
  const turns = knownTurns(made.flatMap((one) => one.loops));
  const withoutIterable = new Set(turns?.map((turn) => turn.loop));
  const spelled = (part: Part): Spelled =>
    withoutIterable.size === 0 ? part : spell(part.statement, { withoutIterable });
  const taken = new Map<Part, string>();
  const used = new Set<string>();
  const take = (part: Part) => {
    const { text, names } = spelled(part);
    taken.set(part, text);
    for (const name of names) used.add(name);
  };
  for (const part of parts.parts) if (own.has(part.statement) || isLoose(part, parts)) take(part);
  for (let before = -1; before !== taken.size; ) {
    before = taken.size;
    for (const part of parts.parts) {
      if (!taken.has(part) && (part.binds === null || intersects(part.binds, used))) take(part);
    }
  }
  const texts = parts.parts.flatMap((part) => taken.get(part) ?? []);
  const values = [...new Set(turns?.map((turn) => turn.value))];
  return fingerprint([...texts, ...values].join("\n"));
}

/** The turns with the values that they stand for; null when one of them is not known to its end. */
function knownTurns(turns: readonly Turn[]): { loop: For; value: string }[] | null {
  const known: { loop: For; value: string }[] = [];
  for (const { loop, value } of turns) {
    const spelling = canonical(value);
    if (spelling === null) return null;
    known.push({ loop, value: spelling });
  }
  return known;
}

/** A statement that does something by itself, such as a call or a branch, without defining a dataset. */
function isLoose(part: Part, parts: Parts): boolean {
  if (part.binds === null) return true;
  if (parts.defining.has(part.statement)) return false;
  switch (part.statement.type) {
    case "Function":
    case "Class":
    case "Import":
    case "ImportFrom":
    case "Assign":
    case "TypeAlias":
      return false;
    default:
      return part.text !== "";
  }
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const name of a) if (b.has(name)) return true;
  return false;
}

/**
 * The fingerprint of a definition without its name: what a rename leaves alike. Null where the function does not stand at the module's
 * margin, since values from around it would belong to it.
 */
export function bodyOf(definition: Definition): string | null {
  const node = definition.function?.node;
  if (node === undefined || node.type !== "Function" || definition.statement !== node) return null;
  const unnamed: FunctionDefinition = { ...node, name: "", decorators: node.decorators.map(withoutName) };
  return fingerprint(serialise([unnamed]));
}

function withoutName(decorator: Expression): Expression {
  if (decorator.type !== "Call") return decorator;
  const args = decorator.args.filter((arg) => arg.name !== "name");
  // `@dlt.table(name="x")` is `@dlt.table` under another name.
  return args.length === 0 ? decorator.callee : { ...decorator, args };
}
