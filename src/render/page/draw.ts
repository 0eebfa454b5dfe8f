interface View {
  scale: number;
  x: number;
  y: number;
}

/** What is drawn: a layout, seen through a view, with what is chosen. */
interface Scene {
  readonly graph: PageGraph;
  readonly layout: Layout;
  readonly view: View;
  readonly chosen: number | null;
  readonly upstream: ReadonlySet<number>;
  readonly downstream: ReadonlySet<number>;
  readonly hovered: number | null;
  readonly found: ReadonlySet<number> | null;
}

interface Palette {
  readonly fill: Readonly<Record<Change, string>>;
  readonly stroke: Readonly<Record<Change, string>>;
  readonly ink: Readonly<Record<Change, string>>;
  readonly edge: string;
  readonly up: string;
  readonly down: string;
  readonly band: string;
  readonly bandText: string;
  readonly focus: string;
}

const CHANGES: readonly Change[] = ["removed", "added", "modified", "affected", "unchanged"];
const FONT = '12px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif';

/** The colours of the page's style sheet, which knows light and dark. */
function paletteOf(style: CSSStyleDeclaration): Palette {
  const read = (name: string) => style.getPropertyValue(name).trim();
  const each = (part: string) =>
    Object.fromEntries(CHANGES.map((change) => [change, read(`--${change}-${part}`)])) as Record<Change, string>;
  return {
    fill: each("fill"),
    stroke: each("stroke"),
    ink: each("ink"),
    edge: read("--edge"),
    up: read("--upstream"),
    down: read("--downstream"),
    band: read("--band"),
    bandText: read("--muted"),
    focus: read("--accent"),
  };
}

function draw(context: CanvasRenderingContext2D, width: number, height: number, scene: Scene, palette: Palette): void {
  const ratio = window.devicePixelRatio || 1;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const { view, layout } = scene;
  drawBands(context, height, scene, palette);
  context.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, ratio * view.x, ratio * view.y);
  drawEdges(context, width, height, scene, palette);
  const margin = layout.nodeWidth;
  const [left, right] = [-view.x / view.scale - margin, (width - view.x) / view.scale + margin];
  const [top, bottom] = [-view.y / view.scale - ROW, (height - view.y) / view.scale + ROW];
  for (const [node, place] of layout.places) {
    if (place.x < left || place.x > right || place.y < top || place.y > bottom) continue;
    drawNode(context, node, place, scene, palette);
  }
  context.globalAlpha = 1;
}

function drawBands(context: CanvasRenderingContext2D, height: number, { layout, view }: Scene, palette: Palette): void {
  context.font = '600 12px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif';
  context.textAlign = "left";
  context.textBaseline = "top";
  for (const band of layout.bands) {
    const padding = Math.min(14, (COLUMN_GAP * view.scale) / 3);
    const left = band.left * view.scale + view.x - padding;
    const right = band.right * view.scale + view.x + padding;
    context.fillStyle = palette.band;
    context.beginPath();
    context.roundRect(left, 6, right - left, height - 12, 8);
    context.fill();
    context.fillStyle = palette.bandText;
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, height);
    context.clip();
    context.fillText(band.layer, Math.max(left, 0) + 12, 14);
    context.restore();
  }
}

function drawEdges(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  scene: Scene,
  palette: Palette,
): void {
  const { graph, layout, view, chosen, upstream, downstream } = scene;
  const many = graph.edges.length > 1_500 && layout.places.size > 400;
  const onWay = (set: ReadonlySet<number>, from: number, to: number) =>
    (from === chosen || set.has(from)) && (to === chosen || set.has(to));
  const paths = { plain: new Path2D(), up: new Path2D(), down: new Path2D() };
  for (const [from, to] of graph.edges) {
    const [a, b] = [layout.places.get(from), layout.places.get(to)];
    if (a === undefined || b === undefined) continue;
    const up = chosen !== null && onWay(upstream, from, to);
    const down = chosen !== null && onWay(downstream, from, to);
    const [x1, x2] = [a.x + layout.nodeWidth / 2, b.x - layout.nodeWidth / 2];
    const outside = (low: number, high: number, offset: number, size: number) =>
      high * view.scale + offset < 0 || low * view.scale + offset > size;
    if (outside(Math.min(x1, x2) - 60, Math.max(x1, x2) + 60, view.x, width)) continue;
    if (outside(Math.min(a.y, b.y) - 60, Math.max(a.y, b.y) + 60, view.y, height)) continue;
    const path = up ? paths.up : down ? paths.down : paths.plain;
    const bend = Math.max(30, Math.abs(x2 - x1) / 2);
    path.moveTo(x1, a.y);
    path.bezierCurveTo(x1 + bend, a.y, x2 - bend, b.y, x2, b.y);
  }
  context.lineWidth = Math.max(1, 0.6 / view.scale);
  context.strokeStyle = palette.edge;
  context.globalAlpha = chosen !== null ? 0.18 : many ? 0.28 : 0.9;
  context.stroke(paths.plain);
  context.globalAlpha = 1;
  context.lineWidth = Math.max(2, 1.4 / view.scale);
  context.strokeStyle = palette.up;
  context.stroke(paths.up);
  context.strokeStyle = palette.down;
  context.stroke(paths.down);
}

