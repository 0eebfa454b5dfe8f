# ldp-engine 1.0.0
"""What ends a run early, as one exception."""

from __future__ import annotations


class EngineError(Exception):
    """The engine can't go on, for a reason that is not its own fault.

    Attributes:
        code: the diagnostic code, as `ldp explain` knows it.
        status: the exit status: 2 could not run, 1 refused or failed.
    """

    def __init__(
        self, code: str, message: str, hint: str | None = None, *, status: int = 2
    ) -> None:
        """Takes what is shown: one line, and what to do about it."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.status = status
