import { type Diagnostic, sortDiagnostics } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { byCodePoint } from "../order.js";
import type { Kind, Layer } from "../project/model.js";
import type { FileTree } from "../project/tree.js";
import { skipped } from "./beside.js";
import { once } from "./check.js";
import { openResolver, type Resolution } from "./dependencies.js";
import { isIgnored } from "./ignore.js";
import { folderTags, guessLayer, sharedFolders } from "./layers.js";
import type { Dataset, ModuleReading, Sources } from "./model.js";
import { splitName } from "./names.js";
import { openReader } from "./read.js";

/** A dataset of a repository, described as config.yml would. */
export interface DiscoveredTable {
  readonly name: string;
  readonly layer: Layer;
  /** Whether a folder or name told the layer; else it follows from what the table reads. */
  readonly layerTold: boolean;
  readonly kind: Kind | null;
  readonly module: string;
  readonly line: number;
  readonly dependsOn: readonly string[];
  readonly tags: readonly string[];
  readonly description: string | null;
  readonly reads: readonly DiscoveredRead[];
}

export interface DiscoveredRead {
  /** As written; null when it can't be told. */
  readonly table: string | null;
  readonly file: string;
  readonly line: number;
  readonly streaming: boolean;
  readonly resolved: boolean;
  readonly inProject: boolean;
}

export interface Discovery {
  /** Sorted by name. */
  readonly tables: readonly DiscoveredTable[];
  /** LDP105, LDP302, LDP306 and LDP307. */
  readonly diagnostics: readonly Diagnostic[];
  /** What was left out, and why: one line each. */
  readonly notes: readonly string[];
}

interface Candidate {
  readonly name: string;
  readonly module: string;
  readonly dataset: Dataset;
}

const tableName = /^[A-Za-z_][A-Za-z0-9_]{0,254}(?:\.[A-Za-z_][A-Za-z0-9_]{0,254}){0,2}$/;

/**
 * Finds the datasets of a repository by reading every module in it. `named` gives the tables of modules that hold a bare query, by the
 * module's path (from an existing config.yml).
 */
export function discover(
  tree: FileTree,
  publishing: { readonly catalog: string | null; readonly schema: string | null },
  named: ReadonlyMap<string, string> = new Map(),
): Discovery {
  const read = openReader(tree, { fingerprints: false });
  const modules = new Map<string, ModuleReading>();
  const files = tree.list("").filter((path) => /\.(?:py|sql|ipynb)$/.test(path) && !skipped.test(path));
  for (const path of files) {
    const reading = tree.kind(path) === "file" ? read(path) : null;
    if (reading !== null) modules.set(path, reading);
  }
  const diagnostics: Diagnostic[] = [];
  const notes: string[] = [];
  const candidates = new Map<string, Candidate>();
  for (const [module, reading] of modules) {
    const found = faults(reading);
    const ofPipelines = () =>
      reading.datasets.length > 0 || module.startsWith("transformations/") || mentionsPipelines(tree.read(module));
    if (found.length > 0 && ofPipelines()) diagnostics.push(...found);
    for (const dataset of reading.datasets) {
      const name = nameOf(dataset, module, named);
      if (name === null) {
        const where = `${dataset.place.file}:${dataset.place.line}`;
        if (dataset.definedBy === "SELECT") continue;
        if (dataset.name !== null) notes.push(`${where}: "${dataset.name}" can't be a table's name; left out.`);
        else {
          const message = "The name of this dataset can't be told from the text; it is left out.";
          const hint = "Write the name out, or add the table to config.yml by hand.";
          diagnostics.push(finding("LDP306", message, dataset.place, { hint }));
        }
        continue;
      }
      if (dataset.flowOnly === true) continue;
      const known = candidates.get(name.toLowerCase());
      if (known === undefined) candidates.set(name.toLowerCase(), { name, module, dataset });
      else if (known.module !== module) {
        const related = [{ ...known.dataset.place, message: `"${name}" is defined here first.` }];
        const message = `"${name}" is defined in ${known.module} already.`;
        diagnostics.push(
          finding("LDP307", message, dataset.place, {
            table: name,
            hint: "Remove one of the two, or rename it.",
            related,
          }),
        );
      }
    }
  }
  for (const { sinks } of modules.values()) {
    for (const { name, place } of sinks ?? []) {
      const which = name === null ? "a sink" : `the sink "${name}"`;
      notes.push(
        `${place.file}:${place.line}: ${which} is left out, with the flows into it: a sink is no dataset, a run can't select it.`,
      );
    }
  }
  joinLooseFlows(modules, candidates);
  const found = [...candidates.values()].sort((a, b) => byCodePoint(a.name, b.name));
  const tables = describe(found, modules, publishing, diagnostics, notes);
  const isIgnoredThere = ({ code, file, line }: Diagnostic) => {
    const module = file === null ? undefined : modules.get(file);
    return module !== undefined && line !== null && isIgnored(module.ignores, code, line);
  };
  return {
    tables,
    diagnostics: sortDiagnostics(once(diagnostics).filter((one) => !isIgnoredThere(one))),
    notes,
  };
}

