# ldp-engine 1.0.0
"""Loads the project's modules, each afresh from its file, and collects every failure instead of stopping at the first."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from .diagnostics import did_you_mean, quote, sort_diagnostics
from .load_failure import describe_failure
from .load_guard import Printed, time_limit
from .model import Diagnostic, Place, Project, Related, Table
from .recorder import Definition, recording
from .sql_modules import check_sql

TIME_LIMIT = 60.0
"""Seconds that a module may take to load."""


def load_modules(
    project: Project, root: Path, *, limit: float = TIME_LIMIT
) -> tuple[Diagnostic, ...]:
    """Loads every module outside a pipeline, with stand-ins for `dlt` and `dp`, and returns what is wrong with them.

    Nothing is registered, and no Spark is started: dataset functions are not called. Each finding names the table, the file and
    the line. A module that raises, exits, hangs or prints does not keep the others from being loaded.
    """
    findings: list[Diagnostic] = []
    with recording() as notes, fresh_modules(root):
        for module, tables in modules_of(project).items():
            before = len(notes.definitions)
            found = load_file(root, module, tables, limit=limit)
            findings += found
            if module.endswith(".py") and not any(finding.severity == "error" for finding in found):
                findings += _undefined(module, tables, notes.definitions[before:], root)
    return sort_diagnostics(findings)


def modules_of(project: Project, pipeline: str | None = None) -> Mapping[str, tuple[Table, ...]]:
    """The modules of config.yml with the tables that each defines, in the file's order.

    With `pipeline`, those of the tables that belong to that pipeline resource.
    """
    modules: dict[str, tuple[Table, ...]] = {}
    for table in project.tables:
        if pipeline is None or (table.pipeline or project.pipeline) in (None, pipeline):
            modules[table.module] = (*modules.get(table.module, ()), table)
    return modules


def load_file(
    root: Path,
    module: str,
    tables: tuple[Table, ...],
    *,
    limit: float = TIME_LIMIT,
    given: Mapping[str, Any] | None = None,
) -> list[Diagnostic]:
    """Executes one Python module from its file, with the names of `given` defined in it. Checks an .sql module's text.

    Returns what went wrong; an empty list when nothing did. Notebooks are left to the pipeline.
    """
    path = root / module
    table = tables[0]
    if not path.is_file():
        return [
            Diagnostic("LDP301", f"{module} does not exist", table.module_place, table=table.name)
        ]
    if module.endswith(".sql"):
        return check_sql(path, module, table)
    if not module.endswith(".py"):
        return []
    spec = importlib.util.spec_from_file_location(
        _dotted(module), path, loader=_Fresh(_dotted(module), str(path))
    )
    if spec is None or spec.loader is None:
        return [
            Diagnostic(
                "LDP811",
                f"{module} can't be loaded as a Python module",
                Place(module, 1, 1),
                table=table.name,
            )
        ]
    loaded = importlib.util.module_from_spec(spec)
    vars(loaded).update(given or {})
    sys.modules[spec.name] = loaded
    _pickle_by_value(loaded)
    printed = Printed(str(path))
    try:
        with redirect_stdout(printed), time_limit(limit):
            spec.loader.exec_module(loaded)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit and the time limit are no Exceptions.
        sys.modules.pop(spec.name, None)
        return [
            *printed.findings(module, table),
            describe_failure(error, module, table, root, limit),
        ]
    return printed.findings(module, table)


@contextmanager
def fresh_modules(root: Path) -> Iterator[None]:
    """Makes the project importable, and forgets its modules that were imported before, the engine's own aside."""
    forget_modules(root)
    before, cached = list(sys.path), sys.dont_write_bytecode
    sys.path.insert(0, str(root))
    # A .pyc can't tell two edits within a second apart.
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.path[:] = before
        sys.dont_write_bytecode = cached


def forget_modules(root: Path) -> None:
    """Takes the project's modules out of Python's cache, so that the next import reads their files."""
    importlib.invalidate_caches()
    own = {entry.name.removesuffix(".py") for entry in root.iterdir()}
    own -= {"pipelines", "tests", "__main__"} | sys.stdlib_module_names
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in own and "site-packages" not in (_file(module) or ""):
            del sys.modules[name]


def _file(module: ModuleType | None) -> str | None:
    return getattr(module, "__file__", None)


def watch(
    root: Path,
    on_change: Callable[[tuple[str, ...]], None],
    *,
    interval: float = 0.5,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Calls `on_change` with the changed files (relative, sorted) each time that files of the project were saved.

    Looks every `interval` seconds at config and module files, until `stop` says so or Ctrl-C.
    """
    known = _states(root)
    while not stop():
        time.sleep(interval)
        states = _states(root)
        changed = tuple(
            sorted(
                path for path in known.keys() | states.keys() if known.get(path) != states.get(path)
            )
        )
        known = states
        if changed:
            on_change(changed)


def _states(root: Path) -> dict[str, tuple[int, int]]:
    states: dict[str, tuple[int, int]] = {}
    for folder in (root, root / "transformations", root / "pipelines"):
        found = folder.glob("*.y*ml") if folder == root else folder.rglob("*")
        for path in found:
            if path.suffix in (".py", ".sql", ".yml", ".yaml") and "__pycache__" not in path.parts:
                try:
                    status = path.stat()
                except OSError:
                    continue
                states[path.relative_to(root).as_posix()] = (status.st_mtime_ns, status.st_size)
    return states


def _undefined(
    module: str, tables: tuple[Table, ...], definitions: list[Definition], root: Path
) -> Iterator[Diagnostic]:
    """LDP303 for tables that the module does not define."""
    names = [definition.name for definition in definitions]
    for table in tables:
        if any(_agree(table.name, name) for name in names):
            continue
        here = [d for d in definitions if Path(d.file) == root / module]
        close = did_you_mean(table.name, names)
        nearest = next(
            (d for d in here if close is not None and quote(d.name) in close),
            here[0] if here else None,
        )
        defined = ", ".join(quote(name) for name in names) or "nothing"
        yield Diagnostic(
            "LDP303",
            f"{module} does not define {quote(table.name)}; it defines {defined}",
            Place(module, nearest.line if nearest else 1, 1),
            table=table.name,
            hint=close or f'Give the dataset name="{table.dataset}", or correct config.yml',
            related=(Related(table.place, "the table in config.yml"),),
        )


def _agree(a: str, b: str) -> bool:
    """Whether two names agree, without case, in all parts that both have."""
    return all(
        x == y
        for x, y in zip(
            reversed(a.lower().split(".")), reversed(b.lower().split(".")), strict=False
        )
    )


def _dotted(module: str) -> str:
    """The name that `import` would give the module, unless that is the name of another module."""
    name = module.removesuffix(".py").replace("/", ".")
    top = name.split(".")[0]
    taken = top in sys.stdlib_module_names or "site-packages" in (_file(sys.modules.get(top)) or "")
    return f"project.{name}" if taken else name


class _Fresh(SourceFileLoader):
    """Compiles the file as it is now, without Python's cache of compiled files."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def _pickle_by_value(module: ModuleType) -> None:
    """Lets a UDF of the module travel to Spark's workers, where the module can't be imported."""
    try:
        cloudpickle = importlib.import_module("pyspark.cloudpickle")
    except ImportError:
        return
    cloudpickle.register_pickle_by_value(module)
