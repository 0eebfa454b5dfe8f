import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import type { Project, Table } from "../project/model.js";
import { indexNames, matchTable } from "../source/match.js";
import type { Dataset, Sources } from "../source/model.js";

/** LDP309-313 over what the modules say. Severities and ignores are applied by the caller. */
export function checkPipelines(project: Project, sources: Sources): Diagnostic[] {
  return [
    ...[...sources.modules.values()].flatMap((module) => (module.moduleSpark ?? []).map(sparkAtModuleLevel)),
    ...project.tables.flatMap((table) => {
      const dataset = sources.tables.get(table.name)?.dataset ?? null;
      return dataset === null ? [] : checkTable(table, dataset, project, sources);
    }),
  ];
}

function checkTable(table: Table, dataset: Dataset, project: Project, sources: Sources): Diagnostic[] {
  return [
    ...(table.layer === "gold" ? (dataset.selectStar ?? []).map((place) => selectStar(table, place)) : []),
    ...(isDescribed(table, dataset) ? [] : [withoutComment(table, dataset)]),
    ...streamsOfViews(table, dataset, project, sources),
    ...dataset.expectations
      .filter(({ name }) => name !== null && name.trim() === "")
      .map(({ condition }) => namelessExpectation(table, dataset, condition)),
  ];
}

function sparkAtModuleLevel(place: Dataset["place"]): Diagnostic {
  return finding("LDP309", "`spark` is used outside every function, so that importing the module runs it.", place, {
    hint: "Move it into the dataset's function.",
  });
}

function selectStar(table: Table, place: Dataset["place"]): Diagnostic {
  return finding("LDP310", `Gold table ${table.name} takes all columns with \`*\`.`, place, {
    table: table.name,
    hint: "Name the columns.",
  });
}

function isDescribed(table: Table, dataset: Dataset): boolean {
  return [table.description, dataset.comment, dataset.docstring].some((text) => (text ?? "").trim() !== "");
}

function withoutComment(table: Table, dataset: Dataset): Diagnostic {
  return finding("LDP311", `Nothing says what ${table.name} holds.`, dataset.place, {
    table: table.name,
    hint: "Give it `comment=`, a docstring, or a `description` in config.yml.",
  });
}

function streamsOfViews(table: Table, dataset: Dataset, project: Project, sources: Sources): Diagnostic[] {
  const index = indexNames(
    project.tables.map(({ name }) => name),
    project,
  );
  return dataset.reads.flatMap((read) => {
    if (!read.streaming || read.table === null) return [];
    const match = matchTable(read.table, index, table.name);
    if (match.kind !== "table" || sources.tables.get(match.name)?.kind !== "materialized_view") return [];
    return [
      finding("LDP312", `${table.name} streams from ${match.name}, which is a materialized view.`, read.place, {
        table: table.name,
        hint: `Read it with spark.read.table, or make ${match.name} a streaming table.`,
      }),
    ];
  });
}

function namelessExpectation(table: Table, dataset: Dataset, condition: string | null): Diagnostic {
  const which = condition === null ? "An expectation" : `The expectation \`${condition}\``;
  return finding("LDP313", `${which} of ${table.name} has no name.`, dataset.place, {
    table: table.name,
    hint: "Name what is expected: the event log counts by that name.",
  });
}
