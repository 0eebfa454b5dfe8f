import { visible } from "./characters.js";

/** A word of a POSIX shell command, quoted where the shell would read more into it. */
export function shellWord(text: string): string {
  const shown = visible(text);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
