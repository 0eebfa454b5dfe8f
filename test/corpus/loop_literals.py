from functools import reduce
import dlt

REGIONS = ["north", "south"]

for region in REGIONS:
    @dlt.table(name=f"sales_{region}")
    def load(region=region):
        return spark.readStream.table(f"raw.sales_{region}")

for r in ("north", "south",):
    source = "sales_" + r

    @dlt.table(name=source + "_daily")
    def daily():
        return dlt.read(source).groupBy("day").count()


@dlt.table
def sales():
    frames = [dlt.read(f"sales_{region}_daily") for region in REGIONS]
    return reduce(lambda a, b: a.unionByName(b), frames)
