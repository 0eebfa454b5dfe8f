import { renderDot } from "./dot.js";
import type { GraphView } from "./graph-view.js";

/** A graph as SVG, laid out by Graphviz (compiled to WebAssembly), which is loaded only here. */
export async function renderSvg(view: GraphView): Promise<string> {
  const { instance } = await import(/* webpackMode: "eager" */ "@viz-js/viz");
  const viz = await instance();
  return viz.renderString(renderDot(view), { format: "svg", engine: "dot" });
}
