import { bundleRules } from "./bundle-rules.js";
import { configRules } from "./config-rules.js";
import type { Severity } from "./diagnostic.js";
import { engineRules } from "./engine-rules.js";
import { environmentRules } from "./environment-rules.js";
import { gateRules } from "./gate-rules.js";
import { lintRules } from "./lint-rules.js";
import { pipelineRules } from "./pipeline-rules.js";
import { selectionRules } from "./selection-rules.js";
import { sourceRules } from "./source-rules.js";

/** What a diagnostic code means: the source of `ldp explain`, docs/errors.md and the SARIF rules. */
export interface Rule {
  /** A few words: the SARIF rule's name and the heading of its page. */
  readonly title: string;
  readonly severity: Severity;
  /** Why it is reported: what goes wrong when it is left. One or two sentences. */
  readonly why: string;
  /** What to do about it. */
  readonly fix: string;
  /** The shortest text that causes it, with the language of its fence. */
  readonly example?: { readonly language: "yaml" | "python" | "sql" | "sh" | "text"; readonly text: string };
  /** The same text, mended. */
  readonly mended?: { readonly language: "yaml" | "python" | "sql" | "sh" | "text"; readonly text: string };
}

/** Every diagnostic code, in the order of the catalogue. One file a family, so that a family is found by its number. */
export const catalogue = {
  ...configRules,
  ...sourceRules,
  ...pipelineRules,
  ...selectionRules,
  ...bundleRules,
  ...gateRules,
  ...lintRules,
  ...engineRules,
  ...environmentRules,
} as const satisfies Record<string, Rule>;

export type Code = keyof typeof catalogue;

export function isCode(text: string): text is Code {
  return Object.hasOwn(catalogue, text);
}
