"""Parcels as the carrier reports them."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame

from pipelines.ldp.sources import stream_source


@dp.table(name="parcels_bronze", comment="Parcels as the carrier reports them.")
def parcels_bronze() -> DataFrame:
    """A streaming table: each run reads only the files that are new."""
    return stream_source("parcels_bronze")
