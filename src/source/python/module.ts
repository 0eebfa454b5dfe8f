import { contentHash } from "../../project/digest.js";
import type { FileTree } from "../../project/tree.js";
import { TreeError } from "../../project/tree.js";
import { indexLines } from "../lines.js";
import type { Module } from "./ast.js";
import { execute } from "./execute.js";
import {
  type Importer,
  type Machine,
  type ModuleRun,
  newCollector,
  newScope,
  OutOfWork,
  workingOn,
} from "./machine.js";
import { readNotebook } from "./notebook.js";
import { parsePython } from "./parse.js";
import { TooDeep } from "./tokens.js";
import type { Value } from "./values.js";

/** Modules larger than this are not read (LDP105). */
export const maxBytes = 8 * 1024 * 1024;

/** The Python modules of a project, each parsed and followed once however many others import it. */
export interface PythonModules {
  /** A module by its path; null when there is none, or it can't be read as text. */
  run(path: string): ModuleRun | null;
  /** Forgets a module that has been read, unless others import it: trees are many times larger than their text. */
  release(path: string): void;
}

const empty: Module = { body: [], error: null, remarks: [] };

/** Opens the Python modules of a project. Nothing is read before it is asked for. */
export function openModules(tree: FileTree): PythonModules {
  const runs = new Map<string, ModuleRun | null>();
  const kinds = new Map<string, string>();
  const kind = (path: string) => {
    let known = kinds.get(path);
    if (known === undefined) {
      known = tree.kind(path);
      kinds.set(path, known);
    }
    return known;
  };
  const imported = new Set<string>();
  const hashes = new Map<string, string | null>();
  const fileHash = (path: string) => {
    let known = hashes.get(path);
    if (known === undefined) {
      known = hashOf(path, tree);
      hashes.set(path, known);
    }
    return known;
  };
  let depth = 0;

  const run = (path: string): ModuleRun | null => {
    const known = runs.get(path);
    if (known !== undefined) return known;
    const made = load(path, tree, fileHash);
    runs.set(path, made);
    if (made !== null && !made.tooBig) {
      depth++;
      follow(made, importer);
      depth--;
    }
    return made;
  };

  const moduleAt = (path: string, from: ModuleRun): Value | null => {
    if (path === from.path) return { type: "module", run: from };
    for (const candidate of [`${path}.py`, `${path}/__init__.py`, `${path}.ipynb`]) {
      if (kind(candidate) !== "file" || depth > 50) continue;
      const made = run(candidate);
      if (made === null) continue;
      from.imports.add(candidate);
      imported.add(candidate);
      return { type: "module", run: made };
    }
    return kind(path) === "directory" ? { type: "package", folder: path } : null;
  };

  const importer: Importer = {
    find(from, level, dotted) {
      const folder = from.path.split("/").slice(0, -1);
      const inner = dotted === "" ? [] : dotted.split(".");
      if (level > 0) {
        if (level - 1 > folder.length) return null;
        const base = folder.slice(0, folder.length - (level - 1));
        const path = [...base, ...inner].join("/");
        return inner.length === 0 ? { type: "package", folder: path } : moduleAt(path, from);
      }
      // The module's own folder, and each above it, may be on Python's path; so may a `src` folder beside them.
      const head = inner[0] ?? "";
      const below = (root: readonly string[]): Value | null => {
        const top = [...root, head].join("/");
        if (kind(top) === "missing" && kind(`${top}.py`) === "missing" && kind(`${top}.ipynb`) === "missing")
          return null;
        // Importing a.b.c follows the packages on the way.
        let found: Value | null = null;
        for (let i = 1; i <= inner.length; i++) {
          found = moduleAt([...root, ...inner.slice(0, i)].join("/"), from);
          if (found === null) break;
        }
        return found;
      };
      for (let size = folder.length; size >= 0; size--) {
        const above = folder.slice(0, size);
        const found = below(above) ?? (size === folder.length ? null : below([...above, "src"]));
        if (found !== null) return found;
      }
      for (const root of from.roots) {
        const found = below(root === "" ? [] : root.split("/"));
        if (found !== null) return found;
      }
      return null;
    },
    inside(folder, name, from) {
      return moduleAt(folder === "" ? name : `${folder}/${name}`, from);
    },
  };
  return {
    run,
    release: (path) => {
      if (!imported.has(path)) runs.delete(path);
    },
  };
}

