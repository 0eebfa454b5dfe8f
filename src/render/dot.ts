import { layers } from "../project/model.js";
import { appearance } from "./appearance.js";
import { escapeDot } from "./escape/dot.js";
import type { GraphNode, GraphView } from "./graph-view.js";

/** A graph in the DOT language, layers as clusters. The text fits Graphviz of any version since 2.30. */
export function renderDot(view: GraphView): string {
  const lines = [
    "digraph tables {",
    "  rankdir=LR;",
    '  graph [fontname="Helvetica", fontsize=12, nodesep=0.2, ranksep=0.6];',
    '  node [fontname="Helvetica", fontsize=11, margin="0.12,0.06", height=0.3];',
    '  edge [color="#818b98", arrowsize=0.7];',
  ];
  for (const layer of layers) {
    const members = view.nodes.filter((node) => node.layer === layer);
    if (members.length === 0) continue;
    lines.push(
      `  subgraph cluster_${layer} {`,
      `    label="${layer}";`,
      '    color="#d0d7de";',
      '    style="rounded";',
    );
    for (const node of members) lines.push(`    ${escapeDot(node.name)} [${attributes(node)}];`);
    lines.push("  }");
  }
  for (const [up, down] of view.edges) lines.push(`  ${escapeDot(up)} -> ${escapeDot(down)};`);
  lines.push("}");
  return `${lines.join("\n")}\n`;
}

function attributes(node: GraphNode): string {
  const look = appearance(node);
  const changed = node.change !== null && node.change !== "unchanged";
  return [
    `shape=${look.dot.shape}`,
    `style="${look.dot.style}"`,
    `fillcolor="${look.fill}"`,
    `color="${look.stroke}"`,
    `fontcolor="${look.text}"`,
    ...(changed ? [`label=${escapeDot(`${node.name} · ${look.word}`)}`] : []),
    `tooltip=${escapeDot([node.name, node.kind ?? "kind unknown", ...node.reasons].join(", "))}`,
  ].join(", ");
}
