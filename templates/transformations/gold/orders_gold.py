"""Orders and revenue of each day."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def revenue_by_day(orders: DataFrame) -> DataFrame:
    """Counts orders and adds their amounts up, by day.

    Args:
        orders: rows as in `orders_silver`.
    """
    return orders.groupBy(F.to_date("ordered_at").alias("day")).agg(
        F.count("*").alias("orders"),
        F.sum("amount").alias("revenue"),
    )


@dp.materialized_view(name="orders_gold", comment="Orders and revenue of each day.")
def orders_gold() -> DataFrame:
    """A materialized view: Databricks brings it up to date, in parts where it can."""
    spark = SparkSession.active()
    return revenue_by_day(spark.read.table("orders_silver"))
