from pyspark import pipelines as dp
from pyspark.sql import functions as F


@dp.table(name="orders_raw", comment="Orders from the shop")
def load_orders():
    return spark.readStream.format("kafka").option("subscribe", "orders").load()


@dp.table()
def orders_clean():
    return spark.readStream.table("orders_raw").where(F.col("amount") > 0)


@dp.materialized_view(comment="Orders for each day", cluster_by=["day"])
def orders_per_day():
    orders = spark.read.table("orders_clean")
    return orders.groupBy(F.to_date("ordered_at").alias("day")).agg(F.count("*").alias("n"), F.sum("amount"))


@dp.temporary_view()
def late_orders():
    calendar = spark.table("calendar")
    return spark.read.table("orders_clean").join(calendar, "day").where("shipped_at > promised_at")
