import type { Rule } from "./catalogue.js";

/** LDP3xx: what the modules' text says. */
export const sourceRules = {
  LDP301: {
    title: "the module does not exist",
    severity: "error",
    why: "config.yml declares a table whose file is not there, so that nothing would define it.",
    fix: "Create the file, or correct `module` (default: transformations/<layer>/<name>.py, or .sql).",
    example: {
      language: "yaml",
      text: "tables:\n  - {name: orders, layer: bronze, module: transformations/bronze/order.py}   # the file is orders.py\n",
    },
    mended: {
      language: "yaml",
      text: "tables:\n  - {name: orders, layer: bronze, module: transformations/bronze/orders.py}\n",
    },
  },
  LDP302: {
    title: "the module does not parse",
    severity: "error",
    why: "The file is no Python 3, or no SQL: the pipeline would stop at it, and nothing behind the fault is sure.",
    fix: "Mend the line. What only Python 2 allows (`print x`, `except A, b:`) needs its Python 3 spelling.",
    example: { language: "python", text: "@dlt.table\ndef orders(:\n    return dlt.read('orders_bronze')\n" },
    mended: { language: "python", text: "@dlt.table\ndef orders():\n    return dlt.read('orders_bronze')\n" },
  },
  LDP303: {
    title: "the module does not define the table",
    severity: "error",
    why: "config.yml says that this module defines the table, but the code defines none of that name: the plan would promise a table that never comes.",
    fix: "Give the dataset the table's name (`name=`, or the function's name), or correct `name` or `module` in config.yml.",
    example: { language: "python", text: "@dlt.table(name='order_silver')\ndef orders_silver(): ...\n" },
    mended: { language: "python", text: "@dlt.table(name='orders_silver')\ndef orders_silver(): ...\n" },
  },
  LDP304: {
    title: "a dependency is not declared",
    severity: "error",
    why: "The code reads a table of the project that depends_on lacks: a run of a selection would take the two in the wrong order, and a change of the one would not show what it affects.",
    fix: "Add the table to depends_on; `ldp import --update` does it for all tables.",
    example: {
      language: "yaml",
      text: "tables:\n  - {name: orders_bronze, layer: bronze}\n  - {name: orders_silver, layer: silver, depends_on: []}   # its code reads orders_bronze\n",
    },
    mended: {
      language: "yaml",
      text: "tables:\n  - {name: orders_bronze, layer: bronze}\n  - {name: orders_silver, layer: silver, depends_on: [orders_bronze]}\n",
    },
  },
  LDP305: {
    title: "a declared dependency is not read",
    severity: "warning",
    why: "depends_on has a table that the code does not read: the table waits for nothing, and counts as affected by changes that don't touch it.",
    fix: "Correct the read where the hint shows a slip in it; else remove the item, or read the table. `ldp import --update` removes it for all tables.",
    example: {
      language: "yaml",
      text: "tables:\n  - {name: orders_silver, layer: silver}\n  - {name: rates, layer: silver}\n  - {name: orders_gold, layer: gold, depends_on: [orders_silver, rates]}   # its code reads orders_silver alone\n",
    },
    mended: {
      language: "yaml",
      text: "tables:\n  - {name: orders_silver, layer: silver}\n  - {name: rates, layer: silver}\n  - {name: orders_gold, layer: gold, depends_on: [orders_silver]}\n",
    },
  },
  LDP306: {
    title: "a name can't be told from the text",
    severity: "info",
    why: "The name of a table is put together while the pipeline runs, or agrees with several tables, so that it can't be checked. depends_on counts there.",
    fix: "Write the name out, as a literal, a constant, or an f-string of constants; qualify it where several tables agree. Else see that depends_on is right.",
    example: {
      language: "python",
      text: '@dlt.table\ndef orders_silver():\n    return dlt.read(spark.conf.get("source_table"))\n',
    },
    mended: { language: "python", text: '@dlt.table\ndef orders_silver():\n    return dlt.read("orders_bronze")\n' },
  },
  LDP307: {
    title: "two modules define the same dataset",
    severity: "error",
    why: "A dataset may be defined once in a pipeline; the second definition stops the update.",
    fix: "Remove one of the two, or rename it.",
    example: {
      language: "python",
      text: "# transformations/silver/orders.py and transformations/silver/orders_old.py both have:\n@dlt.table\ndef orders(): ...\n",
    },
    mended: {
      language: "python",
      text: "# transformations/silver/orders_old.py:\n@dlt.table\ndef orders_old(): ...\n",
    },
  },
  LDP308: {
    title: "an action inside a dataset function",
    severity: "warning",
    why: "The function is called each time the pipeline is planned, more than once in an update: `collect()` or `count()` runs a job each time, and `.write` writes where no lineage shows it.",
    fix: "Only define and return a DataFrame there. Write through a flow or a sink; count in an expectation. `# ldp: ignore LDP308` on the line accepts it.",
    example: {
      language: "python",
      text: "@dlt.table\ndef orders():\n    frame = dlt.read('raw')\n    frame.write.saveAsTable('copy')\n    return frame\n",
    },
    mended: { language: "python", text: "@dlt.table\ndef orders():\n    return dlt.read('raw')\n" },
  },
} as const satisfies Record<string, Rule>;
