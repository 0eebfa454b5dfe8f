import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { bundleRules } from "../../../src/diagnostics/bundle-rules.js";
import { gateRules } from "../../../src/diagnostics/gate-rules.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const read = (folder: string, ending: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
const tests =
  read(here, ".test.ts") +
  read(join(here, "../../e2e"), ".test.ts") +
  read(join(here, "../../e2e/bundle"), ".test.ts") +
  read(join(here, "../commands"), ".test.ts");
const sources = ["bundle", "commands", "action"]
  .map((name) => read(join(here, "../../../src", name), ".ts"))
  .join("\n");

test.each(Object.keys({ ...bundleRules, ...gateRules }))("%s is made somewhere, and a test sees it", (code) => {
  expect(sources).toContain(code);
  expect(tests).toContain(`"${code}"`);
});
