# ldp-engine 1.0.0
"""What a module may not do while it is loaded: take too long, or print."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from .model import Diagnostic, Place, Table


class TimeUp(BaseException):
    """The time limit; not an Exception, so that no `except Exception` in a module stops it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises TimeUp in the block after some seconds. Only a main thread with signals can be interrupted."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "setitimer"
    ):
        yield
        return

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Printed:
    """Takes what a module prints while it is loaded, and notes the first line that did."""

    encoding = "utf-8"

    def __init__(self, path: str) -> None:
        """Takes the file of the module whose lines are meant."""
        self._path = path
        self._text = ""
        self._line: int | None = None

    def write(self, text: str) -> int:
        """Keeps the beginning of what is printed."""
        if self._line is None:
            frame: FrameType | None = sys._getframe(1)
            while frame is not None and frame.f_code.co_filename != self._path:
                frame = frame.f_back
            self._line = frame.f_lineno if frame else None
        if len(self._text) < 1000:
            self._text += text
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        """It is no terminal."""
        return False

    def findings(self, module: str, table: Table) -> list[Diagnostic]:
        """LDP813 when anything was printed."""
        if not self._text:
            return []
        first = self._text.strip().split("\n")[0][:120]
        return [
            Diagnostic(
                "LDP813",
                f"{module} prints when it is loaded: {first}",
                Place(module, self._line or 1, 1),
                severity="warning",
                table=table.name,
                hint="A pipeline loads each module several times: use the logging module, or print inside no module at all",
            )
        ]
