import { expect, test } from "vitest";
import { checkPipelines } from "../../../src/lint/rules.js";
import { loadProject } from "../../../src/project/load-project.js";
import { memoryTree } from "../../../src/project/tree.js";
import { readSources } from "../../../src/source/read.js";

const config = `version: 1
tables:
  - {name: orders, layer: bronze, description: Orders.}
  - {name: by_day, layer: silver, description: Orders by day., depends_on: [orders]}
  - {name: revenue, layer: gold, description: Revenue., depends_on: [by_day]}
`;
const orders = 'import dlt\n\n@dlt.table\ndef orders():\n    return spark.readStream.table("raw.orders")\n';
const byDay = '@dlt.table\ndef by_day():\n    return spark.read.table("orders")\n';
const revenue = 'import dlt\n\n@dlt.table\ndef revenue():\n    return spark.read.table("by_day")\n';

function check(modules: { readonly [name: string]: string }, yaml = config) {
  const tree = memoryTree({
    "config.yml": yaml,
    "transformations/bronze/orders.py": orders,
    "transformations/silver/by_day.py": `import dlt\n\n${byDay}`,
    "transformations/gold/revenue.py": revenue,
    ...modules,
  });
  const { project } = loadProject(tree, "config.yml");
  if (project === null) throw new Error("config.yml is wrong");
  return checkPipelines(project, readSources(project, tree, { fingerprints: true })).map(
    ({ code, file, line }) => `${code} ${file?.replace("transformations/", "")}:${line}`,
  );
}

test("a project that follows all of them has no findings", () => {
  expect(check({})).toEqual([]);
});

test("LDP309: spark outside every function", () => {
  const module = orders.replace("@dlt.table", 'catalog = spark.conf.get("catalog")\n\n@dlt.table');
  expect(check({ "transformations/bronze/orders.py": module })).toEqual(["LDP309 bronze/orders.py:3"]);
});

test("LDP310: SELECT * in gold, in SQL and in Python, and nowhere else", () => {
  const python = 'import dlt\n\n@dlt.table\ndef revenue():\n    return spark.sql("SELECT * FROM by_day")\n';
  expect(check({ "transformations/gold/revenue.py": python })).toEqual(["LDP310 gold/revenue.py:5"]);
  expect(
    check({ "transformations/silver/by_day.py": python.replace("revenue", "by_day").replace('by_day")', 'orders")') }),
  ).toEqual([]);
});

test("LDP311: neither comment, docstring nor description", () => {
  const bare = config.replace(", description: Orders.}", "}");
  expect(check({}, bare)).toEqual(["LDP311 bronze/orders.py:4"]);
  const commented = orders.replace("@dlt.table", '@dlt.table(comment="Orders.")');
  expect(check({ "transformations/bronze/orders.py": commented }, bare)).toEqual([]);
  const documented = orders.replace("orders():\n", 'orders():\n    """Orders."""\n');
  expect(check({ "transformations/bronze/orders.py": documented }, bare)).toEqual([]);
});

test("LDP312: a stream of a materialized view, not of a streaming table", () => {
  const streaming = revenue.replace("spark.read.", "spark.readStream.");
  expect(check({ "transformations/gold/revenue.py": streaming })).toEqual(["LDP312 gold/revenue.py:5"]);
  expect(
    check({ "transformations/silver/by_day.py": `import dlt\n\n${byDay.replace("spark.read.", "spark.readStream.")}` }),
  ).toEqual([]);
});

test("LDP313: an expectation whose name is empty; a name that can't be told is none of it", () => {
  const module = (expectation: string) => ({
    "transformations/bronze/orders.py": orders.replace("@dlt.table\n", `@dlt.table\n${expectation}\n`),
  });
  expect(check(module('@dlt.expect("", "id IS NOT NULL")'))).toEqual(["LDP313 bronze/orders.py:5"]);
  expect(check(module('@dlt.expect_all({" ": "id IS NOT NULL", "id": "id > 0"})'))).toEqual([
    "LDP313 bronze/orders.py:5",
  ]);
  expect(check(module("@dlt.expect_all(load_rules())"))).toEqual([]);
});
