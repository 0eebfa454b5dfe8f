# ldp-engine 1.0.0
"""PyYAML's events for a text, with its errors as one exception that says where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

_MAX_SCANNED = 1_000_000


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
    fast = getattr(yaml, "CSafeLoader", None)
    # libyaml and YAML disagree on where a tab may stand.
    loader = TabTolerantLoader if fast is None or "\t" in text else fast
    return _events(text, loader)


def _events(text: str, loader: Any) -> Iterator[yaml.Event]:
    parser = None
    try:
        parser = loader(text)
        while parser.check_event():
            yield parser.get_event()
    except yaml.MarkedYAMLError as error:
        raise YamlSyntaxError(_message(error), _place(error, text)) from None
    except yaml.reader.ReaderError as error:
        raise YamlSyntaxError(str(error.reason), min(int(error.position or 0), len(text))) from None
    finally:
        if parser is not None:
            parser.dispose()


def _place(error: yaml.MarkedYAMLError, text: str) -> int:
    """The index where a person looks for the mistake: of a key without its colon the key, not the place where it was missed."""
    problem = error.problem or ""
    mark = error.problem_mark or error.context_mark
    if error.context == "while scanning a simple key" and error.context_mark:
        mark = error.context_mark
    elif problem.startswith("mapping values are not allowed") and mark:
        return _last_scalar(text[: mark.index], mark.index)
    return min(mark.index if mark else 0, len(text))


def _last_scalar(text: str, index: int) -> int:
    """The index of the last scalar of a text: the one that goes on over a line end where a key was meant."""
    if len(text) > _MAX_SCANNED:
        return index
    scanner: Any = TabTolerantLoader(text)
    last = index
    try:
        while scanner.check_token():
            token = scanner.get_token()
            if isinstance(token, yaml.ScalarToken):
                last = token.start_mark.index
    except yaml.YAMLError:
        pass
    finally:
        scanner.dispose()
    return int(last)


def _message(error: yaml.MarkedYAMLError) -> str:
    parts = [part for part in (error.context, error.problem) if part]
    return ": ".join(str(part).replace("\t", "\\t") for part in parts)


class TabTolerantLoader(yaml.SafeLoader):
    """PyYAML's own scanner, with tabs for blanks between tokens and on blank lines, as YAML has them. They can't indent."""

    def scan_to_next_token(self) -> None:
        """Goes to the next token, over blanks, comments and line ends."""
        begins_line = self.column == 0
        while True:
            length = 0
            while self.peek(length) in " \t":
                length += 1
            blank = self.peek(length) in "\0\r\n#"
            if begins_line and not blank and not self.flow_level:
                # Stops at a tab that would indent: PyYAML refuses it.
                length = len(self.prefix(length).partition("\t")[0])
            self.forward(length)
            if self.peek() == "#":
                while self.peek() not in "\0\r\n":
                    self.forward()
            if not self.scan_line_break():  # type: ignore[no-untyped-call]
                return
            begins_line = True
            if not self.flow_level:
                self.allow_simple_key = True

    def add_indent(self, column: int) -> bool:
        """Begins a block mapping or list. One behind a tab would be indented by it."""
        line = self.pointer - self.column
        if "\t" in self.buffer[line : line + column] and self.indent < column:
            mark = self.get_mark()
            raise yaml.scanner.ScannerError(None, None, "a tab can't indent", mark)
        return bool(super().add_indent(column))

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
