"""Orders as the shop delivers them."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame

from pipelines.ldp.sources import stream_source


@dp.table(name="orders_bronze", comment="Orders as the shop delivers them.")
def orders_bronze() -> DataFrame:
    """A streaming table: each run reads only the files that are new."""
    return stream_source("orders_bronze")
