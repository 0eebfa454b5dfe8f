// Writes a project of N tables to time ldp with: 40 % bronze, 40 % silver, 20 % gold, each but bronze reading 1 to 4 tables,
// in the spellings that real repositories have. The same N and seed give the same bytes.
//   node bench/generate.mjs FOLDER TABLES [SEED]
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const subjects = ["orders", "customers", "payments", "parcels", "clicks", "invoices", "returns", "stock"];
const tags = ["daily", "hourly", "crm", "finance", "web"];

/** @returns {Map<string, string>} the project's files: path to text */
export function generate(count, seed = 1) {
  const random = generator(seed);
  const tables = declare(count, random);
  const files = new Map([["config.yml", config(tables)]]);
  files.set("transformations/shared/__init__.py", "");
  files.set("transformations/shared/columns.py", columns);
  for (const table of tables) files.set(table.module, table.spelling(table));
  return files;
}

export function write(folder, files) {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function declare(count, random) {
  const bronze = Math.round(count * 0.4);
  const silver = Math.round(count * 0.4);
  const tables = [];
  for (let i = 0; i < count; i++) {
    const layer = i < bronze ? "bronze" : i < bronze + silver ? "silver" : "gold";
    const spellings = layer === "bronze" ? sourceSpellings : layer === "silver" ? silverSpellings : goldSpellings;
    const spelling = spellings[random(spellings.length)];
    const name = `${layer}_${subjects[random(subjects.length)]}_${String(i).padStart(5, "0")}`;
    tables.push({
      name,
      layer,
      spelling,
      module: `transformations/${layer}/${name}.${spelling === sqlFile ? "sql" : "py"}`,
      tags: [...new Set([tags[random(tags.length)], tags[random(tags.length)]])],
      reads: layer === "bronze" ? [] : readsOf(tables, layer === "silver" ? 0 : bronze, random),
    });
  }
  return tables;
}

/** 1 to 4 tables, of the layer before and those of the own layer that came before. */
function readsOf(tables, from, random) {
  const reads = new Set();
  const fanIn = Math.min(1 + random(4), tables.length - from);
  while (reads.size < fanIn) reads.add(tables[from + random(tables.length - from)].name);
  return [...reads];
}

function config(tables) {
  const entries = tables.map((table) => {
    const lines = [`  - name: ${table.name}`, `    layer: ${table.layer}`, `    tags: [${table.tags.join(", ")}]`];
    if (table.reads.length > 0) lines.push(`    depends_on: [${table.reads.join(", ")}]`);
    lines.push(`    description: ${describe(table)}`);
    if (table.layer === "bronze") lines.push(`    source: {type: files, path: data/${table.name}/, format: json}`);
    return `${lines.join("\n")}\n`;
  });
  return `version: 1\npipeline: etl\ntables:\n${entries.join("")}environments:\n  dev: {target: dev, deploy_on: merge}\n`;
}

const columns = `"""Columns that several tables share."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def with_load_date(rows: DataFrame) -> DataFrame:
    """Adds the day of the load."""
    return rows.withColumn("load_date", F.current_date())
`;

const describe = (table) => `The ${table.layer} table number ${Number(table.name.slice(-5))}.`;

const load = (table) => `spark.read.format("json").load("/Volumes/main/landing/${table.name}")`;

function dltFiles(table) {
  return `import dlt


@dlt.table(comment="${describe(table)}")
@dlt.expect("has_id", "id IS NOT NULL")
def ${table.name}():
    """${describe(table)}"""
    return ${load(table)}
`;
}

function autoLoader(table) {
  return `from pyspark import pipelines as dp

LANDING = "/Volumes/main/landing"


@dp.table(name="${table.name}", comment="${describe(table)}")
def load():
    """${describe(table)}"""
    return (
        spark.readStream.format("cloudFiles")
        .option("cloudFiles.format", "json")
        .load(f"{LANDING}/${table.name}")
    )
`;
}

function withHelper(table) {
  return `import dlt as pipe
from shared.columns import with_load_date


@pipe.table(
    name="${table.name}",
    comment="${describe(table)}",
)
def _():
    """${describe(table)}"""
    return with_load_date(${load(table)})
`;
}

function dltReads(table) {
  const joined = table.reads.map((name, i) => (i === 0 ? `dlt.read("${name}")` : `.join(dlt.read("${name}"), "id")`));
  return `import dlt
from pyspark.sql import functions as F


@dlt.table(comment="${describe(table)}")
@dlt.expect_or_drop("has_id", "id IS NOT NULL")
def ${table.name}():
    """${describe(table)}"""
    rows = (
        ${joined.join("\n        ")}
    )
    return rows.where(F.col("id") > 0).dropDuplicates(["id"])
`;
}

function sparkReads(table) {
  const reads = table.reads.map((name, i) => `    t${i} = spark.read.table("${name}")\n`).join("");
  const joins = table.reads.slice(1).map((_, i) => `.join(t${i + 1}, "id", "left")`);
  return `from pyspark import pipelines as dp


@dp.materialized_view(name="${table.name}", comment="${describe(table)}")
def build():
    """${describe(table)}"""
${reads}    return t0${joins.join("")}
`;
}

function constants(table) {
  const names = table.reads.map((name, i) => `T${i} = "${name.slice(0, -5)}" + "${name.slice(-5)}"\n`).join("");
  const joins = table.reads.map((_, i) => (i === 0 ? "FROM {T0} AS t0" : `JOIN {T${i}} AS t${i} ON t0.id = t${i}.id`));
  return `from pyspark import pipelines as dp

${names}

@dp.materialized_view(comment="${describe(table)}")
def ${table.name}():
    """${describe(table)}"""
    return spark.sql(f"""
        SELECT t0.id, count(1) AS n
        ${joins.join("\n        ")}
        GROUP BY t0.id
    """)
`;
}

function sqlFile(table) {
  const joins = table.reads.map((name, i) => (i === 0 ? `FROM ${name} AS t0` : `JOIN ${name} AS t${i} USING (id)`));
  return `-- ${describe(table)}\nWITH rows AS (\n  SELECT t0.id, t0.amount\n  ${joins.join("\n  ")}\n)\nSELECT id, sum(amount) AS amount\nFROM rows\nGROUP BY id\n`;
}

const sourceSpellings = [dltFiles, autoLoader, withHelper];
const silverSpellings = [dltReads, sparkReads, constants, sqlFile];
const goldSpellings = [sparkReads, constants, sqlFile];

/** Whole numbers below a limit, the same for the same seed (mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, count, seed] = process.argv.slice(2);
  if (folder === undefined || !(Number(count) > 0)) {
    console.error("usage: node bench/generate.mjs FOLDER TABLES [SEED]");
    process.exit(2);
  }
  write(folder, generate(Number(count), seed === undefined ? undefined : Number(seed)));
}
