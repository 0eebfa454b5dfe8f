import { expect, test } from "vitest";
import { renderComment } from "../../../src/render/comment/comment.js";
import { mergeReports } from "../../../src/render/comment/merge.js";
import { readHeader } from "../../../src/render/header.js";
import { action, diagnostic, environment, plan, report, table } from "./samples.js";

const tables = [table("a_bronze", { change: "modified", reasons: ["code"] })];

test("environments of one project that parallel jobs planned are all in one report", () => {
  const merged = mergeReports([
    report({ plan: plan(tables), environments: [environment("dev", [action("jobs.a", "update")])] }),
    report({ plan: plan(tables), environments: [environment("prod", [action("jobs.a", "create")])] }),
  ]);
  expect(merged).toHaveLength(1);
  expect(merged[0]?.environments.map((one) => one.environment)).toEqual(["dev", "prod"]);
  expect(merged[0]?.notes).toBeUndefined();
  expect(readHeader(renderComment(merged))?.environments.map((one) => one.environment)).toEqual(["dev", "prod"]);
});

test("the order of the parts changes nothing but the order of environments", () => {
  const parts = [
    report({ directory: "b", plan: plan(tables) }),
    report({ directory: "./a/", plan: plan(tables) }),
    report({ directory: "a", plan: plan(tables), environments: [environment("dev", [])] }),
  ];
  for (const order of [parts, [...parts].reverse()]) {
    expect(mergeReports(order).map((one) => [one.directory, one.environments.length])).toEqual([
      ["a", 1],
      ["b", 0],
    ]);
  }
});

test("a plan wins over skipped, a failure over a plan", () => {
  const skipped = environment("dev", [], { status: "skipped", reason: "planned by another job" });
  const planned = environment("dev", [action("jobs.a", "update")]);
  const failed = environment("dev", [], { status: "failed", reason: "403" });
  const status = (...plans: (typeof planned)[]) =>
    mergeReports(plans.map((one) => report({ plan: plan(tables), environments: [one] })))[0]?.environments[0]?.status;
  expect(status(skipped, planned)).toBe("planned");
  expect(status(planned, skipped)).toBe("planned");
  expect(status(planned, failed)).toBe("failed");
});

test("findings and lint of every part are kept, doubles once", () => {
  const [x, y] = [diagnostic("LDP202", "x"), diagnostic("LDP202", "y")];
  const lint = { diagnostics: [], total: 3, fresh: null, unformatted: [], tool: "ruff" };
  const [merged] = mergeReports([
    report({ plan: plan(tables, { diagnostics: [x] }) }),
    report({ plan: plan(tables, { diagnostics: [x, y] }), lint }),
  ]);
  expect(merged?.plan.diagnostics.map((one) => one.message)).toEqual(["x", "y"]);
  expect(merged?.lint?.total).toBe(3);
});

test("parts of different code are said to be", () => {
  const merged = mergeReports([
    report({ plan: plan(tables), environments: [environment("dev", [])] }),
    report({ plan: plan(tables, { project: `sha256:${"b1".repeat(32)}` }), environments: [environment("prod", [])] }),
  ]);
  expect(renderComment(merged)).toContain("Parts of this plan were made from different code");
});

test("a part passes through JSON unchanged", () => {
  const part = report({ plan: plan(tables), environments: [environment("dev", [action("jobs.a", "update")])] });
  expect(mergeReports([JSON.parse(JSON.stringify(part))])).toEqual(mergeReports([part]));
});
