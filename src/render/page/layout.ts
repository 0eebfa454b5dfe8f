interface Placed {
  readonly x: number;
  y: number;
}

interface Band {
  readonly layer: string;
  readonly left: number;
  readonly right: number;
}

interface Layout {
  /** The centre of each shown table, by index. */
  readonly places: ReadonlyMap<number, Placed>;
  readonly bands: readonly Band[];
  readonly width: number;
  readonly height: number;
  readonly nodeWidth: number;
}

const NODE_HEIGHT = 26;
const ROW = 36;
const COLUMN_GAP = 84;
/** Between columns that are one rank, wrapped because it would be too high. */
const WRAP_GAP = 26;
const LAYER_NAMES = ["bronze", "silver", "gold"];

/**
 * Places tables in columns: layers from left to right, and in a layer by the longest path within it. Neighbours are pulled to each
 * other's height by sweeps over the columns. A column that would be much higher than the whole is wide is wrapped.
 */
function layoutOf(graph: PageGraph, adjacency: Adjacency, shown: ReadonlySet<number>, nodeWidth: number): Layout {
  const ranks = ranksOf(graph, adjacency, shown);
  const columns: number[][] = [];
  for (const [node, rank] of ranks) {
    columns[rank] ??= [];
    columns[rank]?.push(node);
  }
  const filled = columns.filter((column) => column !== undefined && column.length > 0);
  order(filled, adjacency, shown);

  const rows = Math.max(12, Math.ceil(Math.sqrt((shown.size * (nodeWidth + WRAP_GAP)) / ROW / 1.7)));
  const places = new Map<number, Placed>();
  const bands: Band[] = [];
  let x = nodeWidth / 2;
  let wrapped = false;
  for (const column of filled) {
    const parts = Math.ceil(column.length / rows);
    const each = Math.ceil(column.length / parts);
    wrapped ||= parts > 1;
    const left = x - nodeWidth / 2;
    column.forEach((node, i) => {
      const part = Math.floor(i / each);
      const inPart = Math.min(each, column.length - part * each);
      places.set(node, { x: x + part * (nodeWidth + WRAP_GAP), y: ((i % each) - (inPart - 1) / 2) * ROW });
    });
    x += (parts - 1) * (nodeWidth + WRAP_GAP);
    const layer = graph.nodes[column[0] ?? 0]?.layer ?? "";
    const last = bands.at(-1);
    if (last?.layer === layer) bands[bands.length - 1] = { ...last, right: x + nodeWidth / 2 };
    else bands.push({ layer, left, right: x + nodeWidth / 2 });
    x += nodeWidth + COLUMN_GAP;
  }
  if (!wrapped) straighten(filled, adjacency, places);
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const place of places.values()) {
    top = Math.min(top, place.y);
    bottom = Math.max(bottom, place.y);
  }
  for (const place of places.values()) place.y -= top - NODE_HEIGHT / 2;
  const width = Math.max(nodeWidth, x - nodeWidth / 2 - COLUMN_GAP);
  return { places, bands, width, height: places.size === 0 ? NODE_HEIGHT : bottom - top + NODE_HEIGHT, nodeWidth };
}

/** The column of each shown table. What is on a cycle gets the column that its other neighbours leave it. */
function ranksOf(graph: PageGraph, adjacency: Adjacency, shown: ReadonlySet<number>): Map<number, number> {
  const ranks = new Map<number, number>();
  let first = 0;
  for (const layer of LAYER_NAMES) {
    const members = [...shown].filter((node) => graph.nodes[node]?.layer === layer);
    const inside = new Set(members);
    const waiting = new Map(
      members.map((node) => [node, (adjacency.up[node] ?? []).filter((one) => inside.has(one)).length]),
    );
    let open = members.filter((node) => waiting.get(node) === 0);
    let rank = first;
    const done = new Set<number>();
    while (done.size < members.length) {
      if (open.length === 0) open = members.filter((node) => !done.has(node)).slice(0, 1);
      const next: number[] = [];
      for (const node of open) {
        if (done.has(node)) continue;
        done.add(node);
        ranks.set(node, rank);
        for (const below of adjacency.down[node] ?? []) {
          const left = (waiting.get(below) ?? 0) - 1;
          if (!waiting.has(below) || done.has(below)) continue;
          waiting.set(below, left);
          if (left === 0) next.push(below);
        }
      }
      open = next;
      rank++;
    }
    if (members.length > 0) first = rank;
  }
  return ranks;
}

/** Orders each column by the mean position of its neighbours, to and fro, so that few edges cross. */
function order(columns: number[][], adjacency: Adjacency, shown: ReadonlySet<number>): void {
  const position = new Map<number, number>();
  const note = (column: number[]) => {
    const scale = 1 / Math.max(1, column.length - 1);
    column.forEach((node, i) => {
      position.set(node, column.length === 1 ? 0.5 : i * scale);
    });
  };
  columns.forEach(note);
  const sweeps = shown.size > 1_500 ? 4 : 10;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const forward = sweep % 2 === 0;
    for (const column of forward ? columns : [...columns].reverse()) {
      const keys = new Map(
        column.map((node) => [node, meanPosition(node, forward ? adjacency.up : adjacency.down, position)]),
      );
      column.sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
      note(column);
    }
  }
}

function meanPosition(
  node: number,
  neighbours: readonly (readonly number[])[],
  position: ReadonlyMap<number, number>,
): number {
  let sum = 0;
  let count = 0;
  for (const other of neighbours[node] ?? []) {
    const at = position.get(other);
    if (at === undefined) continue;
    sum += at;
    count++;
  }
  return count === 0 ? (position.get(node) ?? 0) : sum / count;
}

/** Moves tables towards the height of their neighbours, keeping the order and the distance in each column. */
function straighten(columns: readonly number[][], adjacency: Adjacency, places: ReadonlyMap<number, Placed>): void {
  for (let sweep = 0; sweep < 6; sweep++) {
    for (const column of sweep % 2 === 0 ? columns : [...columns].reverse()) {
      const wanted = column.map((node) => {
        const near = [...(adjacency.up[node] ?? []), ...(adjacency.down[node] ?? [])]
          .map((other) => places.get(other)?.y)
          .filter((y) => y !== undefined);
        return near.length === 0 ? (places.get(node)?.y ?? 0) : near.reduce((sum, y) => sum + y, 0) / near.length;
      });
      spread(wanted).forEach((y, i) => {
        const place = places.get(column[i] ?? -1);
        if (place !== undefined) place.y = y;
      });
    }
  }
}

/** The heights nearest to the wanted ones (least squares) that keep the order and a row's distance: pooled neighbours. */
function spread(wanted: readonly number[]): number[] {
  const blocks: { sum: number; count: number; start: number }[] = [];
  wanted.forEach((y, i) => {
    let block = { sum: y - i * ROW, count: 1, start: i };
    for (
      let last = blocks.at(-1);
      last !== undefined && last.sum / last.count > block.sum / block.count;
      last = blocks.at(-1)
    ) {
      blocks.pop();
      block = { sum: last.sum + block.sum, count: last.count + block.count, start: last.start };
    }
    blocks.push(block);
  });
  return blocks.flatMap(({ sum, count, start }) =>
    Array.from({ length: count }, (_, k) => sum / count + (start + k) * ROW),
  );
}
