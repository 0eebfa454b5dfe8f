from functools import reduce
from pyspark import pipelines as dp
from pyspark.sql import DataFrame

PARTS = []
for letter in "abc":
    PARTS.append("part_" + letter)

DIMENSIONS = {"shop_id": "dim_shop", "day_id": "dim_day"}


@dp.materialized_view
def stacked():
    return reduce(DataFrame.unionAll, map(lambda name: spark.read.table(name), PARTS))


@dp.materialized_view
def starred():
    result = spark.read.table("fact")
    for key, dimension in DIMENSIONS.items():
        other = spark.read.table(dimension)
        result = result.join(other, key)
    return result


@dp.materialized_view
def generated():
    frames = {name: spark.read.table(name) for name in PARTS if name != "part_c"}
    first = frames.pop("part_a")
    return first.union(next(iter(frames.values())))
