from pyspark import pipelines as dp

ORDERS = "main.silver.orders"


@dp.materialized_view
def by_identifier():
    return spark.sql("SELECT * FROM IDENTIFIER(:source) WHERE day = :day", args={"source": ORDERS, "day": "2026-01-01"})


@dp.materialized_view
def by_changes():
    return spark.sql("SELECT * FROM table_changes('orders_cdf', 0)")


@dp.materialized_view
def by_path():
    return spark.sql(
        """
        SELECT * FROM delta.`/mnt/lake/customers` c
        JOIN orders USING (id)
        JOIN read_files('/Volumes/a/b', format => 'json') f ON f.id = c.id
        JOIN range(10)
        JOIN (VALUES (1, 'x')) v (n, letter)
        """
    )
