"""Completed orders that can be counted on."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession


def valid_orders(orders: DataFrame) -> DataFrame:
    """Keeps completed orders that have a customer, a time and a positive amount.

    Args:
        orders: typed rows, as `parse_orders` returns them.
    """
    return orders.where(
        "status = 'completed' AND order_id IS NOT NULL AND customer_id IS NOT NULL "
        "AND ordered_at IS NOT NULL AND amount > 0"
    )


@dp.table(
    name="orders_silver",
    comment="Completed orders with a customer and a positive amount.",
)
def orders_silver() -> DataFrame:
    """A streaming table, since it reads a stream: each run adds the new orders."""
    spark = SparkSession.active()
    return valid_orders(spark.readStream.table("orders_parsed"))
