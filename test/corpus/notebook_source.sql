-- Databricks notebook source
-- MAGIC %md
-- MAGIC ## It's a report; SELECT * FROM nothing

-- COMMAND ----------

CREATE OR REFRESH MATERIALIZED VIEW report_1
AS SELECT * FROM facts TABLESAMPLE (10 PERCENT) AS f

-- COMMAND ----------

-- MAGIC %python
-- MAGIC spark.table("nowhere")

-- COMMAND ----------

-- DBTITLE 1,Second
CREATE OR REFRESH MATERIALIZED VIEW report_2
AS FROM report_1 SELECT id, count(*) WHERE id > 0 GROUP BY id;

-- COMMAND ----------

CREATE OR REFRESH MATERIALIZED VIEW report_3
AS FROM report_2 |> WHERE id < 9 |> JOIN facts USING (id) |> SELECT *;
