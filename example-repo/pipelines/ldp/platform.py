# ldp-engine 1.0.0
"""Where the engine runs: on Databricks or on open-source Spark, inside a pipeline or not."""

from __future__ import annotations

import os
from typing import Any


def on_databricks() -> bool:
    """Whether this process is a Databricks runtime's."""
    return "DATABRICKS_RUNTIME_VERSION" in os.environ


def option(key: str) -> str | None:
    """A key of the pipeline's `configuration`; None where there is no session or no such key."""
    spark = session()
    if spark is None:
        return None
    try:
        value: str | None = spark.conf.get(key, None)
        return value
    except Exception:  # Each Spark has its own class for "no such key".
        return None


def session() -> Any | None:
    """The active Spark session, or None. Never starts one."""
    try:
        from pyspark.sql import SparkSession

        return SparkSession.active()
    except Exception:  # Without a session, and without pyspark.
        return None


def in_pipeline() -> bool:
    """Whether a pipeline is evaluating the engine's file, so that tables can be registered."""
    if on_databricks():
        return option("pipelines.id") is not None or option("ldp.root") is not None
    try:
        from pyspark.pipelines.graph_element_registry import get_active_graph_element_registry

        get_active_graph_element_registry()
    except Exception:  # An older pyspark, or none, or outside a pipeline.
        return False
    return True
