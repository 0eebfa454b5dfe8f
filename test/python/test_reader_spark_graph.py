"""The graph that `ldp` reads from the code is the one that Spark itself builds, for the example and for a project of more forms."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import REPOSITORY
from spark import needs_spark
from test_template_init import NODE, ldp

pytestmark = [
    needs_spark,
    pytest.mark.skipif(NODE is None, reason="no node on PATH: https://nodejs.org"),
]

SPARK_GRAPH = """
import json, os, sys
from pathlib import Path

from pyspark import SparkContext
from pyspark.pipelines.cli import load_pipeline_spec, register_definitions
from pyspark.pipelines.spark_connect_graph_element_registry import SparkConnectGraphElementRegistry
from pyspark.pipelines.spark_connect_pipeline import create_dataflow_graph
from pyspark.sql import SparkSession

from pipelines.ldp.log import Log
from pipelines.ldp.spark_pipelines import wait_for_port

def listed(seq):
    return [seq.apply(i) for i in range(seq.size())]


wait_for_port(Log("text"))
spark = SparkSession.builder.remote("local[2]").getOrCreate()
service = SparkContext._jvm.org.apache.spark.sql.connect.service
start = os.getcwd()
for path in map(Path, sys.argv[1:]):
    os.chdir(start)
    spec = load_pipeline_spec(path)
    for name, value in spec.configuration.items():
        spark.conf.set(name, value)
    graph_id = create_dataflow_graph(spark, spec.catalog, spec.database, spec.configuration)
    registry = SparkConnectGraphElementRegistry(spark, graph_id)
    register_definitions(path, registry, spec, spark, graph_id)
    connect = getattr(getattr(service, "SparkConnectService$"), "MODULE$")
    sessions = connect.sessionManager()
    [active] = listed(sessions.listActiveSessions())
    holder = sessions.getIsolatedSessionIfPresent(active.key()).get()
    SparkContext._jvm.org.apache.spark.sql.classic.SparkSession.setActiveSession(holder.session())
    context = holder.dataflowGraphRegistry().getDataflowGraphOrThrow(graph_id)
    graph = context.toDataflowGraph().resolve(False)
    failed = listed(graph.resolutionFailedFlows())
    failures = {flow.identifier().toString(): flow.failure().mkString(" ") for flow in failed}
    assert graph.resolved(), failures
    short = lambda identifier: identifier.replace("`", "").rsplit(".", 1)[-1]
    edges = {
        (short(name), short(flow.destinationIdentifier().toString()))
        for flow in listed(graph.resolvedFlows())
        for name in flow.inputs().mkString("\\n").split("\\n")
        if name
    }
    # Not from the flows: a streaming table may have none.
    stored = listed(graph.tables()) + listed(graph.views())
    datasets = {short(each.identifier().toString()) for each in stored}
    print("GRAPH " + json.dumps({"datasets": sorted(datasets), "edges": sorted(edges)}))
spark.stop()
"""

FORMS: Mapping[str, str] = {
    "transformations/sources.py": """
from pyspark import pipelines as dp
from pyspark.sql import SparkSession

PREFIX = "raw"


@dp.materialized_view
def raw_orders():
    return SparkSession.active().range(3).selectExpr("id", "id AS customer")


@dp.materialized_view(name=f"{PREFIX}_customers")
def customers():
    return SparkSession.active().range(3).selectExpr("id AS customer", "'se' AS country")


@dp.table
def ticks():
    return SparkSession.active().readStream.format("rate").load()
""",
    "transformations/derived.py": '''
from pyspark import pipelines as dp
from pyspark.sql import SparkSession

spark = SparkSession.active()
COUNTRIES = ["se", "pt"]


@dp.temporary_view(name="joined")
def orders_of_customers():
    """Reads raw_orders; does not read ticks, FROM ticks."""
    return spark.sql(
        """
        WITH ticks AS (SELECT * FROM raw_orders) -- FROM nothing
        SELECT t.id, c.country FROM ticks t JOIN `raw_customers` AS c USING (customer)
        """
    )


def of_country(country):
    @dp.materialized_view(name=f"orders_{country}")
    def orders():
        return spark.table("joined").where(f"country = '{country}'")


for country in COUNTRIES:
    of_country(country)


@dp.materialized_view
def all_orders():
    first, *others = [spark.read.table("orders_" + country) for country in COUNTRIES]
    for other in others:
        first = first.unionByName(other)
    return first


@dp.temporary_view
def orders_again():
    # A view of a view, and what a placeholder and a lateral join name.
    joined = spark.read.format("parquet").table("joined")
    named = spark.sql("SELECT id FROM IDENTIFIER(:name)", args={"name": "raw_orders"})
    return joined.lateralJoin(named.alias("named"))


@dp.materialized_view(name="spark_catalog.default.counted")
def counted_orders():
    """Its own name is qualified; one of its reads is a subquery of the DataFrame API."""
    orders = "SELECT COUNT(*) AS orders FROM {} EXCEPT SELECT 0 FROM {view}"
    known = spark.table("default.raw_customers").exists()
    return spark.sql(orders.format("all_orders", view="orders_again")).where(known)


dp.create_streaming_table("empty_ticks")
@dp.materialized_view
def ordered_again():
    orders = spark.read.table("raw_orders").where("id IN (SELECT id FROM all_orders)")
    return orders.where("'(SELECT id FROM ticks)' <> ''")


dp.create_streaming_table("all_ticks")


@dp.append_flow(target="all_ticks", name="ticks_once_more")
def more_ticks():
    return spark.readStream.table("ticks").select("value")


@dp.append_flow(target="all_ticks")
def rate_ticks():
    return spark.readStream.format("rate").load().select("value")
''',
    "transformations/gold.sql": """
