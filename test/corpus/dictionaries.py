from pyspark import pipelines as dp

TABLES = {
    "product": {"target": "dim_product", "source": "erp.product"},
    "store": {"target": "dim_store", "source": "erp.store"},
}
TABLES["sale"] = dict(target="fact_sale", source="erp.sale")
OPTIONS = {**TABLES["store"], "mode": "full"}


@dp.materialized_view(name=TABLES["product"]["target"])
def product():
    return spark.read.table(TABLES["product"]["source"])


@dp.materialized_view(name=OPTIONS["target"])
def store():
    config = TABLES.get("store")
    return spark.read.table(config["source"]).join(spark.read.table(TABLES["product"]["target"]), "product_id")


class Names:
    PRODUCT = "dim_product"
    STORE = "dim_" + "store"


@dp.materialized_view(name=TABLES["sale"]["target"])
def sale():
    return (
        spark.read.table(TABLES["sale"]["source"])
        .join(spark.read.table(Names.PRODUCT), "product_id")
        .join(spark.read.table(Names.STORE), "store_id")
    )
