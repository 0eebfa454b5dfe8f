import dlt

lookup = spark.read.table("ref.lookup").filter("active")


@dlt.table
def joined():
    return dlt.read("base").join(lookup, "code")


@dlt.table
def plain():
    return dlt.read("base")
