"""Clicks with columns."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

CLICK = "page STRING, visitor STRING, clicked_at TIMESTAMP"


def parsed_clicks(messages: DataFrame) -> DataFrame:
    """Reads the JSON of each message; what can't be read is left out."""
    click = F.from_json(F.col("value").cast("string"), CLICK)
    return messages.select(click.alias("click")).select("click.*").where("clicked_at IS NOT NULL")


@dp.table(name="clicks_silver", comment="Clicks with columns.")
def clicks_silver() -> DataFrame:
    """A streaming table, since it reads a stream."""
    return parsed_clicks(SparkSession.active().readStream.table("clicks_bronze"))
