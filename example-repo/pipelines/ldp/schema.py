# ldp-engine 1.0.0
"""Checks the nodes of config.yml against config.schema.json: an interpreter of the JSON Schema keywords that the file uses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from .diagnostics import did_you_mean, quote
from .model import Diagnostic, Place
from .yaml_nodes import Node

Schema = bool | Mapping[str, Any]

KEYWORDS = frozenset(
    "$ref type const enum pattern minLength maxLength required properties additionalProperties propertyNames items allOf if then".split()
)
_COLLECTION = object()
ANNOTATIONS = frozenset(("$schema", "$id", "title", "description", "definitions"))


@lru_cache(maxsize=1)
def config_schema() -> Mapping[str, Any]:
    """The schema of config.yml that the engine is shipped with."""
    loaded: Mapping[str, Any] = json.loads(
        Path(__file__).with_name("config.schema.json").read_text(encoding="utf-8")
    )
    return loaded


def check_schema(root: Node) -> list[Diagnostic]:
    """Returns an LDP103 for everything that is not of config.yml's shape. What has LDP104 is passed over."""
    return list(_Checker(config_schema()).check(root, config_schema(), "config.yml"))


class _Checker:
    """Walks nodes and schemas together. The nesting of nodes is bounded by the reader, so this may recurse."""

    def __init__(self, top: Mapping[str, Any]) -> None:
        self.definitions: Mapping[str, Any] = top.get("definitions", {})

    def resolve(self, schema: Schema) -> Schema:
        while isinstance(schema, Mapping) and "$ref" in schema:
            schema = self.definitions[schema["$ref"].removeprefix("#/definitions/")]
        return schema

    def check(self, node: Node, schema: Schema, name: str) -> Iterator[Diagnostic]:
        schema = self.resolve(schema)
        if node.ambiguous or schema is True or not isinstance(schema, Mapping):
            return
        if "type" in schema and not _has_type(node, schema["type"]):
            yield _wrong(
                node.place,
                f"{name} must be {_type_name(schema['type'])}, not {_described(node)}.",
            )
            return
        wrong = _check_value(node, schema, name)
        if wrong:
            yield wrong
            return
        if node.kind == "mapping":
            yield from self.check_mapping(node, schema, name)
        elif node.kind == "sequence" and "items" in schema:
            for item in node.items:
                yield from self.check(item, schema["items"], f"an item of {name}")
        for part in schema.get("allOf", ()):
            yield from self.check(node, part, name)
        if "if" in schema and self.matches(node, schema["if"]):
            yield from self.check(node, schema.get("then", True), name)

    def check_mapping(
        self, node: Node, schema: Mapping[str, Any], name: str
    ) -> Iterator[Diagnostic]:
        properties: Mapping[str, Schema] = schema.get("properties", {})
        others: Schema = schema.get("additionalProperties", True)
        for key in schema.get("required", ()):
            if key not in node.pairs:
                yield _wrong(
                    node.head or node.place,
                    f"{_mapping_name(node, name)} has no {quote(key)}.",
                    f"Add `{key}:`.",
                )
        for key, (key_node, value) in node.pairs.items():
            if key_node.ambiguous:
                # What stands below a name is checked; nothing is known of what stands below a key.
                if isinstance(others, Mapping):
                    yield from self.check(value, others, quote(key))
                continue
            pattern = schema.get("propertyNames", {}).get("pattern")
            if pattern is not None and not _matches(pattern, key):
                yield _wrong(
                    key_node.place,
                    f"{quote(key)} is not a name that {name} may have.",
                    _pattern_hint(pattern),
                )
            if key in properties:
                if self.resolve(properties[key]) is False:
                    yield _wrong(
                        key_node.place,
                        _FORBIDDEN.get(key, f"{quote(key)} may not stand here."),
                    )
                else:
                    yield from self.check(value, properties[key], quote(key))
            elif others is False:
                hint = (
                    did_you_mean(key, properties) or f"Known keys: {', '.join(sorted(properties))}."
                )
                yield _wrong(key_node.place, f"{name} has no key {quote(key)}.", hint)
            else:
                yield from self.check(value, others, quote(key))

    def matches(self, node: Node, schema: Schema) -> bool:
        """Whether a node fulfils a condition; what has LDP104 fulfils none."""
        schema = self.resolve(schema)
        if isinstance(schema, Mapping) and any(
            value.ambiguous
            for key, value in ((key, node.get(key)) for key in schema.get("properties", {}))
            if value
        ):
            return False
        return next(self.check(node, schema, ""), None) is None


