import { visible } from "./characters.js";

/** Text as a quoted string of the DOT language. Graphviz also reads HTML entities and its own escapes in labels: neither begins. */
export function escapeDot(text: string): string {
  return `"${visible(text).replace(/[\\"]/g, "\\$&").replace(/&/g, "&amp;")}"`;
}
