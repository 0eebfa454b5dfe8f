"""The example on a real Spark: from CSV to gold with `spark-pipelines`, twice, and what happens when something fails."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conftest import REPOSITORY, Finished, run_engine
from spark import needs_spark

pytestmark = needs_spark

NEW_ORDERS = """order_id,customer_id,ordered_at,amount,status
110,1,2026-01-07 10:00:00,40.00,completed
111,1,2026-01-07 11:00:00,none,completed
"""

READ = """
import json, sys
from pathlib import Path
from pyspark.sql import SparkSession
from pipelines.ldp.local_state import LocalState, settings

builder = SparkSession.builder.master("local[2]")
for key, value in settings(LocalState(Path.cwd())).items():
    builder = builder.config(key, value)
spark = builder.enableHiveSupport().getOrCreate()
rows = {name: [list(row) for row in spark.read.table(name).collect()] for name in sys.argv[1:]}
print()
print(json.dumps(rows, default=str))
"""


def run_local(root: Path, *arguments: str) -> Finished:
    engine = root / "pipelines" / "ldp_engine.py"
    return run_engine(root, "--local", *arguments, engine=engine, timeout=900)


def python(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True)
class Example:
    """The example after a full run, and after a run of the sales tables with a new file of orders."""

    root: Path
    first: Any
    second: Any
    log: str
    rows: dict[str, list[list[Any]]]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    # A path that needs quoting in every one of the formats that it passes through.
    root = tmp_path_factory.mktemp("runs") / "the shöp & co"
    shutil.copytree(REPOSITORY / "example-repo", root)
    refused = run_local(root, "--tags", "sales")
    assert refused.status == 1
    assert "error LDP803: A selection reads tables that were never made here" in refused.stderr
    first = run_local(root, "--format", "json")
    assert first.status == 0, first.stderr
    (root / "data" / "orders" / "2026-01-07.csv").write_text(NEW_ORDERS)
    second = run_local(root, "--tags", "sales", "--format", "json")
    assert second.status == 0, second.stderr
    tables = [name for name in _tables(second.json()) | _tables(first.json())]
    rows = json.loads(python(root, "-c", READ, *tables).rstrip().rsplit("\n", 1)[-1])
    yield Example(root, first.json(), second.json(), first.stderr, rows)


def _tables(run: Any) -> dict[str, Any]:
    return {table["name"]: table for table in run["tables"]}


def test_the_first_run_takes_every_table_from_csv_to_gold(example: Example) -> None:
    tables = _tables(example.first)
    assert example.first["state"] == "completed"
    assert {name: (table["rows"], table["dropped"]) for name, table in tables.items()} == {
        "customers_bronze": (7, 0),
        "orders_bronze": (9, 0),
        "customers_silver": (5, 1),
        "orders_silver": (6, 0),
        "customers_gold": (4, 0),
        "orders_gold": (2, 0),
        "revenue_by_country": (4, 0),
    }
    assert all(table["status"] == "completed" for table in tables.values())
    assert all(table["seconds"] > 0 for table in tables.values())


def test_the_log_says_what_runs_and_what_misses_an_expectation(example: Example) -> None:
    for text in (
        "transformations/gold/customers_gold.py: loading",
        "transformations/gold/customers_gold.py: loaded after",
        "customers_gold started",
        "customers_gold completed after",
        "customers_bronze: 1 row misses has_customer_id (customer_id IS NOT NULL), kept",
        "customers_silver: 1 row misses has_customer_id (customer_id IS NOT NULL), dropped",
        "customers_silver: 1 row misses has_email (email LIKE '%@%'), kept",
        "customers_gold: no row misses counts_are_positive (customers > 0)",
    ):
        assert text in example.log


def test_a_second_run_refreshes_the_selected_tables_with_what_is_new(example: Example) -> None:
    tables = _tables(example.second)
    assert {name: table["rows"] for name, table in tables.items()} == {
        "orders_bronze": 11,
        "orders_silver": 7,
        "orders_gold": 3,
        "revenue_by_country": 4,
    }


def test_the_rows_of_gold_are_right(example: Example) -> None:
    assert sorted(example.rows["customers_gold"]) == [
        ["FR", 1, 0],
        ["JP", 1, 1],
        ["PT", 1, 1],
        ["SE", 2, 2],
    ]
    assert sorted(example.rows["orders_gold"]) == [
        ["2026-01-05", 3, "155.49"],
        ["2026-01-06", 3, "79.50"],
        ["2026-01-07", 1, "40.00"],
    ]
    assert sorted(example.rows["revenue_by_country"]) == [
        ["FR", 1, "10.00"],
        ["JP", 1, "99.99"],
        ["PT", 2, "100.00"],
        ["SE", 3, "65.00"],
    ]
    assert [row[2] for row in example.rows["customers_silver"] if row[0] == 2] == [
        "bruno.costa@example.com"
    ]


def test_the_example_tests_its_functions_on_a_local_spark(example: Example) -> None:
    assert "5 passed" in python(example.root, "-m", "pytest", "-q", "-p", "no:cacheprovider")


FAILING = {
    "config.yml": """version: 1
