import type { Rule } from "./catalogue.js";

/** LDP80x: a run that the engine refuses. LDP81x: what it finds when it loads the project's modules; `ldp` itself never runs them. */
export const engineRules = {
  LDP801: {
    title: "other code than was reviewed",
    severity: "error",
    why: "The job was deployed for one state of the project, and the files here are another: the plan that was reviewed is not what would run.",
    fix: "Deploy the reviewed commit again. Nothing was run.",
    example: {
      language: "text",
      text: "somebody edits transformations/silver/orders.py in the workspace; the job expects the digest of the deploy",
    },
  },
  LDP803: {
    title: "the run was refused",
    severity: "error",
    why: "The pipeline, or the tables of this machine, are in a state in which the run would fail, or do other things than were asked for.",
    fix: "Do what the message says: a first full run, another mode, or waiting for the update that is going on.",
    example: {
      language: "sh",
      text: "python pipelines/ldp_engine.py --local --tags daily   # before any run of all tables",
    },
    mended: { language: "sh", text: "python pipelines/ldp_engine.py --local" },
  },
  LDP805: {
    title: "a full refresh was not confirmed",
    severity: "error",
    why: "It empties tables and reads their sources again. What a source no longer has is lost.",
    fix: "Select fewer tables, or add --confirm.",
    example: { language: "sh", text: "python pipelines/ldp_engine.py --mode full-refresh" },
    mended: { language: "sh", text: "python pipelines/ldp_engine.py --mode full-refresh --tags rebuild" },
  },
  LDP811: {
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
  LDP812: {
    title: "a module does not finish loading",
    severity: "error",
    why: "The module waits, calculates or asks a server while it is loaded. A pipeline loads each module several times.",
    fix: "Move the work into the dataset function, or into a source of its own.",
    example: { language: "python", text: "import time\n\ntime.sleep(3600)\n" },
  },
  LDP813: {
    title: "a module prints when it is loaded",
    severity: "warning",
    why: "A pipeline loads each module several times, and what is printed mixes with the engine's log.",
    fix: "Remove the print, or use the logging module.",
    example: { language: "python", text: 'import dlt\n\nprint("loading")\n' },
    mended: { language: "python", text: "import dlt\n" },
  },
} as const satisfies Record<string, Rule>;
