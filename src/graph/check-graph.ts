import { type Diagnostic, sortDiagnostics } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { nearest } from "../diagnostics/nearest.js";
import { layers, type Project, type Table } from "../project/model.js";
import { findCycles } from "./cycles.js";
import { buildGraph, type Graph } from "./graph.js";

/** The graph of a project's declared dependencies. */
export function projectGraph(project: Project): Graph {
  return buildGraph(
    project.tables.map((table) => ({ name: table.name, dependsOn: table.dependsOn.map((item) => item.name) })),
  );
}

// Each is compared with every name: a file of nothing but wrong names would take hours.
const suggestions = 500;

/** Checks the declared dependencies: LDP202, LDP203, LDP204. Doubles (LDP201) are found where config.yml is read. */
export function checkGraph(project: Project, graph: Graph): Diagnostic[] {
  const tables = new Map(project.tables.map((table) => [table.name, table]));
  let asked = 0;
  const suggest = (name: string) => (++asked > suggestions ? undefined : nearest(name, tables.keys()));
  const findings = project.tables.flatMap((table) => checkDependencies(table, tables, suggest));
  for (const cycle of findCycles(graph)) findings.push(cycleFinding(cycle, tables));
  return sortDiagnostics(findings);
}

function checkDependencies(
  table: Table,
  tables: ReadonlyMap<string, Table>,
  suggest: (name: string) => string | undefined,
): Diagnostic[] {
  return table.dependsOn.flatMap(({ name, place }) => {
    const upstream = tables.get(name);
    if (!upstream) {
      const near = suggest(name);
      return finding("LDP202", `"${table.name}" depends on "${name}", which is no table of this file.`, place, {
        table: table.name,
        hint: near ?? "Declare it, or leave it out: tables of other projects do not belong here.",
      });
    }
    if (!table.layerKnown || !upstream.layerKnown) return [];
    if (layers.indexOf(upstream.layer) <= layers.indexOf(table.layer)) return [];
    const message = `"${table.name}" (${table.layer}) depends on "${name}" (${upstream.layer}), a later layer.`;
    const hint = `Move "${table.name}" to ${upstream.layer}, or depend on an earlier table.`;
    return finding("LDP204", message, place, { table: table.name, hint });
  });
}

function cycleFinding(cycle: readonly string[], tables: ReadonlyMap<string, Table>): Diagnostic {
  const places = cycle.map((name, index) => {
    const next = cycle[(index + 1) % cycle.length];
    const place = tables.get(name)?.dependsOn.find((dependency) => dependency.name === next)?.place;
    return place ? { ...place, message: `"${name}" depends on "${next}" here.` } : null;
  });
  const [name = ""] = cycle;
  const related = places.slice(1).filter((place) => place !== null);
  return finding("LDP203", `Circular dependency: ${[...cycle, name].join(" -> ")}.`, places[0] ?? null, {
    table: name,
    hint: "Remove one of these dependencies, or move what both need into a table of its own.",
    ...(related.length > 0 ? { related } : {}),
  });
}
