# import dlt
#
# @dlt.table(name="old_orders")
# def old_orders():
#     return dlt.read("orders")
"""
@dlt.table
def older_orders():
    return dlt.read("orders")
"""
