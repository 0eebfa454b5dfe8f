# ldp-engine 1.0.0
"""Reads YAML into nodes that know where they stand. Depth and size are bounded while reading, and nothing recurses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import yaml

from .diagnostics import quote
from .model import Diagnostic, Place, Related
from .yaml_events import YamlSyntaxError, yaml_events
from .yaml_layout import Layout
from .yaml_scalars import Difference, Scalar, foreign_tag, read_plain, read_tagged
from .yaml_text import YamlText

MAX_DEPTH = 64
MAX_ALIAS_NODES = 100_000

_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass
class Node:
    """A value of the file."""

    kind: Literal["scalar", "mapping", "sequence"]
    place: Place
    value: Scalar = None
    ambiguous: bool = False
    """YAML 1.1 reads it differently (reported already), so nothing more is said of it."""
    items: list[Node] = field(default_factory=list)
    """The items of a sequence."""
    pairs: dict[str, tuple[Node, Node]] = field(default_factory=dict)
    """The keys and values of a mapping, by the key's text; of doubled keys the first."""
    head: Place | None = None
    """The place of a mapping's first key."""
    size: int = 1

    def get(self, key: str) -> Node | None:
        """The value of a key, None without the key."""
        pair = self.pairs.get(key)
        return None if pair is None else pair[1]

    @property
    def text(self) -> str | None:
        """The value where it is text; what is ambiguous is taken for the text that stands there."""
        return self.value if isinstance(self.value, str) else None

    def plain(self) -> Any:
        """The value as dictionaries, lists and scalars."""
        if self.kind == "mapping":
            return {key: value.plain() for key, (_, value) in self.pairs.items()}
        return [item.plain() for item in self.items] if self.kind == "sequence" else self.value


def parse_yaml(text: str, file: str) -> tuple[Node | None, list[Diagnostic]]:
    """Reads one YAML document.

    Returns its root, and what is wrong with it (LDP102, LDP104, LDP105). The root is None when the reading ended early:
    at a syntax error or at a limit. An empty document is a null scalar at the file's start.
    """
    reader = _Reader(YamlText(text, file))
    try:
        return reader.read(), reader.diagnostics
    except _Stop as stop:
        return None, [stop.diagnostic]


class _Stop(Exception):
    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass
class _Open:
    """A collection that is being read."""

    node: Node
    anchor: str | None
    key: Node | None = None
    key_text: str = ""
    doubled: bool = False


