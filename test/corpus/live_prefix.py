import dlt

@dlt.table
def live_a():
    return spark.readStream.table("LIVE.raw_a")

@dlt.table
def live_b():
    return spark.table("LIVE.live_a")

@dlt.table
def live_c():
    return spark.sql("SELECT a.* FROM STREAM(LIVE.live_a) a LEFT JOIN live.live_b b ON a.id = b.id")
