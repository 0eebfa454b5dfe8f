import { byCodePoint } from "../order.js";
import type { Change, Plan, PlannedTable } from "../plan/model.js";
import type { Kind, Layer } from "../project/model.js";
import type { Read } from "../source/model.js";

/** A table as the diagrams show it. */
export interface GraphNode {
  readonly name: string;
  readonly layer: Layer;
  readonly kind: Kind | null;
  readonly stage: number | null;
  readonly selected: boolean;
  readonly change: Change | null;
  readonly reasons: readonly string[];
  readonly risk: string | null;
  readonly tags: readonly string[];
  readonly module: string;
  readonly line: number | null;
  readonly pipeline: string | null;
  readonly description: string | null;
  readonly owner: string | null;
  /** What the code reads, as far as it was read. */
  readonly reads: readonly GraphRead[];
}

export interface GraphRead {
  readonly table: string;
  readonly line: number;
  readonly streaming: boolean;
  readonly resolved: boolean;
}

/** What every diagram is made of: nodes by name, edges `[upstream, downstream]` by their names. */
export interface GraphView {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly (readonly [string, string])[];
}

/**
 * The graph of a plan, removed tables included. Dependencies that name no table of the plan have no edge. `reads` gives what each
 * table's code reads, by the table's name.
 */
export function graphView(plan: Pick<Plan, "tables">, reads?: ReadonlyMap<string, readonly Read[]>): GraphView {
  const nodes = [...plan.tables]
    .sort((a, b) => byCodePoint(a.name, b.name))
    .map((table) => graphNode(table, reads?.get(table.name)));
  const known = new Set(nodes.map((node) => node.name));
  const edges = plan.tables
    .flatMap((table) =>
      [...new Set(table.dependsOn)]
        .filter((upstream) => known.has(upstream))
        .map((upstream): readonly [string, string] => [upstream, table.name]),
    )
    .sort((a, b) => byCodePoint(a[0], b[0]) || byCodePoint(a[1], b[1]));
  return { nodes, edges };
}

/** The part of a graph that has only the named tables. */
export function subgraph(view: GraphView, names: ReadonlySet<string>): GraphView {
  return {
    nodes: view.nodes.filter((node) => names.has(node.name)),
    edges: view.edges.filter(([up, down]) => names.has(up) && names.has(down)),
  };
}

/** The named tables and the direct neighbours of each. */
export function withNeighbours(view: GraphView, names: ReadonlySet<string>): ReadonlySet<string> {
  const all = new Set(names);
  for (const [up, down] of view.edges) {
    if (names.has(up)) all.add(down);
    if (names.has(down)) all.add(up);
  }
  return all;
}

function graphNode(table: PlannedTable, reads: readonly Read[] = []): GraphNode {
  return {
    name: table.name,
    layer: table.layer,
    kind: table.kind,
    stage: table.stage,
    selected: table.selected,
    change: table.change,
    reasons: table.reasons,
    risk: table.risk,
    tags: table.tags,
    module: table.module,
    line: table.definitionLine,
    pipeline: table.pipeline,
    description: table.description,
    owner: table.owner,
    reads: reads.map((read) => ({
      table: read.table ?? read.text,
      line: read.place.line,
      streaming: read.streaming,
      resolved: read.resolved,
    })),
  };
}
