import { byCodePoint } from "../order.js";
import { layers } from "./model.js";

/** A table as it is written to a new config.yml. */
export interface NewTable {
  readonly name: string;
  readonly layer: (typeof layers)[number];
  readonly tags: readonly string[];
  readonly dependsOn: readonly string[];
  readonly module: string;
  readonly description: string | null;
}

/** The text of a new config.yml, tables by layer and name. */
export function writeConfig(tables: readonly NewTable[]): string {
  const sorted = [...tables].sort(
    (a, b) => layers.indexOf(a.layer) - layers.indexOf(b.layer) || byCodePoint(a.name, b.name),
  );
  const out = [
    "# Written by `ldp import` from the code. `ldp import --update` keeps depends_on as the code has it.",
    "version: 1",
  ];
  out.push(sorted.length === 0 ? "tables: []" : "tables:");
  for (const table of sorted) {
    out.push(`  - name: ${scalar(table.name)}`);
    out.push(`    layer: ${table.layer}`);
    if (table.tags.length > 0) out.push(`    tags: [${table.tags.map(scalar).join(", ")}]`);
    out.push(`    depends_on: [${table.dependsOn.map(scalar).join(", ")}]`);
    if (table.module !== defaultModule(table)) out.push(`    module: ${scalar(table.module)}`);
    if (table.description !== null) out.push(`    description: ${scalar(table.description)}`);
  }
  return `${out.join("\n")}\n`;
}

function defaultModule(table: NewTable): string {
  return `transformations/${table.layer}/${table.name.split(".").at(-1)}.py`;
}

const words = /^(?:y|n|yes|no|on|off|true|false|null|none|~)$/i;

/** A text that YAML 1.1 and 1.2 read alike: plain where that is safe, else in double quotes. */
export function scalar(text: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_./-]*$/.test(text) && !words.test(text)) return text;
  if (/^[A-Z][A-Za-z0-9_./, ()'-]*[A-Za-z0-9_./)]$/.test(text) && !words.test(text)) return text;
  // JSON's escapes are YAML's too; characters that YAML forbids or takes for line breaks are escaped besides.
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