function hashOf(path: string, tree: FileTree): string | null {
  if (tree.kind(path) !== "file") return null;
  try {
    return contentHash(tree.read(path));
  } catch (error) {
    if (error instanceof TreeError) return null;
    throw error;
  }
}

function load(path: string, tree: FileTree, fileHash: ModuleRun["fileHash"]): ModuleRun | null {
  let bytes: Uint8Array;
  try {
    bytes = tree.read(path);
  } catch (error) {
    if (error instanceof TreeError) return null;
    throw error;
  }
  const make = (text: string, parsed: Module, tooBig: boolean, lines = indexLines(path, text)): ModuleRun => ({
    path,
    text,
    tree: parsed,
    lines,
    fileHash,
    scope: newScope("module", null),
    definitions: [],
    flows: [],
    outside: newCollector(),
    imports: new Set(),
    roots: [],
    sparkUses: [],
    current: null,
    tooBig,
    machine: null,
  });
  if (bytes.length > maxBytes) return make("", empty, true);
  const decoded = decode(bytes);
  if (decoded.text === null) return make("", { ...empty, error: { message: decoded.error, offset: 0 } }, false);
  const notebook = readNotebook(path, decoded.text);
  if (notebook.error !== null) return make(decoded.text, { ...empty, error: notebook.error }, false);
  try {
    return make(notebook.text, parsePython(notebook.text), false, notebook.lines);
  } catch (error) {
    if (error instanceof TooDeep || error instanceof RangeError)
      return make(notebook.text, empty, true, notebook.lines);
    throw error;
  }
}

/** The text of a module, in UTF-8 or the encoding that its first two lines declare (PEP 263). */
function decode(bytes: Uint8Array): { text: string; error: null } | { text: null; error: string } {
  const head = latin1.decode(bytes.subarray(0, 400));
  const declared = head.includes("coding") ? declaredEncoding(head) : null;
  try {
    const decoder = declared === null ? utf8 : new TextDecoder(labelOf(declared), { fatal: true });
    return { text: decoder.decode(bytes), error: null };
  } catch (error) {
    if (error instanceof RangeError) return { text: null, error: `unknown encoding: ${declared}` };
    return { text: null, error: `not ${declared ?? "UTF-8"}` };
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
const latin1 = new TextDecoder("latin1");

function declaredEncoding(head: string): string | null {
  const [first = "", second = ""] = head.split(/\r\n?|\n/, 2);
  const pattern = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;
  return pattern.exec(first)?.[1] ?? pattern.exec(second)?.[1] ?? null;
}

/** What an encoding of Python is called here. */
function labelOf(encoding: string): string {
  return encoding
    .toLowerCase()
    .replaceAll("_", "-")
    .replace(/^latin-?1$/, "latin1")
    .replace(/^(?:cp|windows-?)(125\d)$/, "windows-$1")
    .replace(/^utf-8-sig$/, "utf-8");
}

/** Work for one module: loops over literals multiply, but not beyond this. */
const maxSteps = 3_000_000;

/** A machine for following a module, as it stands before the first statement. */
export function machineFor(run: ModuleRun, importer: Importer, steps = maxSteps): Machine {
  return {
    main: run,
    collector: run.outside,
    steps: 0,
    maxSteps: steps,
    depth: 0,
    turns: [],
    calls: [],
    importer,
    way: null,
    trying: 0,
    rounds: 0,
    patched: new Map(),
    adopted: new Set(),
  };
}

function follow(run: ModuleRun, importer: Importer): void {
  const machine = machineFor(run, importer);
  run.machine = machine;
  guarded(run, machine, () => {
    for (const statement of run.tree.body) {
      run.current = statement;
      execute([statement], { machine, scope: run.scope, run });
    }
  });
}

/** Runs a part of following a module; when the work grows beyond bounds the module counts as too big. */
export function guarded(run: ModuleRun, machine: Machine, work: () => void): void {
  try {
    workingOn(machine, work);
  } catch (error) {
    if (!(error instanceof OutOfWork || error instanceof RangeError)) throw error;
    run.tooBig = true;
  }
}
