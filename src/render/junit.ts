import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { byCodePoint } from "../order.js";
import { escapeHtml } from "./escape/html.js";

/**
 * Findings as JUnit XML, which Azure DevOps shows in its Tests tab: a suite a file, a test case a finding. Errors are failures;
 * warnings and infos are passed cases with their text as output. Without findings there is one case that passed.
 */
export function renderJunit(diagnostics: readonly Diagnostic[], name = "ldp"): string {
  const files = [...new Set(diagnostics.map((one) => one.file ?? "project"))].sort(byCodePoint);
  const failures = (list: readonly Diagnostic[]) => list.filter((one) => one.severity === "error").length;
  const suites = files.map((file) => {
    const list = diagnostics.filter((one) => (one.file ?? "project") === file);
    return [
      `  <testsuite name="${escapeHtml(file)}" tests="${list.length}" failures="${failures(list)}" errors="0" skipped="0">`,
      ...list.map((one) => testCase(one, file)),
      "  </testsuite>",
    ].join("\n");
  });
  const none = `  <testsuite name="${escapeHtml(name)}" tests="1" failures="0" errors="0" skipped="0">\n    <testcase name="no findings" classname="${escapeHtml(name)}"/>\n  </testsuite>`;
  const total = Math.max(1, diagnostics.length);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${escapeHtml(name)}" tests="${total}" failures="${failures(diagnostics)}" errors="0">
${suites.length === 0 ? none : suites.join("\n")}
</testsuites>
`;
}

function testCase(one: Diagnostic, file: string): string {
  const place = one.file === null ? "" : `${file}:${one.line ?? 1}:${one.column ?? 1}`;
  const title = `${one.code}${one.rule === undefined ? "" : ` ${one.rule}`}${one.line === null ? "" : ` line ${one.line}`}: ${one.message}`;
  const body = [place, one.message, one.hint ?? ""]
    .filter((part) => part !== "")
    .map(escapeHtml)
    .join("\n");
  const open = `    <testcase name="${escapeHtml(title)}" classname="${escapeHtml(file)}">`;
  return one.severity === "error"
    ? `${open}\n      <failure message="${escapeHtml(one.message)}" type="${one.code}">${body}</failure>\n    </testcase>`
    : `${open}\n      <system-out>${one.severity}: ${body}</system-out>\n    </testcase>`;
}