/** Whether a module that can't be read whole is likely one of a pipeline: others are nobody's business here. */
function mentionsPipelines(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  return /\b(?:import\s+dlt|from\s+dlt|pyspark\.pipelines|pyspark\s+import\s+pipelines|(?:streaming|live)\s+(?:table|view)|materialized\s+view)\b/i.test(
    text,
  );
}

function faults(reading: ModuleReading): Diagnostic[] {
  if (reading.tooBig) {
    return [
      finding("LDP105", `The module ${reading.path} is too big, or nested too deep, to be read.`, {
        file: reading.path,
        line: 1,
        column: 1,
      }),
    ];
  }
  if (reading.syntaxError === null) return [];
  const { message, place } = reading.syntaxError;
  const language = reading.path.endsWith(".sql") ? "SQL" : "Python 3";
  return [
    finding("LDP302", `The module ${reading.path} is no ${language}: ${message}.`, place, { hint: "Mend the line." }),
  ];
}

/** The name for config.yml: leading parts that the text does not tell are left out; null where it can't be one. */
export function nameOf(dataset: Dataset, module: string, named: ReadonlyMap<string, string>): string | null {
  if (dataset.definedBy === "SELECT") {
    const stem = (module.split("/").at(-1) ?? "").replace(/\.\w+$/, "");
    const name = named.get(module) ?? (module.startsWith("transformations/") ? stem : "");
    return tableName.test(name) ? name : null;
  }
  const parts = splitName((dataset.name ?? "").replaceAll("{", "\ue000").replaceAll("}", "\ue001"));
  while (parts.length > 1 && parts.slice(0, -1).some((part) => part.includes("\ue000"))) parts.shift();
  const name = parts.join(".");
  return tableName.test(name) ? name : null;
}

/** Flows of other modules add their reads to the dataset that they write into. */
function joinLooseFlows(modules: ReadonlyMap<string, ModuleReading>, candidates: Map<string, Candidate>): void {
  const sinks = new Set([...modules.values()].flatMap(({ sinks }) => sinks?.map(({ name }) => name) ?? []));
  for (const [module, reading] of modules) {
    for (const flow of reading.datasets) {
      const name = flow.flowOnly === true ? nameOf(flow, module, new Map()) : null;
      if (name === null || sinks.has(name)) continue;
      const last = name.split(".").at(-1)?.toLowerCase();
      const targets = [...candidates].filter(([key]) => key === name.toLowerCase() || key.split(".").at(-1) === last);
      const [target] = targets;
      if (targets.length === 1 && target !== undefined) {
        const [key, { dataset, ...rest }] = target;
        candidates.set(key, { ...rest, dataset: { ...dataset, reads: [...dataset.reads, ...flow.reads] } });
      } else if (targets.length === 0) candidates.set(name.toLowerCase(), { name, module, dataset: flow });
    }
  }
}

