# ldp-engine 1.0.0
"""What a plain scalar means in YAML 1.2 (the core schema), and where PyYAML, which reads YAML 1.1, means something else."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import yaml

Scalar = None | bool | int | float | str

_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_NULL = re.compile(r"~|null|Null|NULL|")
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
_NAN = re.compile(r"\.(?:nan|NaN|NAN)")

# Beyond it JavaScript rounds integers: ldp and the engine would read different numbers.
_MAX_SAFE = 2**53 - 1
_MAX_DIGITS = 400
_UNREADABLE = object()

_IMPLICIT = yaml.SafeLoader.yaml_implicit_resolvers
_CONSTRUCTOR = yaml.constructor.SafeConstructor()
_CONSTRUCTORS = {
    "tag:yaml.org,2002:bool": _CONSTRUCTOR.construct_yaml_bool,
    "tag:yaml.org,2002:int": _CONSTRUCTOR.construct_yaml_int,
    "tag:yaml.org,2002:float": _CONSTRUCTOR.construct_yaml_float,
    "tag:yaml.org,2002:null": _CONSTRUCTOR.construct_yaml_null,
}


@dataclass(frozen=True)
class Difference:
    """Why a scalar may not stand as it is (LDP104)."""

    message: str
    hint: str


@lru_cache(maxsize=65536)
def read_plain(text: str) -> tuple[Scalar, Difference | None]:
    """Reads a plain scalar.

    Returns its YAML 1.2 value, and the difference when PyYAML's SafeLoader reads another type or value.
    """
    if text == "<<":
        return text, Difference(
            "The merge key << exists in YAML 1.1 only.", "Write the merged keys out."
        )
    now = _read_core(text)
    tag = _resolve11(text)
    if tag is None:
        then: object = text
    elif tag not in _CONSTRUCTORS:
        return text, Difference(
            f"{_shown(text)} is {_NAMES.get(tag, 'a value of its own')} in YAML 1.1 and text in 1.2.",
            f'Put it in quotes: "{_shown(text)}".',
        )
    else:
        then = _construct11(tag, text)
    if isinstance(now, int) and not isinstance(now, bool) and abs(now) > _MAX_SAFE:
        return text, Difference(
            f"{_shown(text)} is too large for a number that every reader keeps exactly.",
            f'Put it in quotes: "{_shown(text)}".',
        )
    if _same(then, now):
        return now, None
    hint = f'Put it in quotes: "{_shown(text)}".'
    if not isinstance(now, str) and not isinstance(then, str):
        hint = f"Write the number in plain decimal, or put it in quotes (YAML 1.1 reads {_described(then)})."
    return text, Difference(
        f"{_shown(text)} is {_described(then)} in YAML 1.1 and {_described(now)} in 1.2.",
        hint,
    )


def read_tagged(tag: str, text: str) -> tuple[Scalar, Difference | None]:
    """Reads a scalar with one of the tags of the core schema; any other tag is a difference."""
    if tag == "tag:yaml.org,2002:str":
        return text, None
    if tag not in _CONSTRUCTORS:
        return text, foreign_tag(tag)
    return read_plain(text)


def foreign_tag(tag: str) -> Difference:
    """The difference of a tag that only one of the two readers knows."""
    shown = tag.replace("tag:yaml.org,2002:", "!!")
    return Difference(
        f"The tag {_shown(shown)} is not read alike by YAML 1.1 and 1.2.",
        "Remove the tag.",
    )


_NAMES = {
    "tag:yaml.org,2002:timestamp": "a date",
    "tag:yaml.org,2002:merge": "a merge key",
    "tag:yaml.org,2002:value": "a key of its own",
}


def _read_core(text: str) -> Scalar:
    first = text[:1]
    if first and first not in "-+.0123456789tTfFnN~":
        return text
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text[0] in "tT"
    if _INT.fullmatch(text):
        return int(text) if len(text) < _MAX_DIGITS else 10**_MAX_DIGITS
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8)
    if _HEX.fullmatch(text):
        return int(text, 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITE.fullmatch(text):
        return -math.inf if first == "-" else math.inf
    return math.nan if _NAN.fullmatch(text) else text


def _resolve11(text: str) -> str | None:
    """The tag that PyYAML gives a plain scalar; None for text."""
    for tag, expression in (*_IMPLICIT.get(text[:1], ()), *_IMPLICIT.get(None, ())):
        if expression.match(text):
            return str(tag)
    return None


def _construct11(tag: str, text: str) -> object:
    """The value that PyYAML constructs; an object of its own where it fails to."""
    if len(text) >= _MAX_DIGITS:
        return 10**_MAX_DIGITS
    try:
        value: object = _CONSTRUCTORS[tag](yaml.ScalarNode(tag, text))
    except ValueError:
        # PyYAML takes 0x_ for a number, and fails to read it.
        return _UNREADABLE
    return value


def _same(a: object, b: object) -> bool:
    if isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b):
        return True
    return type(a) is type(b) and a == b


def _described(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "text"
    return _shown(repr(value)) if isinstance(value, (int, float)) else "an error"


def _shown(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
