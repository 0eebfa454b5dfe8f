import { checkProject } from "../../../src/commands/project-state.js";
import { loadProject } from "../../../src/project/load-project.js";
import { memoryTree } from "../../../src/project/tree.js";
import type { Dataset, ModuleReading, Sources } from "../../../src/source/model.js";
import { openReader, readSources } from "../../../src/source/read.js";

/** Reads one module of a made-up project. */
export function readModule(path: string, text: string, others: Readonly<Record<string, string>> = {}): ModuleReading {
  const reading = openReader(memoryTree({ ...others, [path]: text }), { fingerprints: true })(path);
  if (reading === null) throw new Error(`${path} was not read`);
  return reading;
}

/** A dataset's reads as the tables of these tests spell them: `orders`, `STREAM orders`, `?` for one that can't be told. */
export function readsOf(dataset: Dataset | undefined): string[] {
  return (dataset?.reads ?? []).map((read) =>
    read.resolved ? `${read.streaming ? "STREAM " : ""}${read.table}` : "?",
  );
}

/** `name: reads` for each dataset of a module. */
export function summary(reading: ModuleReading): Record<string, string[]> {
  return Object.fromEntries(reading.datasets.map((dataset) => [String(dataset.name), readsOf(dataset)]));
}

/** The findings of a made-up project with these files, without those of config.yml's own. */
export function check(files: Readonly<Record<string, string>>) {
  return checkProject(memoryTree(files), "config.yml", { source: true, fingerprints: true }).diagnostics;
}

export function sourcesOf(files: Readonly<Record<string, string>>): Sources {
  const tree = memoryTree(files);
  const { project } = loadProject(tree, "config.yml");
  if (project === null) throw new Error("config.yml was not read");
  return readSources(project, tree, { fingerprints: true });
}
