import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, hasErrors, sortDiagnostics } from "../diagnostics/diagnostic.js";
import { byCodePoint } from "../order.js";
import { loadProject } from "../project/load-project.js";
import type { Project } from "../project/model.js";
import type { FileTree } from "../project/tree.js";
import { updateDependencies } from "../project/update-config.js";
import { writeConfig } from "../project/write-config.js";
import { diagnosticJson } from "../render/json.js";
import { findings, type TextOptions } from "../render/text.js";
import { openResolver } from "../source/dependencies.js";
import { type Discovery, discover } from "../source/discover.js";
import { readSources } from "../source/read.js";
import { diskTree } from "../system/disk-tree.js";
import { UserError } from "../system/errors.js";
import { hintAbove } from "./config-above.js";
import type { Outcome } from "./outcome.js";
import { checkProject } from "./project-state.js";

export const importFormats = ["text", "json"] as const;

export interface ImportOptions {
  readonly directory: string;
  readonly config: string;
  readonly format: (typeof importFormats)[number];
  readonly update: boolean;
  readonly text: TextOptions;
}

/** What `ldp import` found, and what it would write. */
export interface ImportResult {
  readonly discovery: Discovery;
  /** The text for the config file; null when there is nothing to write. */
  readonly config: string | null;
  /** What was done and what could not be told: one line each. */
  readonly report: readonly string[];
  /** Why code is not in the new config file; `ldp validate` does not look at it. */
  readonly leftOut: readonly Diagnostic[];
  /** Whether `ldp validate` finds something, in a line; "" for an update. */
  readonly verdict: string;
  /** What `ldp validate` says of what is there now. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * `ldp import`: writes a config.yml for existing code, or with `--update` brings the `depends_on` of one up to date. With
 * `--format json` nothing is written.
 * @throws UserError LDP101 when there is no config file to update, LDP904 when it can't be written.
 */
export function importCommand(options: ImportOptions): Outcome {
  const tree = diskTree(options.directory);
  const exists = tree.kind(options.config) !== "missing";
  if (options.format === "json") {
    const discovery = exists
      ? discoverFor(tree, loadProject(tree, options.config).project)
      : discoveryOf(importProject(tree, options.config, { update: false }), options.config);
    return { stdout: renderImportJson(discovery), stderr: "", exit: hasErrors(discovery.diagnostics) ? 1 : 0 };
  }
  if (exists && !options.update) {
    const message = `${options.config} exists already. \`ldp import --update\` brings its depends_on up to date; nothing was written.\n`;
    return { stdout: "", stderr: message, exit: 1 };
  }
  if (!exists && options.update) {
    const hint = hintAbove(options.directory, options.config) ?? "`ldp import` without --update writes it.";
    throw new UserError("LDP101", `${options.config} does not exist.`, hint);
  }
  const result = importProject(tree, options.config, { update: options.update });
  if (result.config !== null) {
    // wx: what came into being meanwhile is not overwritten.
    const flag = options.update ? "w" : "wx";
    try {
      writeFileSync(join(options.directory, options.config), result.config, { flag });
    } catch (error) {
      throw new UserError("LDP904", `${options.config} can't be written: ${(error as Error).message}`);
    }
  }
  const told = (diagnostics: readonly Diagnostic[]) =>
    diagnostics.length === 0 ? "" : `\n${findings(diagnostics, options.text)}`;
  const stdout = [
    ...result.report.map((line) => `${line}\n`),
    result.leftOut.length === 0 ? "" : `Left out of ${options.config}:\n${told(result.leftOut)}`,
    result.verdict === "" ? "" : `${result.verdict}\n`,
    told(result.diagnostics),
  ].join("");
  if (!options.update && result.config === null) {
    // As where config.yml is there already: what was asked for was not done.
    return { stdout: told(result.leftOut).trimStart(), stderr: `${result.report.join("\n")}\n`, exit: 1 };
  }
  const unreadable = result.diagnostics.some((one) => one.code === "LDP101");
  return { stdout, stderr: "", exit: unreadable ? 2 : hasErrors([...result.leftOut, ...result.diagnostics]) ? 1 : 0 };
}

/** What was found, with the findings in the code of a config file that would be written. */
function discoveryOf({ discovery, leftOut, diagnostics }: ImportResult, configFile: string): Discovery {
  const inCode = diagnostics.filter((one) => one.file !== configFile);
  return { ...discovery, diagnostics: sortDiagnostics([...leftOut, ...inCode]) };
}

/**
 * Finds the datasets of a tree, and what to write: a new config file, or with `update` the existing one with its `depends_on` as the code
 * has it. The diagnostics are those of the new text, so that what `ldp validate` will say is known before it is written.
 */
export function importProject(tree: FileTree, configFile: string, options: { readonly update: boolean }): ImportResult {
  const existing = tree.kind(configFile) === "file" ? loadProject(tree, configFile) : null;
  const project = existing?.project ?? null;
  const discovery = discoverFor(tree, project);
  if (options.update) return update(tree, configFile, project, existing?.diagnostics ?? [], discovery);
  if (discovery.tables.length === 0) return nothingFound(discovery);
  const config = writeConfig(discovery.tables);
  const after = checkProject(withFile(tree, configFile, config), configFile, {
    source: true,
    fingerprints: false,
  }).diagnostics;
  const told = new Set(after.map(keyOf));
  const written = new Set(discovery.tables.map((table) => table.name));
  // A read of a table that was written is for `ldp validate` to judge.
  const isLeftOut = (one: Diagnostic) =>
    !told.has(keyOf(one)) && !(one.code === "LDP306" && one.table !== undefined && written.has(one.table));
  const leftOut = discovery.diagnostics.filter(isLeftOut);
  const count = discovery.tables.length;
  const modules = new Set(discovery.tables.map((table) => table.module)).size;
  const report = [
    `Wrote ${configFile}: ${count === 1 ? "1 table" : `${count} tables`} from ${modules === 1 ? "1 module" : `${modules} modules`}.`,
    ...discovery.notes.map((note) => `  ${note}`),
  ];
  const verdict = after.length === 0 ? "`ldp validate` finds nothing wrong with it." : "`ldp validate` will say:";
  return { discovery, config, report, leftOut, verdict, diagnostics: after };
}

/** A config.yml without tables would be refused by every plan (LDP403). */
function nothingFound(discovery: Discovery): ImportResult {
  const report = [
    "No dataset of a pipeline was found in the .py, .sql and .ipynb files here; nothing was written.",
    ...discovery.notes.map((note) => `  ${note}`),
    "`ldp init DIR` writes a new project; -C names another folder.",
  ];
  return { discovery, config: null, report, leftOut: discovery.diagnostics, verdict: "", diagnostics: [] };
}

function discoverFor(tree: FileTree, project: Project | null): Discovery {
  return discover(tree, project ?? { catalog: null, schema: null }, bareQueries(project));
}

/** What makes two findings one: the place, and of a table that is defined twice both places, whichever comes first. */
function keyOf(one: Diagnostic): string {
  if (one.code === "LDP307") {
    const places = [{ file: one.file, line: one.line }, ...(one.related ?? [])].map(
      ({ file, line }) => `${file}:${line}`,
    );
    return `${one.code} ${places.sort(byCodePoint).join()}`;
  }
  return `${one.code} ${one.file}:${one.line}:${one.column}`;
}

/** The tables whose module may hold a bare query, by the module. */
function bareQueries(project: Project | null): Map<string, string> {
  return new Map(
    (project?.tables ?? []).filter((table) => table.module.endsWith(".sql")).map((table) => [table.module, table.name]),
  );
}

function update(
  tree: FileTree,
  configFile: string,
  project: Project | null,
  before: readonly Diagnostic[],
  discovery: Discovery,
): ImportResult {
  if (project === null)
    return {
      discovery,
      config: null,
      report: [`${configFile} can't be read; nothing was written.`],
      leftOut: [],
      verdict: "",
      diagnostics: before,
    };
  const source = new TextDecoder("utf-8", { ignoreBOM: true }).decode(tree.read(configFile));
  const { wanted, notes } = dependenciesOf(project, tree);
  const made = updateDependencies(source, wanted);
  const edited = withFile(tree, configFile, made.text);
  const after = loadProject(edited, configFile).project;
  const safe = after !== null && sameButDependencies(project, after);
  const report = [
    made.changed.length === 0
      ? `${configFile}: every depends_on is as the code has it; nothing was written.`
      : safe
        ? `Updated depends_on of ${made.changed.length === 1 ? "1 table" : `${made.changed.length} tables`} in ${configFile}: ${made.changed.join(", ")}.`
        : `${configFile} could not be edited without changing more than depends_on; nothing was written.`,
    ...[...notes, ...made.notes].map((note) => `  ${note}`),
    ...unlisted(project, discovery).map((note) => `  ${note}`),
  ];
  const config = safe && made.changed.length > 0 ? made.text : null;
  const diagnostics = checkProject(config === null ? tree : edited, configFile, {
    source: true,
    fingerprints: false,
  }).diagnostics;
  return { discovery, config, report, leftOut: [], verdict: "", diagnostics };
}

/** What each table should depend on. Where a read can't be told, what is declared stays, and only what is missing is added. */
function dependenciesOf(project: Project, tree: FileTree): { wanted: Map<string, string[]>; notes: string[] } {
  const sources = readSources(project, tree, { fingerprints: false });
  const resolver = openResolver(project, sources);
  const wanted = new Map<string, string[]>();
  const notes: string[] = [];
  for (const table of project.tables) {
    const dataset = sources.tables.get(table.name)?.dataset ?? null;
    const module = sources.modules.get(table.module);
    if (dataset === null || module === undefined || module.tooBig || module.syntaxError !== null) {
      notes.push(`"${table.name}": its definition was not found in ${table.module}; left as it is.`);
      continue;
    }
    const resolutions = resolver.resolve(dataset, table.module, table.name);
    const read = new Set(resolutions.flatMap((one) => (one.kind === "table" ? [one.name] : [])));
    const open = resolutions.some((one) => one.kind === "unresolved" || one.kind === "ambiguous");
    if (open) {
      for (const { name } of table.dependsOn) read.add(name);
      notes.push(`"${table.name}": a read can't be told from the text, so that what depends_on has was kept.`);
    }
    wanted.set(table.name, [...read].sort(byCodePoint));
  }
  return { wanted, notes };
}

function sameButDependencies(a: Project, b: Project): boolean {
  const plain = (project: Project) =>
    JSON.stringify(project, (key, value) =>
      key === "dependsOn" || key === "place" || key.endsWith("Place") ? undefined : value,
    );
  return plain(a) === plain(b);
}

function unlisted(project: Project, discovery: Discovery): string[] {
  const known = new Set(
    project.tables.flatMap((table) => [table.name.toLowerCase(), table.name.split(".").at(-1)?.toLowerCase()]),
  );
  return discovery.tables
    .filter((table) => !known.has(table.name.toLowerCase()) && !known.has(table.name.split(".").at(-1)?.toLowerCase()))
    .map((table) => `${table.module}:${table.line} defines "${table.name}", which config.yml does not have.`);
}

function withFile(tree: FileTree, path: string, text: string): FileTree {
  return {
    kind: (other) => (other === path ? "file" : tree.kind(other)),
    read: (other) => (other === path ? new TextEncoder().encode(text) : tree.read(other)),
    list: (folder) => tree.list(folder),
  };
}

/** `ldp.import/1` */
export function renderImportJson(discovery: Discovery): string {
  const tables = discovery.tables.map((table) => ({
    name: table.name,
    layer: table.layer,
    kind: table.kind,
    module: table.module,
    line: table.line,
    depends_on: table.dependsOn,
    tags: table.tags,
    description: table.description,
    reads: table.reads.map((read) => ({
      table: read.table,
      line: read.line,
      streaming: read.streaming,
      resolved: read.resolved,
      in_project: read.inProject,
      ...(read.file === table.module ? {} : { file: read.file }),
    })),
  }));
  const document = { schema: "ldp.import/1", tables, diagnostics: discovery.diagnostics.map(diagnosticJson) };
  return `${JSON.stringify(document, null, 2).replaceAll("##", "#\\u0023")}\n`;
}
