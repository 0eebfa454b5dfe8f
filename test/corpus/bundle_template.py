from pyspark import pipelines as dp
from pyspark.sql.functions import col, sum


# The file defines two sample datasets, as a new bundle's folder has them.


@dp.table
def sample_trips():
    return spark.read.table("samples.nyctaxi.trips").select(col("pickup_zip"), col("fare_amount"))


@dp.table
def sample_zones():
    # Read from the "sample_trips" table, then sum all the fares
    return (
        spark.read.table("sample_trips")
        .groupBy(col("pickup_zip"))
        .agg(sum("fare_amount").alias("total_fare"))
    )
