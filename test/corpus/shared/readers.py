"""Reading and shaping that several modules share."""
from pyspark.sql import DataFrame, SparkSession

from .names import Tables
from shared import names as n


def read_bronze(spark: SparkSession, name: str) -> DataFrame:
    return spark.read.table(f"{n.BRONZE}.{name}")


def with_rates(frame: DataFrame) -> DataFrame:
    spark = SparkSession.getActiveSession()
    rates = spark.table(Tables.RATES)
    return frame.join(rates, "currency")


def add_columns(frame: DataFrame) -> DataFrame:
    return frame.withColumn("source", lit("bronze.orders"))
