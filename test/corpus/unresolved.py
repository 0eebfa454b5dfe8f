import os
import dlt
from company_library.reading import fetch


@dlt.table
def from_conf():
    return spark.read.table(spark.conf.get("source.table"))


@dlt.table
def from_env():
    suffix = os.environ["SUFFIX"]
    return dlt.read("known").join(dlt.read(f"orders_{suffix}")).join(dlt.read(os.getenv("TABLE", "fallback")))


@dlt.table
def from_parameter(table=dbutils.widgets.get("table")):
    return spark.table(table)


@dlt.table
def from_sql():
    with open("queries/report.sql") as file:
        return spark.sql(file.read())


@dlt.table
def from_sql_name():
    target = spark.conf.get("target")
    return spark.sql(f"SELECT * FROM known JOIN {target} USING (id)")


@dlt.table
def from_wrapper():
    return fetch(spark, "orders")


for row in spark.table("settings").collect():
    @dlt.table(name=row["name"])
    def dynamic():
        return dlt.read("known")
