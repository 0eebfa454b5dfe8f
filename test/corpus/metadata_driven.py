"""Tables are described by metadata; the code below only loops over it."""
import dlt
from pyspark.sql import functions as F

METADATA = [
    {
        "name": "invoices",
        "mode": "stream",
        "path": "/Volumes/main/landing/invoices",
        "rules": {"amount": "amount >= 0"},
    },
    {"name": "rates", "mode": "batch", "table": "finance.rates"},
]


def bronze(entry):
    @dlt.table(name=f"raw_{entry['name']}")
    def load():
        if entry["mode"] == "stream":
            return spark.readStream.format("cloudFiles").option("cloudFiles.format", "csv").load(entry["path"])
        else:
            return spark.read.table(entry["table"])


def silver(entry):
    name = entry["name"]
    streaming = entry.get("mode") == "stream"

    @dlt.table(name=f"clean_{name}")
    @dlt.expect_all_or_drop(entry.get("rules", {}))
    def clean():
        frame = dlt.read_stream(f"raw_{name}") if streaming else dlt.read(f"raw_{name}")
        return frame.withColumn("name", F.lit(name))


for entry in METADATA:
    bronze(entry)
    silver(entry)
