from pyspark import pipelines as dp


@dp.materialized_view
def weekly():
    return spark.sql("""
        WITH 7_days AS (SELECT * FROM orders), Week_Totals (week, total) AS (
            SELECT w.week, sum(d.amount) FROM 7_days d JOIN weeks w ON d.day BETWEEN w.first AND w.last GROUP BY 1
        )
        SELECT * FROM WEEK_TOTALS JOIN `7_days` ON true
    """)


@dp.materialized_view
def shadow():
    # The expression is named after the table that it reads.
    return spark.sql("with weekly as (select * from weekly where total > 0) select * from weekly")


@dp.materialized_view
def nested():
    return spark.sql("""
        SELECT * FROM (
            WITH inner_one AS (SELECT * FROM weekly),
                 inner_two AS (SELECT * FROM inner_one)
            SELECT * FROM inner_two
        ) t
        WHERE t.week IN (WITH ids AS (TABLE shadow) SELECT week FROM ids)
          AND t.total IS NOT DISTINCT FROM t.week
    """)
