from pyspark import pipelines as dp


@dp.table
def feed():
    return (spark
            .readStream
            .format("delta")
            .option("ignoreDeletes", "true")
            .option("maxFilesPerTrigger", 10)
            .table("main.raw.feed"))


@dp.table
def changes():
    reader = spark.readStream.option("readChangeFeed", "true").options(startingVersion=0)
    reader = reader.option("skipChangeCommits", True)
    return reader.table("feed").filter("_change_type != 'update_preimage'")


@dp.materialized_view
def snapshot():
    read = spark.read.option("versionAsOf", 3) \
        .table \
        ("changes")
    return read


@dp.materialized_view
def loaded():
    a = spark.read.format("delta").load("raw.history")
    b = spark.read.load("raw.other", format="delta")
    return a.union(b)


@dp.materialized_view
def files():
    csv = spark.read.option("header", True).csv("/Volumes/main/landing/files")
    parquet = spark.read.format("parquet").load("s3://bucket/orders")
    delta = spark.read.format("delta").load("/mnt/lake/orders")
    jdbc = spark.read.format("jdbc").option("dbtable", "public.orders").load()
    return csv.unionByName(parquet).unionByName(delta).unionByName(jdbc)
