"""Measurements that are possible."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession


def possible(measurements: DataFrame) -> DataFrame:
    """Leaves out what no sensor can measure."""
    return measurements.where("celsius BETWEEN -90 AND 1500 AND measured_at IS NOT NULL")


@dp.table(name="sensors_silver", comment="Measurements that are possible.")
def sensors_silver() -> DataFrame:
    """A streaming table; a full refresh reads bronze again, which keeps everything."""
    return possible(SparkSession.active().readStream.table("sensors_bronze"))
