import type { Place } from "../diagnostics/diagnostic.js";
import type { Kind } from "../project/model.js";

/** What to tell of a module, besides what it defines and reads. */
export interface ReadOptions {
  /** Whether for comparing with another state of the project: a sixth of the work of reading. */
  readonly fingerprints: boolean;
}

/** A table that the code reads. */
export interface Read {
  /** The name as the text gives it, backquotes stripped; a part that is not known from the text is `{…}`; null when nothing is known. */
  readonly table: string | null;
  readonly place: Place;
  readonly streaming: boolean;
  /** Whether the name is known, at least in its last part. */
  readonly resolved: boolean;
  /** The text of the expression, shortened: what a message shows when the name is not known. */
  readonly text: string;
}

export interface Expectation {
  readonly name: string | null;
  readonly condition: string | null;
  readonly action: "keep" | "drop" | "fail";
}

/** A dataset that a module defines. */
export interface Dataset {
  /** As in the text, backquotes stripped; null when it can't be told. */
  readonly name: string | null;
  readonly kind: Kind | null;
  /** How it is defined: "dlt.table", "dp.materialized_view", "CREATE STREAMING TABLE", "SELECT" (a bare select in a .sql module). */
  readonly definedBy: string;
  /** A flow into a dataset that the module does not define itself: it adds reads to the definition elsewhere. */
  readonly flowOnly?: boolean;
  /** The place of the definition: the function's name or the call. */
  readonly place: Place;
  readonly comment: string | null;
  readonly docstring: string | null;
  readonly properties: Readonly<Record<string, string>>;
  readonly expectations: readonly Expectation[];
  /** The keys of an auto CDC flow into it, in order; null when there is none. */
  readonly cdcKeys: readonly string[] | null;
  readonly reads: readonly Read[];
  /** Actions and side effects inside its function: LDP308. */
  readonly actions: readonly { readonly text: string; readonly place: Place }[];
  /** Hash of the definition without its name: what a rename leaves alike; null when it is not told, or not asked for. */
  readonly body: string | null;
  /** Where its queries say `SELECT *`. */
  readonly selectStar?: readonly Place[];
  /** Hash of what defines it: the syntax tree of the definition and all of the module's parts that it uses; null when not asked for. */
  readonly fingerprint: string | null;
}

/** Something that the datasets are written to outside the pipeline, and what is read for it. */
export interface Sink {
  readonly name: string | null;
  readonly place: Place;
  readonly reads: readonly Read[];
}

/** What one module says. Reading never imports or runs it. */
export interface ModuleReading {
  readonly path: string;
  readonly datasets: readonly Dataset[];
  /** Reads outside every dataset. */
  readonly reads: readonly Read[];
  /** Sinks; they are no datasets, a run can't select them. */
  readonly sinks?: readonly Sink[];
  /** Where `spark` is used outside every function. */
  readonly moduleSpark?: readonly Place[];
  /** The project's own modules that it imports, resolved to paths, sorted. */
  readonly imports: readonly string[];
  /** Where it stops being Python or SQL; null when it parses. */
  readonly syntaxError: { readonly message: string; readonly place: Place } | null;
  /** Too big or too deep to read: LDP105. */
  readonly tooBig: boolean;
  /** Hash of the syntax tree without comments, docstrings and formatting; null when not asked for. */
  readonly fingerprint: string | null;
  /** Lines with `# ldp: ignore LDPnnn` and the codes they switch off (`*` for all). */
  readonly ignores: ReadonlyMap<number, readonly string[]>;
}

/** What the code says of one table of config.yml. */
export interface TableSource {
  readonly table: string;
  readonly module: string;
  /** Null when the module does not define it. */
  readonly dataset: Dataset | null;
  readonly kind: Kind | null;
  /** Equal when the definition's syntax tree is equal, wherever it stands; null when nothing could be read, or it was not asked for. */
  readonly fingerprint: string | null;
  /** The project's modules in its import closure, by path, with their fingerprints. */
  readonly helpers: ReadonlyMap<string, string | null>;
}

/** What the modules of a project say. */
export interface Sources {
  /** Every module that config.yml names and that could be read, and every module that those import. */
  readonly modules: ReadonlyMap<string, ModuleReading>;
  /** By the table's name as written. */
  readonly tables: ReadonlyMap<string, TableSource>;
}
