import dlt

QUERY = """
SELECT *
FROM crlf_source
"""


@dlt.table(
    name="crlf_table",
    comment="with \\r\\n",
)
def crlf():
    # a comment
    return spark.sql(QUERY).join(\
        dlt.read("crlf_other"))