_FORBIDDEN = {"source": "Only a bronze table has a source."}


def _check_value(node: Node, schema: Mapping[str, Any], name: str) -> Diagnostic | None:
    """What is wrong with a value in itself: one finding at most."""
    value = node.value if node.kind == "scalar" else _COLLECTION
    if "const" in schema and not _equal(value, schema["const"]):
        wanted = json.dumps(schema["const"])
        return _wrong(node.place, f"{name} must be {wanted}, not {_described(node)}.")
    if "enum" in schema and not any(_equal(value, allowed) for allowed in schema["enum"]):
        allowed = ", ".join(map(str, schema["enum"]))
        hint = did_you_mean(node.text or "", schema["enum"]) or f"Allowed: {allowed}."
        message = f"{name} must be one of {allowed}, not {_described(node)}."
        return _wrong(node.place, message, hint)
    if not isinstance(value, str):
        return None
    if len(value) < schema.get("minLength", 0):
        return _wrong(node.place, f"{name} is empty.")
    if len(value) > schema.get("maxLength", len(value)):
        return _wrong(node.place, f"{name} is longer than {schema['maxLength']} characters.")
    if "pattern" in schema and not _matches(schema["pattern"], value):
        message = f"{name} is not well formed: {quote(value)}."
        return _wrong(node.place, message, _pattern_hint(schema["pattern"]))
    return None


def _wrong(place: Place, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic("LDP103", message[:1].upper() + message[1:], place, hint=hint)


@lru_cache(maxsize=64)
def _expression(pattern: str) -> re.Pattern[str]:
    # In JavaScript `$` is the end of the text; in Python it also stands before a last line end.
    return re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern, re.ASCII)


def _matches(pattern: str, text: str) -> bool:
    return _expression(pattern).search(text) is not None


def _pattern_hint(pattern: str) -> str:
    if "secrets" in pattern and "jdbc" not in pattern:
        return "Write a reference, {{secrets/scope/key}}, never the value."
    return f"It must match {pattern}"


def _equal(a: object, b: object) -> bool:
    """Equality of JSON values: true is not 1, and 1.0 is."""
    return isinstance(a, bool) == isinstance(b, bool) and a == b


def _has_type(node: Node, types: str | list[str]) -> bool:
    return any(_TYPES[each](node) for each in ([types] if isinstance(types, str) else types))


def _is_number(node: Node) -> bool:
    return isinstance(node.value, (int, float)) and not isinstance(node.value, bool)


_TYPES: dict[str, Callable[[Node], bool]] = {
    "object": lambda node: node.kind == "mapping",
    "array": lambda node: node.kind == "sequence",
    "string": lambda node: node.kind == "scalar" and isinstance(node.value, str),
    "boolean": lambda node: node.kind == "scalar" and isinstance(node.value, bool),
    "number": lambda node: node.kind == "scalar" and _is_number(node),
    "integer": lambda node: (
        node.kind == "scalar" and _is_number(node) and float(node.value or 0).is_integer()
    ),
}

_TYPE_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "number": "a number",
    "integer": "a whole number",
}


def _type_name(types: str | list[str]) -> str:
    return " or ".join(_TYPE_NAMES[each] for each in ([types] if isinstance(types, str) else types))


def _mapping_name(node: Node, name: str) -> str:
    own = node.get("name")
    return f"Table {quote(own.text)}" if own and own.text else name


def _described(node: Node) -> str:
    if node.kind != "scalar":
        return "a mapping" if node.kind == "mapping" else "a list"
    if isinstance(node.value, str):
        return quote(node.value)
    return json.dumps(node.value)
