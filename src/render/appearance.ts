import type { Change } from "../plan/model.js";
import type { GraphNode } from "./graph-view.js";

/** How a change looks, the same in every diagram: a colour for the eye, a shape and a word for whoever does not see colours. */
export interface Appearance {
  readonly word: string;
  /** For text lines and legends on GitHub. */
  readonly square: string;
  readonly fill: string;
  readonly stroke: string;
  readonly text: string;
  /** The opening and closing of the node's shape in Mermaid. */
  readonly mermaid: readonly [string, string];
  readonly shapeName: string;
  /** The shape and style in DOT. */
  readonly dot: { readonly shape: string; readonly style: string };
}

export const appearances: Readonly<Record<Change, Appearance>> = {
  added: {
    word: "added",
    square: "🟩",
    fill: "#dafbe1",
    stroke: "#1a7f37",
    text: "#0a3d1a",
    mermaid: ["([", "])"],
    shapeName: "pill",
    dot: { shape: "box", style: "filled,rounded,bold" },
  },
  modified: {
    word: "modified",
    square: "🟨",
    fill: "#fff3b8",
    stroke: "#9a6700",
    text: "#3d2a00",
    mermaid: ["{{", "}}"],
    shapeName: "hexagon",
    dot: { shape: "hexagon", style: "filled" },
  },
  affected: {
    word: "affected",
    square: "🟦",
    fill: "#ddf4ff",
    stroke: "#0969da",
    text: "#05264c",
    mermaid: ["(", ")"],
    shapeName: "round corners",
    dot: { shape: "box", style: "filled,rounded" },
  },
  removed: {
    word: "removed",
    square: "🟥",
    fill: "#ffebe9",
    stroke: "#cf222e",
    text: "#5c0710",
    mermaid: ["[/", "\\]"],
    shapeName: "trapezoid, dashed",
    dot: { shape: "trapezium", style: "filled,dashed" },
  },
  unchanged: {
    word: "unchanged",
    square: "⬜",
    fill: "#f6f8fa",
    stroke: "#818b98",
    text: "#1f2328",
    mermaid: ["[", "]"],
    shapeName: "box",
    dot: { shape: "box", style: "filled" },
  },
};

/** Without a base nothing is known to have changed, and a table looks like an unchanged one. */
export function appearance(node: Pick<GraphNode, "change">): Appearance {
  return appearances[node.change ?? "unchanged"];
}

/** The order in which changes are listed, the ones to look at first. */
export const changeOrder: readonly Change[] = ["removed", "added", "modified", "affected", "unchanged"];
