import type { RuleSetting } from "../project/model.js";
import type { Diagnostic } from "./diagnostic.js";

/** Findings as config.yml's `rules` want them: rules that are off left out, others with the severity given there. */
export function applyRuleSettings(
  diagnostics: readonly Diagnostic[],
  rules: Readonly<Record<string, RuleSetting>>,
): Diagnostic[] {
  return diagnostics.flatMap((diagnostic) => {
    const setting = Object.hasOwn(rules, diagnostic.code) ? rules[diagnostic.code] : undefined;
    if (setting === undefined) return [diagnostic];
    return setting === "off" ? [] : [{ ...diagnostic, severity: setting }];
  });
}
