# Databricks notebook source
# MAGIC %md
# MAGIC # Orders
# MAGIC Reads `nb_raw`, then `SELECT * FROM nothing`.

# COMMAND ----------

# MAGIC %pip install something

# COMMAND ----------

# MAGIC %run ./shared/names

# COMMAND ----------

import dlt
from pyspark.sql.functions import col

# COMMAND ----------

# DBTITLE 1,Bronze
@dlt.table(comment="from the landing zone")
def nb_raw():
  return spark.readStream.format("cloudFiles").option("cloudFiles.format", "json").load("/mnt/landing")

# COMMAND ----------

@dlt.table
def nb_clean():
  return dlt.readStream("nb_raw").where(col("id").isNotNull())

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT * FROM nb_clean JOIN nowhere

# COMMAND ----------

@dlt.table
def nb_report():
  return dlt.read("nb_clean").join(spark.table(BRONZE + ".rates"), "currency")
