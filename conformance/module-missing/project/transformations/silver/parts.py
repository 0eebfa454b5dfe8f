from pyspark import pipelines as dp


@dp.materialized_view(name="silver.parts", comment="Parts.")
def parts():
    """Parts."""
    return spark.range(3)
