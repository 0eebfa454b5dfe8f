import { expect, test } from "vitest";
import { renderComment, renderSummary } from "../../../src/render/comment/comment.js";
import { hasChanges, verdict } from "../../../src/render/comment/verdict.js";
import { action, diagnostic, environment, plan, report, table } from "./samples.js";

const calm = plan([table("a_bronze"), table("b_silver", { dependsOn: ["a_bronze"] })]);
const changing = plan([
  table("a_bronze", { change: "modified", reasons: ["code"] }),
  table("b_silver", { change: "affected", dependsOn: ["a_bronze"] }),
  table("c_gold", { change: "removed" }),
]);

test("the first line has every count, destroyed data in capitals", () => {
  const given = report({
    plan: changing,
    environments: [
      environment("dev", [action("jobs.a", "update")]),
      environment("prod", [action("jobs.a", "create"), action("pipelines.etl", "delete")]),
    ],
  });
  expect(verdict([given])).toBe(
    "🛑 2 tables change, 1 is affected, 0 errors · dev: 1 update · prod: 1 create, 1 DESTROYED",
  );
  expect(renderComment([given]).split("\n")[1]).toBe(`### ${verdict([given])}`);
});

test.each([
  ["❌", { plan: plan(calm.tables, { diagnostics: [diagnostic("LDP202", "x")] }) }],
  ["❌", { plan: calm, environments: [environment("dev", [], { status: "failed", reason: "x" })] }],
  ["⚠️", { plan: plan(calm.tables, { diagnostics: [diagnostic("LDP204", "x", { severity: "warning" })] }) }],
  ["⚠️", { plan: plan(calm.tables, { base: null, baseMissing: "it is not here" }) }],
  ["✅", { plan: plan(calm.tables, { base: null }) }],
  ["✅", { plan: changing }],
] as const)("%s is the sign of %o", (sign, given) => {
  expect(verdict([report(given)]).startsWith(`${sign} `)).toBe(true);
});

test("an update that only holds a known false difference is no update", () => {
  const drift = action("jobs.a", "update", {
    fields: [{ path: "x", action: "update", values: null, hash: "1", ignored: "computed" }],
  });
  const given = report({ plan: calm, environments: [environment("dev", [drift])] });
  expect(verdict([given])).toContain("dev: no change");
  expect(hasChanges(given)).toBe(false);
  const recreated = { ...drift, action: "recreate", destructive: true };
  expect(verdict([report({ plan: calm, environments: [environment("dev", [recreated])] })])).toContain(
    "dev: 1 RECREATED",
  );
});

test("an action that this version does not know is shown by its own word", () => {
  expect(
    verdict([report({ plan: calm, environments: [environment("dev", [action("jobs.a", "defrost")])] })]),
  ).toContain("dev: 1 defrost");
});

test.each([
  [false, { plan: calm, environments: [environment("dev", [])] }],
  [true, { plan: changing }],
  [true, { plan: calm, environments: [environment("dev", [action("jobs.a", "update")])] }],
  [true, { plan: plan(calm.tables, { diagnostics: [diagnostic("LDP202", "x")] }) }],
  [false, { plan: plan(calm.tables, { diagnostics: [diagnostic("LDP204", "x", { severity: "warning" })] }) }],
] as const)("comment: changes-only posts: %s", (expected, given) => {
  expect(hasChanges(report(given))).toBe(expected);
});

test("nothing changed is one line, for which commit it stands included", () => {
  const body = renderComment([report({ plan: calm, environments: [environment("dev", [])] })]);
  expect(body.trimEnd().split("\n")).toHaveLength(2);
  expect(body).toContain("✅ No table of 2 changes, 0 errors · dev: no change · For commit [`c0ffee1`](");
});

test("without links there are none, and the rest is where the command shows it", () => {
  const links = { repository: null, pullRequest: null, commit: null, run: null, dag: null };
  const body = renderSummary([report({ plan: changing, links })]);
  expect(body).not.toContain("](");
});

test("a table's link goes to what changed: the module, a helper, or config.yml", () => {
  const anchor = (path: string) => `[\`${path}\`]`;
  const given = plan([
    table("a_bronze", { change: "modified", reasons: ["code"], definitionLine: 12 }),
    table("b_silver", { change: "modified", reasons: ["tags: +x"], configLine: 33 }),
    table("c_silver", { change: "modified", reasons: ["helper transformations/shared/dates.py"] }),
    table("d_gold", { change: "removed", configLine: 40 }),
    table("e_gold", { change: "affected", reasons: ["upstream a_bronze"], definitionLine: 7 }),
  ]);
  const body = renderComment([report({ plan: given, directory: "sales" })]);
  const link = (name: string) =>
    body.slice(body.indexOf(`| [${anchor(name).slice(1, -1)}](`)).match(/\]\(([^)]+)\)/)?.[1];
  const diff = "https://github.com/acme/lakehouse/pull/42/files#diff-";
  expect(link("a_bronze")).toMatch(new RegExp(`^${diff}[0-9a-f]{64}R12$`));
  expect(link("b_silver")).toMatch(/R33$/);
  expect(link("c_silver")).toMatch(/[0-9a-f]{64}$/);
  expect(link("d_gold")).toMatch(/L40$/);
  // sha256 of sales/config.yml, by sha256sum.
  expect(link("b_silver")).toContain("#diff-43ffcbe4759a9f866b331ada2405b54d6739e3c6e4b16f61d72853a1c9c8088c");
  expect(link("e_gold")).toBe(
    `https://github.com/acme/lakehouse/blob/${"c0ffee1".padEnd(40, "0")}/sales/transformations/gold/e_gold.py#L7`,
  );
});
