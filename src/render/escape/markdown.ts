import { cut, cutWords, visible, visibleLines } from "./characters.js";

/** The start of every comment of ours. No text of a pull request gets into a comment with it. */
export const MARKER = "<!-- ldp-action";

/** What GitHub would make a link, a mention or a reference of is parted by this: it leaves the text as it looks. */
const BREAK = "\u200B";

/**
 * Text as GitHub-flavoured Markdown that shows exactly that text, in one line: no markup, HTML, link, mention, reference, math or
 * table cell begins in it, wherever it is put. Words over 120 characters and texts over `limit` are cut.
 */
export function escapeMarkdown(text: string, limit = 600): string {
  return cut(cutWords(visible(text), 120), limit)
    .replace(/[\\`*[\]|~$]/g, "\\$&")
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "\\_")
    .replace(/^(?:[#+=:>-]|\d{1,9}(?=[.)]))/, (start) => (/\d/.test(start) ? `${start}${BREAK}` : `\\${start}`))
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(LIVE, `$&${BREAK}`);
}

/**
 * The same for text inside an element of ours (`<summary>`): Markdown is not read there, so that its escapes would show, but GitHub
 * looks for mentions and references in it.
 */
export function escapeInElement(text: string, limit = 300): string {
  return cut(cutWords(visible(text), 120), limit)
    .replace(LIVE, `$&${BREAK}`)
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** After these GitHub sees a mention, a reference to an issue, or an address. */
const LIVE = /@(?=\S)|#(?=\d)|\bgh-(?=\d)|:(?=\/\/)|www(?=\.)/gi;

/**
 * A sentence of ours with names of theirs: what stands between backquotes becomes code, the rest is escaped. All of it is data
 * either way.
 */
export function prose(text: string, limit = 600): string {
  const parts = cut(visible(text), limit).split("`");
  if (parts.length % 2 === 0) return escapeMarkdown(text, limit);
  return parts.map((part, i) => (i % 2 === 1 ? (part === "" ? "" : code(part)) : spaced(part))).join("");
}

/** Text as inline code. Neither a mention nor a link can be in it; what would end it is written as entities. */
export function code(text: string, limit = 160): string {
  const shown = cut(visible(text), limit);
  if (shown === "") return "(empty)";
  return /[`|<>\\&]/.test(shown) ? `<code>${escapeMarkdown(text, limit)}</code>` : `\`${shown}\``;
}

/** A block of code; the fence is longer than any run of backquotes in the text. */
export function fence(text: string, language = ""): string {
  const body = visibleLines(text.replace(/\n+$/, "")).join("\n").replaceAll("<!--", `<!${BREAK}--`);
  const longest = (body.match(/`+/g) ?? []).reduce((length, run) => Math.max(length, run.length), 2);
  const ticks = "`".repeat(longest + 1);
  return `${ticks}${language}\n${body}\n${ticks}`;
}

/** A link of ours. `label` is Markdown already; without an http address it is the label alone. */
export function link(label: string, address: string | null): string {
  if (address === null || !/^https?:\/\/[^\s]+$/.test(address)) return label;
  return `[${label}](${address.replace(/[()<>\\"'|`*[\]]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)})`;
}

function spaced(part: string): string {
  const [before, after] = [/^\s/.test(part) ? " " : "", /\S\s$/.test(part) ? " " : ""];
  return `${before}${escapeMarkdown(part)}${after}`;
}
