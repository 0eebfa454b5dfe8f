import { cut, visible } from "./characters.js";

/**
 * Text for a quoted label of a Mermaid flowchart. Mermaid reads Markdown, HTML, icons (`fa:x`) and formulas (`$$x$$`) in labels,
 * so whatever could begin one of them is written as an entity code, and icons are parted.
 */
export function escapeMermaid(text: string, limit = 60): string {
  return cut(visible(text), limit)
    .replace(/(?<=[a-z]):(?=fa-)/gi, ":\u200B")
    .replace(/[^\p{L}\p{M}\p{N}\p{S} .,()_:·…−/-]|[<>=+^$`|~]/gu, (character) => `#${character.codePointAt(0)};`)
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "#95;")
    .replace(/^-|^\d+(?=\.)/, (start) => [...start].map((character) => `#${character.codePointAt(0)};`).join(""));
}
