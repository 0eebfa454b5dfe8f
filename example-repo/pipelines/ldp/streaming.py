# ldp-engine 1.0.0
"""Tells from the text of a dataset function whether it reads a stream. On open-source Spark nothing may be analysed there."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

STREAMING_NAMES = frozenset({"readStream", "read_stream", "stream_source"})
# A table that is itself called "stream" is followed by the next clause, or by nothing.
_STREAM_IN_SQL = re.compile(
    r"\b(?:FROM|JOIN)\s+STREAM\b\s*"
    r"(?:\(|(?!(?:AS|WHERE|GROUP|ORDER|JOIN|LEFT|RIGHT|INNER|FULL|CROSS|ON|UNION|LIMIT|HAVING)\b)[A-Za-z_`{])",
    re.IGNORECASE,
)
_SQL = re.compile(r"\b(FROM|JOIN)\b", re.IGNORECASE)


def reads_stream(function: Callable[..., Any]) -> bool:
    """Whether the function, or a function of the same project that it calls, reads a stream.

    A stream is `readStream`, `dlt.read_stream`, `stream_source`, or `STREAM` in the text of an SQL query.
    """
    return _reads_stream(function, seen=set())


def sql_reads_stream(text: str) -> bool:
    """Whether an SQL query has `FROM STREAM t` or `STREAM(t)`, comments and string literals aside."""
    plain = re.sub(r"--[^\n]*|/\*.*?\*/|'(?:[^'\\]|\\.)*'", " ", text, flags=re.DOTALL)
    return _STREAM_IN_SQL.search(plain) is not None


def _reads_stream(function: Callable[..., Any], seen: set[CodeType]) -> bool:
    function = _unwrapped(function)
    if not isinstance(function, FunctionType) or function.__code__ in seen:
        return False
    seen.add(function.__code__)
    node = _definition(function.__code__)
    if node is None:
        return False
    called: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and part.attr in STREAMING_NAMES:
            return True
        if isinstance(part, ast.Name) and part.id in STREAMING_NAMES:
            return True
        if (
            isinstance(part, ast.Constant)
            and isinstance(part.value, str)
            and _SQL.search(part.value)
        ):
            if sql_reads_stream(part.value):
                return True
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
            called.add(part.func.id)
    return any(_reads_stream(target, seen) for target in _resolved(function, called))


def _resolved(function: FunctionType, names: set[str]) -> list[Callable[..., Any]]:
    """Functions of the project's own files that stand behind these names; what is installed as a package reads no table."""
    found = [_unwrapped(function.__globals__.get(name)) for name in sorted(names)]
    return [
        f
        for f in found
        if isinstance(f, FunctionType) and "site-packages" not in f.__code__.co_filename
    ]


def _unwrapped(function: Any) -> Any:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function


def _definition(code: CodeType) -> ast.AST | None:
    """The function's node in its file as it is now."""
    try:
        tree = ast.parse(Path(code.co_filename).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == code.co_name:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if first == code.co_firstlineno:
                # The decorators are not what the function does.
                return ast.Module(body=node.body, type_ignores=[])
        if (
            isinstance(node, ast.Lambda)
            and code.co_name == "<lambda>"
            and node.lineno == code.co_firstlineno
        ):
            return node.body
    return None
