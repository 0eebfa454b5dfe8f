import type { Rule } from "./catalogue.js";

/** LDP4xx: what --tags, --select and --exclude ask for. */
export const selectionRules = {
  LDP401: {
    title: "unknown tag",
    severity: "error",
    why: "No table has the tag. Were it ignored, a run would do less, or more, than was asked.",
    fix: "Correct the tag (compared as written), or give it to a table in config.yml.",
    example: { language: "sh", text: "ldp plan --tags dialy" },
    mended: { language: "sh", text: "ldp plan --tags daily" },
  },
  LDP402: {
    title: "unknown table",
    severity: "error",
    why: "A name, pattern or path in a selection matches no table.",
    fix: "Correct the name; `ldp plan` lists them all.",
    example: { language: "sh", text: "ldp plan --select order_gold+" },
    mended: { language: "sh", text: "ldp plan --select orders_gold+" },
  },
  LDP403: {
    title: "empty selection",
    severity: "error",
    why: "The parts are known, but no table has them all. To Databricks an empty selection means every table, so it is never sent.",
    fix: "Use `--tag-mode or`, or fewer conditions.",
    example: { language: "sh", text: "ldp plan --tags weekly,crm --tag-mode and" },
    mended: { language: "sh", text: "ldp plan --tags weekly,crm" },
  },
  LDP404: {
    title: "malformed selection",
    severity: "error",
    why: "The expression can't be read.",
    fix: "Forms: name, name*, tag:x, layer:x, path:glob, +x, x+, 2+x, x+2, state:modified, state:modified+; a comma intersects, repeating the option unites.",
    example: { language: "sh", text: "ldp plan --select 'tag: daily'" },
    mended: { language: "sh", text: "ldp plan --select tag:daily" },
  },
} as const satisfies Record<string, Rule>;