CREATE MATERIALIZED VIEW orders_per_country COMMENT 'SELECT * FROM raw_customers'
AS SELECT country, (SELECT COUNT(*) FROM raw_orders) AS orders
FROM spark_catalog.default.all_orders
WHERE EXISTS (SELECT 1 FROM orders_pt) GROUP BY country;

CREATE STREAMING TABLE sampled_ticks AS SELECT value FROM STREAM all_ticks;

CREATE STREAMING TABLE gathered_ticks;
CREATE FLOW gathered AS INSERT INTO gathered_ticks BY NAME SELECT * FROM STREAM(sampled_ticks);

CREATE TEMPORARY VIEW shadowed AS
WITH counted AS (WITH orders_pt AS (SELECT * FROM raw_orders) SELECT id FROM orders_pt),
  raw_orders AS (SELECT id FROM raw_orders)
SELECT id, 'it''s FROM ticks' AS said FROM counted JOIN orders_se USING (id)
WHERE id NOT IN (TABLE raw_orders);
""",
}


@dataclass(frozen=True)
class Graph:
    datasets: set[str]
    edges: set[tuple[str, str]]


@dataclass(frozen=True)
class Both:
    """The graphs of one project."""

    read: Graph
    of_spark: Graph


def read_graph(root: Path) -> Graph:
    """What `ldp import` tells of the code alone; config.yml's depends_on has no part in it."""
    tables = json.loads(ldp(root, "import", "--format", "json"))["tables"]
    names = {_short(table["name"]) for table in tables}
    edges = {
        (_short(read["table"]), _short(table["name"]))
        for table in tables
        for read in table["reads"]
        if read["in_project"]
    }
    return Graph(names, edges)


def _short(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def spark_graphs(root: Path, *specs: Path) -> list[Graph]:
    from pipelines.ldp.java import find_tools
    from pipelines.ldp.local_state import LocalState
    from pipelines.ldp.spark_pipelines import environment

    done = subprocess.run(
        [sys.executable, "-c", SPARK_GRAPH, *map(str, specs)],
        cwd=root,
        env=environment(find_tools(), LocalState(root)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    lines = [line[6:] for line in done.stdout.splitlines() if line.startswith("GRAPH ")]
    assert (done.returncode, len(lines)) == (0, len(specs)), done.stdout + done.stderr
    found = map(json.loads, lines)
    return [Graph(set(one["datasets"]), {(a, b) for a, b in one["edges"]}) for one in found]


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Both, Both]:
    """The graphs of the example and of the project of forms, by one start of Spark."""
    from pipelines.ldp.local_state import prepare

    example = tmp_path_factory.mktemp("example") / "project"
    shutil.copytree(REPOSITORY / "example-repo", example)
    forms = tmp_path_factory.mktemp("forms")
    for path, text in FORMS.items():
        file = forms / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    spec = forms / "spark-pipeline.yml"
    libraries = [{"glob": {"include": "transformations/**"}}]
    fields = {"name": "forms", "catalog": "spark_catalog", "database": "default"}
    spec.write_text(
        json.dumps({**fields, "storage": (forms / "storage").as_uri(), "libraries": libraries})
    )
    state = prepare(
        example,
        ["pipelines/ldp_engine.py"],
        {"ldp.root": str(example), "ldp.config": "config.yml"},
    )
    [of_example, of_forms] = spark_graphs(example, state.spec, spec)
    return Both(read_graph(example), of_example), Both(read_graph(forms), of_forms)


def test_the_graph_of_the_example_is_that_of_spark(graphs: tuple[Both, Both]) -> None:
    example, _ = graphs
    assert example.read == example.of_spark
    declared = json.loads(ldp(REPOSITORY / "example-repo", "graph", "--format", "json"))["edges"]
    assert {(a, b) for a, b in declared} == example.of_spark.edges


def test_the_graph_of_more_forms_is_that_of_spark(graphs: tuple[Both, Both]) -> None:
    _, forms = graphs
    assert forms.read == forms.of_spark
    assert ("raw_customers", "joined") in forms.of_spark.edges
    assert len(forms.of_spark.datasets) == 16
    assert len(forms.of_spark.edges) == 21
