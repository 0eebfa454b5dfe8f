import dlt


@dlt.table
def before():
    return spark.read.table("src.before")


def broken(:
    return dlt.read("invisible"


@dlt.table
def after():
    return dlt.read("before")