function describe(
  found: readonly Candidate[],
  modules: ReadonlyMap<string, ModuleReading>,
  publishing: { readonly catalog: string | null; readonly schema: string | null },
  diagnostics: Diagnostic[],
  notes: string[],
): DiscoveredTable[] {
  const sources: Sources = { modules, tables: new Map() };
  const resolver = openResolver({ ...publishing, tables: found }, sources);
  const shared = sharedFolders(found.map((one) => one.module));
  const resolutions = new Map(found.map((one) => [one.name, resolver.resolve(one.dataset, one.module, one.name)]));
  const layers = layersOf(found, resolutions);
  return found.map(({ name, module, dataset }) => {
    const own = resolutions.get(name) ?? [];
    for (const one of own) {
      if (one.kind !== "unresolved" && one.kind !== "ambiguous") continue;
      diagnostics.push(
        finding("LDP306", untold(one, name), one.read.place, {
          table: name,
          hint: "Add what it reads to depends_on by hand.",
        }),
      );
    }
    const layer = layers.get(name) ?? { layer: "bronze" as const, told: false };
    if (!layer.told) notes.push(`"${name}": no folder or name tells its layer; ${layer.layer}, from what it reads.`);
    const dependsOn = new Set(own.flatMap((one) => (one.kind === "table" ? [one.name] : [])));
    return {
      name,
      layer: layer.layer,
      layerTold: layer.told,
      kind: dataset.kind,
      module,
      line: dataset.place.line,
      dependsOn: [...dependsOn].sort(byCodePoint),
      tags: folderTags(module, shared),
      description: sentence(dataset.comment ?? dataset.docstring),
      reads: own.map((one) => ({
        table: one.read.table,
        file: one.read.place.file,
        line: one.read.place.line,
        streaming: one.read.streaming,
        resolved: one.kind !== "unresolved" && one.kind !== "ambiguous",
        inProject: one.kind === "table" || one.kind === "self",
      })),
    };
  });
}

function untold(one: Resolution, table: string): string {
  if (one.kind === "ambiguous")
    return `"${one.read.table}" may be ${one.candidates.map((name) => `"${name}"`).join(" or ")}.`;
  return `The table that \`${one.read.table ?? one.read.text}\` reads for "${table}" can't be told from the text.`;
}

/** The layers: told by folder or name, else one above what is read that is told to be bronze, else as high as what is read. */
function layersOf(
  found: readonly Candidate[],
  resolutions: ReadonlyMap<string, readonly Resolution[]>,
): Map<string, { layer: Layer; told: boolean }> {
  const order: readonly Layer[] = ["bronze", "silver", "gold"];
  const layers = new Map<string, { layer: Layer; told: boolean }>();
  for (const { name, module } of found) {
    const layer = guessLayer(name, module);
    if (layer !== null) layers.set(name, { layer, told: true });
  }
  for (let round = 0; round < 3; round++) {
    for (const { name } of found) {
      if (layers.get(name)?.told === true) continue;
      const upstream = (resolutions.get(name) ?? []).flatMap((one) =>
        one.kind === "table" ? [order.indexOf(layers.get(one.name)?.layer ?? "bronze")] : [],
      );
      const highest = upstream.length === 0 ? -1 : Math.max(...upstream);
      layers.set(name, { layer: order[highest < 0 ? 0 : Math.max(1, highest)] ?? "gold", told: false });
    }
  }
  return layers;
}

/** The first paragraph of a text, as one line. */
function sentence(text: string | null): string | null {
  const first =
    (text ?? "")
      .trim()
      .split(/\n\s*\n/)[0]
      ?.replace(/\s+/g, " ")
      .trim() ?? "";
  return first === "" ? null : first.length > 500 ? `${first.slice(0, 499)}…` : first;
}
