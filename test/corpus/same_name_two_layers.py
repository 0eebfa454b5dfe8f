from pyspark import pipelines as dp

catalog = spark.conf.get("catalog")


@dp.table(name="bronze.customers")
def customers():
    return spark.readStream.table("crm.public.customers")


@dp.table(name="silver.customers")
def customers():
    return spark.readStream.table("bronze.customers")


@dp.materialized_view(name="gold.customers")
def customers():
    return spark.read.table("silver.customers").join(spark.read.table(f"{catalog}.bronze.customers"), "id")
