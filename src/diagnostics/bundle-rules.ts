import type { Rule } from "./catalogue.js";

/** LDP5xx. */
export const bundleRules = {} as const satisfies Record<string, Rule>;
