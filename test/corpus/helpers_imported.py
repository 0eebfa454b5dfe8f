import dlt
import shared.names
from shared import readers
from shared.names import Tables, silver as silver_name
from shared.readers import add_columns, with_rates


@dlt.table(name=silver_name("orders"))
def orders():
    return add_columns(with_rates(readers.read_bronze(spark, "orders")))


@dlt.table(name=shared.names.silver("payments"))
def payments():
    return readers.read_bronze(spark, name="payments").transform(add_columns)


@dlt.table(name=silver_name("joined"))
def joined():
    left = spark.read.table(silver_name("orders"))
    return left.join(spark.read.table(Tables.ORDERS), "id").join(spark.read.table("silver.payments"), "id")
