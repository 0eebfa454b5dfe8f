# ldp-engine 1.0.0
"""Expectations on open-source Spark, which has none of its own: rows dropped, failed, or counted after the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Action = Literal["keep", "drop", "fail"]
_ATTRIBUTE = "__ldp_expectations__"


@dataclass(frozen=True)
class Expectation:
    """A condition in SQL that every row should meet, and what happens to a row that doesn't. NULL does not meet it."""

    name: str
    condition: str
    action: Action


def expectation(action: Action) -> Callable[[str, str], Callable[[Any], Any]]:
    """`expect`, `expect_or_drop` or `expect_or_fail`: a decorator that takes a name and a condition."""

    def expect(name: str, inv: str) -> Callable[[Any], Any]:
        return lambda function: _attach(
            function, [Expectation(name, _condition(name, inv), action)]
        )

    return expect


def expectations(action: Action) -> Callable[[Mapping[str, str]], Callable[[Any], Any]]:
    """`expect_all` and its like: a decorator that takes conditions by name."""

    def expect_all(expectations: Mapping[str, str]) -> Callable[[Any], Any]:
        added = [
            Expectation(name, _condition(name, inv), action) for name, inv in expectations.items()
        ]
        return lambda function: _attach(function, added)

    return expect_all


def expectations_of(function: Any) -> tuple[Expectation, ...]:
    """What was attached to a dataset function, from top to bottom as written."""
    return tuple(getattr(function, _ATTRIBUTE, ()))


def mark_registered(function: Any) -> None:
    """From now on an expectation comes too late: the dataset is registered."""
    function.__ldp_registered__ = True


def apply_expectations(frame: Any, given: tuple[Expectation, ...], dataset: str) -> Any:
    """The DataFrame with rows dropped, or an error in the place of a row. Nothing is analysed or run here."""
    from pyspark.sql import functions as F

    for item in given:
        if item.action == "drop":
            frame = frame.where(F.coalesce(F.expr(item.condition), F.lit(False)))
        if item.action == "fail":
            message = f'expectation "{item.name}" of {dataset} failed: {item.condition}'
            met = F.coalesce(F.expr(item.condition), F.lit(False))
            frame = frame.where(
                F.when(met, F.lit(True)).otherwise(F.raise_error(F.lit(message)).cast("boolean"))
            )
    return frame


def _attach(function: Any, added: list[Expectation]) -> Any:
    if not callable(function) or getattr(function, "__ldp_registered__", False):
        raise TypeError("an expectation must stand below @dlt.table, next to the function")
    setattr(function, _ATTRIBUTE, [*added, *getattr(function, _ATTRIBUTE, ())])
    return function


def _condition(name: object, condition: object) -> str:
    if not isinstance(name, str) or not isinstance(condition, str) or not condition.strip():
        raise TypeError(
            'an expectation takes a name and a condition in SQL: @dlt.expect("has_id", "id IS NOT NULL")'
        )
    return condition
