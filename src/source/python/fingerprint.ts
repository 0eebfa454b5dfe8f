import { fingerprint } from "../digest.js";
import { addTo } from "../group.js";
import type { Call, Expression, For, Statement } from "./ast.js";
import { bindings } from "./bindings.js";
import { effectsOf } from "./effects.js";
import { filesNamed } from "./files.js";
import type { Definition, Flow, ModuleRun, Turn } from "./machine.js";
import { type Spelled, serialise, spell } from "./serialise.js";
import { carries } from "./turns.js";
import { canonical } from "./values.js";
import { namesIn } from "./walk.js";

/** The parts of a module, with what each binds and uses. */
export interface Parts {
  readonly parts: readonly Part[];
  /** The parts that count for every dataset, and those that bind a name. */
  readonly loose: readonly Part[];
  readonly binding: ReadonlyMap<string, readonly Part[]>;
  readonly of: ReadonlyMap<Statement, Part>;
  /** Hash of the whole tree. */
  readonly fingerprint: string;
  /** What a notebook installs before it runs: it counts for every dataset. */
  readonly installs: string;
  /** Whether all of the module was understood; else the whole of it counts for each dataset. */
  readonly understood: boolean;
  /** Whether docstrings count, since the module asks for them. */
  readonly docstrings: boolean;
  /** Whether a turn of a loop may depend on its other turns. */
  carries(loop: For): boolean;
}

interface Part extends Spelled {
  readonly statement: Statement;
  readonly index: number;
  /** The names that it gives a value or changes; null when they can't be told (`from x import *`). */
  readonly binds: ReadonlySet<string> | null;
  /** Whether it changes something that no name of the module stands for. */
  readonly elsewhere: boolean;
  /** The files of the project that it names, with their hashes. */
  readonly files: string;
}

/** What asks for names by their text. */
const reflective = /^(?:globals|locals|vars|eval|exec|__import__)$/;
const reflectiveText = /\bsys\.modules\b|\.__(?:globals|dict|closure|code)__\b|\bimport_module\(__name__/;

export function partsOf(run: ModuleRun): Parts {
  const defining = new Set<Statement>();
  for (const made of [...run.definitions, ...run.flows]) if (made.statement !== null) defining.add(made.statement);
  const understood = !run.tooBig && run.tree.error === null && !/\bgetsource(?:lines)?\b/.test(run.text);
  const docstrings = /\b(?:__doc__|getdoc)\b/.test(run.text);
  const asksForSubclasses = run.text.includes("__subclasses__");
  const effects = effectsOf(run);
  const installs = installsOf(run.text);
  const used = new Map<string, number>();
  const spellings = run.tree.body.map((statement) => {
    const spelled = spell(statement, { docstrings });
    for (const name of spelled.names) used.set(name, (used.get(name) ?? 0) + 1);
    return { statement, spelled };
  });
  const parts = spellings.map(({ statement, spelled }, index): Part => {
    const bound = bindings(statement);
    const { names, elsewhere } = effects.of(statement);
    const shared = effects.shared(names, true);
    const own = statement.type !== "Function" && statement.type !== "Class" ? spelled.assigned : [];
    const bases = asksForSubclasses && statement.type === "Class" ? namesIn(statement.args) : [];
    return {
      ...spelled,
      statement,
      index,
      binds: bound && new Set([...bound, ...own, ...bases, ...(shared ?? names)]),
      elsewhere: elsewhere || shared === null || isThrownAway(statement, used, run),
      files: filesNamed(statement, run),
    };
  });
  const binding = new Map<string, Part[]>();
  let text = installs;
  for (const part of parts) {
    text += part.text + part.files;
    for (const name of part.binds ?? []) addTo(binding, name, part);
  }
  const carrying = new Map<For, boolean>();
  return {
    parts,
    binding,
    loose: parts.filter((part) => isLoose(part, defining)),
    of: new Map(parts.map((part) => [part.statement, part])),
    fingerprint: fingerprint(understood ? text : run.text),
    installs,
    understood,
    docstrings,
    carries: (loop) => {
      const known = carrying.get(loop) ?? carries(loop, effects);
      carrying.set(loop, known);
      return known;
    },
  };
}

/**
 * Whether a statement gives a value that came out of a call to names that nobody uses, `_ = setup("x")`: it is there for what the call
 * does. What the module's own functions do is known, and a class or a function of Spark makes a value.
 */
function isThrownAway(statement: Statement, used: ReadonlyMap<string, number>, run: ModuleRun): boolean {
  if (statement.type !== "Assign" || statement.value === null) return false;
  const names = statement.targets.map((target) => (target.type === "Name" ? target.id : null));
  if (names.some((name) => name === null || (used.get(name) ?? 0) > 1)) return false;
  const { value } = statement;
  if (value.type !== "Call") return false;
  const { callee } = value;
  if (names.every((name) => name !== null && /^_+$/.test(name))) return true;
  if (callee.type !== "Name" || /^[A-Z]/.test(callee.id)) return false;
  const known = run.scope.vars.get(callee.id);
  return known?.type === "external" && !/^(?:pyspark|delta)\b/.test(known.path);
}

/**
 * The fingerprint of a dataset: the statements that define it, everything in the module that these use, directly or through others, and
 * statements that are there for what they do. A turn of a loop over known values counts with its value, so that another turn more, or
 * changed, changes nothing here.
 */
export function fingerprintOf(made: readonly (Definition | Flow)[], parts: Parts): string {
  if (!parts.understood || made.some((one) => one.statement === null)) return parts.fingerprint;
  const turns = knownTurns(made.flatMap((one) => one.loops));
  const loops = (turns ?? []).map((turn) => turn.loop);
  const withoutIterable = new Set(loops.filter((loop) => !parts.carries(loop)));
  const taken = new Map<Part, string>();
  const pending = [...parts.loose];
  for (const one of made) {
    const part = one.statement === null ? undefined : parts.of.get(one.statement);
    if (part !== undefined) pending.push(part);
  }
  const used = new Set<string>();
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (taken.has(part)) continue;
    const { docstrings } = parts;
    const { start, end } = part.statement;
    const hasLoop = [...withoutIterable].some((loop) => loop.start >= start && loop.end <= end);
    const { text, names } = hasLoop ? spell(part.statement, { withoutIterable, docstrings }) : part;
    taken.set(part, text + part.files);
    if (reflectiveText.test(text)) addAll(pending, parts.parts);
    for (const name of names) {
      if (used.has(name)) continue;
      used.add(name);
      if (reflective.test(name) && !parts.binding.has(name)) addAll(pending, parts.parts);
      addAll(pending, parts.binding.get(name) ?? []);
    }
  }
  const texts = [...taken].sort(([a], [b]) => a.index - b.index).map(([, text]) => text);
  return fingerprint([parts.installs, ...texts, ...new Set(turns?.map((turn) => turn.value))].join("\n"));
}

