from pyspark import pipelines as dp
from pyspark.sql.functions import col, expr


@dp.temporary_view
def users_feed():
    return spark.readStream.table("cdc.users")


dp.create_streaming_table("users", expect_all={"id": "user_id IS NOT NULL"})
dp.create_auto_cdc_flow(
    target="users",
    source="users_feed",
    keys=["user_id"],
    sequence_by=col("sequenceNum"),
    apply_as_deletes=expr("operation = 'DELETE'"),
    except_column_list=["operation", "sequenceNum"],
    stored_as_scd_type=2,
)

dp.create_streaming_table("accounts")
dp.create_auto_cdc_from_snapshot_flow(
    target="accounts", source="accounts_snapshot", keys=["id", "bank"], stored_as_scd_type=2
)

dp.create_streaming_table("addresses")
dp.create_auto_cdc_flow("addresses", "cdc.addresses", [col("id")], col("ts"))
