import dlt
import logging

log = logging.getLogger("orders_gold")


def get_rules(tag):
    return {"orders_silver": {}, "orders_gold": {}}[tag]


def rules_of(tag):
    return {r["name"]: r["rule"] for r in []} if tag == "orders_bronze" else dlt.read("rules").filter(f"tag = '{tag}'")


@dlt.table
@dlt.expect_all_or_drop(get_rules("orders_silver"))
def orders_silver():
    log.info("orders_bronze %s", "customers")
    return dlt.read("orders_bronze").withColumn("table", "orders_other").alias("orders_alias")


@dlt.table(comment="orders_bronze, with the rules", table_properties={"reads": "orders_bronze"})
def orders_gold():
    """FROM orders_bronze JOIN customers"""
    return dlt.read("orders_silver").join(rules_of("orders_gold"), on="orders_bronze")
