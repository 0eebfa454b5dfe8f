import { visible } from "./characters.js";

/**
 * Text for a terminal or a log, in one line: no escape sequence and no command of GitHub's or Azure's runner. The runners read
 * `::name` at the start of a line, and `##[name]` and `##vso[name]` anywhere.
 */
export function escapeTerminal(text: string): string {
  return visible(text)
    .replace(/##(?=\[|vso\[)/gi, "# #")
    .replace(/^::/, ": :");
}
