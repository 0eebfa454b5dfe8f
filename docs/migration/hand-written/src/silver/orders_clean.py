import dlt


@dlt.table(comment="Orders that have an id.")
@dlt.expect_or_drop("order has an id", "order_id IS NOT NULL")
def orders_clean():
    return dlt.read_stream("orders_raw").select("order_id", "customer_id", "ordered_on", "amount")