/** Without spreading: a module may have more parts than a call may have arguments. */
function addAll(pending: Part[], parts: readonly Part[]): void {
  for (const part of parts) pending.push(part);
}

/** The commands of a notebook that install packages, `%pip` and its like, with their spaces in one form; "" for none. */
function installsOf(text: string): string {
  if (!text.includes("# MAGIC ")) return "";
  const commands = text.matchAll(/^# MAGIC[ \t]+([%!](?:pip|conda|mamba|uv)\b(?:[^\r\n]*\\\r?\n# MAGIC)*[^\r\n]*)/gm);
  return [...commands].map(([, command = ""]) => `${words(command)}\n`).join("");
}

function words(command: string): string {
  return command
    .replace(/\\\r?\n# MAGIC/g, " ")
    .replace(/\s+/g, " ")
    .trim();
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
  if (part.binds === null || part.elsewhere) return true;
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
 * The fingerprint of a definition without its name: what a rename leaves alike. A table that a call declares is told by the flows into it.
 * Null where a part does not stand at the module's margin, since values from around it would belong to it, and for a declared table without
 * flows, since others look the same.
 */
export function bodyOf(definition: Definition, flows: readonly Flow[]): string | null {
  const node = definition.function?.node;
  if (node !== undefined) {
    if (node.type !== "Function" || definition.statement !== node) return null;
    return fingerprint(serialise([{ ...node, name: "", decorators: node.decorators.map(withoutName) }]));
  }
  if (flows.length === 0) return null;
  const parts = [withoutTarget(definition, "name"), ...flows.map((flow) => withoutTarget(flow, "target"))];
  const told = parts.filter((part) => part !== null);
  return told.length === parts.length ? fingerprint(serialise(told)) : null;
}

function withoutName(decorator: Expression): Expression {
  if (decorator.type !== "Call") return decorator;
  const args = decorator.args.filter((arg) => arg.name !== "name");
  // `@dlt.table(name="x")` is `@dlt.table` under another name.
  return args.length === 0 ? decorator.callee : { ...decorator, args };
}

/** The statement that declares a table, or a flow into one, without the table's name: the argument `name` or `target`, or the first. */
function withoutTarget({ statement, loops }: Definition | Flow, keyword: string): Statement | null {
  if (statement === null || loops.length > 0) return null;
  const unnamed = (call: Call): Call => {
    const named = call.args.some((arg) => arg.name === keyword);
    return { ...call, args: call.args.filter((arg, i) => (named ? arg.name !== keyword : i > 0 || arg.name !== null)) };
  };
  if (statement.type === "Expression" && statement.value.type === "Call")
    return { ...statement, value: unnamed(statement.value) };
  if (statement.type !== "Function") return null;
  const decorators = statement.decorators.map((each) => (each.type === "Call" ? unnamed(each) : each));
  return { ...statement, name: "", decorators };
}
