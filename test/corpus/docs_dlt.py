import dlt
from pyspark.sql.functions import *
from pyspark.sql.types import *

json_path = "/Volumes/main/landing/customers/"


@dlt.table(
    comment="Raw customers, as the CRM exports them every night."
)
def customers_bronze():
    return (
        spark.readStream.format("cloudFiles")
        .option("cloudFiles.format", "json")
        .option("cloudFiles.inferColumnTypes", "true")
        .load(json_path)
    )


@dlt.table(comment="Customers with a valid id.", table_properties={"quality": "silver"})
@dlt.expect_or_drop("valid_id", "id IS NOT NULL")
@dlt.expect("known_country", "country IS NOT NULL")
def customers_silver():
    return (
        dlt.read_stream("customers_bronze")
        .withColumn("loaded_at", current_timestamp())
        .select("id", "name", "country", "loaded_at")
    )


@dlt.table
def customers_by_country():
    """How many customers there are in each country."""
    return dlt.read("customers_silver").groupBy("country").count().orderBy(desc("count"))
