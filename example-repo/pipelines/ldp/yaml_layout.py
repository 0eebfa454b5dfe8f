# ldp-engine 1.0.0
"""Syntax errors of YAML 1.2 that PyYAML lets pass: comments, colons and brackets where they may not stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from .yaml_events import YamlSyntaxError

_LINE_BEGIN = re.compile(r"(?:\r\n|\n|\r)([ \t]*)")


@dataclass
class _Collection:
    flow: bool
    start: int
    column: int


class Layout:
    """Follows the events of a text, and says where it is no YAML 1.2."""

    def __init__(self, text: str) -> None:
        """Takes the text that the events are of."""
        self._text = text
        self._open: list[_Collection] = []

    def take(self, event: Any) -> None:
        """Takes in the next event. Raises YamlSyntaxError."""
        if isinstance(event, yaml.CollectionStartEvent):
            column = int(event.start_mark.column) if event.start_mark else 0
            self._open.append(_Collection(bool(event.flow_style), _start(event), column))
        elif isinstance(event, yaml.CollectionEndEvent):
            closed = self._open.pop()
            if closed.flow:
                self._check_comment(_end(event), "a bracket")
                if not self._in_flow():
                    self._check_lines(closed.start, _end(event), "list or mapping")
        elif isinstance(event, yaml.ScalarEvent):
            self._check_scalar(_start(event), _end(event), event.style)

    def _check_scalar(self, start: int, end: int, style: str | None) -> None:
        if style in ('"', "'"):
            self._check_comment(end, "a quote")
            if not self._in_flow():
                self._check_lines(start, end, "text")
        elif not style and self._in_flow() and self._text[end : end + 2] in (":[", ":{"):
            raise YamlSyntaxError("there is no space between a colon and a bracket", end)

    def _in_flow(self) -> bool:
        return bool(self._open) and self._open[-1].flow

    def _check_comment(self, end: int, what: str) -> None:
        if self._text[end : end + 1] == "#":
            raise YamlSyntaxError(f"there is no space between {what} and a comment", end)

    def _check_lines(self, start: int, end: int, what: str) -> None:
        """The lines of a text or a bracket stand further right than what holds it; its closing bracket may stand below that."""
        indent = self._open[-1].column if self._open else -1
        quoted = what == "text"
        for match in _LINE_BEGIN.finditer(self._text, start, end):
            index = match.end()
            char = self._text[index]
            if char in "\r\n" or (char == "#" and not quoted):
                continue
            closes = index == end - 1 and not quoted
            if len(match[1]) < indent + (0 if closes else 1):
                message = f"this line of a {what} does not stand further right than what holds it"
                raise YamlSyntaxError(message, match.start() if quoted else index)


def _start(event: Any) -> int:
    return int(event.start_mark.index)


def _end(event: Any) -> int:
    return int(event.end_mark.index)
