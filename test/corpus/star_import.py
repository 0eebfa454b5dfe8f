from dlt import *
from pyspark.sql import functions as F

@table(name="events_raw")
def raw(): return spark.readStream.table("`raw`.events")

@table()
@expect_all({"has_id": "id is not null", "has_time": "ts is not null"})
def events():
    return read_stream("events_raw")

@table
def sessions():
    return read("events").groupBy("session").agg(F.min("ts"), F.max("ts"))

@view
def recent():
    return read(name="sessions")
