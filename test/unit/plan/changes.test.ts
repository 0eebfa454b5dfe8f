import { describe, expect, test } from "vitest";
import { checkProject } from "../../../src/commands/project-state.js";
import { projectGraph } from "../../../src/graph/check-graph.js";
import { compareProjects, type ProjectState } from "../../../src/plan/changes.js";
import { projectCode } from "../../../src/project/digest.js";
import { loadProject } from "../../../src/project/load-project.js";
import { memoryTree } from "../../../src/project/tree.js";
import type { Dataset, Sources, TableSource } from "../../../src/source/model.js";

const config = `version: 1
tables:
  - {name: a, layer: bronze, tags: [daily], module: t/a.py}
  - {name: b, layer: silver, depends_on: [a], module: t/b.py}
  - {name: c, layer: gold, depends_on: [b], module: t/c.py}
`;

/** A state whose modules are as given; `sources` says what the reader would. */
function state(text: string, modules: Record<string, string> = {}, sources: Sources | null = null): ProjectState {
  const tree = memoryTree({ "t/a.py": "a", "t/b.py": "b", "t/c.py": "c", ...modules, "config.yml": text });
  const { project } = loadProject(tree, "config.yml");
  if (!project) throw new Error("not readable");
  return { project, graph: projectGraph(project), code: projectCode(project, tree), sources };
}

function changes(before: ProjectState, after: ProjectState) {
  return Object.fromEntries(
    [...compareProjects(before, after)].map(([name, { change, reasons }]) => [name, [change, ...reasons]]),
  );
}

const dataset = (more: Partial<Dataset>): Dataset => ({
  name: null,
  kind: null,
  definedBy: "dp.table",
  place: { file: "", line: 1, column: 1 },
  comment: null,
  docstring: null,
  properties: {},
  expectations: [],
  cdcKeys: null,
  reads: [],
  actions: [],
  fingerprint: "",
  body: null,
  ...more,
});
const source = (more: Partial<TableSource>): TableSource => ({
  table: "",
  module: "",
  dataset: dataset({}),
  kind: null,
  fingerprint: "same",
  helpers: new Map(),
  ...more,
});
const sources = (tables: Record<string, Partial<TableSource>>): Sources => ({
  modules: new Map(),
  tables: new Map(["a", "b", "c"].map((name) => [name, source(tables[name] ?? {})])),
});

describe("without reading the code", () => {
  test("nothing", () => {
    expect(changes(state(config), state(config))).toEqual({ a: ["unchanged"], b: ["unchanged"], c: ["unchanged"] });
  });

  test("code, and everything downstream with its cause", () => {
    expect(changes(state(config), state(config, { "t/a.py": "changed" }))).toEqual({
      a: ["modified", "code"],
      b: ["affected", "upstream a"],
      c: ["affected", "upstream a"],
    });
  });

  test("tags, description and owner affect nothing", () => {
    const after = config.replace("tags: [daily]", "tags: [daily, critical], description: x, owner: y");
    expect(changes(state(config), state(after))).toEqual({
      a: ["modified", "tags: +critical", "description", "owner"],
      b: ["unchanged"],
      c: ["unchanged"],
    });
  });

  test("dependencies and source affect", () => {
    const after = config
      .replace("depends_on: [b]", "depends_on: [a]")
      .replace("tags: [daily]", "tags: [daily], source: {type: table, table: x.y}");
    expect(changes(state(config), state(after))).toEqual({
      a: ["modified", "source"],
      b: ["affected", "upstream a"],
      c: ["modified", "depends_on: +a -b"],
    });
  });

  test("added, removed, and renamed with the same code", () => {
    const after = config.replace(
      "{name: c, layer: gold, depends_on: [b], module: t/c.py}",
      "{name: d, layer: gold, depends_on: [b], module: t/c.py}",
    );
    expect(changes(state(config), state(after))).toMatchObject({
      c: ["removed", "renamed to d"],
      d: ["added", "renamed from c"],
    });
  });

  test("a table that is new affects what reads it", () => {
    const before = config
      .replace("  - {name: a, layer: bronze, tags: [daily], module: t/a.py}\n", "")
      .replace("depends_on: [a]", "depends_on: []");
    expect(changes(state(before), state(config)).c).toEqual(["affected", "upstream a", "upstream b"]);
  });
});

