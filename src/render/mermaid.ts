import type { Change } from "../plan/model.js";
import { type Layer, layers } from "../project/model.js";
import { appearance, appearances, changeOrder } from "./appearance.js";
import { escapeMermaid } from "./escape/mermaid.js";
import { type GraphNode, type GraphView, subgraph, withNeighbours } from "./graph-view.js";
import { plural, thousands } from "./words.js";

/**
 * A graph as a Mermaid flowchart, layers as subgraphs. Node ids are made (`n0`, `n1`, …): a name of the project is only ever in a
 * quoted label. Mermaid itself draws no more than 500 edges and 50,000 characters: `fitMermaid` keeps within them.
 */
export function renderMermaid(view: GraphView): string {
  const ids = new Map(view.nodes.map((node, i) => [node.name, `n${i}`]));
  const partial = view.nodes.some((node) => node.selected) && view.nodes.some((node) => !node.selected);
  const lines = ["flowchart LR"];
  for (const layer of layers) {
    const members = view.nodes.filter((node) => node.layer === layer);
    if (members.length === 0) continue;
    lines.push(`  subgraph ${layer}_layer["${layer}"]`);
    for (const node of members) lines.push(`    ${ids.get(node.name)}${shape(node)}`);
    lines.push("  end", `  style ${layer}_layer fill:transparent,stroke:#818b98`);
  }
  for (const [up, down] of view.edges) lines.push(`  ${ids.get(up)} --> ${ids.get(down)}`);
  const used = new Set<Change>(view.nodes.map((node) => node.change ?? "unchanged"));
  for (const change of changeOrder.filter((one) => used.has(one))) {
    const look = appearances[change];
    const dashes = change === "removed" ? ",stroke-dasharray:5 3" : "";
    const width = change === "unchanged" ? 1 : 2;
    lines.push(
      `  classDef ${change} fill:${look.fill},stroke:${look.stroke},color:${look.text},stroke-width:${width}px${dashes}`,
    );
    const members = view.nodes.filter((node) => (node.change ?? "unchanged") === change);
    lines.push(`  class ${members.map((node) => ids.get(node.name)).join(",")} ${change}`);
  }
  const idle = view.nodes.filter((node) => partial && !node.selected && node.change !== "removed");
  if (idle.length > 0) {
    lines.push(
      "  classDef idle stroke-dasharray:2 3",
      `  class ${idle.map((node) => ids.get(node.name)).join(",")} idle`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/**
 * A graph as Mermaid that Mermaid draws: whole within its limits, else as much as fits, with a remark on what is left out and
 * where that is.
 */
export function renderMermaidFile(view: GraphView): string {
  const { text, leftOut } = fitMermaid(view, drawable);
  return leftOut === null
    ? text
    : `${text}%% ${leftOut} Mermaid draws at most ${drawable.edges} edges and ${thousands(drawable.characters)} characters; --format html, svg, dot and json have all.\n`;
}

/** How much a reader, or Mermaid, takes. */
export interface MermaidLimits {
  readonly nodes: number;
  readonly edges: number;
  readonly characters: number;
}

/** What people still read in a comment; well within what Mermaid draws. */
export const readable: MermaidLimits = { nodes: 60, edges: 180, characters: 24_000 };

/** What Mermaid draws at most: its `maxEdges` and `maxTextSize`, which a diagram can't raise. */
export const drawable: MermaidLimits = { nodes: Number.POSITIVE_INFINITY, edges: 500, characters: 50_000 };

/** A diagram that fits, and what it shows of the graph. */
export interface FittedMermaid {
  readonly text: string;
  readonly step: "whole" | "neighbours" | "changed" | "selected" | "layers";
  /** What is not in it, in a sentence; null for the whole graph. */
  readonly leftOut: string | null;
}

/**
 * The best diagram within the limits: the whole graph; the changed tables with their neighbours; the changed tables; the
 * selected tables (where nothing changed); else each layer with counts, which always fits.
 */
export function fitMermaid(view: GraphView, limits: MermaidLimits = readable): FittedMermaid {
  const changed = new Set(
    view.nodes.filter((node) => node.change !== null && node.change !== "unchanged").map((node) => node.name),
  );
  const direct = new Set(
    view.nodes.filter((node) => changed.has(node.name) && node.change !== "affected").map((n) => n.name),
  );
  const selected = new Set(view.nodes.filter((node) => node.selected).map((node) => node.name));
  const steps: readonly { readonly step: FittedMermaid["step"]; readonly names: ReadonlySet<string> | null }[] = [
    { step: "whole", names: null },
    ...(changed.size > 0
      ? ([
          { step: "neighbours", names: withNeighbours(view, changed) },
          { step: "neighbours", names: withNeighbours(view, direct) },
          { step: "changed", names: changed },
          { step: "changed", names: direct },
        ] as const)
      : ([{ step: "selected", names: selected }] as const)),
  ];
  for (const { step, names } of steps) {
    if ((names?.size ?? view.nodes.length) > limits.nodes || names?.size === 0) continue;
    const part = names === null ? view : subgraph(view, names);
    if (part.edges.length > limits.edges) continue;
    const text = renderMermaid(part);
    if (text.length <= limits.characters) return { text, step, leftOut: leftOut(view, part, step) };
  }
  const total = `${plural(view.nodes.length, "table")} and ${plural(view.edges.length, "dependency", "dependencies")}`;
  return {
    text: renderLayers(view),
    step: "layers",
    leftOut: `Too many to draw one by one: ${total} are summed up by layer.`,
  };
}

function leftOut(view: GraphView, part: GraphView, step: FittedMermaid["step"]): string | null {
  const missing = view.nodes.length - part.nodes.length;
  if (missing === 0) return null;
  const kind = {
    whole: "",
    layers: "",
    neighbours: "Changed tables and their neighbours",
    changed: "Changed tables",
    selected: "Selected tables",
  }[step];
  return `${kind} are drawn; ${plural(missing, "other table")} of ${thousands(view.nodes.length)} ${missing === 1 ? "is" : "are"} not.`;
}

/** A node a layer, with counts: what is left when tables can't be drawn one by one. */
function renderLayers(view: GraphView): string {
  const layerOf = new Map(view.nodes.map((node) => [node.name, node.layer]));
  const present = layers.filter((layer) => view.nodes.some((node) => node.layer === layer));
  const lines = ["flowchart LR"];
  for (const layer of present) lines.push(`  ${layer}_layer["${layerLabel(view, layer)}"]`);
  const between = new Map<string, number>();
  for (const [up, down] of view.edges) {
    const [from, to] = [layerOf.get(up), layerOf.get(down)];
    if (from !== undefined && to !== undefined) between.set(`${from} ${to}`, (between.get(`${from} ${to}`) ?? 0) + 1);
  }
  for (const from of present)
    for (const to of present) {
      const count = between.get(`${from} ${to}`);
      if (count !== undefined) lines.push(`  ${from}_layer -->|"${count}"| ${to}_layer`);
    }
  return `${lines.join("\n")}\n`;
}

function layerLabel(view: GraphView, layer: Layer): string {
  const members = view.nodes.filter((node) => node.layer === layer);
  const counts = changeOrder
    .filter((change) => change !== "unchanged")
    .map((change) => ({ change, count: members.filter((node) => node.change === change).length }))
    .filter(({ count }) => count > 0)
    .map(({ change, count }) => `${count} ${appearances[change].word}`);
  return escapeMermaid(
    `${layer}: ${plural(members.length, "table")}${counts.length > 0 ? ` (${counts.join(", ")})` : ""}`,
    200,
  );
}

function shape(node: GraphNode): string {
  const look = appearance(node);
  const [open, close] = look.mermaid;
  const suffix = node.change === null || node.change === "unchanged" ? "" : ` · ${look.word}`;
  return `${open}"${escapeMermaid(node.name)}${suffix}"${close}`;
}
