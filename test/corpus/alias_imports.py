import dlt as d
import pyspark.pipelines as p
from pyspark import pipelines
import pyspark.pipelines, pyspark.sql.functions as f

@d.table
def a_bronze():
    return spark.readStream.table("landing.a")

@p.table(comment = 'second')
def a_silver(): return spark.readStream.table('a_bronze')

@pipelines.materialized_view
def a_gold(): return spark.read.table("""a_silver""")

@pyspark.pipelines.materialized_view(name=("a_platinum"))
def _(): return d.read("a_gold").select(f.col("x"))