describe("with what the code says", () => {
  test("the same syntax tree is unchanged, whatever the bytes", () => {
    const after = state(config, { "t/a.py": "a  # comment" }, sources({}));
    expect(changes(state(config, {}, sources({})), after).a).toEqual(["unchanged"]);
  });

  test("a helper modifies every table that imports it", () => {
    const helpers = (hash: string) => ({ helpers: new Map([["shared/dates.py", hash]]) });
    const before = state(config, {}, sources({ a: helpers("1"), c: helpers("1") }));
    const after = state(config, {}, sources({ a: helpers("2"), c: helpers("2") }));
    expect(changes(before, after)).toEqual({
      a: ["modified", "helper shared/dates.py"],
      b: ["affected", "upstream a"],
      c: ["modified", "helper shared/dates.py"],
    });
  });

  test("a change of kind says what it costs", () => {
    const before = state(config, {}, sources({ a: { kind: "streaming_table" } }));
    const after = state(config, {}, sources({ a: { kind: "materialized_view", fingerprint: "other" } }));
    expect(compareProjects(before, after).get("a")).toEqual({
      change: "modified",
      reasons: ["code", "kind: streaming_table -> materialized_view"],
      risk: "history lost",
    });
  });

  test("expectations and keys of auto CDC", () => {
    const expectation = { name: "valid_id", condition: "id > 0", action: "drop" as const };
    const before = state(config, {}, sources({ a: { dataset: dataset({ cdcKeys: ["id"] }) } }));
    const after = state(
      config,
      {},
      sources({
        a: { dataset: dataset({ cdcKeys: ["id", "day"], expectations: [expectation] }), fingerprint: "other" },
      }),
    );
    expect(compareProjects(before, after).get("a")).toEqual({
      change: "modified",
      reasons: ["code", "expectation valid_id added", "keys: id -> id, day"],
      risk: "full refresh",
    });
  });

  test("a removed streaming table loses its history", () => {
    const before = state(config, {}, sources({ c: { kind: "streaming_table" } }));
    const after = state(config.replace(/ {2}- \{name: c.*\n/, ""), {}, sources({}));
    expect(compareProjects(before, after).get("c")?.risk).toContain("history lost");
  });
});

/** The state of a project as it is read from its files. */
function read(files: Record<string, string>): ProjectState {
  const { state } = checkProject(memoryTree(files), "config.yml", { source: true, fingerprints: true });
  if (state === null) throw new Error("config.yml was not read");
  return state;
}

describe("helpers are named where they changed", () => {
  const files = {
    "config.yml": "version: 1\ntables:\n  - {name: a, layer: bronze, module: t/a.py}\n",
    "t/a.py":
      "from pyspark import pipelines as dp\nfrom lib.one import one\n@dp.materialized_view\ndef a():\n    return one()\n",
    "lib/one.py": "from lib.two import two\ndef one():\n    return two()\n",
    "lib/two.py": 'def two():\n    return spark.read.table("x.y.z")\n',
  };
  const edited = (edits: Record<string, string>) => read({ ...files, ...edits });
  const without = (...paths: string[]) =>
    read(Object.fromEntries(Object.entries(files).filter(([path]) => !paths.includes(path))));
  const both = (other: ProjectState) => [changes(read(files), other).a, changes(other, read(files)).a];

  test("not by a module that does not parse", () => {
    const broken = edited({ "t/a.py": "from lib.one import (\n@dp.table\ndef a(:\n    return one()\n" });
    expect(both(broken)).toEqual([
      ["modified", "code"],
      ["modified", "code"],
    ]);
  });

  test("no kind and no expectations of a module that does not parse", () => {
    const text = files["t/a.py"].replace("materialized_view", 'table\n@dp.expect("e", "x > 1")');
    const [whole, broken] = [edited({ "t/a.py": text }), edited({ "t/a.py": `${text}x = = 1\n` })];
    expect(changes(read(files), whole).a).toContain("expectation e added");
    expect(both(broken)).toEqual([
      ["modified", "code"],
      ["modified", "code"],
    ]);
  });

  test("not by a module that is missing", () => {
    expect(both(without("t/a.py"))).toEqual([
      ["modified", "code"],
      ["modified", "code"],
    ]);
  });

  test("a helper that does not parse, or is missing, alone", () => {
    const one = ["modified", "helper lib/one.py"];
    expect(both(edited({ "lib/one.py": "from lib.two import (\n" }))).toEqual([one, one]);
    expect(both(without("lib/one.py"))).toEqual([one, one]);
    expect(both(without("lib/two.py"))).toEqual([
      ["modified", "helper lib/two.py"],
      ["modified", "helper lib/two.py"],
    ]);
  });

  test("one that is imported anew, without those that it imports", () => {
    const text = files["t/a.py"].replace("from lib.one import one\n", "").replace("one()", 'spark.table("x.y.z")');
    expect(both(edited({ "t/a.py": text }))).toEqual([
      ["modified", "code", "helper lib/one.py"],
      ["modified", "code", "helper lib/one.py"],
    ]);
  });
});

describe("a table that a call declares", () => {
  const config = (name: string) =>
    `version: 1\ntables:\n  - {name: ${name}, layer: bronze, module: t/a.py}\n  - {name: other, layer: bronze, module: t/a.py}\n`;
  const changeFlow = (name: string) => `from pyspark import pipelines as dp
dp.create_streaming_table(name="${name}", comment="c")
dp.create_auto_cdc_flow(target="${name}", source="s", keys=["id"], sequence_by="at")
dp.create_streaming_table("other")
`;
  const appendFlow = (name: string) => `from pyspark import pipelines as dp
dp.create_streaming_table("${name}")
@dp.append_flow(target="${name}")
def ${name}_flow():
    return spark.readStream.table("x.y.z")
dp.create_streaming_table("other")
`;
  test.each([changeFlow, appendFlow])("is renamed with its flows", (code) => {
    const [before, after] = ["x", "y"].map((name) => read({ "config.yml": config(name), "t/a.py": code(name) }));
    if (before === undefined || after === undefined) throw new Error("nothing was read");
    expect(changes(before, after)).toMatchObject({
      x: ["removed", "renamed to y"],
      y: ["added", "renamed from x"],
      other: ["unchanged"],
    });
  });

  test("with other flows, or without any, is another table", () => {
    const other = changeFlow("y").replace('keys=["id"]', 'keys=["day"]');
    const bare = (name: string) => `from pyspark import pipelines as dp\ndp.create_streaming_table("${name}")\n`;
    for (const [a, b] of [
      [changeFlow("x"), other],
      [bare("x"), bare("y")],
    ] as const) {
      const [before, after] = [
        read({ "config.yml": config("x"), "t/a.py": a }),
        read({ "config.yml": config("y"), "t/a.py": b }),
      ];
      expect(changes(before, after)).toMatchObject({ x: ["removed"], y: ["added"] });
    }
  });

  test("SQL", () => {
    const sql = (name: string) => `CREATE STREAMING TABLE ${name};
CREATE FLOW ${name}_changes AS AUTO CDC INTO ${name} FROM stream(s) KEYS (id) SEQUENCE BY at;
`;
    const bare = (name: string) => `CREATE STREAMING TABLE ${name};\n`;
    const made = (name: string, text: string) =>
      read({
        "config.yml": `version: 1\ntables:\n  - {name: ${name}, layer: bronze, module: t/a.sql}\n`,
        "t/a.sql": text,
      });
    expect(changes(made("x", sql("x")), made("y", sql("y"))).y).toEqual(["added", "renamed from x"]);
    expect(changes(made("x", bare("x")), made("y", bare("y"))).y).toEqual(["added"]);
  });
});
