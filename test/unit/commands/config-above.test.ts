import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runCli } from "../../../src/commands/program.js";

const text = { color: false, width: 0 };
let top = "";
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), "ldp-above-")));
  mkdirSync(join(top, "shop", "transformations", "gold"), { recursive: true });
  mkdirSync(join(top, "shop", ".git"));
  writeFileSync(join(top, "shop", "config.yml"), "version: 1\ntables: []\n");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(top, { recursive: true, force: true });
});

async function run(folder: string, ...args: string[]) {
  vi.spyOn(process, "cwd").mockReturnValue(join(top, folder));
  const { stdout, stderr, exit } = await runCli([...args, "-C", join(top, folder)], text);
  expect(exit).toBe(2);
  return stdout + stderr;
}

test.each([["validate"], ["plan"], ["graph"], ["lint"], ["doctor"], ["import", "--update"]])(
  "%s in a folder below says where config.yml is",
  async (...args) => {
    const printed = await run("shop/transformations", ...args);
    expect(printed).toContain("../config.yml exists: run ldp in its folder, or with `-C ..`.");
  },
);

test("however deep", async () => {
  expect(await run("shop/transformations/gold", "validate")).toContain("hint: ../../config.yml exists");
});

test("not beyond the repository, and not of another program", async () => {
  rmSync(join(top, "shop", "config.yml"));
  writeFileSync(join(top, "config.yml"), "version: 1\ntables: []\n");
  expect(await run("shop/transformations", "validate")).not.toContain("exists: run");
  writeFileSync(join(top, "shop", "config.yml"), "theme: minima\n");
  expect(await run("shop/transformations", "validate")).not.toContain("exists: run");
});
