import gc
import dlt
from pyspark.sql import functions as F


@dlt.table
def counted():
    frame = spark.read.table("src.a")
    if frame.count() > 0:
        rows = frame.select("id").distinct().collect()
        frame.show()
    return frame


@dlt.table
def written():
    frame = spark.read.table("src.b")
    frame.write.mode("overwrite").saveAsTable("copy_of_b")
    spark.sql("INSERT INTO log SELECT 'written'")
    return frame


@dlt.table
def harmless():
    gc.collect()
    letters = "a,b,a"
    frame = spark.read.table("src.c").groupBy("id").count()
    first = frame.select(F.first("id"), F.count("*"), F.collect_list("id"))
    return first.limit(letters.count("a"))


@dlt.table
def helped():
    return checked(spark.read.table("src.d"))


def checked(frame):
    if not frame.take(1):
        raise ValueError("empty")
    return frame


@dlt.on_event_hook
def hook(event):
    print(spark.table("log").collect())


@dlt.table
def quiet():
    spark.conf.set("x", "y")  # ldp: ignore LDP308
    return spark.read.table("src.e")
