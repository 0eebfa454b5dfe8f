/** Lines on which findings are switched off, and the codes (`*` for all). */
export type Ignores = ReadonlyMap<number, readonly string[]>;

// Each run of spaces can be matched in one way only: a comment may hold any number of them.
const pattern = /ldp:\s*ignore(?:(?:\s*[:=])?\s*((?:LDP\d{3}[\s,]*)+))?/i;

/**
 * The codes that a comment `# ldp: ignore LDP308` switches off on its line, `*` for `# ldp: ignore` alone; null for other comments.
 * A comment that stands alone on its line counts for the next line.
 */
export function parseIgnore(comment: string): readonly string[] | null {
  const match = pattern.exec(comment);
  if (match === null) return null;
  return match[1] === undefined ? ["*"] : [...match[1].matchAll(/LDP\d{3}/gi)].map((code) => code[0].toUpperCase());
}

/** Collects the ignores of a text from its comments. */
export function collectIgnores(
  text: string,
  remarks: readonly { readonly text: string; readonly offset: number }[],
  lineOf: (offset: number) => number,
): Ignores {
  const ignores = new Map<number, Set<string>>();
  for (const remark of remarks) {
    const codes = parseIgnore(remark.text);
    if (codes === null) continue;
    const before = text.slice(text.lastIndexOf("\n", remark.offset - 1) + 1, remark.offset);
    const line = lineOf(remark.offset) + (before.trim() === "" ? 1 : 0);
    const known = ignores.get(line) ?? new Set();
    for (const code of codes) known.add(code);
    ignores.set(line, known);
  }
  return new Map([...ignores].map(([line, codes]) => [line, [...codes]]));
}

/** Whether a finding of this code on this line is switched off. For LDP3xx and LDP7xx rules alike. */
export function isIgnored(ignores: Ignores, code: string, line: number): boolean {
  const codes = ignores.get(line);
  return codes !== undefined && (codes.includes("*") || codes.includes(code));
}
