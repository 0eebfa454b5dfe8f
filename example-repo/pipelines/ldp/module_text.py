# ldp-engine 1.0.0
"""What the text of a table's module says of it. The module is parsed, never run."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from .model import Kind, Project, Table
from .sql_modules import flows_of
from .tree import entry_kind

T = TypeVar("T")

_KINDS: Mapping[str, Kind | None] = {
    "temporary_view": "temporary_view",
    "view": "temporary_view",
    "materialized_view": "materialized_view",
    "create_streaming_table": "streaming_table",
    "create_streaming_live_table": "streaming_table",
    # On Databricks it is what its query is.
    "table": None,
}
_FLOWS = frozenset(("append_flow", "update_flow", "create_auto_cdc_flow", "apply_changes"))
_RESET = "pipelines.reset.allowed"
_SQL_RESET = re.compile(r"""['"]?pipelines\.reset\.allowed['"]?\s*=\s*['"]?false""", re.IGNORECASE)


@dataclass(frozen=True)
class Definition:
    """A dataset that a module's text defines. `name` is None where the text does not tell it."""

    name: str | None
    kind: Kind | None
    reset_allowed: bool = True


def read_definitions(project: Project, root: Path) -> dict[str, Definition]:
    """What the modules say of the tables, by the table's name; tables without a readable module are left out."""
    modules: dict[str, tuple[Definition, ...]] = {}
    found: dict[str, Definition] = {}
    for table in project.tables:
        if table.module not in modules:
            modules[table.module] = tuple(_read(root, table.module))
        definition = _definition_of(table, modules[table.module])
        if definition is not None:
            found[table.name] = definition
    return found


def read_flows(project: Project, root: Path) -> dict[str, tuple[str, ...]]:
    """The flows that have a name of their own, by the last part of the table that they write into, in lower case."""
    found: dict[str, tuple[str, ...]] = {}
    for module in dict.fromkeys(table.module for table in project.tables):
        for target, flow in _read_flows(root, module):
            table = target.lower().rsplit(".", 1)[-1]
            found[table] = (*found.get(table, ()), flow)
    return found


def _read_flows(root: Path, module: str) -> Iterable[tuple[str, str]]:
    if not module.endswith(".sql"):
        return _read_python(root, module, _flows)
    return flows_of(_text_at(root, module) or "")


def _flows(module: ast.Module) -> Iterator[tuple[str, str]]:
    """The target and the name of each flow, where the text tells both."""
    constants = _constants(module)
    functions = {
        decorator: node.name
        for node in ast.walk(module)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for decorator in node.decorator_list
    }
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        if _called_name(node.func) not in _FLOWS:
            continue
        options = _options(node)
        target = options.get("target") or (node.args[0] if node.args else None)
        named = options.get("name") or options.get("flow_name")
        into = None if target is None else _text(target, constants)
        flow = functions.get(node) if named is None else _text(named, constants)
        if into is not None and flow is not None:
            yield into, flow


def _read(root: Path, module: str) -> Iterable[Definition]:
    if not module.endswith(".sql"):
        return _read_python(root, module, _definitions)
    text = _text_at(root, module)
    if text is None:
        return ()
    return [Definition(None, "materialized_view", not _SQL_RESET.search(text))]


def _text_at(root: Path, module: str) -> str | None:
    """The text of a module; None where there is none."""
    if entry_kind(root, module) != "file":
        return None
    try:
        return (root / module).read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return None


def _read_python(root: Path, module: str, read: Callable[[ast.Module], Iterable[T]]) -> list[T]:
    """What `read` finds in the tree of a Python module; nothing where there is none that parses."""
    if not module.endswith(".py") or entry_kind(root, module) != "file":
        return []
    try:
        return list(read(ast.parse((root / module).read_text(encoding="utf-8"))))
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return []


def _definition_of(table: Table, definitions: tuple[Definition, ...]) -> Definition | None:
    named = [each for each in definitions if each.name and _agree(each.name, table.name)]
    # A name that the text does not tell is the table's, where the module defines nothing else.
    candidates = named or [each for each in definitions if each.name is None]
    return candidates[0] if len(candidates) == 1 or named else None


def _agree(a: str, b: str) -> bool:
    """Whether two names agree, without case, in all parts that both have."""
    parts = zip(reversed(a.lower().split(".")), reversed(b.lower().split(".")), strict=False)
    return all(x == y for x, y in parts)


def _constants(module: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }


def _definitions(module: ast.Module) -> Iterator[Definition]:
    constants = _constants(module)
    decorators: set[ast.expr] = set()
    for node in ast.walk(module):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for decorator in node.decorator_list:
                decorators.add(decorator)
                definition = _definition(decorator, constants, node.name)
                if definition is not None:
                    yield replace(definition, kind=definition.kind or _kind_of(node))
        elif isinstance(node, ast.Call) and node not in decorators:
            definition = _definition(node, constants, None)
            if definition is not None and (node.keywords or node.args):
                yield definition


def _definition(
    node: ast.expr, constants: Mapping[str, str], function: str | None
) -> Definition | None:
    call = node if isinstance(node, ast.Call) else None
    called = call.func if call else node
    name = _called_name(called)
    if name is None or name not in _KINDS:
        return None
    if isinstance(called, ast.Attribute) and _root(called) in (None, "spark", "self"):
        return None  # spark.read.table(…) and the like read; they do not define.
    options = _options(call) if call else {}
    given = options.get("name") or (
        call.args[0] if call and call.args and function is None else None
    )
    text = function if given is None else _text(given, constants)
    return Definition(text, _KINDS[name], not _forbids_reset(options.get("table_properties")))


def _kind_of(function: ast.AST) -> Kind | None:
    """What a table is by what its own function reads; None where it reads through functions of the project."""
    names = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    names |= {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    if names & {"readStream", "read_stream", "stream_source"}:
        return "streaming_table"
    return "materialized_view" if names & {"read", "read_source"} else None


def _called_name(called: ast.expr) -> str | None:
    return called.attr if isinstance(called, ast.Attribute) else _root(called)


def _options(call: ast.Call) -> dict[str | None, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords}


def _root(node: ast.expr) -> str | None:
    """The name that a chain of attributes begins with; None where it begins with a call."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _text(node: ast.expr, constants: Mapping[str, str]) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return constants.get(node.id) if isinstance(node, ast.Name) else None


def _forbids_reset(properties: ast.expr | None) -> bool:
    if not isinstance(properties, ast.Dict):
        return False
    return any(
        isinstance(key, ast.Constant)
        and key.value == _RESET
        and isinstance(value, ast.Constant)
        and str(value.value).lower() == "false"
        for key, value in zip(properties.keys, properties.values, strict=True)
    )
