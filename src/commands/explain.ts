import { type Code, catalogue, isCode, type Rule } from "../diagnostics/catalogue.js";
import { nearest } from "../diagnostics/nearest.js";
import { UserError } from "../system/errors.js";
import type { Outcome } from "./outcome.js";

/**
 * `ldp explain CODE`: what a diagnostic means and how to mend it; without a code, all codes with their titles.
 * @throws UserError LDP901 for a code that does not exist.
 */
export function explainCommand(code: string | undefined): Outcome {
  if (code === undefined) return { stdout: index(), stderr: "", exit: 0 };
  const wanted = code.toUpperCase();
  if (!isCode(wanted)) {
    throw new UserError(
      "LDP901",
      `There is no diagnostic ${JSON.stringify(code)}.`,
      nearest(wanted, Object.keys(catalogue)),
    );
  }
  return { stdout: page(wanted, catalogue[wanted]), stderr: "", exit: 0 };
}

function index(): string {
  return Object.entries(catalogue)
    .map(([code, rule]) => `${code}  ${rule.severity.padEnd(7)}  ${rule.title}\n`)
    .join("");
}

function page(code: Code, rule: Rule): string {
  const indented = (text: string) => text.replace(/^(?=.)/gm, "    ").trimEnd();
  const parts = [`${code} (${rule.severity}): ${rule.title}`, `Why: ${rule.why}`, `Fix: ${rule.fix}`];
  if (rule.example) parts.push(`For example:\n\n${indented(rule.example.text)}`);
  if (rule.mended) parts.push(`Mended:\n\n${indented(rule.mended.text)}`);
  return `${parts.join("\n\n")}\n`;
}
