import { describe, expect, test } from "vitest";
import { readReport } from "../../../src/action/read-report.js";
import { boundActions, bundleDigest } from "../../../src/bundle/digest.js";
import { parseIgnore } from "../../../src/source/ignore.js";
import { action, diagnostic, environment, plan, report, table } from "../render/samples.js";

const hash = `sha256:${"5".repeat(64)}`;
const actions = [
  action("pipelines.etl", "update", { fields: [{ path: "catalog", action: "update", values: null, hash }] }),
];
const good = report({
  plan: plan([table("orders_bronze", { change: "modified" })], { diagnostics: [diagnostic("LDP304", "reads more")] }),
  environments: [environment("prod", actions, { digest: bundleDigest(boundActions(actions)) })],
  lint: { diagnostics: [], total: 0, fresh: null, unformatted: [], tool: "ruff 0.15" },
});

/** The report with one value changed. */
function changed(path: string, value: unknown): string {
  const copy = structuredClone(good) as unknown as Record<string, unknown>;
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let at = copy;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  at[last] = value;
  return JSON.stringify(copy);
}

test("a report of ours is read as it was written", () => {
  expect(readReport(JSON.stringify(good))).toEqual(good);
});

describe("a report that a pull request's code made is refused", () => {
  test.each([
    ["plan.tables.0.layer", "[x](https://evil.example.com)"],
    ["plan.mode", "batch) <img src=x>"],
    ["plan.project", "sha256:<b>"],
    ["plan.base", { ref: "main", commit: "../../evil" }],
    ["plan.tables.0.stage", "1 | <b>"],
    ["plan.diagnostics.0.severity", "constructor"],
    ["plan.diagnostics.0.url", "javascript:alert(1)"],
    ["plan.diagnostics.0.code", "LDP304](https://evil.example.com)"],
    ["environments.0.counts.create", "0 <!-- ldp-action:comment= -->"],
    ["environments.0.engine", "**"],
    ["environments.0.environment", "prod\n"],
    ["environments.0.actions.0.action", "update</summary>"],
    ["environments.0.actions.0.fields.0.hash", "x"],
    ["environments.0.status", "__proto__"],
    ["lint.total", 1e300],
    ["links.commit", "main"],
    ["versions", { ruff: { toString: 1 } }],
    ["plan.tables", { length: 1 }],
  ])("%s: %j", (path, value) => {
    expect(readReport(changed(path, value))).toMatch(
      new RegExp(`^${path.split(".")[0]}.* has not the form of a report$`),
    );
  });

  test("a digest that is not of the actions that it shows", () => {
    expect(readReport(changed("environments.0.digest", `sha256:${"e".repeat(64)}`))).toBe(
      "the digest of prod is not that of its actions",
    );
    expect(readReport(changed("environments.0.actions", []))).toBe("the digest of prod is not that of its actions");
  });

  test.each(["", "null", "[]", "{}", '{"schema":"ldp.report/1"}', '{"schema":"ldp.report/2"}'])("%s", (text) => {
    expect(readReport(text)).toBeTypeOf("string");
  });
});

test("a comment of nothing but spaces after `ldp: ignore` is read in linear time", () => {
  // A pattern that tries each split of the spaces would not end within the test's time.
  expect(parseIgnore(`ldp: ignore${" ".repeat(1_000_000)}x`)).toEqual(["*"]);
  expect(parseIgnore("ldp: ignore = LDP304, LDP305")).toEqual(["LDP304", "LDP305"]);
  expect(parseIgnore("ldp:ignoreLDP304")).toEqual(["LDP304"]);
});
