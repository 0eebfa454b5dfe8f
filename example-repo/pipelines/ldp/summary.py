# ldp-engine 1.0.0
"""What a run did, table by table: runtime, rows, dropped records. The same for a workspace and for a laptop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .log import Log


@dataclass(frozen=True)
class TableRun:
    """What one table did in a run. None stands for what is not known."""

    name: str
    status: str
    """`completed`, `failed`, `skipped`, `stopped`, `running`, or `not run`."""
    seconds: float | None = None
    rows: int | None = None
    dropped: int | None = None
    error: str | None = None


@dataclass(frozen=True)
class RunSummary:
    """What a run did. `state` is `completed`, `failed`, `canceled` or, of a stream, `running`."""

    state: str
    seconds: float
    tables: tuple[TableRun, ...]
    update_id: str | None = None


def log_summary(log: Log, summary: RunSummary) -> None:
    """Logs the summary as one event."""
    rows = sum(table.rows or 0 for table in summary.tables)
    dropped = sum(table.dropped or 0 for table in summary.tables)
    message = (
        f"Run {summary.state} after {duration(summary.seconds)}: "
        f"{len(summary.tables)} tables, {rows:,} rows, {dropped:,} dropped"
    )
    write = log.info if summary.state in ("completed", "running") else log.error
    write("summary", message, **summary_json(summary))


def summary_json(summary: RunSummary) -> dict[str, Any]:
    """The summary as plain values."""
    return {
        "state": summary.state,
        "seconds": round(summary.seconds, 3),
        "update_id": summary.update_id,
        "tables": [
            {
                "name": table.name,
                "status": table.status,
                "seconds": None if table.seconds is None else round(table.seconds, 3),
                "rows": table.rows,
                "dropped": table.dropped,
                **({"error": table.error} if table.error else {}),
            }
            for table in summary.tables
        ],
    }


def summary_text(summary: RunSummary) -> str:
    """The summary as a table for a person."""
    head = ("table", "status", "runtime", "rows", "dropped")
    body = [
        (
            table.name,
            table.status,
            duration(table.seconds),
            _number(table.rows),
            _number(table.dropped),
        )
        for table in summary.tables
    ]
    lines = _columns([head, *body])
    return "\n".join([*lines, "", f"{summary.state} after {duration(summary.seconds)}"]) + "\n"


def duration(seconds: float | None) -> str:
    """A runtime for people: `850 ms`, `12.3 s`, `4 min 05 s`."""
    if seconds is None:
        return "-"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if column >= 2 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
