import type { Place } from "../../diagnostics/diagnostic.js";
import type { LineIndex } from "../lines.js";
import type { Expectation, Read } from "../model.js";
import type { Call, Expression, For, Module, Statement } from "./ast.js";
import type { FunctionValue, Value } from "./values.js";
import type { Way } from "./ways.js";

/** The names of a function, class or module. */
export interface Scope {
  readonly vars: Map<string, Value>;
  readonly parent: Scope | null;
  readonly kind: "module" | "function" | "class";
  /** Names that `global` or `nonlocal` move to another scope. */
  readonly elsewhere: Map<string, Scope>;
  /** How many loops of it are running. */
  loops: number;
  readonly born: number;
}

export function newScope(kind: Scope["kind"], parent: Scope | null): Scope {
  return { vars: new Map(), parent, kind, elsewhere: new Map(), loops: 0, born: born() };
}

/** A module whose statements are (being) followed. */
export interface ModuleRun {
  readonly path: string;
  readonly text: string;
  readonly tree: Module;
  readonly lines: LineIndex;
  /** The hash of a file of the project, by its path; null where there is none. */
  readonly fileHash: (path: string) => string | null;
  readonly scope: Scope;
  readonly definitions: Definition[];
  readonly flows: Flow[];
  /** Reads outside every dataset. */
  readonly outside: Collector;
  readonly imports: Set<string>;
  /** Folders of the project that it puts on Python's path itself. */
  readonly roots: string[];
  /** Where `spark` is used outside every function. */
  readonly sparkUses: number[];
  /** The statement of the module that is being followed. */
  current: Statement | null;
  tooBig: boolean;
  /** The machine that followed it; its datasets are followed with what is left of its work. */
  machine: Machine | null;
}

/** What is seen while a dataset's function, or a module, is followed. */
export interface Collector {
  /** By place, table and way: one call in a helper that is followed twice is one read. */
  readonly reads: Map<string, Read>;
  /** The reads that have been looked at: a frame is used many times. */
  readonly known: Set<Read>;
  readonly actions: Map<string, { readonly text: string; readonly place: Place }>;
  /** Names of temporary views that it makes for itself, in lower case. */
  readonly localViews: Set<string>;
  readonly selectStar: Map<string, Place>;
  /** Whether a stream is read, of a table or of anything else. */
  streams: boolean;
}

export function newCollector(): Collector {
  return {
    reads: new Map(),
    known: new Set(),
    actions: new Map(),
    localViews: new Set(),
    selectStar: new Map(),
    streams: false,
  };
}

/** A dataset's definition, as it was made; what it reads is found when the module has been followed to its end. */
export interface Definition {
  name: string | null;
  /** The function of the API: "table", "view", "create_streaming_table". */
  readonly api: string;
  readonly definedBy: string;
  readonly place: Place;
  readonly comment: string | null;
  readonly properties: Readonly<Record<string, string>>;
  readonly expectations: Expectation[];
  readonly function: FunctionValue | null;
  /** The statement of the module, and the turns of loops over known values, that made it. */
  readonly statement: Statement | null;
  readonly loops: readonly Turn[];
}

/** Something that writes into a dataset: an append flow, auto CDC. */
export interface Flow {
  /** Null when the text does not tell. */
  readonly target: string | null;
  readonly definedBy: string;
  readonly place: Place;
  readonly function: FunctionValue | null;
  /** The reads of a flow without a function. */
  readonly reads: readonly Read[];
  readonly cdcKeys: readonly string[] | null;
  readonly statement: Statement | null;
  readonly loops: readonly Turn[];
}

export interface Turn {
  readonly loop: For;
  readonly value: Value;
}

/** The work that one module may take: loops multiply, and text can be hostile. */
export class OutOfWork extends Error {}

