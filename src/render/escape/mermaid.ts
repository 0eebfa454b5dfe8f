import { cut, visible } from "./characters.js";

/**
 * Text for a quoted label of a Mermaid flowchart. Mermaid reads Markdown, HTML, icons (`fa:x`) and formulas (`$$x$$`) in labels,
 * so whatever could begin one of them is written as an entity code, and icons are parted. Colons too: a line with `style`, a colon and
 * an entity code loses its last character, and ﬂ° is its own sign for one (mermaid, `encodeEntities`). A line with
 * `direction LR` is a statement wherever that stands in it (flow.jison).
 */
export function escapeMermaid(text: string, limit = 60): string {
  return cut(visible(text), limit)
    .replace(/ﬂ(?=°)|¶(?=ß)/g, "$&\u200B")
    .replace(/(?<=[a-z]):(?=fa-)/gi, ":\u200B")
    .replace(/[^\p{L}\p{M}\p{N}\p{S} .,()_·…−/-]|[<>=+^$`|~]/gu, (character) => `#${character.codePointAt(0)};`)
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "#95;")
    .replace(/(?<=direction) (?=TB|TD|BT|RL|LR)/g, "#32;")
    .replace(/^-|^\d+(?=\.)/, (start) => [...start].map((character) => `#${character.codePointAt(0)};`).join(""));
}
