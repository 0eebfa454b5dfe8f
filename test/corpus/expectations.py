import dlt

RULES = {"has_sensor": "sensor_id IS NOT NULL", "in_range": "value BETWEEN -40 AND 120"}
ALL = " AND ".join(RULES.values())


@dlt.expect("recent", "ts > '2020-01-01'")
@dlt.expect_or_fail("has_time", "ts IS NOT NULL")
@dlt.table(
    name="readings",
    comment="Readings of all sensors, FROM the gateway",
    table_properties={"quality": "silver", "pipelines.reset.allowed": "false"},
    schema="""
        sensor_id INT COMMENT 'select from where join nothing',
        value DOUBLE
    """,
)
@dlt.expect_all_or_drop(RULES)
@dlt.expect_all({"a": "1 = 1", "b": "2 = 2"})
def readings():
    return dlt.read("sensor_raw")


@dlt.table(spark_conf={"pipelines.trigger.interval": "1 hour"})
@dlt.expect_all_or_fail({f"rule_{name}": rule for name, rule in RULES.items()})
def readings_checked():
    from pyspark.sql.functions import expr

    return dlt.read("readings").withColumn("ok", expr(ALL))
