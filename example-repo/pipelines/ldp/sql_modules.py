# ldp-engine 1.0.0
"""Modules of SQL: a bare query, which the engine registers, or CREATE statements, which are a library of the pipeline's own."""

from __future__ import annotations

import re
from pathlib import Path

from .diagnostics import quote
from .model import Diagnostic, Place, Table

_QUERY = ("SELECT", "WITH", "FROM", "VALUES", "TABLE", "(")


def read_query(path: Path) -> str | None:
    """The text of a bare query without its last semicolon; None for a file of statements. `check_sql` says what is wrong."""
    text = path.read_text(encoding="utf-8-sig", errors="replace").replace("\r\n", "\n")
    return text.strip().rstrip(";").rstrip() if _first_word(text) in _QUERY else None


def check_sql(path: Path, module: str, table: Table) -> list[Diagnostic]:
    """LDP302 for a file that is empty, not UTF-8, or starts with no query and no CREATE."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return [
            Diagnostic("LDP302", f"{module} is not UTF-8", Place(module, 1, 1), table=table.name)
        ]
    first = _first_word(text)
    if first in _QUERY or first == "CREATE":
        return []
    found = "is empty" if first == "" else f"starts with {quote(first)}"
    return [
        Diagnostic(
            "LDP302",
            f"{module} {found}, which is no query",
            Place(module, 1, 1),
            table=table.name,
            hint="Write one SELECT; the engine makes a table of it",
        )
    ]


def _first_word(text: str) -> str:
    plain = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL).strip()
    match = re.match(r"\(|\w+|\S", plain)
    return match.group(0).upper() if match else ""
