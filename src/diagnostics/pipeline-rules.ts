import type { Rule } from "./catalogue.js";

/** LDP309-313: habits of pipelines that lint looks for. They are found in what `source` reads, and shown with ruff's findings. */
export const pipelineRules = {
  LDP309: {
    title: "`spark` outside every function",
    severity: "warning",
    why: "It runs each time that the module is imported: on every update of the pipeline, and in every test, which then needs a session.",
    fix: "Move it into the dataset's function, or into a function that the dataset's function calls.",
    example: {
      language: "python",
      text: 'rates = spark.read.table("ref.rates")\n\n\n@dlt.table\ndef prices():\n    return rates\n',
    },
    mended: { language: "python", text: '@dlt.table\ndef prices():\n    return spark.read.table("ref.rates")\n' },
  },
  LDP310: {
    title: "`SELECT *` in gold",
    severity: "warning",
    why: "A gold table is what others build on. With `*` its columns change whenever those of an earlier table do, without anybody deciding it.",
    fix: "Name the columns.",
    example: { language: "sql", text: "SELECT * FROM orders_silver\n" },
    mended: { language: "sql", text: "SELECT order_id, customer_id, amount FROM orders_silver\n" },
  },
  LDP311: {
    title: "a table without a comment",
    severity: "info",
    why: "Nothing says what the table holds: not its comment, which the catalog shows, not its docstring, and not its description in config.yml.",
    fix: "Give it `comment=`, a docstring, or a `description` in config.yml.",
    example: { language: "python", text: '@dlt.table\ndef orders():\n    return spark.read.table("raw.orders")\n' },
    mended: {
      language: "python",
      text: '@dlt.table(comment="Orders, as delivered.")\ndef orders():\n    return spark.read.table("raw.orders")\n',
    },
  },
  LDP312: {
    title: "streaming read of a materialized view",
    severity: "warning",
    why: "A materialized view is recomputed, not appended to. A stream that reads it fails as soon as a row was changed or deleted.",
    fix: "Read it with `spark.read.table`, or make the table that is read a streaming table.",
    example: {
      language: "python",
      text: '# orders_by_day is a materialized view.\n@dlt.table\ndef revenue():\n    return spark.readStream.table("orders_by_day")\n',
    },
    mended: {
      language: "python",
      text: '@dlt.table\ndef revenue():\n    return spark.read.table("orders_by_day")\n',
    },
  },
  LDP313: {
    title: "an expectation without a name",
    severity: "warning",
    why: "The pipeline's event log counts the rows that fail by the expectation's name. Without one nobody can tell what the numbers mean.",
    fix: 'Name what is expected: `@dlt.expect_or_drop("order has an id", "order_id IS NOT NULL")`.',
    example: {
      language: "python",
      text: '@dlt.table\n@dlt.expect("", "order_id IS NOT NULL")\ndef orders():\n    return spark.read.table("raw.orders")\n',
    },
    mended: {
      language: "python",
      text: '@dlt.table\n@dlt.expect("order has an id", "order_id IS NOT NULL")\ndef orders():\n    return spark.read.table("raw.orders")\n',
    },
  },
} as const satisfies Record<string, Rule>;
