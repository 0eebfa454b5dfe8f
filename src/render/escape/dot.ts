import { visible } from "./characters.js";

/**
 * Text as a quoted string of the DOT language. Graphviz also reads HTML entities and its own escapes in labels: neither begins, nor
 * does a command of a runner in whose log the graph is printed.
 */
export function escapeDot(text: string): string {
  return `"${visible(text)
    .replace(/[\\"]/g, "\\$&")
    .replace(/&/g, "&amp;")
    .replace(/#(?=#)/g, "&#35;")}"`;
}
