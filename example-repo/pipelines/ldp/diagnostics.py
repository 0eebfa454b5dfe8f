# ldp-engine 1.0.0
"""Findings: their order, their JSON, their text for a person, and the nearest name to one that does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .model import Diagnostic, Place

_NO_PLACE = Place("", 0, 0)


def sort_diagnostics(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Orders findings by file, line, column and code; those without a place come last."""

    def key(diagnostic: Diagnostic) -> tuple[bool, str, int, int, str, str]:
        place = diagnostic.place or _NO_PLACE
        return (
            diagnostic.place is None,
            place.file,
            place.line,
            place.column,
            diagnostic.code,
            diagnostic.message,
        )

    return tuple(sorted(diagnostics, key=key))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether one of the findings is an error."""
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)


def exit_status(diagnostics: Iterable[Diagnostic]) -> int:
    """0 without errors, 2 when config.yml can't be read at all (LDP101), 1 for any other error."""
    errors = [diagnostic.code for diagnostic in diagnostics if diagnostic.severity == "error"]
    if "LDP101" in errors:
        return 2
    return 1 if errors else 0


def diagnostic_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """A finding as `ldp validate --format json` prints it."""
    place = diagnostic.place
    result: dict[str, Any] = {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }
    if diagnostic.table is not None:
        result["table"] = diagnostic.table
    if diagnostic.hint is not None:
        result["hint"] = diagnostic.hint
    if diagnostic.related:
        result["related"] = [
            {
                "file": related.place.file,
                "line": related.place.line,
                "column": related.place.column,
                "message": related.message,
            }
            for related in diagnostic.related
        ]
    return result


def diagnostic_text(diagnostic: Diagnostic) -> str:
    """A finding in a few lines for a terminal: `config.yml:7:11: error LDP201: …`, the related places, and the hint."""
    place = diagnostic.place
    where = f"{place.file}:{place.line}:{place.column}: " if place else ""
    lines = [f"{where}{diagnostic.severity} {diagnostic.code}: {printable(diagnostic.message)}"]
    lines += [
        f"    {related.place.file}:{related.place.line}:{related.place.column}: {printable(related.message)}"
        for related in diagnostic.related
    ]
    if diagnostic.hint:
        lines.append(f"    hint: {printable(diagnostic.hint)}")
    return "\n".join(lines)


def printable(text: str) -> str:
    """The text with control characters, line ends and separators escaped, so that it can't forge a line of a log."""
    return "".join(
        (
            char
            if char.isprintable() or char == " "
            else char.encode("unicode_escape").decode("ascii")
        )
        for char in text
    )


def quote(text: str) -> str:
    """A name or value of the user's inside a message, shortened."""
    return f'"{printable(text if len(text) <= 60 else text[:57] + "...")}"'


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """A hint with the nearest candidate, or None when none is near."""
    found = nearest(name, candidates)
    return None if found is None else f"Did you mean {quote(found)}?"


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate at the smallest edit distance without case, at most a third of the longer name.

    Of equally near ones the nearest with case, then the first. `ldp` looks in the same way.
    """
    text = name.lower()
    best: tuple[int, int, str] | None = None
    for candidate in sorted(set(candidates)):
        longer = max(len(candidate), len(text))
        limit = max(1, -(-longer // 3))
        limit = limit if best is None else min(best[0], limit)
        if abs(len(candidate) - len(text)) > limit:
            continue
        edits = _edit_distance(text, candidate.lower(), limit)
        if edits is None:
            continue
        cased = _edit_distance(name, candidate, longer) or 0
        best = min(best or (edits, cased, candidate), (edits, cased, candidate))
    return None if best is None else best[2]


def _edit_distance(a: str, b: str, bound: int) -> int | None:
    """Levenshtein's distance, or None when it is more than `bound`; looks at the cells that can lead to less."""
    far = bound + 1
    row = [min(j, far) for j in range(len(b) + 1)]
    for i, char in enumerate(a, 1):
        first, last = max(1, i - bound), min(len(b), i + bound)
        previous = row[first - 1]
        row[first - 1] = i if first == 1 else far
        for j in range(first, last + 1):
            above = row[j] if j < i + bound else far
            cell = previous + (char != b[j - 1])
            if row[j - 1] < cell:
                cell = row[j - 1] + 1 if row[j - 1] + 1 < cell else cell
            if above + 1 < cell:
                cell = above + 1
            previous, row[j] = row[j], cell
        if min(row[first - 1 : last + 1]) > bound:
            return None
    return row[len(b)] if row[len(b)] <= bound else None
