import dlt
from pyspark.sql.functions import *

dlt.create_target_table(name="customer_dim", comment="Clean, merged customers")


@dlt.create_view(name="customer_cleaned")
@dlt.expect_or_drop("no_rescued_data", "_rescued_data IS NULL")
def clean():
    return dlt.read_stream("customer_raw").select("customer_id", "name", "_rescued_data")


dlt.apply_changes(
    target="customer_dim",
    source="customer_cleaned",
    keys=["customer_id"],
    sequence_by=col("operation_date"),
    ignore_null_updates=False,
    apply_as_deletes=expr("operation = 'DELETE'"),
)


def merge(target, source, key):
    dlt.create_streaming_live_table(target)
    dlt.apply_changes(target=target, source=source, keys=[key], sequence_by="ts")


merge("product_dim", "product_raw", "sku")
merge("supplier_dim", source="supplier_raw", key="id")
