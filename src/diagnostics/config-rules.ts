import type { Rule } from "./catalogue.js";

/** LDP1xx: config.yml as a file. LDP2xx: the tables that it declares. */
export const configRules = {
  LDP101: {
    title: "config.yml can't be read",
    severity: "error",
    why: "Without config.yml nothing is known of the project. It is missing, a directory, not readable, or not UTF-8.",
    fix: "Create it (`ldp init`, or `ldp import` where pipelines exist), or name the right file with --config and the right folder with -C.",
    example: { language: "sh", text: "ldp validate -C reports" },
    mended: { language: "sh", text: "ldp validate -C pipelines/reports --config tables.yml" },
  },
  LDP102: {
    title: "YAML syntax error",
    severity: "error",
    why: "The file is not YAML, or gives a key twice, of which one would be lost without a word.",
    fix: "Mend the line. For a doubled key keep one of the two.",
    example: { language: "yaml", text: "tables:\n  - name: orders\n    layer: bronze\n    layer: silver\n" },
    mended: { language: "yaml", text: "tables:\n  - name: orders\n    layer: silver\n" },
  },
  LDP103: {
    title: "config.yml has the wrong shape",
    severity: "error",
    why: "A key is unknown or missing, a value has the wrong type, a name is not well formed, or a module is outside the project or behind a symbolic link.",
    fix: "Compare with the configuration reference; the hint names the nearest valid key or value.",
    example: { language: "yaml", text: "tables:\n  - name: orders\n    layer: brnze\n" },
    mended: { language: "yaml", text: "tables:\n  - name: orders\n    layer: bronze\n" },
  },
  LDP104: {
    title: "read differently by YAML 1.1 and 1.2",
    severity: "error",
    why: "The action reads YAML 1.2 and the engine on Databricks YAML 1.1. The two would take this text for different values.",
    fix: "Put it in quotes if it is text; write numbers and dates in a form that both read alike; write merged keys out.",
    example: { language: "yaml", text: "tags: [yes, 012]\n" },
    mended: { language: "yaml", text: 'tags: ["yes", "012"]\n' },
  },
  LDP105: {
    title: "too big or too deep",
    severity: "error",
    why: "The file is over 8 MiB, nested too deep, or its aliases multiply: reading it could exhaust the machine.",
    fix: "Split the project, or write the aliased parts out.",
    example: {
      language: "yaml",
      text: "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\n",
    },
  },
  LDP106: {
    title: "engine and ldp are of different versions",
    severity: "warning",
    why: "The engine's files in pipelines/ were written by another version of ldp, so that the plan and the run may disagree.",
    fix: "Run `ldp upgrade`, and commit the renewed files.",
    example: {
      language: "text",
      text: 'pipelines/ldp/manifest.json has "version": "0.9.0", and `ldp --version` prints 1.0.0',
    },
    mended: { language: "sh", text: "ldp upgrade" },
  },
  LDP201: {
    title: "duplicate table name",
    severity: "error",
    why: "Spark compares names without regard to case: the two tables would be one, and the pipeline fails.",
    fix: "Rename one of the two, or remove it.",
    example: {
      language: "yaml",
      text: "tables:\n  - {name: orders, layer: bronze}\n  - {name: Orders, layer: silver}\n",
    },
    mended: {
      language: "yaml",
      text: "tables:\n  - {name: orders, layer: bronze}\n  - {name: orders_clean, layer: silver}\n",
    },
  },
  LDP202: {
    title: "unknown dependency",
    severity: "error",
    why: "depends_on names a table that config.yml does not have, so that the order of the run is wrong.",
    fix: "Correct the name (compared as written), or declare the table. Tables of other projects do not belong in depends_on.",
    example: { language: "yaml", text: "tables:\n  - {name: orders, layer: silver, depends_on: [order_bronze]}\n" },
  },
  LDP203: {
    title: "circular dependency",
    severity: "error",
    why: "The tables wait for each other: no order of execution exists.",
    fix: "Remove one dependency of the cycle, or move what both need into a table of its own.",
    example: {
      language: "yaml",
      text: "tables:\n  - {name: a, layer: silver, depends_on: [b]}\n  - {name: b, layer: silver, depends_on: [a]}\n",
    },
  },
  LDP204: {
    title: "a layer reads a later one",
    severity: "warning",
    why: "Bronze feeds silver and silver feeds gold. A table that reads a later layer turns that around and hides where data comes from.",
    fix: "Move the table to the layer of what it reads, or read the earlier table.",
    example: {
      language: "yaml",
      text: "tables:\n  - {name: revenue, layer: gold}\n  - {name: orders, layer: silver, depends_on: [revenue]}\n",
    },
  },
} as const satisfies Record<string, Rule>;
