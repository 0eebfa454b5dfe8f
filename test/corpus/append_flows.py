from pyspark import pipelines as dp

dp.create_streaming_table("all_events", comment="Events of all regions")
dp.create_streaming_table(name="regional")


@dp.append_flow(target="all_events")
def from_eu():
    return spark.readStream.table("events_eu")


@dp.append_flow(target="all_events", name="us_flow")
def from_us():
    return spark.readStream.table("events_us")


@dp.append_flow(target="all_events", once=True)
def backfill():
    return spark.read.table("events_archive")


for region in ["asia", "africa"]:
    @dp.append_flow(target="regional", name=f"flow_{region}")
    def flow(region=region):
        return spark.readStream.table(f"raw.{region}")
