"""The orders' tables, as functions from rows to rows."""

from datetime import date
from decimal import Decimal

from pyspark.sql import DataFrame, SparkSession
from pyspark.testing import assertDataFrameEqual

from transformations.gold.orders_gold import revenue_by_day
from transformations.silver.orders_parsed import parse_orders
from transformations.silver.orders_silver import valid_orders


def test_what_cannot_be_read_becomes_null(raw_orders: DataFrame):
    rows = {row.order_id: row for row in parse_orders(raw_orders).collect()}
    assert rows[101].amount == Decimal("20.00")
    assert rows[101].status == "completed"
    assert rows[106].ordered_at is None
    assert rows[107].amount is None


def test_only_valid_orders_are_kept(raw_orders: DataFrame):
    kept = valid_orders(parse_orders(raw_orders))
    assert sorted(row.order_id for row in kept.collect()) == [101, 102]


def test_revenue_is_added_up_by_day(raw_orders: DataFrame, spark: SparkSession):
    expected = spark.createDataFrame(
        [(date(2026, 1, 5), 2, Decimal("55.50"))],
        "day DATE, orders LONG, revenue DECIMAL(20,2)",
    )
    assertDataFrameEqual(revenue_by_day(valid_orders(parse_orders(raw_orders))), expected)
