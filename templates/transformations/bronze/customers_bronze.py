"""Customers as the CRM delivers them."""

import dlt
from pyspark.sql import DataFrame

from pipelines.ldp.sources import stream_source


@dlt.table(
    name="customers_bronze",
    comment="Customers as the CRM delivers them, one row for each change.",
)
@dlt.expect("has_customer_id", "customer_id IS NOT NULL")
def customers_bronze() -> DataFrame:
    """Reads the source of config.yml as it is: bad rows are counted here, and dropped in silver."""
    return stream_source("customers_bronze")
