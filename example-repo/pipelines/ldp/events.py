# ldp-engine 1.0.0
"""Reads the events of a pipeline update, and keeps what they say of each table: status, runtime, rows, dropped records.

The events are those of the REST answer: the class of databricks-sdk drops `details`, where the numbers are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .log import Log
from .masking import masked
from .summary import TableRun, duration

# "Flow 'orders' is RUNNING." and "Flow 'orders' has COMPLETED.": where an event has no details.
_FLOW_MESSAGE = re.compile(r"Flow '([^']+)' (?:is|has(?: been)?) ([A-Z]+)")
_STARTED = ("STARTING", "RUNNING")
_ENDED = {
    "COMPLETED": "completed",
    "FAILED": "failed",
    "SKIPPED": "skipped",
    "STOPPED": "stopped",
    "EXCLUDED": "skipped",
}
_MAX_ERROR = 2000


@dataclass
class _Flow:
    """What is known of one flow; a table may have several."""

    started: float | None = None
    ended: float | None = None
    status: str | None = None
    rows: int | None = None
    dropped: int | None = None
    error: str | None = None


class Progress:
    """What the events of one update say of the project's tables."""

    def __init__(self, names: Sequence[str], log: Log) -> None:
        """Takes the names of the project's tables, and the log where starts and ends are told."""
        self._names = _Names(names)
        self._log = log
        self._flows: dict[str, dict[str, _Flow]] = {}
        self._seen: set[str] = set()
        self.latest: str | None = None
        """The timestamp of the latest event, as the service wrote it."""
        self.errors: list[str] = []
        """The messages of the update's errors, each once."""

    def take(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Takes in events in the order of their time; one that was taken before is passed over."""
        for event in events:
            key = str(event.get("id") or "")
            if key and key in self._seen:
                continue
            self._seen.add(key)
            timestamp = event.get("timestamp")
            if isinstance(timestamp, str) and (self.latest is None or timestamp > self.latest):
                self.latest = timestamp
            error = _error(event)
            if event.get("event_type") == "flow_progress":
                self._flow_progress(event, error)
            elif event.get("event_type") == "update_progress":
                self._log.info(
                    "update_progress", str(event.get("message") or "The update goes on.")
                )
            elif event.get("level") == "WARN":
                self._log.warning("pipeline_warning", str(event.get("message") or "A warning."))
            if error and error not in self.errors:
                self.errors.append(error)

    def _flow_progress(self, event: Mapping[str, Any], error: str | None) -> None:
        origin = _mapping(event.get("origin"))
        details = _mapping(_mapping(event.get("details")).get("flow_progress"))
        told = _FLOW_MESSAGE.search(str(event.get("message") or ""))
        flow_name = str(origin.get("flow_name") or (told[1] if told else ""))
        status = str(details.get("status") or (told[2] if told else "")).upper()
        table = self._names.find(str(origin.get("dataset_name") or flow_name), flow_name)
        if table is None:
            return
        flow = self._flows.setdefault(table, {}).setdefault(flow_name, _Flow())
        flow.rows = _add(flow.rows, _mapping(details.get("metrics")).get("num_output_rows"))
        flow.dropped = _add(
            flow.dropped, _mapping(details.get("data_quality")).get("dropped_records")
        )
        flow.error = error or flow.error
        moment = _moment(event.get("timestamp"))
        if status in _STARTED and flow.started is None:
            flow.started = moment
            flow.status = "running"
            self._log.info("table_started", f"{table}  started", table=table, flow=flow_name)
        elif status in _ENDED and flow.status != _ENDED[status]:
            flow.ended = moment
            flow.status = _ENDED[status]
            self._tell_end(table, flow_name, flow)

    def _tell_end(self, table: str, flow_name: str, flow: _Flow) -> None:
        seconds = _seconds(flow.started, flow.ended)
        numbers = [duration(seconds) if seconds is not None else ""]
        numbers += [f"{flow.rows:,} rows"] if flow.rows is not None else []
        numbers += [f"{flow.dropped:,} dropped"] if flow.dropped is not None else []
        write = self._log.error if flow.status == "failed" else self._log.info
        write(
            f"table_{flow.status}",
            "  ".join(part for part in (table, str(flow.status), *numbers, flow.error) if part),
            table=table,
            flow=flow_name,
            seconds=None if seconds is None else round(seconds, 3),
            rows=flow.rows,
            dropped=flow.dropped,
            **({"error": flow.error} if flow.error else {}),
        )

    def is_open(self, selected: Iterable[str]) -> bool:
        """Whether events are missing still: of a selected table, or the end of one that began."""
        runs = self.tables(selected)
        return any(run.status in ("running", "not run") for run in runs)

    def tables(self, selected: Iterable[str]) -> tuple[TableRun, ...]:
        """What each of the selected tables did, and each other one that the update touched."""
        names = dict.fromkeys([*selected, *self._flows])
        return tuple(_table_run(name, list(self._flows.get(name, {}).values())) for name in names)


def _table_run(name: str, flows: Sequence[_Flow]) -> TableRun:
    if not flows:
        return TableRun(name, "not run")
    statuses = {flow.status or "running" for flow in flows}
    order = ("failed", "running", "stopped", "skipped", "completed")
    starts = [flow.started for flow in flows if flow.started is not None]
    ends = [flow.ended for flow in flows if flow.ended is not None]
    return TableRun(
        name,
        next(status for status in order if status in statuses),
        _seconds(min(starts, default=None), max(ends, default=None)),
        _sum(flow.rows for flow in flows),
        _sum(flow.dropped for flow in flows),
        next((flow.error for flow in flows if flow.error), None),
    )


class _Names:
    """Finds the project's table that a name of the service means: `main.shop.orders` is `orders`."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_last: dict[str, list[str]] = {}
        for name in names:
            self._by_last.setdefault(name.lower().rsplit(".", 1)[-1], []).append(name)

    def find(self, *spellings: str) -> str | None:
        for spelling in spellings:
            parts = spelling.replace("`", "").lower().split(".")
            fitting = [
                (len(own), name)
                for name in self._by_last.get(parts[-1], ())
                for own in [name.lower().split(".")]
                if all(a == b for a, b in zip(reversed(own), reversed(parts), strict=False))
            ]
            if fitting:
                return max(fitting)[1]
        return None


def _error(event: Mapping[str, Any]) -> str | None:
    """The message of an event's error: of its first exception, with the class where it has one."""
    exceptions = _mapping(event.get("error")).get("exceptions")
    for exception in exceptions if isinstance(exceptions, list) else ():
        message = str(_mapping(exception).get("message") or "").strip()
        name = str(_mapping(exception).get("class_name") or "").rsplit(".", 1)[-1]
        if message or name:
            return masked(": ".join(part for part in (name, message) if part))[:_MAX_ERROR]
    if event.get("level") == "ERROR":
        return masked(str(event.get("message") or "").strip())[:_MAX_ERROR] or None
    return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _add(total: int | None, more: Any) -> int | None:
    if isinstance(more, bool) or not isinstance(more, (int, float, str)):
        return total
    try:
        return (total or 0) + int(more)
    except ValueError:
        return total


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _moment(timestamp: Any) -> float | None:
    try:
        return datetime.fromisoformat(str(timestamp).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None


def _seconds(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else max(0.0, end - start)
