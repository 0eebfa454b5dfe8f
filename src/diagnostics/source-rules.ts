import type { Rule } from "./catalogue.js";

/** LDP3xx: what the modules' text says. */
export const sourceRules = {
  LDP301: {
    title: "the module does not exist",
    severity: "error",
    why: "config.yml declares a table whose file is not there, so that nothing would define it.",
    fix: "Create the file, or correct `module` (default: transformations/<layer>/<name>.py, or .sql).",
  },
} as const satisfies Record<string, Rule>;
