# ldp-engine 1.0.0
"""Keeps secrets out of everything that is printed."""

from __future__ import annotations

import os
import re

_MASK = "***"
_SHORTEST = 6

# What is a secret by its look: tokens of Databricks, GitHub, AWS, JSON web tokens, and values after a telling name.
_TOKENS = re.compile(
    r"\bdapi[0-9a-f]{32}(?:-\d+)?\b"
    r"|\bdose[0-9a-f]{32}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}\b"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"
)
_NAMED = re.compile(
    r"(?i)((?:password|passwd|pwd|secret|token|access[_-]?key|account[_-]?key|api[_-]?key|sig)"
    r"[\"']?\s*[=:]\s*[\"']?|\bbearer\s+|\bbasic\s+)"
    r"(?!\{\{secrets/)([^\s\"'&;,)}]{4,})"
)
_IN_ENVIRONMENT = re.compile(r"(?:TOKEN|SECRET|PASSWORD|_KEY)$")

_known: set[str] = set()


def hide(value: str) -> None:
    """Makes a secret known, such as the value that a reference {{secrets/scope/key}} stood for."""
    if len(value) >= _SHORTEST:
        _known.add(value)


def masked(text: str) -> str:
    """The text with every known secret, and whatever looks like one, replaced by ***."""
    for secret in sorted(_known | _environment(), key=len, reverse=True):
        text = text.replace(secret, _MASK)
    text = _TOKENS.sub(_MASK, text)
    return _NAMED.sub(lambda match: f"{match[1]}{_MASK}", text)


def _environment() -> set[str]:
    return {
        value
        for name, value in os.environ.items()
        if len(value) >= _SHORTEST and _IN_ENVIRONMENT.search(name)
    }
