from pyspark import pipelines as dp
from pyspark.sql import SparkSession

session = SparkSession.builder.appName("x").getOrCreate()
s = session


@dp.materialized_view
def one():
    return session.read.table("src.one")


@dp.table
def two():
    return s.readStream.table("one")


@dp.materialized_view
def three():
    return SparkSession.getActiveSession().table("two")


class Loader:
    def __init__(self, spark, prefix=""):
        self.spark = spark
        self.prefix = prefix

    def load(self, name):
        return self.spark.read.table(self.prefix + name)


loader = Loader(session)


@dp.materialized_view
def four():
    return loader.load("three")


def get_session() -> SparkSession:
    return SparkSession.active()


@dp.materialized_view
def five():
    spark_session = get_session()
    return spark_session.read.table("four")
