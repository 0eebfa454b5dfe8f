"""Orders with typed columns, as a temporary view."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def parse_orders(orders: DataFrame) -> DataFrame:
    """Types the columns; what can't be read becomes null.

    Args:
        orders: rows as in `orders_bronze`, all columns text.

    Returns:
        order_id INT, customer_id INT, ordered_at TIMESTAMP, amount DECIMAL(10,2), status (lower case).
    """
    return orders.select(
        F.col("order_id").try_cast("int").alias("order_id"),
        F.col("customer_id").try_cast("int").alias("customer_id"),
        F.col("ordered_at").try_cast("timestamp").alias("ordered_at"),
        F.col("amount").try_cast("decimal(10,2)").alias("amount"),
        F.lower(F.trim("status")).alias("status"),
    )


@dp.temporary_view(name="orders_parsed")
def orders_parsed() -> DataFrame:
    """A temporary view names a step between tables; nothing is stored."""
    spark = SparkSession.active()
    return parse_orders(spark.readStream.table("orders_bronze"))
