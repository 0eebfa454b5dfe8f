# ldp-engine 1.0.0
"""Registers the project's tables in the pipeline that is being evaluated, on Databricks and on open-source Spark."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from .config import load_config
from .diagnostics import diagnostic_json, diagnostic_text, has_errors, sort_diagnostics
from .dlt_compat import compatible
from .graph import build_graph, check_graph
from .loader import fresh_modules, load_file, modules_of
from .log import Log, default_log_format
from .model import Diagnostic, Project, Table
from .platform import on_databricks, option, session
from .sources import use_project
from .sql_modules import read_query
from .streaming import sql_reads_stream
from .summary import duration

LOG_FORMAT = "LDP_LOG_FORMAT"
"""The environment variable with which a local run asks for a log that it can read."""


class RegistrationError(Exception):
    """The project can't be registered; the text has every finding."""

    def __init__(self, message: str, findings: Iterable[Diagnostic]) -> None:
        """Takes what could not be done, and the findings that say why."""
        super().__init__("\n".join([message, *map(diagnostic_text, findings)]))


def register_all(home: Path) -> None:
    """Registers every table of the project, whatever the tags: a table left out would become inactive.

    The pipeline's `configuration` may give `ldp.root` (the project, where it is not `home`), `ldp.config`
    (its config file), and `ldp.pipeline` (register only what belongs to that pipeline resource).
    Notebooks and files with CREATE statements are libraries of the pipeline's own.

    Raises:
        RegistrationError: config.yml is wrong or modules could not be loaded; the text has all findings.
    """
    root = Path(option("ldp.root") or home)
    project = _project(root, option("ldp.config") or "config.yml")
    use_project(project, root)
    log = Log("json") if os.environ.get(LOG_FORMAT) == "json" else Log(default_log_format())
    findings: list[Diagnostic] = []
    with fresh_modules(root), _pipeline_modules():
        for module, tables in modules_of(project, option("ldp.pipeline")).items():
            findings += _load(root, module, tables, log)
    for finding in findings:
        _log_finding(finding, log)
    if has_errors(findings):
        log.error("not_registered", "Modules could not be loaded: no table is run")
        raise RegistrationError("modules of the project could not be loaded", findings)


def _load(root: Path, module: str, tables: tuple[Table, ...], log: Log) -> list[Diagnostic]:
    """Loads one module, which registers its tables, and logs its start and end."""
    names = [table.name for table in tables]
    log.info("module_started", f"{module}: loading", module=module, tables=names)
    began = time.monotonic()
    # Databricks gives `spark` to a pipeline's own files only; modules that rely on it work here too.
    spark = session()
    found = load_file(root, module, tables, given={} if spark is None else {"spark": spark})
    if module.endswith(".sql") and not found:
        found = _register_sql(root, module, tables[0])
    seconds = round(time.monotonic() - began, 3)
    failed = has_errors(found)
    write, end = (log.error, "failed") if failed else (log.info, "loaded")
    text = f"{module}: {end} after {duration(seconds)}"
    write(f"module_{end}", text, module=module, tables=names, seconds=seconds)
    return found


def _log_finding(finding: Diagnostic, log: Log) -> None:
    fields = diagnostic_json(finding)
    where = f"{fields['file']}:{fields['line']}:{fields['column']}: " if finding.place else ""
    hint = f" ({finding.hint})" if finding.hint else ""
    write = log.error if finding.severity == "error" else log.warning
    kept = {key: value for key, value in fields.items() if key not in ("message", "related")}
    write("finding", f"{where}{finding.code}: {finding.message}{hint}", **kept)


def _project(root: Path, config: str) -> Project:
    loaded = load_config(root, config)
    findings = list(loaded.diagnostics)
    if loaded.project is not None:
        findings += check_graph(loaded.project, build_graph(loaded.project))
    if loaded.project is None or has_errors(findings):
        raise RegistrationError(f"{config} has errors", sort_diagnostics(findings))
    return loaded.project


@contextmanager
def _pipeline_modules() -> Iterator[None]:
    """Databricks has `dlt` and `dp` with expectations; open-source Spark gets stand-ins that register in its own pipelines."""
    if on_databricks():
        yield
        return
    with compatible():
        yield


def _register_sql(root: Path, module: str, table: Table) -> list[Diagnostic]:
    query = read_query(root / module)
    if query is None:
        return []
    from pyspark import pipelines as dp

    define: Callable[..., Any] = dp.table if sql_reads_stream(query) else _materialized_view(dp)
    try:
        define(name=table.name, comment=table.description)(_query_function(query, table.dataset))
    except Exception as error:
        text = str(error).strip().split("\n")[0]
        return [
            Diagnostic(
                "LDP811",
                f"{module} could not be registered: {text}",
                table.module_place,
                table=table.name,
            )
        ]
    return []


def _query_function(query: str, name: str) -> Callable[[], Any]:
    def run() -> Any:
        from pyspark.sql import SparkSession

        return SparkSession.active().sql(query)

    run.__name__ = name
    return run


def _materialized_view(dp: ModuleType) -> Callable[..., Any]:
    """Before 2025 Databricks had `table` only, which makes a materialized view of a batch query."""
    define: Callable[..., Any] = getattr(dp, "materialized_view", dp.table)
    return define
