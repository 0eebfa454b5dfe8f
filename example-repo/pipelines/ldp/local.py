# ldp-engine 1.0.0
"""Runs the project on this machine: drives `spark-pipelines`, follows what it prints, and sums up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .errors import EngineError
from .java import Tools, find_tools
from .loader import modules_of
from .local_events import read_error
from .local_state import LocalState, prepare
from .log import Log
from .model import Mode, Project
from .module_text import read_definitions, read_flows
from .spark_pipelines import Run, environment, run_pipelines, wait_for_port
from .sql_modules import read_query
from .summary import RunSummary, TableRun

SUMMARY_LIMIT = 600.0
_WORSE = ("completed", "running", "skipped", "failed")
"""What a flow may come to; of a table's flows the last one here counts."""


def run_local(
    project: Project,
    root: Path,
    selection_names: Sequence[str],
    mode: Mode,
    log: Log,
) -> RunSummary:
    """Runs tables with open-source Spark, keeps them in `.ldp/local/`, and logs what each does.

    Args:
        project: a project without errors.
        root: its folder.
        selection_names: the selected tables; all of the project's for a full run.
        mode: `batch`, `full-refresh` or `validate`.
        log: where to say what happens.

    Returns:
        What was run; its state is `failed` too when modules could not be loaded.

    Raises:
        EngineError: LDP907 without Java 17 or pyspark, LDP901 for what does not work here, LDP403 and
            LDP803 for a selection that can't be run, LDP904 for a state folder of another project.
    """
    if mode == "streaming":
        raise EngineError(
            "LDP901", "--mode streaming needs a pipeline on Databricks.", "Use batch."
        )
    tools = find_tools()
    root = root.resolve()
    state = prepare(
        root,
        _libraries(project, root),
        {"ldp.root": str(root), "ldp.config": project.config_file},
    )
    everything = {table.name for table in project.tables} <= set(selection_names)
    stored = _stored(project, root, selection_names)
    if mode != "validate" and not everything and not state.complete:
        raise EngineError(
            "LDP803",
            "A selection reads tables that were never made here: run all tables once.",
            "python pipelines/ldp_engine.py --local",
            status=1,
        )
    log.info("local_run_started", f"Running {len(stored)} tables on this machine", mode=mode)
    wait_for_port(log)
    run = Run(time.monotonic())
    status = run_pipelines(_arguments(mode, everything, stored), tools, state, run, log)
    seconds = time.monotonic() - run.began
    if status != 0:
        _log_failure(state, run, log)
    elif mode == "validate":
        log.info("validated", "The pipeline is valid; nothing was run")
    elif everything:
        state.mark_complete()
    tables = _counted(_tables(stored, run, read_flows(project, root)), project, tools, state, log)
    return RunSummary("completed" if status == 0 else "failed", seconds, tuple(tables))


def _stored(project: Project, root: Path, names: Sequence[str]) -> list[str]:
    """The tables that hold something: a temporary view is made again whenever it is read."""
    kinds = {name: found.kind for name, found in read_definitions(project, root).items()}
    stored = [name for name in names if kinds.get(name) != "temporary_view"]
    if not stored:
        raise EngineError(
            "LDP403",
            "The selection has temporary views only, which hold nothing.",
            "Select a table that reads them.",
            status=1,
        )
    return stored


def _log_failure(state: LocalState, run: Run, log: Log) -> None:
    output = state.output.relative_to(state.root).as_posix()
    if run.registered:
        text, hint = read_error(run.lines)
        log.error("run_failed", text + (f" ({hint})" if hint else ""), hint=hint)
    log.error("output", f"All that Spark printed is in {output}", output=output)


def _libraries(project: Project, root: Path) -> list[str]:
    """The engine, and the files with CREATE statements, which register themselves."""
    statements = [
        module
        for module in modules_of(project)
        if module.endswith(".sql")
        and (root / module).is_file()
        and read_query(root / module) is None
    ]
    engine = Path(__file__).resolve().parents[1] / "ldp_engine.py"
    return [Path(os.path.relpath(engine, root)).as_posix(), *statements]


def _arguments(mode: Mode, everything: bool, names: Sequence[str]) -> list[str]:
    if mode == "validate":
        return ["dry-run"]
    if everything:
        return ["run", "--full-refresh-all"] if mode == "full-refresh" else ["run"]
    option = "--full-refresh" if mode == "full-refresh" else "--refresh"
    return ["run", option, ",".join(names)]


def _tables(names: Sequence[str], run: Run, flows: Mapping[str, Sequence[str]]) -> list[TableRun]:
    """The tables in their order, under the names that config.yml gives them.

    Spark tells of flows: a table's own has its name, others write into it under names of their own.
    """
    found = []
    for name in names:
        short = name.rsplit(".", 1)[-1]
        known = [
            run.tables[flow]
            for flow in (short, *flows.get(short.lower(), ()))
            if flow in run.tables
        ]
        worst = max(known, key=lambda each: _WORSE.index(each.status), default=None)
        seconds = [each.seconds for each in known if each.seconds is not None]
        found.append(
            TableRun(name, "not run")
            if worst is None
            else replace(worst, name=name, seconds=max(seconds, default=None))
        )
    return found


def _counted(
    tables: list[TableRun], project: Project, tools: Tools, state: LocalState, log: Log
) -> list[TableRun]:
    """The tables with rows and dropped rows, as a Spark session of its own counts them after the run."""
    done = [table.name for table in tables if table.status == "completed"]
    if not done:
        return tables
    command = [
        sys.executable,
        "-m",
        "pipelines.ldp.local_summary",
        str(state.root),
        project.config_file,
    ]
    try:
        result = subprocess.run(
            [*command, *done],
            cwd=state.root,
            env=environment(tools, state),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=SUMMARY_LIMIT,
            check=True,
        )
        counts = json.loads(result.stdout.rstrip().rsplit("\n", 1)[-1])
    except (subprocess.SubprocessError, ValueError) as error:
        log.warning("not_counted", f"The tables' rows could not be counted: {error}")
        return tables
    for name, count in counts.items():
        _log_expectations(name, count, log)
    return [
        (
            replace(table, rows=counts[table.name]["rows"], dropped=counts[table.name]["dropped"])
            if table.name in counts
            else table
        )
        for table in tables
    ]


def _log_expectations(name: str, count: dict[str, Any], log: Log) -> None:
    done = {"keep": ", kept", "drop": ", dropped", "fail": ""}
    for item in count["expectations"]:
        failed = item["failed"]
        rows = {0: "no row misses", 1: "1 row misses", None: "it is unknown how many rows miss"}
        text = f"{rows.get(failed, f'{failed} rows miss')} {item['name']} ({item['condition']})"
        verb = done[item["action"]] if failed != 0 else ""
        log.info("expectation", f"{name}: {text}{verb}", table=name, **item)
