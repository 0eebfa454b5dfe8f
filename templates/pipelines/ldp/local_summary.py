# ldp-engine 1.0.0
"""Counts the rows of a local run's tables, and the rows that miss an expectation, in a Spark session of its own.

`python -m pipelines.ldp.local_summary TABLE…` prints JSON: for each table its rows, its dropped rows, and for each expectation
how many rows miss it. A number that can't be told is null: the rows that a streaming table dropped are gone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .config import load_config
from .dlt_compat import Dataset, compatible
from .expectations import Expectation
from .loader import fresh_modules, load_file, modules_of
from .local_state import LocalState, settings
from .sources import use_project


def main(names: Sequence[str], root: Path, config: str) -> dict[str, Any]:
    """Counts for the tables of these names; those that don't exist are left out."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("ldp summary")
    for key, value in settings(LocalState(root)).items():
        builder = builder.config(key, value)
    spark = builder.enableHiveSupport().getOrCreate()
    try:
        datasets = {dataset.name: dataset for dataset in _registered(root, config, spark)}
        return {
            name: _counts(spark, name, datasets.get(name))
            for name in names
            if spark.catalog.tableExists(name)
        }
    finally:
        spark.stop()


def _registered(root: Path, config: str, spark: Any) -> list[Dataset]:
    """The project's datasets with their queries, as the run registered them; nothing is registered here."""
    project = load_config(root, config).project
    if project is None:
        return []
    use_project(project, root)
    with fresh_modules(root), compatible(lambda _dataset, _options: None) as registered:
        for module, tables in modules_of(project).items():
            if module.endswith(".py"):
                load_file(root, module, tables, given={"spark": spark})
    return registered


def _counts(spark: Any, name: str, dataset: Dataset | None) -> dict[str, Any]:
    table = spark.read.table(name)
    expectations = dataset.expectations if dataset else ()
    kept = [item for item in expectations if item.action != "drop"]
    dropping = [item for item in expectations if item.action == "drop"]
    rows, missed, _ = _misses(table, kept)
    dropped: int | None = 0
    if dropping:
        counted = _before_dropping(dataset, dropping)
        dropped = None if counted is None else counted[2]
        missed = {**missed, **({} if counted is None else counted[1])}
    return {
        "rows": rows,
        "dropped": dropped,
        "expectations": [
            {**asdict(item), "failed": missed.get(item.name)} for item in expectations
        ],
    }


def _before_dropping(
    dataset: Dataset | None, dropping: list[Expectation]
) -> tuple[int, dict[str, int], int] | None:
    """A materialized view's query once more, without its expectations. None where it can't be repeated."""
    if dataset is None or dataset.kind != "materialized_view":
        return None
    try:
        return _misses(dataset.query(), dropping)
    except Exception:  # It reads a temporary view, for one, which is gone with the run.
        return None


def _misses(frame: Any, expectations: list[Expectation]) -> tuple[int, dict[str, int], int]:
    """Rows, the rows that miss each expectation, and those that miss any."""
    from pyspark.sql import functions as F

    misses = [~F.coalesce(F.expr(item.condition), F.lit(False)) for item in expectations]
    any_miss = F.lit(False)
    for miss in misses:
        any_miss = any_miss | miss
    row = frame.agg(F.count("*"), F.count_if(any_miss), *map(F.count_if, misses)).first()
    by_name = {item.name: row[position + 2] for position, item in enumerate(expectations)}
    return row[0], by_name, row[1]


if __name__ == "__main__":
    print("\n" + json.dumps(main(sys.argv[3:], Path(sys.argv[1]), sys.argv[2])))
