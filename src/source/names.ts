/**
 * The parts of a table's name: split at dots that stand outside backquotes and unknown stretches, backquotes stripped, doubled ones
 * read as one (Spark SQL reference, "Identifiers").
 */
export function splitName(name: string): string[] {
  const parts: string[] = [];
  let part = "";
  let quoted = false;
  let unknown = false;
  for (let i = 0; i < name.length; i++) {
    const c = name.charAt(i);
    if (c === "\ue000") unknown = true;
    if (c === "\ue001") unknown = false;
    if (c === "`" && !unknown) {
      if (quoted && name[i + 1] === "`") {
        part += "`";
        i++;
      } else quoted = !quoted;
    } else if (c === "." && !quoted && !unknown) {
      parts.push(part.trim());
      part = "";
    } else part += c;
  }
  parts.push(part.trim());
  return parts;
}

export function tableName(parts: readonly string[]): string {
  return parts.join(".");
}

/**
 * Whether a name is a path, such as delta.`/mnt/lake/orders`: nothing that a pipeline defines. A slash or colon tells, before the first
 * backquote or in what it opens, where letters alone stand before it.
 */
export function isPath(name: string): boolean {
  if (name.trim() === "") return true;
  const known = withoutUnknown(name);
  const [head = "", quoted = ""] = known.split("`", 2);
  return /[/:]/.test(head) || (/^[a-z]*\.?$/i.test(head) && /[/:]/.test(quoted));
}

/** Longer than any name of a table: the parts of Unity Catalog's have 255 characters at most, unknown stretches are short. */
export const longestName = 4000;

/** Whether a name is that of a global temporary view, which no pipeline defines: which one it is depends on what ran before. */
export function isGlobalView(parts: readonly string[]): boolean {
  return parts.length === 2 && parts[0]?.toLowerCase() === "global_temp";
}

/** A text without its unknown stretches. */
export function withoutUnknown(text: string, open = "\ue000", close = "\ue001"): string {
  // A regular expression would look for an end again from each beginning.
  let known = "";
  let at = 0;
  for (;;) {
    const from = text.indexOf(open, at);
    const to = from < 0 ? -1 : text.indexOf(close, from);
    if (to < 0) return known + text.slice(at);
    known += text.slice(at, from);
    at = to + 1;
  }
}

/** The last part of a name, in lower case: what is looked up by. */
export function lastPart(name: string): string {
  return (splitName(name).at(-1) ?? "").toLowerCase();
}

const holeStart = "\ue000";
const holeEnd = "\ue001";

/** A text of which nothing is known but the name that it goes by. */
export function hole(label: string): string {
  return `${holeStart}${label.replace(/[\ue000\ue001]/g, "")}${holeEnd}`;
}

export function hasHole(text: string): boolean {
  return text.includes(holeStart);
}

/** The text as it is shown: what is not known as `{name}`. */
export function shown(text: string): string {
  return text.replaceAll(holeStart, "{").replaceAll(holeEnd, "}");
}

/** A text with its known stretches changed, such as into another case. */
export function changeKnown(text: string, change: (stretch: string) => string): string {
  return text
    .split(holeStart)
    .map((part, i) => {
      const known = i === 0 ? 0 : part.indexOf(holeEnd) + 1;
      return part.slice(0, known) + change(part.slice(known));
    })
    .join(holeStart);
}
