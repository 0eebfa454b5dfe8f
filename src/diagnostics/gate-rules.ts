import type { Rule } from "./catalogue.js";

/** LDP6xx. */
export const gateRules = {} as const satisfies Record<string, Rule>;
