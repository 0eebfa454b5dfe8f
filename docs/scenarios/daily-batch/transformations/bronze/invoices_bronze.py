"""Invoices as the accounting system exports them."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame

from pipelines.ldp.sources import stream_source


@dp.table(name="invoices_bronze", comment="Invoices as the accounting system exports them.")
def invoices_bronze() -> DataFrame:
    """A streaming table: each night reads the day's file alone."""
    return stream_source("invoices_bronze")
