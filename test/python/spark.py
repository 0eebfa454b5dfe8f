"""What tests on a real Spark share: whether this machine has what Spark needs."""

from __future__ import annotations

import sys

import pytest

from conftest import TEMPLATES

sys.path.insert(0, str(TEMPLATES))


def missing_for_spark() -> str | None:
    """Why Spark can't run here, and the way to get what is missing."""
    from pipelines.ldp.errors import EngineError
    from pipelines.ldp.java import find_tools

    try:
        find_tools()
    except EngineError as error:
        return f"{error.message}. {error.hint}"
    return None


_missing = missing_for_spark()
needs_spark = pytest.mark.skipif(_missing is not None, reason=_missing or "")
