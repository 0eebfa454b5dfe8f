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

/** Whether a name is a path, such as delta.`/mnt/lake/orders`: nothing that a pipeline defines. */
export function isPath(name: string): boolean {
  return /^[a-z]*\.?`?[^`]*[/:]/i.test(name.replace(/\ue000[^\ue001]*\ue001/g, "")) || name.trim() === "";
}