function drawNode(
  context: CanvasRenderingContext2D,
  node: number,
  place: Placed,
  scene: Scene,
  palette: Palette,
): void {
  const table = scene.graph.nodes[node];
  if (table === undefined) return;
  const change = table.change ?? "unchanged";
  const { chosen, upstream, downstream, hovered, found, view, layout } = scene;
  const near = chosen === null || node === chosen || upstream.has(node) || downstream.has(node);
  const wanted = found === null || found.has(node);
  context.globalAlpha = near && (wanted || chosen !== null) ? 1 : 0.25;
  outline(context, change, place, layout.nodeWidth);
  // From afar a pale box is lost: the strong colour stands for it.
  const far = view.scale < 0.3;
  context.fillStyle = far && change !== "unchanged" ? palette.stroke[change] : palette.fill[change];
  context.fill();
  context.lineWidth =
    node === chosen
      ? 3
      : node === hovered
        ? 2.4
        : change === "unchanged"
          ? Math.max(1, 0.5 / view.scale)
          : Math.max(1.6, 1 / view.scale);
  context.strokeStyle = node === chosen ? palette.focus : palette.stroke[change];
  context.setLineDash(change === "removed" ? [5, 3] : table.selected ? [] : [2, 3]);
  context.stroke();
  context.setLineDash([]);
  if (view.scale < 0.42) return;
  context.font = FONT;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = palette.ink[change];
  context.fillText(shortened(context, table.name, layout.nodeWidth - 26), place.x, place.y + 0.5);
}

/** The shape says the change again, for eyes that do not tell the colours apart. */
function outline(context: CanvasRenderingContext2D, change: Change, { x, y }: Placed, width: number): void {
  const [left, right, top, bottom] = [x - width / 2, x + width / 2, y - NODE_HEIGHT / 2, y + NODE_HEIGHT / 2];
  context.beginPath();
  switch (change) {
    case "added":
      context.roundRect(left, top, width, NODE_HEIGHT, NODE_HEIGHT / 2);
      return;
    case "affected":
      context.roundRect(left, top, width, NODE_HEIGHT, 6);
      return;
    case "modified":
      polygon(
        context,
        [left, y],
        [left + 9, top],
        [right - 9, top],
        [right, y],
        [right - 9, bottom],
        [left + 9, bottom],
      );
      return;
    case "removed":
      polygon(context, [left + 9, top], [right - 9, top], [right, bottom], [left, bottom]);
      return;
    case "unchanged":
      context.rect(left, top, width, NODE_HEIGHT);
      return;
  }
}

function polygon(context: CanvasRenderingContext2D, ...points: readonly (readonly [number, number])[]): void {
  points.forEach(([x, y], i) => {
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  context.closePath();
}

const shortenings = new Map<string, string>();

/** The head of a name and its end, where names of one project differ. */
function shortened(context: CanvasRenderingContext2D, text: string, width: number): string {
  const key = `${Math.round(width)} ${text}`;
  const known = shortenings.get(key);
  if (known !== undefined) return known;
  let short = text;
  for (
    let length = text.length;
    length > 6 && context.measureText(short).width > width;
    length -= Math.max(1, Math.floor(length / 20))
  ) {
    short = `${text.slice(0, Math.ceil(length * 0.6))}…${text.slice(text.length - Math.floor(length * 0.4))}`;
  }
  shortenings.set(key, short);
  return short;
}
