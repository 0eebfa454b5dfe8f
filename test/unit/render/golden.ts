import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "golden");

/** Compares a text with a file below test/golden. `UPDATE_GOLDEN=1` writes the file instead: read the difference then. */
export function expectGolden(name: string, text: string): void {
  const path = join(folder, name);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  if (!existsSync(path))
    throw new Error(`test/golden/${name} is missing: run the tests with UPDATE_GOLDEN=1 to write it`);
  expect(text).toBe(readFileSync(path, "utf8"));
}
