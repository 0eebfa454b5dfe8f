import type { Rule } from "./catalogue.js";

/** LDP7xx: ruff. */
export const lintRules = {} as const satisfies Record<string, Rule>;
