import dlt
from pyspark.sql import DataFrame


@dlt.table
def base():
    return load("base")


@dlt.table
def enriched():
    return dlt.read("base").transform(with_country).transform(lambda f: with_currency(f, "dim_currency"))


@dlt.table
def guarded():
    try:
        return dlt.read("enriched")
    except Exception:
        return dlt.read("enriched_backup")
    finally:
        pass


@dlt.table
def chosen():
    if spark.conf.get("mode") == "small":
        frame = dlt.read("base")
    elif spark.conf.get("mode") == "big":
        frame = dlt.read("enriched")
    else:
        frame = dlt.read("guarded")
    return frame


def load(name: str) -> DataFrame:
    """Reads a raw table, such as dlt.read("never")."""
    return spark.read.table("raw." + name)


def with_country(frame):
    return frame.join(dlt.read("dim_country"), "country", "left")


def with_currency(frame, table):
    return frame.join(dlt.read(table), "currency", "left")


def never_called():
    return dlt.read("never")
