import { fingerprint } from "../digest.js";
import type { Expression, For, FunctionDefinition, Statement } from "./ast.js";
import { bindings } from "./bindings.js";
import type { Definition, Flow, ModuleRun, Turn } from "./machine.js";
import { type Spelled, serialise, spell } from "./serialise.js";
import { canonical } from "./values.js";

/** The parts of a module, with what each binds and uses. */
export interface Parts {
  readonly parts: readonly Part[];
  /** The parts that count for every dataset, and those that bind a name. */
  readonly loose: readonly Part[];
  readonly binding: ReadonlyMap<string, readonly Part[]>;
  readonly of: ReadonlyMap<Statement, Part>;
  /** Hash of the whole tree. */
  readonly fingerprint: string;
  /** Whether all of the module was understood; else the whole of it counts for each dataset. */
  readonly understood: boolean;
}

interface Part extends Spelled {
  readonly statement: Statement;
  readonly index: number;
  /** The names that it gives a value or changes; null when they can't be told (`from x import *`). */
  readonly binds: ReadonlySet<string> | null;
}

export function partsOf(run: ModuleRun): Parts {
  const defining = new Set<Statement>();
  for (const made of [...run.definitions, ...run.flows]) if (made.statement !== null) defining.add(made.statement);
  const parts: Part[] = [];
  const binding = new Map<string, Part[]>();
  let text = "";
  for (const statement of run.tree.body) {
    const spelled = spell(statement);
    const part = {
      text: spelled.text,
      names: spelled.names,
      statement,
      index: parts.length,
      binds: bindings(statement),
    };
    parts.push(part);
    text += part.text;
    for (const name of part.binds ?? []) {
      const known = binding.get(name);
      if (known === undefined) binding.set(name, [part]);
      else known.push(part);
    }
  }
  const understood = !run.tooBig && run.tree.error === null;
  return {
    parts,
    binding,
    loose: parts.filter((part) => isLoose(part, defining)),
    of: new Map(parts.map((part) => [part.statement, part])),
    fingerprint: fingerprint(understood ? text : run.text),
    understood,
  };
}

/**
 * The fingerprint of a dataset: the statements that define it, everything in the module that these use, directly or through others, and
 * statements that are there for what they do. A turn of a loop over known values counts with its value, so that another turn more, or
 * changed, changes nothing here.
 */
export function fingerprintOf(made: readonly (Definition | Flow)[], parts: Parts): string {
  if (!parts.understood || made.some((one) => one.statement === null)) return parts.fingerprint;
  const turns = knownTurns(made.flatMap((one) => one.loops));
  const withoutIterable = new Set(turns?.map((turn) => turn.loop));
  const taken = new Map<Part, string>();
  const pending = [...parts.loose];
  for (const one of made) {
    const part = one.statement === null ? undefined : parts.of.get(one.statement);
    if (part !== undefined) pending.push(part);
  }
  const used = new Set<string>();
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (taken.has(part)) continue;
    const { text, names } = withoutIterable.size === 0 ? part : spell(part.statement, { withoutIterable });
    taken.set(part, text);
    for (const name of names) {
      if (used.has(name)) continue;
      used.add(name);
      pending.push(...(parts.binding.get(name) ?? []));
    }
  }
  const texts = [...taken].sort(([a], [b]) => a.index - b.index).map(([, text]) => text);
  return fingerprint([...texts, ...new Set(turns?.map((turn) => turn.value))].join("\n"));
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
function isLoose(part: Part, defining: ReadonlySet<Statement>): boolean {
  if (part.binds === null) return true;
  if (defining.has(part.statement)) return false;
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
