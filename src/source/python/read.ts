import type { Kind } from "../../project/model.js";
import { fingerprint } from "../digest.js";
import { addTo } from "../group.js";
import { collectIgnores } from "../ignore.js";
import { definesTable } from "../match.js";
import type { Dataset, ModuleReading, Read, ReadOptions, Sink } from "../model.js";
import { lastPart } from "../names.js";
import { callFunction } from "./execute.js";
import { bodyOf, fingerprintOf, type Parts, partsOf } from "./fingerprint.js";
import { findImports } from "./imports.js";
import {
  type Collector,
  collect,
  type Definition,
  type Flow,
  type Machine,
  type ModuleRun,
  newCollector,
  placeIn,
  record,
} from "./machine.js";
import { guarded, type PythonModules } from "./module.js";
import { emptyArgs, type FunctionValue, readsOfFrame, type Value } from "./values.js";
import { perhaps } from "./ways.js";

/** What a Python module, or a notebook, says; null when there is no such file. */
export function readPython(path: string, modules: PythonModules, options: ReadOptions): ModuleReading | null {
  const run = modules.run(path);
  if (run === null) return null;
  const reading = readRun(run, options);
  modules.release(path);
  return reading;
}

function readRun(run: ModuleRun, options: ReadOptions): ModuleReading {
  const { machine, lines } = run;
  if (options.fingerprints) findImports(run);
  const parts = options.fingerprints ? partsOf(run) : null;
  const datasets: Dataset[] = [];
  const sinks: Sink[] = [];
  if (machine !== null) guarded(run, machine, () => followDatasets(run, machine, parts, datasets, sinks));
  const { error } = run.tree;
  return {
    path: run.path,
    datasets,
    sinks,
    reads: [...run.outside.reads.values()],
    imports: [...run.imports].sort(),
    moduleSpark: run.sparkUses.map((offset) => lines.place(offset)),
    syntaxError: error === null ? null : { message: error.message, place: lines.place(error.offset) },
    tooBig: run.tooBig,
    fingerprint: parts && (run.tooBig ? fingerprint(run.text) : parts.fingerprint),
    ignores: collectIgnores(run.text, run.tree.remarks, (offset) => lines.place(offset).line),
  };
}

const unqualified = { catalog: null, schema: null };

function followDatasets(
  run: ModuleRun,
  machine: Machine,
  parts: Parts | null,
  datasets: Dataset[],
  sinks: Sink[],
): void {
  const flows = run.flows.map((flow) => ({ flow, seen: followFlow(flow, machine), used: false }));
  const flowsInto = new Map<string, typeof flows>();
  for (const entry of flows) addTo(flowsInto, lastPart(entry.flow.target ?? ""), entry);
  for (const definition of run.definitions) {
    const target = definition.name;
    const own = (target === null ? [] : (flowsInto.get(lastPart(target)) ?? [])).filter(
      ({ flow }) => target !== null && flow.target !== null && isSame(flow.target, target),
    );
    for (const entry of own) entry.used = true;
    const seen = newCollector();
    const result = definition.function === null ? null : followFunction(definition.function, machine, seen);
    for (const entry of own) merge(seen, entry.seen);
    if (/sink$/.test(definition.api)) {
      sinks.push({ name: target, place: definition.place, reads: [...seen.reads.values()] });
      continue;
    }
    datasets.push({
      name: target,
      kind: kindOf(definition, result, seen),
      definedBy: definition.definedBy,
      place: definition.place,
      comment: definition.comment,
      docstring: definition.function === null ? null : docstring(definition.function),
      properties: definition.properties,
      expectations: definition.expectations,
      cdcKeys: own.find(({ flow }) => flow.cdcKeys !== null)?.flow.cdcKeys ?? null,
      reads: ordered(seen),
      actions: [...seen.actions.values()],
      body:
        parts &&
        bodyOf(
          definition,
          own.map(({ flow }) => flow),
        ),
      selectStar: [...seen.selectStar.values()],
      fingerprint: parts && fingerprintOf([definition, ...own.map(({ flow }) => flow)], parts),
    });
  }
  for (const { flow, seen, used } of flows) {
    if (used) continue;
    datasets.push({
      name: flow.target,
      kind: "streaming_table",
      definedBy: flow.definedBy,
      flowOnly: true,
      place: flow.place,
      comment: null,
      docstring: null,
      properties: {},
      expectations: [],
      cdcKeys: flow.cdcKeys,
      reads: ordered(seen),
      actions: [...seen.actions.values()],
      body: null,
      selectStar: [...seen.selectStar.values()],
      fingerprint: parts && fingerprintOf([flow], parts),
    });
  }
}

function isSame(a: string, b: string): boolean {
  return definesTable(a, b, unqualified) || definesTable(b, a, unqualified);
}

/** Reads in the order of their places. */
function ordered(seen: Collector): Read[] {
  return [...seen.reads.values()];
}

function merge(into: Collector, from: Collector): void {
  for (const read of from.reads.values()) collect(into, read);
  for (const [key, action] of from.actions) into.actions.set(key, action);
  into.streams ||= from.streams;
}

function followFlow(flow: Flow, machine: Machine): Collector {
  const seen = newCollector();
  for (const read of flow.reads) collect(seen, read);
  if (flow.function !== null) followFunction(flow.function, machine, seen);
  return seen;
}

/** Follows a dataset's function as if it was called, and gives what it returns. */
function followFunction(called: FunctionValue, machine: Machine, seen: Collector): Value {
  machine.collector = seen;
  // In which order datasets are followed is not known: what one changes, others may see or not.
  const result = perhaps(machine, called.scope, () => callFunction(called, emptyArgs, { machine }));
  const reads = readsOfFrame(result);
  for (const read of reads) record(machine, read);
  if (reads.length === 0 && (result.type === "unknown" || result.type === "external")) {
    // `return FRAMES["orders"]`: a frame, but nobody knows of what.
    const text = result.type === "unknown" ? result.label : result.path;
    const place = placeIn(called.run, called.node.start);
    record(machine, { table: null, place, streaming: false, resolved: false, text });
  }
  return result;
}

function kindOf(definition: Definition, result: Value | null, seen: Collector): Kind | null {
  switch (definition.api) {
    case "view":
    case "create_view":
    case "temporary_view":
      return "temporary_view";
    case "materialized_view":
      return "materialized_view";
    case "table":
    case "create_table": {
      const streaming = result?.type === "frame" ? result.streaming : null;
      if (streaming !== null) return streaming ? "streaming_table" : "materialized_view";
      if (seen.streams) return "streaming_table";
      const known = [...seen.reads.values()].some((read) => read.resolved);
      if (known) return "materialized_view";
      // A query that can't be seen gives a frame, of a stream or not.
      if (result?.type === "frame") return null;
      return definition.definedBy === "dp.table" ? "streaming_table" : null;
    }
    default:
      return "streaming_table";
  }
}

function docstring(called: FunctionValue): string | null {
  if (called.node.type !== "Function") return null;
  const [first] = called.node.body;
  return first?.type === "Expression" && first.value.type === "Text" ? first.value.value.trim() : null;
}
