from pyspark.pipelines import table, materialized_view as mv, temporary_view
from pyspark.sql import SparkSession

spark = SparkSession.active()

@table
def stock():
    return spark.readStream.table("warehouse.stock")

@mv
def stock_now():
    return spark.table("stock")

@temporary_view
def stock_view() -> "DataFrame":
    return spark.table(tableName="stock_now")