/** The state of following a module. */
export interface Machine {
  /** The module that is being read: what is defined counts as its. */
  main: ModuleRun;
  collector: Collector;
  steps: number;
  readonly maxSteps: number;
  depth: number;
  readonly turns: Turn[];
  /** The results and yields of the functions that are being followed. */
  readonly calls: { readonly node: object; returned: Value | null; yielded: Value[] | null }[];
  readonly importer: Importer;
  /** The innermost of the ways being followed that may not be taken. */
  way: Way | null;
  /** How many `try` are being followed that catch errors. */
  trying: number;
  /** How many loops are being followed that may run any number of times. */
  rounds: number;
  /** Names of other modules that the main one, or one that it imports, has set. */
  readonly patched: Map<Scope, Map<string, Value>>;
  /** The modules whose settings of others are among them: they are run once. */
  readonly adopted: Set<ModuleRun>;
}

/** Finds and follows modules of the project. */
export interface Importer {
  /** What a module of the project stands for, null when it is not of the project. */
  find(from: ModuleRun, level: number, dotted: string): Value | null;
  /** A module or package below a package. */
  inside(folder: string, name: string, from: ModuleRun): Value | null;
}

/** What a name of a module stands for. */
export function nameOf(run: ModuleRun, name: string, machine: Machine): Value | undefined {
  return machine.patched.get(run.scope)?.get(name) ?? run.scope.vars.get(name);
}

export function step(machine: Machine): void {
  if (++machine.steps > machine.maxSteps) throw new OutOfWork();
}

/** The machine that is at work: imports start others inside of it. */
let working: Machine | null = null;

export function workingMachine(): Machine | null {
  return working;
}

/** On which way something is made: it can be changed there without regard to other ways. */
export function born(): number {
  return working?.way?.id ?? 0;
}

/** Does a part of following a module; what is charged meanwhile is charged to its machine. */
export function workingOn<T>(machine: Machine, work: () => T): T {
  const outer = working;
  working = machine;
  try {
    return work();
  } finally {
    working = outer;
  }
}

/**
 * Charges for a value by its size, in steps: a text that doubles, or a list that grows while a loop runs over it, costs more than the
 * statements that make it.
 * @throws OutOfWork when the machine has done all that it may.
 */
export function charge(steps: number): void {
  if (working === null) return;
  working.steps += steps;
  if (working.steps > working.maxSteps) throw new OutOfWork();
}

export function placeIn(run: ModuleRun, offset: number): Place {
  return run.lines.place(offset);
}

/** The source text of an expression, shortened to a line. */
export function excerpt(node: Expression, run: ModuleRun): string {
  const line = run.text.slice(node.start, Math.min(node.end, node.start + 400)).replace(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

/** The read that a call of what can't be seen may have made. */
export function readOutOfSight(node: Call, run: ModuleRun): Read {
  return { table: null, place: placeIn(run, node.start), streaming: false, resolved: false, text: excerpt(node, run) };
}

export function record(machine: Machine, read: Read): void {
  if (collect(machine.collector, read)) charge(20);
}

/** Adds a read to what is seen, once; whether it is new. */
export function collect(into: Collector, read: Read): boolean {
  if (into.known.has(read)) return false;
  into.known.add(read);
  const key = `${read.place.file}\n${read.place.line}:${read.place.column}\n${read.streaming}\n${read.table}`;
  if (into.reads.has(key)) return false;
  into.reads.set(key, read);
  return true;
}

export function recordAction(machine: Machine, run: ModuleRun, text: string, offset: number): void {
  const place = placeIn(run, offset);
  const key = `${place.file}\n${place.line}`;
  if (!machine.collector.actions.has(key)) machine.collector.actions.set(key, { text, place });
}

/** A frame that is used counts as read by who uses it, wherever it was made. */
export function use(machine: Machine, value: Value): Value {
  if (value.type === "frame") {
    charge(value.reads.length >> 4);
    for (const read of value.reads) record(machine, read);
  } else if (value.type === "choice") for (const option of value.options) use(machine, option);
  return value;
}
