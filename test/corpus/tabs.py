import dlt

@dlt.table
def tab_a():
	frame = spark.read.table(
		"src.tabs"
	)
	if True:
		return frame.join(dlt.read("tab_b"))
	return frame
