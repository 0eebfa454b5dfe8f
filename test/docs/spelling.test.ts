import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

test("the docs are spelled as a British dictionary and cspell.json have it", () => {
  const cspell = join("node_modules", "cspell", "bin.mjs");
  const result = spawnSync(process.execPath, [cspell, "--no-progress", "--no-summary", "--no-color"], {
    encoding: "utf8",
  });
  expect(result.stdout).toBe("");
  expect(result.status, result.stderr).toBe(0);
});
