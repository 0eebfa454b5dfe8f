import { describe, expect, test } from "vitest";
import { importProject } from "../../../src/commands/import.js";
import { loadProject } from "../../../src/project/load-project.js";
import { memoryTree } from "../../../src/project/tree.js";
import { renderUnlisted } from "../../../src/render/text.js";
import { readSources } from "../../../src/source/read.js";
import { unlistedDatasets } from "../../../src/source/unlisted.js";

const table = (name: string, more = "") => `@dlt.table${more}\ndef ${name}(): return dlt.read("x")\n`;
const module = (...parts: string[]) => `import dlt\n${parts.join("")}`;

function unlisted(tables: string, files: Record<string, string>): string[] {
  const tree = memoryTree({ "config.yml": `version: 1\ntables:\n${tables}`, ...files });
  const { project } = loadProject(tree, "config.yml");
  if (project === null) throw new Error("config.yml was not read");
  const sources = readSources(project, tree, { fingerprints: false });
  return unlistedDatasets(project, sources, tree).map((one) => `${one.module}:${one.line} ${one.name}`);
}

const a = "  - {name: a, layer: silver}\n";

describe("datasets that config.yml does not have", () => {
  test("in a module that it names", () => {
    expect(unlisted(a, { "transformations/silver/a.py": module(table("a"), table("b")) })).toEqual([
      "transformations/silver/a.py:5 b",
    ]);
  });

  test("in a module beside or below one, Python or SQL", () => {
    expect(
      unlisted(a, {
        "transformations/silver/a.py": module(table("a")),
        "transformations/silver/b.py": module(table("b")),
        "transformations/silver/crm/c.sql": "CREATE MATERIALIZED VIEW c AS SELECT * FROM a;\n",
        "transformations/silver/d.sql": "SELECT * FROM a\n",
      }),
    ).toEqual([
      "transformations/silver/b.py:3 b",
      "transformations/silver/crm/c.sql:1 c",
      "transformations/silver/d.sql:1 d",
    ]);
  });

  test.each<[string, string, Record<string, string>]>([
    ["elsewhere in the repository", a, { "notebooks/b.py": module(table("b")) }],
    [
      "below a module at the top",
      "  - {name: a, layer: silver, module: a.py}\n",
      { "a.py": module(table("a")), "old/b.py": module(table("b")) },
    ],
    ["in tests", a, { "transformations/silver/tests/b.py": module(table("b")) }],
    [
      "a temporary view",
      a,
      { "transformations/silver/a.py": module(table("a"), "@dlt.view\ndef v(): return dlt.read('x')\n") },
    ],
    [
      "a name that can't be told",
      a,
      { "transformations/silver/b.py": module(table("f", "(name=spark.conf.get('n'))")) },
    ],
    ["a name that is no table's", a, { "transformations/silver/b.py": module(table("f", "(name='b-1')")) }],
    [
      "a line that says so",
      a,
      { "transformations/silver/b.py": module("@dlt.table\ndef b(): return dlt.read('x')  # ldp: ignore\n") },
    ],
    [
      "with unknown schema, or in other case",
      a,
      { "transformations/silver/a.py": module("s = spark.conf.get('s')\n", table("f", "(name=f'{s}.A')")) },
    ],
    [
      "a flow into a listed table",
      a,
      { "transformations/silver/b.py": module("@dlt.append_flow(target='a')\ndef f(): return dlt.read_stream('x')\n") },
    ],
    [
      "a bare query of another name",
      "  - {name: a, layer: silver, module: transformations/silver/q.sql}\n",
      { "transformations/silver/q.sql": "SELECT 1\n" },
    ],
    [
      "a listed table with flows elsewhere",
      a,
      {
        "transformations/silver/a.py": module(
          "dlt.create_streaming_table('a')\n@dlt.append_flow(target='a')\ndef f(): return dlt.read_stream('x')\n",
        ),
        "transformations/silver/b.py": module("@dlt.append_flow(target='a')\ndef g(): return dlt.read_stream('y')\n"),
      },
    ],
  ])("but not %s", (_, tables, files) => {
    expect(unlisted(tables, { "transformations/silver/a.py": module(table("a")), ...files })).toEqual([]);
  });

  test("none where ldp import wrote config.yml", () => {
    const files = {
      "src/bronze/a.py": module(table("a"), "@dlt.view\ndef v(): return dlt.read('a')\n"),
      "src/silver/b.py": module('for n in ["b", "c"]:\n    @dlt.table(name=n)\n    def f(): return dlt.read("v")\n'),
      "src/gold/d.sql": "CREATE MATERIALIZED VIEW main.gold.d AS SELECT * FROM b;\n",
    };
    const { config } = importProject(memoryTree(files), "config.yml", { update: false });
    const tree = memoryTree({ ...files, "config.yml": config ?? "" });
    const { project } = loadProject(tree, "config.yml");
    if (project === null) throw new Error("config.yml was not read");
    expect(unlistedDatasets(project, readSources(project, tree, { fingerprints: false }), tree)).toEqual([]);
  });
});

describe("the note", () => {
  const dataset = (name: string, line: number) => ({ name, module: "transformations/x.py", line });

  test("is one line", () => {
    expect(renderUnlisted([], "config.yml")).toBe("");
    expect(renderUnlisted([dataset("a", 3)], "config.yml")).toBe(
      "1 dataset is in the code but not in config.yml, so that no plan has it: a (transformations/x.py:3)\n",
    );
    expect(renderUnlisted([dataset("a", 3), dataset("b", 7)], "config.yml")).toBe(
      "2 datasets are in the code but not in config.yml, so that no plan has them: a (transformations/x.py:3) and b (transformations/x.py:7)\n",
    );
  });

  test("names five", () => {
    const many = [..."abcdefgh"].map((name, i) => dataset(name, i));
    expect(renderUnlisted(many, "config.yml")).toMatch(/^8 datasets .* e \(transformations\/x.py:4\) and 3 more\n$/);
  });
});
