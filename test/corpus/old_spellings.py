import dlt

@dlt.create_table(comment="the first spelling")
def old_table():
    return sqlContext.table("src.old")

@dlt.create_view()
def old_view():
    return dlt.read("old_table")

dlt.create_target_table("old_target")

@dlt.update_flow(target="old_target")
def feed():
    return dlt.read_stream("old_feed")

@dlt.append_flow(target = "old_target")
def second():
    return dlt.readStream("old_second")

@dlt.table
def context_table():
    return sqlContext.sql("select * from old_view v join old_table t on v.id = t.id")
