# ldp-engine 1.0.0
"""Modules of SQL: a bare query, which the engine registers, or CREATE statements, which are a library of the pipeline's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from .diagnostics import quote
from .model import Diagnostic, Place, Table

_QUERY = ("SELECT", "WITH", "FROM", "VALUES", "TABLE", "(")
_TOKEN = re.compile(
    r"--[^\n]*|/\*.*?\*/"  # comments
    r"|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""  # texts
    r"|`(?:[^`]|``)*`|\w+|\S",
    re.DOTALL,
)


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


def flows_of(text: str) -> Iterator[tuple[str, str]]:
    """The target and the last part of the name of each `CREATE FLOW name AS … INTO target …`."""
    tokens = [token for token in _TOKEN.findall(text) if not token.startswith(("--", "/*"))]
    words = [token.upper() for token in tokens]
    starts = [0, *(at + 1 for at, word in enumerate(words) if word == ";")]
    for start, end in zip(starts, [*starts[1:], len(words) + 1], strict=True):
        if words[start : start + 2] != ["CREATE", "FLOW"] or "INTO" not in words[start:end]:
            continue
        into = words.index("INTO", start) + 1
        if words[into : into + 1] in (["ONCE"], ["TABLE"]):
            into += 1
        flow, target = _name(tokens[start + 2 :]), _name(tokens[into:])
        if flow and target:
            yield ".".join(target), flow[-1]


def _name(tokens: Sequence[str]) -> list[str]:
    """The parts of the name at the beginning, without backquotes; none where there is no name."""
    parts: list[str] = []
    for at in range(0, len(tokens), 2):
        token = tokens[at]
        if not re.fullmatch(r"\w+|`.+`", token, re.DOTALL):
            return []
        parts.append(token[1:-1].replace("``", "`") if token.startswith("`") else token)
        if tokens[at + 1 : at + 2] != ["."]:
            break
    return parts


def _first_word(text: str) -> str:
    plain = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL).strip()
    match = re.match(r"\(|\w+|\S", plain)
    return match.group(0).upper() if match else ""
