"""Clicks as Kafka has them."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame

from pipelines.ldp.sources import stream_source


@dp.table(
    name="clicks_bronze",
    comment="Clicks as Kafka has them.",
    # Kafka forgets after a week: a full refresh would lose what is older.
    table_properties={"pipelines.reset.allowed": "false"},
)
def clicks_bronze() -> DataFrame:
    """A streaming table of the topic."""
    return stream_source("clicks_bronze")
