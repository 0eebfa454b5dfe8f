# ldp-engine 1.0.0
"""The engine's log on stderr: JSON lines on Databricks, lines for a person on a terminal. Secrets are masked."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from .diagnostics import printable
from .masking import masked

LogFormat = Literal["text", "json"]


@dataclass
class Log:
    """Writes what happens, one line an event.

    Attributes:
        form: `json` for machines, `text` for people.
        stream: where to; stderr by default.
        clock: seconds since 1970.
    """

    form: LogFormat = "text"
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Callable[[], float] = time.time

    def info(self, event: str, message: str, **fields: Any) -> None:
        """Something happened as it should.

        Args:
            event: what happened, for machines, such as `table_completed`.
            message: the same for people, in one line.
            fields: the values, for machines: text, numbers, lists and dictionaries of them.
        """
        self._write("info", event, message, fields)

    def warning(self, event: str, message: str, **fields: Any) -> None:
        """Something that a person should look at, though the run goes on."""
        self._write("warning", event, message, fields)

    def error(self, event: str, message: str, **fields: Any) -> None:
        """Something failed."""
        self._write("error", event, message, fields)

    def _write(self, level: str, event: str, message: str, fields: dict[str, Any]) -> None:
        now = datetime.fromtimestamp(self.clock(), UTC)
        if self.form == "json":
            line = {
                "time": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "level": level,
                "event": event,
                "message": message,
                **fields,
            }
            text = json.dumps(_masked(line), ensure_ascii=False, default=str)
        else:
            prefix = "" if level == "info" else f"{level}: "
            text = f"{now:%H:%M:%S}  {prefix}{printable(masked(message))}"
        self.stream.write(text + "\n")
        self.stream.flush()


def take_over(name: str, log: Log) -> None:
    """Lets the warnings of a library's logger appear in the log, where they would be lines of another form."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            log.warning("library", f"{record.name}: {record.getMessage()}")

    logger = logging.getLogger(name)
    logger.handlers = [Handler(logging.WARNING)]
    logger.propagate = False


def default_log_format() -> LogFormat:
    """JSON on Databricks, where a machine reads the log; text elsewhere."""
    return "json" if "DATABRICKS_RUNTIME_VERSION" in os.environ else "text"


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(item) for item in value]
    return value
