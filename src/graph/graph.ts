import toposort from "toposort";
import { byCodePoint } from "../order.js";

/** A node of the graph: a name, and the names that it depends on. */
export interface GraphNode {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/** A graph of tables: who reads whom, both ways. Lists are sorted by code point. */
export interface Graph {
  readonly names: readonly string[];
  readonly upstream: ReadonlyMap<string, readonly string[]>;
  readonly downstream: ReadonlyMap<string, readonly string[]>;
}

/** Builds the graph. Of doubled names the first counts; dependencies that are no node are dropped. */
export function buildGraph(nodes: readonly GraphNode[]): Graph {
  const upstream = new Map<string, string[]>();
  for (const node of nodes) if (!upstream.has(node.name)) upstream.set(node.name, [...new Set(node.dependsOn)]);
  const names = [...upstream.keys()].sort(byCodePoint);
  const downstream = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const name of names) {
    const known = (upstream.get(name) ?? []).filter((dependency) => upstream.has(dependency)).sort(byCodePoint);
    upstream.set(name, known);
    for (const dependency of known) downstream.get(dependency)?.push(name);
  }
  return { names, upstream, downstream };
}

/**
 * The names that can be reached along one direction, the start included.
 * @param steps how many edges to follow at most.
 */
export function reach(
  edges: ReadonlyMap<string, readonly string[]>,
  start: Iterable<string>,
  steps = Number.POSITIVE_INFINITY,
): Set<string> {
  const found = new Set(start);
  let frontier = [...found];
  for (let step = 0; step < steps && frontier.length > 0; step++) {
    const next: string[] = [];
    for (const name of frontier) {
      for (const neighbour of edges.get(name) ?? []) {
        if (found.has(neighbour)) continue;
        found.add(neighbour);
        next.push(neighbour);
      }
    }
    frontier = next;
  }
  return found;
}

/**
 * The names of each stage, sorted by code point within one. A name's stage is 1 + the highest stage of its direct dependencies that are chosen
 * too, 1 when it has none. A path through a name that is not chosen orders nothing, since an update refreshes exactly the chosen
 * tables (contract, "JSON").
 * @param graph without cycles among the chosen.
 */
export function stagesOf(graph: Graph, chosen: ReadonlySet<string>): string[][] {
  const waiting = new Map<string, number>();
  const stages: string[][] = [];
  let ready: string[] = [];
  for (const name of graph.names) {
    if (!chosen.has(name)) continue;
    const count = (graph.upstream.get(name) ?? []).filter((dependency) => chosen.has(dependency)).length;
    if (count === 0) ready.push(name);
    else waiting.set(name, count);
  }
  while (ready.length > 0) {
    stages.push(ready.sort(byCodePoint));
    const next: string[] = [];
    for (const reader of ready.flatMap((name) => graph.downstream.get(name) ?? [])) {
      const left = waiting.get(reader);
      if (left === undefined) continue;
      if (left > 1) waiting.set(reader, left - 1);
      else {
        waiting.delete(reader);
        next.push(reader);
      }
    }
    ready = next;
  }
  return stages;
}

/**
 * All names in an order in which each comes after what it depends on.
 * @param graph without cycles: toposort would name one node of a cycle only, so cycles are found before.
 */
export function executionOrder(graph: Graph): string[] {
  // toposort visits from the last node on and recurses along edges; given in stage order no recursion is deeper than one step,
  // where a chain of some thousand nodes in reverse would overflow the stack.
  const nodes = stagesOf(graph, new Set(graph.names)).flat();
  const edges = nodes.flatMap((name) =>
    (graph.upstream.get(name) ?? []).map((upstream): [string, string] => [upstream, name]),
  );
  return toposort.array(nodes, edges);
}
