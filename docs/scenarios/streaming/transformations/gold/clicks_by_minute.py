"""Clicks of each page and minute."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def count_clicks(clicks: DataFrame) -> DataFrame:
    """Counts clicks by page and minute. A click that comes ten minutes late is left out, so that old minutes can be forgotten."""
    late = clicks.withWatermark("clicked_at", "10 minutes")
    minutes = late.groupBy("page", F.window("clicked_at", "1 minute").alias("minute"))
    return minutes.agg(F.count("*").alias("clicks"))


@dp.table(name="clicks_by_minute", comment="Clicks of each page and minute.")
def clicks_by_minute() -> DataFrame:
    """A streaming table: a minute is written once it is closed."""
    return count_clicks(SparkSession.active().readStream.table("clicks_silver"))
