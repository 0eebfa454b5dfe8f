"""Measurements: a flow for the history, and one for what is new."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession

from pipelines.ldp.sources import stream_source

dp.create_streaming_table(
    name="sensors_bronze",
    comment="Measurements, history and new ones.",
    # The history may be archived one day: no full refresh may empty the table.
    table_properties={"pipelines.reset.allowed": "false"},
)


@dp.append_flow(target="sensors_bronze", name="sensors_new")
def sensors_new() -> DataFrame:
    """What arrives: each run reads the files that are new."""
    return stream_source("sensors_bronze")


@dp.append_flow(target="sensors_bronze", name="sensors_history", once=True)
def sensors_history() -> DataFrame:
    """The history, read once, in the first update after this flow came into being."""
    spark = SparkSession.active()
    columns = "sensor STRING, measured_at TIMESTAMP, celsius DOUBLE"
    return spark.read.schema(columns).parquet("/Volumes/main/plant/archive/sensors/")
