import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Code, catalogue } from "../../src/diagnostics/catalogue.js";

const codes = Object.keys(catalogue) as Code[];
const page = readFileSync("docs/errors.md", "utf8");

test.each(codes)("%s has a section that says why and what to do, with an example", (code) => {
  const section = page.split(/^### /m).find((part) => part.startsWith(`${code}\n`)) ?? "";
  expect(section).toContain(`(${catalogue[code].severity})`);
  expect(section).toMatch(/^Why: .{20}/m);
  expect(section).toMatch(/^Fix: .{5}/m);
  expect(section).toMatch(/^For example:\n\n```/m);
});

test("every section is of a code, and every code that the docs name exists", () => {
  const sections = [...page.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  expect([...sections].sort()).toEqual([...codes].sort());
  const pages = [
    "README.md",
    "SECURITY.md",
    ...readdirSync("docs")
      .filter((name) => name.endsWith(".md"))
      .map((name) => join("docs", name)),
  ];
  const named = pages.flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/\bLDP\d{3}\b/g)].map(([code]) => code),
  );
  expect([...new Set(named)].filter((code) => !Object.hasOwn(catalogue, code))).toEqual([]);
});
