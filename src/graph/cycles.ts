import { byCodePoint } from "../order.js";
import { buildGraph, type Graph } from "./graph.js";

/**
 * One cycle for each strongly connected component, sorted by their first names. A cycle starts at the component's smallest name and follows
 * "depends on"; it is the shortest through that name, of equally short ones the first by code point. The start is not repeated at the end.
 */
export function findCycles(graph: Graph): string[][] {
  return components(graph)
    .filter(([name = "", ...others]) => others.length > 0 || graph.upstream.get(name)?.includes(name))
    .map((names) => shortestCycle(graph, names, [...names].sort(byCodePoint)[0] ?? ""))
    .sort((a, b) => byCodePoint(a[0] ?? "", b[0] ?? ""));
}

/** Strongly connected components by Tarjan's algorithm, with a stack of its own: chains may be 20,000 deep. */
function components(graph: Graph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const found: string[][] = [];
  for (const root of graph.names) {
    if (index.has(root)) continue;
    const calls: { name: string; next: number }[] = [{ name: root, next: 0 }];
    for (let call = calls.at(-1); call; call = calls.at(-1)) {
      const { name } = call;
      if (!index.has(name)) {
        low.set(name, index.size);
        index.set(name, index.size);
        stack.push(name);
        onStack.add(name);
      }
      const dependency = graph.upstream.get(name)?.[call.next++];
      if (dependency !== undefined) {
        if (!index.has(dependency)) calls.push({ name: dependency, next: 0 });
        else if (onStack.has(dependency)) low.set(name, Math.min(low.get(name) ?? 0, index.get(dependency) ?? 0));
        continue;
      }
      calls.pop();
      const caller = calls.at(-1);
      if (caller) low.set(caller.name, Math.min(low.get(caller.name) ?? 0, low.get(name) ?? 0));
      if (low.get(name) !== index.get(name)) continue;
      const component: string[] = [];
      for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
        onStack.delete(member);
        component.push(member);
        if (member === name) break;
      }
      found.push(component);
    }
  }
  return found;
}

function shortestCycle(graph: Graph, component: readonly string[], start: string): string[] {
  const within = buildGraph(component.map((name) => ({ name, dependsOn: graph.upstream.get(name) ?? [] })));
  // Steps from each name back to the start: the walk then takes the first name by code point that is one step nearer.
  const steps = new Map<string, number>([[start, 0]]);
  let frontier = [start];
  for (let step = 1; frontier.length > 0; step++) {
    const next = frontier.flatMap((name) => within.downstream.get(name) ?? []).filter((name) => !steps.has(name));
    for (const name of next) steps.set(name, step);
    frontier = [...new Set(next)];
  }
  const away = (name: string) => steps.get(name) ?? Number.POSITIVE_INFINITY;
  const first = within.upstream.get(start) ?? [];
  let wanted = Math.min(...first.map(away));
  let current = first.find((name) => away(name) === wanted) ?? start;
  const cycle = [start];
  while (current !== start) {
    cycle.push(current);
    wanted -= 1;
    const upstream: readonly string[] = within.upstream.get(current) ?? [];
    current = upstream.find((name) => away(name) === wanted) ?? start;
  }
  return cycle;
}
