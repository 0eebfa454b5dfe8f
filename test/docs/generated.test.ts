import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

test("the generated parts of the docs are up to date", () => {
  const result = spawnSync(process.execPath, ["scripts/docs.mjs", "--check"], { encoding: "utf8" });
  expect(result.stderr.replace(/^.*ExperimentalWarning.*\n.*\n/gm, "")).toBe("");
  expect(result.status, result.stdout).toBe(0);
});
