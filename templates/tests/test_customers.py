"""The customers' tables, as functions from rows to rows."""

from datetime import datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.testing import assertDataFrameEqual

from transformations.gold.customers_gold import customers_by_country
from transformations.silver.customers_silver import latest_customers


def test_the_latest_change_of_a_customer_is_kept(customer_changes: DataFrame, spark: SparkSession):
    expected = spark.createDataFrame(
        [
            (1, "Ada Lind", "ada@example.com", "SE", datetime(2026, 1, 6, 8)),
            (2, "Bruno Costa", None, "PT", None),
            (None, "Nobody", "nobody@example.com", "XX", datetime(2026, 1, 5, 8)),
        ],
        "customer_id INT, name STRING, email STRING, country STRING, updated_at TIMESTAMP",
    )
    assertDataFrameEqual(latest_customers(customer_changes), expected)


def test_customers_are_counted_by_country(spark: SparkSession):
    customers = spark.createDataFrame(
        [(1, "a@example.com", "SE"), (2, None, "SE"), (3, "c@example.com", "PT")],
        "customer_id INT, email STRING, country STRING",
    )
    expected = spark.createDataFrame(
        [("SE", 2, 1), ("PT", 1, 1)], "country STRING, customers LONG, with_email LONG"
    )
    assertDataFrameEqual(customers_by_country(customers), expected)
