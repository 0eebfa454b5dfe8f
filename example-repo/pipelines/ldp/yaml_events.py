# ldp-engine 1.0.0
"""PyYAML's events for a text, with its errors as one exception that says where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml


class YamlSyntaxError(Exception):
    """The text is not YAML: what is wrong, and at which index of the text."""

    def __init__(self, message: str, index: int) -> None:
        """Takes the parser's words, and the index."""
        super().__init__(message)
        self.message = message
        self.index = index


def yaml_events(text: str) -> Iterator[yaml.Event]:
    """Yields PyYAML's events one by one, so that the caller can stop at a limit.

    Reads with libyaml where PyYAML has it (fifteen times as fast), else with PyYAML's own scanner.
    Raises YamlSyntaxError.
    """
    loader = getattr(yaml, "CSafeLoader", None) or TabTolerantLoader
    return _events(text, loader)


def _events(text: str, loader: Any) -> Iterator[yaml.Event]:
    parser = None
    try:
        parser = loader(text)
        while parser.check_event():
            yield parser.get_event()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlSyntaxError(_message(error), min(mark.index if mark else 0, len(text))) from None
    except yaml.reader.ReaderError as error:
        raise YamlSyntaxError(str(error.reason), min(int(error.position or 0), len(text))) from None
    finally:
        if parser is not None:
            parser.dispose()


def _message(error: yaml.MarkedYAMLError) -> str:
    parts = [part for part in (error.context, error.problem) if part]
    return ": ".join(str(part).replace("\t", "\\t") for part in parts)


class TabTolerantLoader(yaml.SafeLoader):
    """PyYAML's own scanner with tabs between the tokens of a line, which YAML allows, libyaml reads, and PyYAML refuses."""

    def scan_to_next_token(self) -> None:
        """Goes to the next token, over blanks, comments and line ends."""
        indentation = self.column == 0
        while True:
            while self.peek() == " " or (
                self.peek() == "\t" and (self.flow_level or not indentation)
            ):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in "\0\r\n":
                    self.forward()
            if not self.scan_line_break():  # type: ignore[no-untyped-call]
                return
            indentation = True
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> list[str] | None:
        """Takes in the blanks and line ends inside a plain text; those at its end are no part of it."""
        length = 0
        while self.peek(length) in " \t":
            length += 1
        blanks = self.prefix(length)
        if "\t" not in blanks:
            return super().scan_plain_spaces(indent, start_mark)
        self.forward(length)
        if self.peek() in "\r\n":
            return super().scan_plain_spaces(indent, start_mark)
        return None if self.peek() in "\0#" else [blanks]
