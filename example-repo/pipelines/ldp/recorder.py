# ldp-engine 1.0.0
"""Stand-ins for `dlt` and `pyspark.pipelines` that only note what a module defines: for checks and for unit tests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType, ModuleType
from typing import Any

EXPECTATIONS = (
    "expect",
    "expect_or_drop",
    "expect_or_fail",
    "expect_all",
    "expect_all_or_drop",
    "expect_all_or_fail",
)
DECORATORS = ("table", "view", "materialized_view", "temporary_view")
STATEMENTS = (
    "create_streaming_table",
    "create_streaming_live_table",
    "create_sink",
    "create_auto_cdc_flow",
    "create_auto_cdc_from_snapshot_flow",
    "apply_changes",
    "apply_changes_from_snapshot",
)


@dataclass(frozen=True)
class Definition:
    """A dataset that a module defines, under the name that the pipeline sees, and where."""

    name: str
    file: str
    line: int


@dataclass
class Recording:
    """What was defined while the stand-ins were in place."""

    definitions: list[Definition] = field(default_factory=list)


@contextmanager
def recording() -> Iterator[Recording]:
    """Puts the stand-ins in the place of `dlt` and `pyspark.pipelines`, and takes them away again.

    Their decorators return the function as it is, so that a test can import a table's module and call what is in it.
    """
    notes = Recording()
    dlt, pipelines = _stand_in("dlt", notes), _stand_in("pyspark.pipelines", notes)
    with replaced_modules(dlt, pipelines):
        yield notes


@contextmanager
def replaced_modules(dlt: ModuleType, pipelines: ModuleType) -> Iterator[None]:
    """Lets `import dlt` and `from pyspark import pipelines` find these modules for a while."""
    pyspark = _pyspark()
    missing = object()
    before = {name: sys.modules.get(name, missing) for name in ("dlt", "pyspark.pipelines")}
    attribute = getattr(pyspark, "pipelines", missing)
    sys.modules["dlt"] = dlt
    if pyspark is not None:
        sys.modules["pyspark.pipelines"] = pipelines
        vars(pyspark)["pipelines"] = pipelines
    try:
        yield
    finally:
        for name, module in before.items():
            if isinstance(module, ModuleType):
                sys.modules[name] = module
            else:
                sys.modules.pop(name, None)
        if pyspark is not None and attribute is missing:
            vars(pyspark).pop("pipelines", None)
        elif pyspark is not None:
            vars(pyspark)["pipelines"] = attribute


def _pyspark() -> ModuleType | None:
    try:
        import pyspark
    except ImportError:
        return None
    return pyspark


def _stand_in(name: str, notes: Recording) -> ModuleType:
    module = ModuleType(name, "Notes what is defined, and does nothing else.")

    def note(dataset: object, frame: FrameType) -> None:
        if isinstance(dataset, str):
            notes.definitions.append(Definition(dataset, frame.f_code.co_filename, frame.f_lineno))

    def decorator(function: Callable[..., Any] | None = None, **options: Any) -> Any:
        frame = sys._getframe(1)

        def apply(decorated: Callable[..., Any]) -> Callable[..., Any]:
            note(options.get("name") or decorated.__name__, frame)
            return decorated

        return apply if function is None else apply(function)

    def statement(name: str | None = None, **_options: Any) -> None:
        note(name, sys._getframe(1))

    def flow(*_arguments: Any, **_options: Any) -> None:
        """A flow writes to a dataset that is defined elsewhere."""

    def passing(*arguments: Any, **_options: Any) -> Any:
        if arguments and callable(arguments[0]):
            return arguments[0]
        return lambda decorated: decorated

    for attribute in DECORATORS:
        setattr(module, attribute, decorator)
    for attribute in STATEMENTS:
        setattr(module, attribute, statement if attribute.startswith("create_s") else flow)
    for attribute in (*EXPECTATIONS, "append_flow", "on_event_hook", "foreach_batch_sink"):
        setattr(module, attribute, passing)
    for attribute in ("read", "read_stream"):
        setattr(module, attribute, _outside)
    return module


def _outside(name: str, *_arguments: Any, **_options: Any) -> Any:
    raise RuntimeError(
        f'dlt.read("{name}") has nothing to read outside a pipeline: test the function that takes the DataFrame'
    )