class _Reader:
    def __init__(self, text: YamlText) -> None:
        self.text = text
        self.diagnostics: list[Diagnostic] = []
        self.anchors: dict[str, Node | None] = {}
        self.added = 0
        self.stack: list[_Open] = []
        # How many doubled keys the reader is below: their values are not checked.
        self.silent = 0
        self.empty_root = False

    def read(self) -> Node:
        text = self.text
        control = text.control_character()
        if control is not None:
            code = _code_point(text.text[control])
            raise self.stop(
                "LDP102", f"YAML does not allow the control character {code}.", text.place(control)
            )
        for directive in text.directives:
            if directive["version"]:
                message = "A %YAML directive makes readers of YAML 1.1 and 1.2 disagree."
                self.differs(
                    text.place(directive.start()), Difference(message, "Remove the directive.")
                )
        for index in text.separators():
            message = f"{_code_point(text.text[index])} ends a line in YAML 1.1 and is text in 1.2."
            hint = 'Use an ordinary line end; in double quotes write "\\N", "\\L" or "\\P".'
            self.differs(text.place(index), Difference(message, hint))
        root: Node | None = None
        layout = Layout(text.readable)
        try:
            for event in yaml_events(text.readable):
                layout.take(event)
                if isinstance(event, yaml.DocumentStartEvent):
                    self.check_document(
                        text.place(self.index(event)), bool(event.explicit), root is None
                    )
                root = root or self.follow(event)
        except YamlSyntaxError as error:
            advice = None
            if text.text[error.index : error.index + 1] == "\t":
                advice = "Indent with spaces, never with tabs."
            elif error.message.startswith("mapping values are not allowed"):
                advice = "Put a text that has a colon and a space in quotes."
            message = f"YAML syntax: {error.message}."
            raise self.stop("LDP102", message, text.place(error.index), advice) from None
        # A document without a node is a null at the file's start.
        return root if root and not self.empty_root else Node("scalar", text.place(0))

    def check_document(self, place: Place, explicit: bool, first: bool) -> None:
        """A file is one document; directives end with `---`."""
        if not first:
            hint = "config.yml is one document: remove what follows `---` or `...`."
            raise self.stop("LDP102", "A second document begins.", place, hint)
        if self.text.directives and not explicit:
            hint = "Remove the directive, or write `---` below it."
            raise self.stop("LDP102", "A directive is not ended by `---`.", place, hint)

    def follow(self, event: Any) -> Node | None:
        """Takes in one event; returns the root when it is complete."""
        if isinstance(event, yaml.CollectionEndEvent):
            opened = self.stack.pop()
            if opened.anchor:
                self.anchors[opened.anchor] = opened.node
            return self.attach(opened.node, "[…]")
        if isinstance(event, yaml.AliasEvent):
            return self.attach(self.alias(event), f"*{event.anchor}")
        if isinstance(event, yaml.ScalarEvent):
            text = self.text.original(event.value)
            node = self.scalar(event, text)
            if event.anchor:
                self.anchors[event.anchor] = node
            return self.attach(node, text)
        if isinstance(event, yaml.CollectionStartEvent):
            self.open(event)
        return None

    def open(self, event: Any) -> None:
        place = self.begin(event)
        if len(self.stack) >= MAX_DEPTH:
            raise self.stop("LDP105", f"More than {MAX_DEPTH} levels of nesting.", place)
        if event.tag and event.tag not in _PLAIN_TAGS:
            self.differs(place, foreign_tag(event.tag))
        if event.anchor:
            self.anchors[event.anchor] = None
        kind: Literal["mapping", "sequence"] = (
            "mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence"
        )
        self.stack.append(_Open(Node(kind, place), event.anchor))

    def alias(self, event: Any) -> Node:
        place = self.text.place(self.index(event))
        if event.anchor not in self.anchors:
            raise self.stop("LDP102", f"The alias *{event.anchor} has no anchor before it.", place)
        target = self.anchors[event.anchor]
        if target is None:
            raise self.stop("LDP105", f"The alias *{event.anchor} contains itself.", place)
        self.added += target.size
        if self.added > MAX_ALIAS_NODES:
            raise self.stop(
                "LDP105",
                f"Aliases add more than {MAX_ALIAS_NODES} values to the file.",
                place,
            )
        return replace(target, place=place, head=place)

    def scalar(self, event: Any, text: str) -> Node:
        node = Node("scalar", self.begin(event), text)
        if _SURROGATE.search(text):
            raise self.stop(
                "LDP102", "An escape stands for half a character (a surrogate).", node.place
            )
        top = self.stack[-1] if self.stack else None
        if top and top.node.kind == "mapping" and top.key is None and text in top.node.pairs:
            return node  # the second of two keys: attach() reports it
        difference: Difference | None = None
        if event.tag:
            node.value, difference = read_tagged(event.tag, text)
        elif not event.style:
            node.value, difference = read_plain(text)
        if difference:
            node.ambiguous = True
            self.differs(node.place, difference)
        if self.text.separators(self.index(event), _end(event)):
            node.ambiguous = True
        return node

    def attach(self, node: Node, text: str) -> Node | None:
        """Gives a complete node to the collection that it stands in; returns it when there is none."""
        if not self.stack:
            return node
        top = self.stack[-1]
        if top.node.kind == "sequence":
            top.node.items.append(node)
            top.node.size += node.size
        elif top.key is None:
            top.key, top.key_text, top.doubled = node, text, text in top.node.pairs
            top.node.head = top.node.head or node.place
            if top.doubled:
                self.report_double(text, node, top.node.pairs[text][0])
                self.silent += 1
        else:
            top.node.size += top.key.size + node.size
            if top.doubled:
                self.silent -= 1
            else:
                top.node.pairs[top.key_text] = (top.key, node)
            top.key = None
        return None

    def report_double(self, text: str, second: Node, first: Node) -> None:
        if not self.silent:
            related = (Related(first.place, "The first one is here."),)
            message = f"The key {quote(text)} is given twice."
            self.diagnostics.append(
                Diagnostic(
                    "LDP102",
                    message,
                    second.place,
                    hint="Keep one of the two.",
                    related=related,
                )
            )

    def begin(self, event: Any) -> Place:
        """The place of a node itself: behind its anchor and tag. An absent value is where its key is, or behind its dash."""
        absent = isinstance(event, yaml.ScalarEvent) and not event.value and not event.style
        properties = bool(event.anchor or event.tag)
        if not absent:
            index = self.index(event)
            return self.text.place(self.text.after_properties(index) if properties else index)
        key = self.stack[-1].key if self.stack else None
        self.empty_root = not self.stack
        if key and not properties:
            return key.place
        return self.text.place(self.text.after_blanks(_end(event)))

    def index(self, event: Any) -> int:
        return int(event.start_mark.index)

    def stop(self, code: str, message: str, place: Place, hint: str | None = None) -> _Stop:
        return _Stop(Diagnostic(code, message, place, hint=hint))

    def differs(self, place: Place, difference: Difference) -> None:
        if not self.silent:
            found = Diagnostic("LDP104", difference.message, place, hint=difference.hint)
            self.diagnostics.append(found)


def _end(event: Any) -> int:
    return int(event.end_mark.index)


def _code_point(char: str) -> str:
    return f"U+{ord(char):04X}"
