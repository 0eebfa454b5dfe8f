# ldp-engine 1.0.0
"""`dlt` and `pyspark.pipelines` with expectations, on open-source Spark, which has only the latter and no expectations.

What has no equivalent there raises Unsupported, with what to do instead.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from .expectations import (
    Action,
    Expectation,
    apply_expectations,
    expectation,
    expectations,
    expectations_of,
    mark_registered,
)
from .model import Kind
from .recorder import replaced_modules
from .streaming import reads_stream

PASSED_ON = frozenset(
    {
        "name",
        "comment",
        "spark_conf",
        "table_properties",
        "partition_cols",
        "cluster_by",
        "schema",
        "format",
    }
)
# They change how data is stored or refreshed on Databricks, not what a table holds.
LEFT_OUT = frozenset({"cluster_by_auto", "refresh_policy", "path"})


class Unsupported(Exception):
    """Something of Lakeflow pipelines that open-source Spark does not have."""


@dataclass(frozen=True)
class Dataset:
    """A dataset as it was registered."""

    name: str
    kind: Kind
    expectations: tuple[Expectation, ...]
    query: Callable[[], Any]
    """The query without expectations."""


Define = Callable[[Dataset, dict[str, Any]], None]


@contextmanager
def compatible(define: Define | None = None) -> Iterator[list[Dataset]]:
    """Puts the modules in place while project modules are loaded; yields what they register, in order.

    `define` registers one dataset; the default hands it to Spark's own pipelines.
    """
    registered: list[Dataset] = []
    with replaced_modules(*_modules(registered, define or define_in_spark)):
        yield registered


def define_in_spark(dataset: Dataset, options: dict[str, Any]) -> None:
    """Registers a dataset in the pipeline that Spark is evaluating."""
    from pyspark import pipelines

    original = getattr(pipelines, "__ldp_original__", pipelines)
    decorators = {
        "streaming_table": original.table,
        "materialized_view": original.materialized_view,
        "temporary_view": original.temporary_view,
    }
    query = filtered(dataset)
    decorators[dataset.kind](**{**options, "name": dataset.name})(query)


def filtered(dataset: Dataset) -> Callable[[], Any]:
    """The dataset's query with its expectations applied."""

    @functools.wraps(dataset.query)
    def query() -> Any:
        return apply_expectations(dataset.query(), dataset.expectations, dataset.name)

    return query


def _modules(registered: list[Dataset], define: Define) -> tuple[ModuleType, ModuleType]:
    from pyspark import pipelines as original

    def decorator(kind_of: Callable[[Callable[..., Any]], Kind]) -> Callable[..., Any]:
        def declare(query_function: Callable[..., Any] | None = None, **options: Any) -> Any:
            def apply(function: Callable[..., Any]) -> Callable[..., Any]:
                name = options.get("name") or function.__name__
                dataset = Dataset(name, kind_of(function), expectations_of(function), function)
                define(dataset, _options(name, dataset.kind, options))
                registered.append(dataset)
                mark_registered(function)
                return function

            return apply if query_function is None else apply(query_function)

        return declare

    def fixed(kind: Kind) -> Callable[[Callable[..., Any]], Kind]:
        return lambda _function: kind

    create_table = _only("create_streaming_table", original.create_streaming_table, PASSED_ON)
    both = {
        # A streaming table where the function reads a stream, else a materialized view: as on Databricks, with both modules.
        "table": decorator(_kind),
        "materialized_view": decorator(fixed("materialized_view")),
        "temporary_view": decorator(fixed("temporary_view")),
        "view": decorator(fixed("temporary_view")),
        "append_flow": _only(
            "append_flow", original.append_flow, frozenset({"target", "name", "spark_conf"})
        ),
        "create_streaming_table": create_table,
        "create_sink": original.create_sink,
        **{f"expect{suffix}": expectation(action) for suffix, action in _ACTIONS.items()},
        **{f"expect_all{suffix}": expectations(action) for suffix, action in _ACTIONS.items()},
        **{name: _missing(name, instead) for name, instead in _MISSING.items()},
    }
    dlt, pipelines = ModuleType("dlt"), ModuleType("pyspark.pipelines")
    vars(dlt).update(
        both, read=_read, read_stream=_read_stream, create_streaming_live_table=create_table
    )
    # `__path__` keeps the package's own modules within reach.
    vars(pipelines).update(both, __ldp_original__=original, __path__=original.__path__)
    return dlt, pipelines


def _kind(function: Callable[..., Any]) -> Kind:
    return "streaming_table" if reads_stream(function) else "materialized_view"


def _read(name: str) -> Any:
    from pyspark.sql import SparkSession

    return SparkSession.active().read.table(_unqualified(name))


def _read_stream(name: str) -> Any:
    from pyspark.sql import SparkSession

    return SparkSession.active().readStream.table(_unqualified(name))


def _unqualified(name: str) -> str:
    return name[5:] if name.lower().startswith("live.") else name


def _options(name: str, kind: Kind, options: dict[str, Any]) -> dict[str, Any]:
    allowed = {"name", "comment", "spark_conf"} if kind == "temporary_view" else PASSED_ON
    for option, value in options.items():
        if option in allowed or option in LEFT_OUT or value is None or value is False:
            continue
        raise Unsupported(
            f"{name}: `{option}` has no equivalent on open-source Spark; run this table on Databricks"
        )
    return {key: value for key, value in options.items() if key in allowed and value is not None}


def _only(name: str, function: Callable[..., Any], allowed: frozenset[str]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        for option, value in options.items():
            if (
                option not in allowed
                and option not in LEFT_OUT | {"comment"}
                and value not in (None, False)
            ):
                raise Unsupported(
                    f"{name}: `{option}` has no equivalent on open-source Spark; run it on Databricks"
                )
        return function(
            *arguments, **{key: value for key, value in options.items() if key in allowed}
        )

    return call


def _missing(name: str, instead: str) -> Callable[..., Any]:
    def raise_unsupported(*_arguments: Any, **_options: Any) -> Any:
        raise Unsupported(f"`{name}` has no equivalent on open-source Spark: {instead}")

    return raise_unsupported


_ACTIONS: dict[str, Action] = {"": "keep", "_or_drop": "drop", "_or_fail": "fail"}
_CDC = "its local tables can't merge rows; run this table on Databricks, and test the function that it calls"
_MISSING = {
    "apply_changes": _CDC,
    "apply_changes_from_snapshot": _CDC,
    "create_auto_cdc_flow": _CDC,
    "create_auto_cdc_from_snapshot_flow": _CDC,
    "on_event_hook": "there are no event hooks; the local run prints its events",
    "foreach_batch_sink": "use create_sink, or run this on Databricks",
}
