"""Invoices with types."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def typed_invoices(invoices: DataFrame) -> DataFrame:
    """Types the columns, and leaves out what has no invoice number."""
    return invoices.where("invoice_id IS NOT NULL").select(
        "invoice_id",
        "customer_id",
        F.col("issued_on").try_cast("date").alias("issued_on"),
        F.col("total").try_cast("decimal(12,2)").alias("total"),
    )


@dp.materialized_view(name="invoices_silver", comment="Invoices with types, one row each.")
def invoices_silver() -> DataFrame:
    """A materialized view: an export that is corrected is corrected here."""
    return typed_invoices(SparkSession.active().read.table("invoices_bronze"))
