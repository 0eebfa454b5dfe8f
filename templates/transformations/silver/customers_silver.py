"""Customers, one row each, as of their latest change."""

import dlt
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def latest_customers(changes: DataFrame) -> DataFrame:
    """Types the columns, and keeps the latest change of each customer.

    Args:
        changes: rows as in `customers_bronze`, all columns text.

    Returns:
        customer_id INT, name, email (lower case), country (upper case), updated_at TIMESTAMP. A customer_id that is no
        number becomes null.
    """
    typed = changes.select(
        F.col("customer_id").try_cast("int").alias("customer_id"),
        F.trim("name").alias("name"),
        F.lower(F.trim("email")).alias("email"),
        F.upper(F.trim("country")).alias("country"),
        F.col("updated_at").try_cast("timestamp").alias("updated_at"),
    )
    latest = Window.partitionBy("customer_id").orderBy(F.col("updated_at").desc_nulls_last())
    ranked = typed.withColumn("rank", F.row_number().over(latest))
    # Open-source Spark would look for the tables right here if this were `drop("rank")`.
    return ranked.where("rank = 1").select("customer_id", "name", "email", "country", "updated_at")


@dlt.table(
    name="customers_silver",
    comment="Customers, one row each, as of their latest change.",
)
@dlt.expect_or_drop("has_customer_id", "customer_id IS NOT NULL")
@dlt.expect("has_email", "email LIKE '%@%'")
def customers_silver() -> DataFrame:
    """A materialized view: the dataset function only reads, so that `latest_customers` can be tested."""
    return latest_customers(dlt.read("customers_bronze"))
