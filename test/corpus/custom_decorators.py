import functools
import dlt


def layered(layer, **options):
    def decorate(function):
        @dlt.table(name=f"{layer}_{function.__name__}", **options)
        @functools.wraps(function)
        def wrapper():
            return function().withColumn("layer", layer)

        return wrapper

    return decorate


gold = functools.partial(dlt.table, table_properties={"quality": "gold"})


@dlt.expect("known", "id IS NOT NULL")
@dlt.table(name="bronze_ticket")
@functools.lru_cache
def ticket():
    return spark.readStream.table("helpdesk.ticket")


@layered("silver", comment="tickets")
def ticket():
    return dlt.read("bronze_ticket")


@gold(name="gold_ticket")
def ticket():
    return dlt.read("silver_ticket")
