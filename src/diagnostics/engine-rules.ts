import type { Rule } from "./catalogue.js";

/** LDP8xx: what the engine finds when it loads and runs the project's modules. `ldp` itself never runs them. */
export const engineRules = {
  LDP801: {
    title: "a module fails when it is loaded",
    severity: "error",
    why: "The module raised an exception or ended the program while the pipeline read it, so that none of its tables exist.",
    fix: "Correct the line that is named. At the top of a module only define: what needs a session or data belongs into the dataset function.",
    example: {
      language: "python",
      text: 'import dlt\n\nrows = spark.read.table("orders")\n\n\n@dlt.table\ndef orders_gold():\n    return rows\n',
    },
    mended: {
      language: "python",
      text: 'import dlt\nfrom pyspark.sql import SparkSession\n\n\n@dlt.table\ndef orders_gold():\n    return SparkSession.active().read.table("orders")\n',
    },
  },
  LDP802: {
    title: "a module does not finish loading",
    severity: "error",
    why: "The module waits, calculates or asks a server while it is loaded. A pipeline loads each module several times.",
    fix: "Move the work into the dataset function, or into a source of its own.",
    example: { language: "python", text: "import time\n\ntime.sleep(3600)\n" },
  },
  LDP803: {
    title: "a module prints when it is loaded",
    severity: "warning",
    why: "A pipeline loads each module several times, and what is printed mixes with the engine's log.",
    fix: "Remove the print, or use the logging module.",
  },
} as const satisfies Record<string, Rule>;
