import dlt

catalog = spark.conf.get("pipeline.catalog", "dev")


@dlt.table
def q1():
    return spark.sql("SELECT o.id, c.name FROM orders o JOIN customers AS c ON o.customer_id = c.id")


@dlt.table
def q2():
    # A comment says: FROM nowhere
    return spark.sql("""
        WITH recent AS (
            SELECT * FROM orders WHERE day > current_date() - 7   -- not FROM old_orders
        ), gone AS (SELECT id FROM returns /* JOIN nothing */)
        SELECT r.*, (SELECT max(rate) FROM main.ref.currency) AS rate, 'FROM text' AS note
        FROM recent r
        LEFT ANTI JOIN gone ON gone.id = r.id
        WHERE EXISTS (SELECT 1 FROM stores s WHERE s.id = r.store_id)
        UNION ALL
        SELECT *, 1, extract(YEAR FROM day) FROM recent
    """)


@dlt.table
def q3():
    return spark.sql("SELECT * FROM STREAM(clicks) c, pages p WHERE c.page = p.id")


@dlt.table
def q4():
    return spark.sql("select * from `q1` union select * from Q2 union (select * from `odd name`)".replace("Q2", "q2"))


@dlt.table
def q5():
    query = f"""
        SELECT *
        FROM {catalog}.silver.orders
        LEFT JOIN q4 USING (id)
        LATERAL VIEW explode(lines) l AS line, number
    """
    return spark.sql(query)
