import dlt

@dlt.table(comment="größer – 数据")
def größe():
    return dlt.read("bom_source")
