import dlt

PREFIX = "shop"
SOURCE_SCHEMA: str = "raw"
ORDERS = PREFIX + "_orders"
ITEMS = f"{PREFIX}_items"
TOTALS = ("shop"
          "_totals")
catalog = spark.conf.get("catalog")


@dlt.table(name=ORDERS)
def orders():
    return spark.read.table(f"{SOURCE_SCHEMA}.{ORDERS}")


@dlt.table(name=ITEMS)
def items():
    raw_name = SOURCE_SCHEMA + "." + "items"
    return dlt.read(ORDERS).join(spark.read.table(raw_name), "order_id")


@dlt.table(name=TOTALS, comment=f"no placeholder")
def totals():
    return dlt.read(f"shop_items").join(dlt.read(ORDERS), ["order_id"])


@dlt.table(name=f"{catalog}.gold.shop_export")
def export():
    return spark.read.table(f"{catalog}.gold.{TOTALS}")
