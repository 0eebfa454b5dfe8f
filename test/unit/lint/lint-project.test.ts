import { expect, test } from "vitest";
import { lintFails, lintProject } from "../../../src/lint/lint-project.js";
import type { TouchedLines } from "../../../src/lint/touched.js";
import { loadProject } from "../../../src/project/load-project.js";
import { readSources } from "../../../src/source/read.js";
import { diskTree } from "../../../src/system/disk-tree.js";
import { runProcess } from "../../../src/system/process.js";
import { pythonTools } from "../../python-tools.js";
import { folderOf } from "./folder.js";

const tools = pythonTools("ruff");
const module = `import os

import dlt


@dlt.table
def revenue():
    return spark.sql("SELECT * FROM x")
`;

function lint(text: string, rules = "", changedLines: TouchedLines | null = null) {
  const config = `version: 1\ntables:\n  - {name: revenue, layer: gold, module: etl/revenue.py}\n${rules}`;
  const directory = folderOf({ "config.yml": config, "etl/revenue.py": text });
  const tree = diskTree(directory);
  const { project } = loadProject(tree, "config.yml");
  const sources = project === null ? null : readSources(project, tree, { fingerprints: true });
  return lintProject({
    directory,
    project,
    sources,
    changedLines,
    fix: false,
    ruffVersion: null,
    inAction: false,
    environment: { ...process.env, PATH: tools },
    runProcess,
  });
}
const lines = (result: Awaited<ReturnType<typeof lint>>) =>
  result.diagnostics.map(({ code, severity, line }) => `${code} ${severity} ${line}`);

test("ruff's findings and those of the rules for pipelines are one list, in a module outside the usual folders too", async () => {
  const result = await lint(module);
  expect(lines(result)).toEqual(["LDP701 error 1", "LDP311 info 7", "LDP310 warning 8"]);
  expect(result.total).toBe(3);
  expect(lintFails(result)).toBe(true);
});

test("`rules` in config.yml switches off and changes severities, of both sorts", async () => {
  const result = await lint(module, 'rules: {LDP310: error, LDP311: "off", LDP701: info}\n');
  expect(lines(result)).toEqual(["LDP701 info 1", "LDP310 error 8"]);
  expect(lintFails(result)).toBe(true);
});

test("warnings and infos do not fail", async () => {
  const result = await lint(module.replace("import os\n\n", ""));
  expect(lines(result)).toEqual(["LDP311 info 5", "LDP310 warning 6"]);
  expect(lintFails(result)).toBe(false);
});

test("a comment on the line, or alone above it, switches off what it names", async () => {
  const text = module
    .replace("import os", "import os  # ldp: ignore LDP701")
    .replace("def revenue", "# ldp: ignore LDP311\ndef revenue")
    .replace('FROM x")', 'FROM x")  # ldp: ignore LDP308');
  const result = await lint(text);
  expect(lines(result)).toEqual(["LDP310 warning 9"]);
  expect(result.total).toBe(1);
});

test("new findings come first and are counted apart; with `changed` only they fail", async () => {
  const old = await lint(module, "", new Map([["etl/revenue.py", [[8, 8]]]]));
  expect(lines(old)).toEqual(["LDP310 warning 8", "LDP701 error 1", "LDP311 info 7"]);
  expect(old).toMatchObject({ total: 3, fresh: 1 });
  expect([lintFails(old, "all"), lintFails(old, "changed")]).toEqual([true, false]);
  const fresh = await lint(module, "", new Map([["etl/revenue.py", [[1, 2]]]]));
  expect(lintFails(fresh, "changed")).toBe(true);
});
