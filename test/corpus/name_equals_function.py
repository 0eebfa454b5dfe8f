from pyspark import pipelines as dp


@dp.materialized_view(name="b")
def a():
    return spark.read.table("src.one")


@dp.materialized_view(name="a")
def b():
    return spark.read.table("src.two")


@dp.materialized_view()
def c():
    return spark.read.table("a").join(spark.read.table("b"))
