"""What the tests share: a Spark session on this machine, and rows as the sources deliver them."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from pyspark.sql import DataFrame, SparkSession

from pipelines.ldp.recorder import recording


def pytest_configure(config: pytest.Config) -> None:
    """Lets tests import the tables' modules, also at their top: outside a pipeline Spark refuses the decorators."""
    stack = ExitStack()
    stack.enter_context(recording())
    config.add_cleanup(stack.close)


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """One local session for all tests."""
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17: install a JDK, for example from https://adoptium.net")
    session = (
        SparkSession.builder.master("local[2]")
        .appName("tests")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture
def customer_changes(spark: SparkSession) -> DataFrame:
    """Rows as in `customers_bronze`: a change, a text that is no number, odd spaces."""
    return spark.createDataFrame(
        [
            ("1", "Ada Berg", "ADA@example.com", "se", "2026-01-05 08:00:00"),
            ("1", " Ada Lind ", "ada@example.com", " se ", "2026-01-06 08:00:00"),
            ("2", "Bruno Costa", None, "pt", "not a time"),
            ("x", "Nobody", "nobody@example.com", "xx", "2026-01-05 08:00:00"),
        ],
        "customer_id STRING, name STRING, email STRING, country STRING, updated_at STRING",
    )


@pytest.fixture
def raw_orders(spark: SparkSession) -> DataFrame:
    """Rows as in `orders_bronze`: a good one, and one for each reason to leave an order out."""
    return spark.createDataFrame(
        [
            ("101", "1", "2026-01-05 10:00:00", "20.00", " Completed "),
            ("102", "2", "2026-01-05 23:59:59", "35.50", "completed"),
            ("103", "1", "2026-01-05 12:00:00", "15.00", "cancelled"),
            ("104", "1", "2026-01-05 12:00:00", "-1.00", "completed"),
            ("105", None, "2026-01-05 12:00:00", "10.00", "completed"),
            ("106", "1", "soon", "10.00", "completed"),
            ("107", "1", "2026-01-05 12:00:00", "many", "completed"),
        ],
        "order_id STRING, customer_id STRING, ordered_at STRING, amount STRING, status STRING",
    )
