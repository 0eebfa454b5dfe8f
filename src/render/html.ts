import { visible } from "./escape/characters.js";
import { escapeHtml, scriptJson } from "./escape/html.js";
import type { GraphNode, GraphView } from "./graph-view.js";
import { pageScript, pageStyle } from "./page-assets.js";
import { plural } from "./words.js";

export interface PageOptions {
  /** The page's heading, such as the project's name. */
  readonly title?: string;
  /** What it stands for, such as `main (b45e45) .. c0ffee1`. */
  readonly subtitle?: string;
  /** The address of a table's module, where there is one. */
  readonly address?: (node: GraphNode) => string | null;
}

/**
 * The graph as one self-contained HTML page: no network, no other file. It can be panned, zoomed, searched and filtered, by mouse, by
 * touch and by keyboard; a table shows what it is and what is up and down of it. Its policy forbids every request.
 */
export function renderHtml(view: GraphView, options: PageOptions = {}): string {
  const { title = "Tables and what they depend on", subtitle = "", address = () => null } = options;
  const index = new Map(view.nodes.map((node, i) => [node.name, i]));
  const compared = view.nodes.some((node) => node.change !== null);
  const graph = {
    compared,
    nodes: view.nodes.map((node) => ({ ...shown(node), address: httpOnly(address(node)) })),
    edges: view.edges.map(([up, down]) => [index.get(up), index.get(down)]),
  };
  const layers = ["bronze", "silver", "gold"].map((layer) => box("layer", layer, layer)).join("");
  const changes = ["removed", "added", "modified", "affected", "unchanged"]
    .map((change) => box("change", change, `<i class="mark ${change}"></i>${change} <b></b>`))
    .join("");
  const counts = `${plural(view.nodes.length, "table")}, ${plural(view.edges.length, "dependency", "dependencies")}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>
${pageStyle}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>${counts}${subtitle === "" ? "" : ` · ${escapeHtml(subtitle)}`}</p>
<span class="space"></span>
<button type="button" id="out" title="Zoom out (-)" aria-label="Zoom out">−</button>
<button type="button" id="in" title="Zoom in (+)" aria-label="Zoom in">+</button>
<button type="button" id="fit" title="Fit everything (0)">Fit</button>
<button type="button" id="theme" title="Light or dark">Light / dark</button>
</header>
<aside aria-label="Tables">
<div class="filters">
<input type="search" id="search" placeholder="Search a table or module ( / )" aria-label="Search a table or module" autocomplete="off" spellcheck="false">
<select id="scope" aria-label="Which part of the graph">
<option value="all">All tables</option>
<option value="changes">Changes and neighbours</option>
<option value="lineage">Lineage of what is chosen</option>
</select>
<select id="tag" aria-label="Tag"><option value="">Every tag</option></select>
<fieldset><legend>Layer</legend>${layers}</fieldset>
<fieldset${compared ? "" : " hidden"}><legend>Change</legend>${changes}</fieldset>
</div>
<div id="status" role="status"></div>
<ul id="list"></ul>
</aside>
<main>
<canvas id="canvas" tabindex="0" role="application" aria-label="The graph. Arrow keys move along it, left upstream and right downstream; plus and minus zoom; slash searches; Escape lets go. The list of tables holds the same."></canvas>
<div id="empty" hidden>No table is left by these filters.</div>
<div class="keys" aria-hidden="true">/ search · ← → upstream, downstream · l lineage · + − 0 zoom · Esc</div>
</main>
<section id="panel" aria-label="The chosen table"></section>
<div id="said" class="spoken" aria-live="polite"></div>
<script type="application/json" id="graph">${scriptJson(graph)}</script>
<script>
${pageScript}</script>
</body>
</html>
`;
}

/** The node with every text as people can see it: no invisible or direction-changing character gets into the page. */
function shown(node: GraphNode): GraphNode {
  return {
    ...node,
    name: visible(node.name),
    reasons: node.reasons.map(visible),
    risk: node.risk && visible(node.risk),
    tags: node.tags.map(visible),
    module: visible(node.module),
    pipeline: node.pipeline && visible(node.pipeline),
    description: node.description && visible(node.description),
    owner: node.owner && visible(node.owner),
    reads: node.reads.map((read) => ({ ...read, table: visible(read.table) })),
  };
}

function box(kind: string, value: string, label: string): string {
  return `<label><input type="checkbox" data-${kind}="${value}" checked>${label}</label>`;
}

function httpOnly(address: string | null): string | null {
  return address !== null && /^https?:\/\//.test(address) ? address : null;
}
