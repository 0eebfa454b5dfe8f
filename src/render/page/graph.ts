// The page's scripts are not modules: they are put one after the other into the page, and share one scope.

type Change = "added" | "removed" | "modified" | "affected" | "unchanged";

/** A table, as src/render/html.ts writes it into the page. */
interface PageNode {
  readonly name: string;
  readonly layer: string;
  readonly kind: string | null;
  readonly stage: number | null;
  readonly selected: boolean;
  readonly change: Change | null;
  readonly reasons: readonly string[];
  readonly risk: string | null;
  readonly tags: readonly string[];
  readonly module: string;
  readonly line: number | null;
  readonly address: string | null;
  readonly pipeline: string | null;
  readonly description: string | null;
  readonly owner: string | null;
  readonly reads: readonly {
    readonly table: string;
    readonly line: number;
    readonly streaming: boolean;
    readonly resolved: boolean;
  }[];
}

interface PageGraph {
  readonly compared: boolean;
  readonly nodes: readonly PageNode[];
  /** Pairs of indexes into `nodes`: upstream, downstream. */
  readonly edges: readonly (readonly [number, number])[];
}

/** Neighbours of each table by index. */
interface Adjacency {
  readonly up: readonly (readonly number[])[];
  readonly down: readonly (readonly number[])[];
}

function adjacencyOf(graph: PageGraph): Adjacency {
  const up: number[][] = graph.nodes.map(() => []);
  const down: number[][] = graph.nodes.map(() => []);
  for (const [from, to] of graph.edges) {
    up[to]?.push(from);
    down[from]?.push(to);
  }
  return { up, down };
}

/** All that is reached from a start along one direction, the start left out. */
function reached(start: number, next: readonly (readonly number[])[]): Set<number> {
  const found = new Set<number>();
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const other of next[node] ?? []) {
      if (other !== start && !found.has(other)) {
        found.add(other);
        open.push(other);
      }
    }
  }
  return found;
}

function isChanged(node: PageNode): boolean {
  return node.change !== null && node.change !== "unchanged";
}
