import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Dataset } from "../../../src/source/model.js";
import { openReader } from "../../../src/source/read.js";
import { diskTree } from "../../../src/system/disk-tree.js";

const corpus = join(import.meta.dirname, "../../corpus");

interface Label {
  readonly name: string | null;
  readonly kind: string | null;
  readonly reads: readonly string[];
  readonly unresolved?: number;
  readonly expectations?: number;
  readonly keys?: readonly string[];
  readonly actions?: readonly number[];
  readonly line?: number;
}

interface Labels {
  readonly datasets: readonly Label[];
  readonly sinks?: readonly { readonly name: string; readonly reads: readonly string[] }[];
  readonly reads?: readonly string[];
  readonly syntax_error?: boolean;
}

const modules = readdirSync(corpus).filter((file) => /\.(?:py|sql|ipynb)$/.test(file));
const read = openReader(diskTree(corpus), { fingerprints: true });
const score = { right: 0, invented: 0, missed: 0 };

describe("the corpus, labelled before it was read", () => {
  test("has at least 40 modules", () => {
    expect(modules.length).toBeGreaterThanOrEqual(40);
  });

  test.each(modules)("%s", (file) => {
    const labels: Labels = JSON.parse(readFileSync(join(corpus, file.replace(/\.\w+$/, ".labels.json")), "utf8"));
    const reading = read(file);
    expect(reading).not.toBeNull();
    if (reading === null) return;
    expect(reading.tooBig).toBe(false);
    expect(reading.syntaxError !== null).toBe(labels.syntax_error === true);
    expect(names(reading.datasets)).toEqual(names(labels.datasets));
    for (const label of labels.datasets) {
      const dataset = reading.datasets.find((one) => one.name === label.name);
      if (dataset !== undefined) compare(dataset, label);
    }
    for (const sink of labels.sinks ?? []) {
      const found = reading.sinks?.find((one) => one.name === sink.name);
      expect(found?.reads.map(spelled)).toEqual(sink.reads);
    }
    if (labels.reads !== undefined) expect(reading.reads.map(spelled)).toEqual(labels.reads);
  });

  afterAll(() => {
    const precision = (100 * score.right) / (score.right + score.invented);
    const recall = (100 * score.right) / (score.right + score.missed);
    console.log(
      `${modules.length} modules, ${score.right + score.missed} labelled reads: ` +
        `precision ${precision.toFixed(1)} %, recall ${recall.toFixed(1)} %`,
    );
    expect(precision).toBe(100);
    expect(recall).toBeGreaterThanOrEqual(98);
  });
});

function names(datasets: readonly { readonly name: string | null }[]): string[] {
  return datasets.map((dataset) => String(dataset.name)).sort();
}

function spelled(read: { readonly table: string | null; readonly streaming: boolean }): string {
  return `${read.streaming ? "STREAM " : ""}${read.table}`;
}

function compare(dataset: Dataset, label: Label): void {
  const reads = [...new Set(dataset.reads.filter((one) => one.resolved).map(spelled))].sort();
  const wanted = [...label.reads].sort();
  score.right += reads.filter((one) => wanted.includes(one)).length;
  score.invented += reads.filter((one) => !wanted.includes(one)).length;
  score.missed += wanted.filter((one) => !reads.includes(one)).length;
  expect({ name: dataset.name, reads }).toEqual({ name: label.name, reads: wanted });
  const places = dataset.reads.filter((one) => !one.resolved).map((one) => `${one.place.line}:${one.place.column}`);
  expect({ name: dataset.name, kind: dataset.kind, unresolved: new Set(places).size }).toEqual({
    name: label.name,
    kind: label.kind,
    unresolved: label.unresolved ?? 0,
  });
  if (label.expectations !== undefined) expect(dataset.expectations).toHaveLength(label.expectations);
  if (label.keys !== undefined) expect(dataset.cdcKeys).toEqual(label.keys);
  if (label.line !== undefined) expect(dataset.place.line).toBe(label.line);
  if (label.actions !== undefined)
    expect(dataset.actions.map((one) => one.place.line).sort((a, b) => a - b)).toEqual(label.actions);
}
