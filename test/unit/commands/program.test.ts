import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../../src/commands/program.js";

test("a bug ends as LDP902 with its stack on stderr, and status 2", async () => {
  const broken = {
    width: 0,
    get color(): boolean {
      throw new TypeError("this must not happen");
    },
  };
  const folder = mkdtempSync(join(tmpdir(), "ldp-program-"));
  writeFileSync(join(folder, "config.yml"), "version: 1\ntables: []\n");
  const { exit, stderr } = await runCli(["validate", "-C", folder], broken);
  rmSync(folder, { recursive: true });
  expect(exit).toBe(2);
  expect(stderr).toMatch(/^LDP902: internal error, a bug of ldp: TypeError: this must not happen\n +at /);
});
