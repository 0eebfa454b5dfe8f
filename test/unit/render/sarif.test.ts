import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import ajvFormats from "ajv-formats";
import type { Log } from "sarif";
import { expect, test } from "vitest";
import { type Code, catalogue } from "../../../src/diagnostics/catalogue.js";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.js";
import { renderSarif } from "../../../src/render/sarif.js";
import { hostile } from "./hostile.js";
import { diagnostic } from "./samples.js";

function run(diagnostics: readonly Diagnostic[], directory = ".") {
  const log = JSON.parse(renderSarif(diagnostics, { version: "1.0.0", directory })) as Log;
  const [only] = log.runs;
  if (only === undefined) throw new Error("a log without a run");
  return { log, run: only, results: only.results ?? [], rules: only.tool.driver.rules ?? [] };
}

const every = (Object.keys(catalogue) as Code[]).map((code) =>
  diagnostic(code, `message of ${code}`, { severity: catalogue[code].severity }),
);

test("every rule of the catalogue has a title, a description and help", () => {
  const { rules } = run(every);
  expect(rules.map((rule) => rule.id)).toEqual(Object.keys(catalogue).sort());
  for (const rule of rules) {
    expect(rule.name).toMatch(/^[A-Z0-9][A-Za-z0-9]+$/);
    expect(rule.shortDescription?.text.length).toBeGreaterThan(3);
    expect(rule.help?.text).toContain(catalogue[rule.id as Code].fix);
    expect(rule.help?.markdown).toContain(catalogue[rule.id as Code].why);
  }
});

test("a result has the place of its finding, from the top of the repository", () => {
  const { results } = run(
    [
      diagnostic("LDP201", "orders is declared twice", {
        line: 19,
        column: 11,
        hint: "Rename one of the two.",
        related: [{ file: "config.yml", line: 5, column: 11, message: "the first is here" }],
      }),
    ],
    "my project",
  );
  expect(results[0]).toMatchObject({
    ruleId: "LDP201",
    ruleIndex: 0,
    level: "error",
    message: { text: "orders is declared twice Rename one of the two." },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: "my%20project/config.yml", uriBaseId: "ROOT" },
          region: { startLine: 19, startColumn: 11 },
        },
      },
    ],
    relatedLocations: [{ id: 0, message: { text: "the first is here" } }],
  });
});

test("a finding without a place has no location", () => {
  const { results } = run([
    diagnostic("LDP401", "no table has the tag dialy", { file: null, line: null, column: null }),
  ]);
  expect(results[0]).not.toHaveProperty("locations");
});

test("a finding keeps its fingerprint when its line moves", () => {
  const [a, b, c] = [3, 9, 3].map(
    (line, i) => run([diagnostic("LDP202", i === 2 ? "other" : "same", { line })]).results[0]?.partialFingerprints,
  );
  expect(a).toEqual(b);
  expect(a).not.toEqual(c);
});

test("5,001 findings: 5,000 are results, errors first, and one is counted", () => {
  const { results, run: only } = run([
    diagnostic("LDP204", "a warning", { severity: "warning" }),
    ...Array.from({ length: 5_000 }, (_, i) => diagnostic("LDP202", `error ${i}`)),
  ]);
  expect(results).toHaveLength(5_000);
  expect(new Set(results.map((one) => one.level))).toEqual(new Set(["error"]));
  expect(only.invocations?.[0]?.toolExecutionNotifications?.[0]?.message.text).toBe(
    "1 more finding is not in this file.",
  );
});

test("no link begins in a message", () => {
  const { results } = run([diagnostic("LDP202", "see [this](1) and [that](https://evil.example)")]);
  expect(results[0]?.message.text).toBe("see [this\\](1) and [that\\](https://evil.example)");
});

test("valid by the schema of SARIF 2.1.0", () => {
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  ajvFormats.default(ajv);
  // The schema is of draft 4, of which it uses nothing that later drafts read differently.
  const file = fileURLToPath(import.meta.resolve("@microsoft/jest-sarif"));
  const path = file.replace(/jest-sarif[\\/].*$/, "jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(path, "utf8"));
  const validate = ajv.compile(schema);
  const logs = [
    [],
    every,
    hostile.map((text) =>
      diagnostic("LDP202", text, {
        file: `dir/${text}`,
        hint: text,
        related: [{ file: text, line: 1, column: 1, message: text }],
      }),
    ),
  ];
  for (const diagnostics of logs) {
    validate(run(diagnostics).log);
    expect(validate.errors ?? []).toEqual([]);
  }
});
