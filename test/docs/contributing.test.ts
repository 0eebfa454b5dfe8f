import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const text = readFileSync("CONTRIBUTING.md", "utf8");
const listed = [...text.slice(text.indexOf("## Dependencies")).matchAll(/^\| `(.+?)` \| \S/gm)].map(([, name]) => name);

test("CONTRIBUTING.md has a reason for every dependency, and for nothing else", () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as Record<string, object>;
  const python = readFileSync("test/python/requirements.txt", "utf8")
    .split("\n")
    .filter((line) => /^\w/.test(line))
    .map((line) => line.split("==")[0]);
  const all = [...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {}), ...python];
  expect([...listed].sort()).toEqual([...all].sort());
});
