import dlt


@dlt.table
def through_view():
    frame = dlt.read("orders")
    frame.createOrReplaceTempView("customers_view")
    return spark.sql("SELECT * FROM customers_view")


@dlt.table
def with_frames():
    return spark.sql("SELECT * FROM {a} JOIN {b} USING (id)", a=dlt.read("orders"), b=spark.table("customers"))
