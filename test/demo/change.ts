type Files = Readonly<Record<string, string>>;

/** What the pull request of the demo does to a project, as files to write. */
export interface Change {
  readonly title: string;
  /** The first push, with a mistake in config.yml. */
  readonly first: Files;
  /** The second push, which mends it. */
  readonly second: Files;
}

const module = "transformations/gold/orders_by_customer.py";

/**
 * Derives the pull request from the files as they are: a new gold table, a stricter rule in a silver one, and a tag. Where the
 * place of an edit was changed by hand, that edit is left out.
 */
export function demoChange(files: Files): Change {
  const config = tagged(files["config.yml"] ?? "");
  const silver = "transformations/silver/orders_silver.py";
  const stricter = (files[silver] ?? "").replace("amount > 0", "amount >= 1");
  const edited = stricter === files[silver] || files[silver] === undefined ? {} : { [silver]: stricter };
  return {
    title: "Add orders by customer, leave out orders below 1",
    first: { ...edited, [module]: code, "config.yml": withTable(config, "orders_silvr") },
    second: { "config.yml": withTable(config, "orders_silver") },
  };
}

function tagged(config: string): string {
  return config.replace("tags: [daily, crm, report]", "tags: [daily, weekly, crm, report]");
}

/** The config with the new table as the last one. */
function withTable(config: string, upstream: string): string {
  const table = `  - name: orders_by_customer
    layer: gold
    tags: [daily, sales, report]
    depends_on: [${upstream}, customers_silver]
    description: Orders and revenue of each customer.
    owner: sales-team

`;
  const place = ["  # More sources.", "# Where ", "environments:"]
    .map((start) => config.indexOf(`\n${start}`, config.indexOf("\ntables:") + 1))
    .find((index) => index >= 0);
  return place === undefined
    ? `${config}\n${table}`
    : `${config.slice(0, place + 1)}${table}${config.slice(place + 1)}`;
}

const code = `"""Orders and revenue of each customer."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def revenue_by_customer(orders: DataFrame, customers: DataFrame) -> DataFrame:
    """Adds the amounts of a customer's orders up.

    Args:
        orders: rows as in \`orders_silver\`.
        customers: rows as in \`customers_silver\`.
    """
    return (
        orders.join(customers, "customer_id")
        .groupBy("customer_id", "name")
        .agg(F.count("*").alias("orders"), F.sum("amount").alias("revenue"))
    )


@dp.materialized_view(name="orders_by_customer", comment="Orders and revenue of each customer.")
def orders_by_customer() -> DataFrame:
    """A materialized view for the CRM's report."""
    spark = SparkSession.active()
    orders = spark.read.table("orders_silver")
    return revenue_by_customer(orders, spark.read.table("customers_silver"))
`;