tables:
  - {name: numbers, layer: bronze, tags: [a], module: digits.py}
  - {name: evens, layer: silver, depends_on: [numbers], module: evens.py}
  - {name: refused, layer: silver, depends_on: [numbers], module: refused.py}
  - {name: after, layer: gold, depends_on: [refused], module: after.sql}
  - {name: stated, layer: gold, depends_on: [evens], module: stated.sql}
""",
    "digits.py": """import dlt

@dlt.table
@dlt.expect_all_or_drop({"small": "id < 8", "not_three": "id <> 3"})
def numbers():
    return spark.range(10)
""",
    "evens.py": """from pyspark import pipelines as dp
from pyspark.sql import SparkSession
from pyspark.sql.functions import udf

@udf("boolean")
def is_even(value):
    return value % 2 == 0

@dp.table
@dp.expect("positive", "id > 0")
def evens():
    return SparkSession.active().read.table("numbers").where(is_even("id"))
""",
    "refused.py": """import dlt

@dlt.table
@dlt.expect_or_fail("below_seven", "id < 7")
def refused():
    return dlt.read("LIVE.numbers")
""",
    "after.sql": "SELECT * FROM refused;\n",
    "stated.sql": "CREATE MATERIALIZED VIEW stated AS SELECT MAX(id) AS id FROM evens;\n",
}


@pytest.fixture
def failing(tmp_path: Path) -> Path:
    for path, text in FAILING.items():
        (tmp_path / path).write_text(text)
    shutil.copytree(REPOSITORY / "templates" / "pipelines", tmp_path / "pipelines")
    return tmp_path


def test_a_failed_expectation_fails_its_table_and_what_reads_it(failing: Path) -> None:
    done = run_local(failing, "--format", "json")
    assert done.status == 1, done.stderr
    run = done.json()
    tables = {name: (t["status"], t["rows"], t["dropped"]) for name, t in _tables(run).items()}
    assert run["state"] == "failed"
    assert tables["numbers"] == ("completed", 7, 3)
    assert tables["evens"] == ("completed", 4, 0)
    assert tables["stated"] == ("completed", 1, 0)
    assert tables["refused"][0] == "failed"
    assert tables["after"][0] in ("skipped", "not run")
    assert 'expectation "below_seven" of refused failed: id < 7' in done.stderr
    assert "All that Spark printed is in .ldp/local/spark-pipelines.log" in done.stderr
    # The next attempt starts from what is there.
    assert not (failing / ".ldp" / "local" / "complete").exists()


def test_all_modules_that_cannot_be_registered_are_reported(failing: Path) -> None:
    (failing / "digits.py").write_text("import dlt\ndlt.apply_changes(target='numbers')\n")
    (failing / "evens.py").write_text(
        "import dlt\n\n@dlt.table\ndef evens():\n    return spark.range(3) if"
        " spark.range(3).count() else None\n"
    )
    (failing / "refused.py").write_text("import no_such_package\n")
    done = run_local(failing, "--mode", "validate")
    assert done.status == 1
    assert "Modules could not be loaded: no table is run" in done.stderr
    for text in (
        "digits.py:2:1: LDP811",
        "`apply_changes` has no equivalent on open-source Spark",
        "evens.py:5:",
        "Only build the DataFrame here",
        "refused.py:1:1: LDP811",
        "pip install no_such_package",
    ):
        assert text in done.stderr
