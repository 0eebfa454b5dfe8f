"""How many customers each country has."""

import dlt
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def customers_by_country(customers: DataFrame) -> DataFrame:
    """Counts customers by country, and how many of them have an e-mail address.

    Args:
        customers: rows as in `customers_silver`.
    """
    return customers.groupBy("country").agg(
        F.count("*").alias("customers"),
        F.count("email").alias("with_email"),
    )


@dlt.table(name="customers_gold", comment="How many customers each country has.")
@dlt.expect_or_fail("counts_are_positive", "customers > 0")
def customers_gold() -> DataFrame:
    """A materialized view for the CRM's report."""
    return customers_by_country(dlt.read("customers_silver"))
