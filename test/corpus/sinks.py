from pyspark import pipelines as dp

dp.create_sink(
    "alerts_kafka",
    "kafka",
    {"kafka.bootstrap.servers": "broker:9092", "topic": "alerts"},
)
dp.create_sink(name="alerts_delta", format="delta", options={"tableName": "main.out.alerts"})


@dp.table
def alerts():
    return spark.readStream.table("measurements").where("value > limit")


@dp.append_flow(name="to_kafka", target="alerts_kafka")
def to_kafka():
    return spark.readStream.table("alerts").selectExpr("to_json(struct(*)) AS value")


@dp.append_flow(target="alerts_delta")
def to_delta():
    return spark.readStream.table("alerts")
