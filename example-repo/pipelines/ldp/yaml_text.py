# ldp-engine 1.0.0
"""The text of a YAML file: its places, and the characters that PyYAML and YAML 1.2 treat differently."""

from __future__ import annotations

import re
from bisect import bisect_right

from .model import Place

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
# PyYAML ends a line at the first three, YAML 1.2 takes them for text; libyaml refuses the fourth
# inside a text. So they travel through PyYAML as characters that the file does not have.
_SEPARATOR = re.compile("[\x85\u2028\u2029]")
_FOREIGN = re.compile("[\x85\u2028\u2029\ufeff]")
_LINE_END = re.compile(r"\r\n|\n|\r")
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*(?:\s|(?<=\s)#[^\r\n]*)*)+")
_BLANKS = re.compile(r"[ \t]*")
_PROLOGUE = re.compile(r"(?:(?:[ \t]*(?:#[^\r\n]*)?|%[^\r\n]*)(?:\r\n|\n|\r|\Z))*")
_DIRECTIVE = re.compile(r"^%(?!TAG\b)(?P<version>YAML\b)?", re.MULTILINE)


class YamlText:
    """A file's text, and the same text as PyYAML may read it, index by index.

    Attributes:
        text: what the file holds.
        readable: what PyYAML reads: without what it takes for line ends, or refuses.
        directives: where directives are; they are comments in `readable`.
    """

    def __init__(self, text: str, file: str) -> None:
        """Takes the text without a byte order mark, and the name that places get."""
        self.text = text
        self._file = file
        self._line_starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        stand_ins = _stand_ins(text)
        self._originals = {ord(stand_in): char for char, stand_in in stand_ins.items()}
        self.readable = _FOREIGN.sub(lambda match: stand_ins[match[0]], text)
        # The two readers take other directives for errors than each other: PyYAML gets comments.
        found = _PROLOGUE.match(self.readable)
        end = found.end() if found else 0
        self.directives = tuple(_DIRECTIVE.finditer(self.readable, 0, end))
        for directive in self.directives:
            at = directive.start()
            self.readable = f"{self.readable[:at]}#{self.readable[at + 1 :]}"

    def place(self, index: int) -> Place:
        """The place of an index. Lines end with LF, CRLF or CR; columns count characters."""
        line = bisect_right(self._line_starts, index)
        return Place(self._file, line, index - self._line_starts[line - 1] + 1)

    def original(self, value: str) -> str:
        """A value that PyYAML read, with the file's own characters."""
        return value.translate(self._originals) if self._originals else value

    def control_character(self) -> int | None:
        """The index of the first character that YAML does not allow."""
        found = _CONTROL.search(self.text)
        return found.start() if found else None

    def separators(self, start: int = 0, end: int | None = None) -> list[int]:
        """The indexes of characters that end a line in YAML 1.1 only."""
        if not self._originals:
            return []
        stop = len(self.text) if end is None else end
        return [match.start() for match in _SEPARATOR.finditer(self.text, start, stop)]

    def after_properties(self, index: int) -> int:
        """The index of what follows an anchor and a tag."""
        found = _PROPERTIES.match(self.text, index)
        return found.end() if found and found.end() < len(self.text) else index

    def after_blanks(self, index: int) -> int:
        """The index of what follows blanks on the same line."""
        found = _BLANKS.match(self.text, index)
        return found.end() if found else index


def _stand_ins(text: str) -> dict[str, str]:
    """For each foreign character of the text a character that the text does not have."""
    found = sorted(set(_FOREIGN.findall(text)))
    present = set(text) if found else set()
    free = (char for char in map(chr, range(0xF0000, 0x10FFFE)) if char not in present)
    return {char: next(free) for char in found}
