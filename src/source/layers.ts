import type { Layer } from "../project/model.js";

/** Words that name a layer: in a folder, a schema, or a part of a name. */
const words: Readonly<Record<Layer, ReadonlySet<string>>> = {
  bronze: new Set([
    "bronze",
    "raw",
    "landing",
    "landed",
    "ingest",
    "ingestion",
    "ingested",
    "source",
    "sources",
    "brz",
  ]),
  silver: new Set([
    "silver",
    "stage",
    "staging",
    "staged",
    "stg",
    "clean",
    "cleaned",
    "cleansed",
    "curated",
    "conformed",
    "intermediate",
    "int",
    "slv",
    "parsed",
    "enriched",
    "refined",
  ]),
  gold: new Set([
    "gold",
    "mart",
    "marts",
    "reporting",
    "report",
    "reports",
    "aggregate",
    "aggregates",
    "agg",
    "presentation",
    "serving",
    "dim",
    "fact",
    "fct",
    "kpi",
    "gld",
    "platinum",
  ]),
};

/** The layer that a word names. */
function layerOf(word: string): Layer | null {
  for (const layer of ["bronze", "silver", "gold"] as const) if (words[layer].has(word.toLowerCase())) return layer;
  return null;
}

const exact = new Set(["bronze", "silver", "gold"]);

/**
 * The layer of a table that is told by its module's folder, its schema, its own name, or the module's, in this order; the three layers' own
 * names count before other words, which in a module's name say nothing. Null when nothing tells.
 */
export function guessLayer(name: string, module: string): Layer | null {
  const segments = module.split("/").slice(0, -1).reverse();
  const stem = (module.split("/").at(-1) ?? "").replace(/\.\w+$/, "");
  const parts = name.split(".");
  const last = parts.at(-1) ?? name;
  const places = [segments.flatMap(pieces), parts.slice(0, -1).reverse().flatMap(pieces), pieces(last)];
  for (const own of [true, false]) {
    for (const place of own ? [...places, pieces(stem)] : places) {
      for (const word of place)
        if (!own || exact.has(word.toLowerCase())) {
          const layer = layerOf(word);
          if (layer !== null) return layer;
        }
    }
  }
  return null;
}

function pieces(text: string): string[] {
  return text.split(/[^A-Za-z]+/).filter((piece) => piece !== "");
}

/** Folders that say nothing of a table. */
const common = new Set(
  "src source sources transformations transformation pipelines pipeline notebooks notebook etl dlt ldp sdp dags jobs code lib app python py sql main databricks lakeflow tables views models files assets resources data definitions".split(
    " ",
  ),
);

/** The tags of a table: its folders, without those that name a layer or that all modules share. */
export function folderTags(module: string, shared: number): string[] {
  const segments = module.split("/").slice(shared, -1);
  const told = segments.filter(
    (segment) =>
      !common.has(segment.toLowerCase()) &&
      !pieces(segment).some((word) => exact.has(word.toLowerCase())) &&
      layerOf(segment) === null,
  );
  return [
    ...new Set(told.filter((tag) => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(tag)).map((tag) => tag.toLowerCase())),
  ];
}

/** The number of leading folders that all modules share. */
export function sharedFolders(modules: readonly string[]): number {
  const folders = modules.map((module) => module.split("/").slice(0, -1));
  const [first = []] = folders;
  let count = 0;
  while (count < first.length && folders.every((folder) => folder[count] === first[count])) count++;
  return count;
}
