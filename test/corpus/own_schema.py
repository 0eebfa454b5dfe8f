import dlt


@dlt.table(name="ledger")
def ledger():
    known = spark.table("ledger").schema
    frame = spark.read.table("raw.ledger")
    return frame.select(*[c for c in known.fieldNames() if c in frame.columns])
