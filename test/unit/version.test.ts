import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { version } from "../../src/version.js";

test("the version is that of package.json", () => {
  expect(version).toBe(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version);
});
