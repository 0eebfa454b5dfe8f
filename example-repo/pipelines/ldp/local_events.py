# ldp-engine 1.0.0
"""Reads what `spark-pipelines` prints: when each table starts and ends, and why a run failed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["running", "completed", "failed", "skipped"]

_EVENT = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d: Flow '?(?P<flow>[^\s']+)'? (?:is |has )?"
    r"(?P<state>QUEUED|STARTING|RUNNING|COMPLETED|FAILED|SKIPPED|EXCLUDED|STOPPED|IDLE)\b(?P<rest>.*)$"
)
_STATES: dict[str, State] = {
    "RUNNING": "running",
    "COMPLETED": "completed",
    "FAILED": "failed",
    "SKIPPED": "skipped",
}
_ERROR = re.compile(r"^(?:Error: |[\w.]*(?:Exception|Error): )(?P<text>.+)$")
_HINTS = {
    "TABLE_OR_VIEW_NOT_FOUND": "Run all tables once, and look for the name in config.yml",
    "LOCATION_ALREADY_EXISTS": "Remove .ldp/local to start with empty tables",
    "STREAMING_RELATION_FOR_MATERIALIZED_VIEW": "Use @dp.table where the function reads a stream",
    "SCHEMA_NOT_FOUND": "A local run has the schema `default` only: give the table an unqualified name",
    "BATCH_RELATION_FOR_STREAMING_TABLE": "Use @dp.materialized_view where the function reads a batch",
    "UNABLE_TO_ACQUIRE_LOCK": "Another local run of this project is going on",
    "XSDB6": "Another local run of this project is going on",
    "BindException": "Another local run is going on: it uses the same port",
    "ATTEMPT_ANALYSIS_IN_PIPELINE_QUERY_FUNCTION": "Only build the DataFrame in a dataset function",
}


@dataclass(frozen=True)
class TableEvent:
    """A table came into a state. `reason` is what Spark says about a failure."""

    table: str
    state: State
    reason: str | None = None


def read_event(line: str) -> TableEvent | None:
    """The event in a line; None for other lines, and for states that tell nothing."""
    match = _EVENT.match(line)
    if match is None:
        return None
    state = _STATES.get(match["state"])
    if state is None:
        return None
    table = match["flow"].replace("`", "").rsplit(".", 1)[-1]
    reason = match["rest"].strip(" .") or None
    return TableEvent(table, state, reason if state in ("failed", "skipped") else None)


@dataclass(frozen=True)
class LogEntry:
    """A line of the engine's own log, which it writes while the pipeline evaluates it."""

    level: Literal["info", "warning", "error"]
    event: str
    message: str
    fields: dict[str, Any]


def read_log_line(line: str) -> LogEntry | None:
    """The engine's log entry in a line; None for other lines."""
    if not line.startswith('{"time": '):
        return None
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    head = {key: fields.pop(key, None) for key in ("time", "level", "event", "message")}
    if head["level"] not in ("info", "warning", "error") or not isinstance(head["event"], str):
        return None
    return LogEntry(head["level"], head["event"], str(head["message"]), fields)


def read_error(lines: Iterable[str]) -> tuple[str, str | None]:
    """What a failed run's output says, in one line, and a hint where the cause is a known one."""
    kept = list(lines)
    found = [match["text"] for match in map(_ERROR.match, kept) if match is not None]
    # The last is the exception that ended the program; it repeats the first cause.
    text = (
        found[-1] if found else next((line for line in reversed(kept) if line.strip()), "no output")
    )
    everything = "\n".join(kept)
    hint = next((hint for key, hint in _HINTS.items() if key in everything), None)
    return text[:500], hint
