# ldp-engine 1.0.0
"""Runs the project on this machine: drives `spark-pipelines`, follows what it prints, and sums up."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .errors import EngineError
from .java import Tools, find_tools
from .loader import modules_of
from .local_events import TableEvent, read_error, read_event
from .local_state import LocalState, prepare
from .log import Log
from .model import Mode, Project
from .runtime import REGISTERED_FILE
from .sql_modules import read_query
from .summary import RunSummary, TableRun, duration, log_summary, summary_text

PORT = 15002
"""Where Spark Connect listens; `spark-pipelines` takes no other."""
PORT_WAIT = 180.0
SUMMARY_LIMIT = 600.0


@dataclass
class _Run:
    """What is known of a run while it goes on. Times are seconds since it began."""

    began: float
    tables: dict[str, TableRun] = field(default_factory=dict)
    started: dict[str, float] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def run_local(
    project: Project,
    root: Path,
    selection_names: Sequence[str],
    mode: Mode,
    log: Log,
) -> int:
    """Runs tables with open-source Spark, keeps them in `.ldp/local/`, logs each, and prints a summary.

    Args:
        project: a project without errors.
        root: its folder.
        selection_names: the selected tables; all of the project's for a full run.
        mode: `batch`, `full-refresh` or `validate`.
        log: where to say what happens.

    Returns:
        The exit status: 0, or 1 when modules could not be loaded or a table failed.

    Raises:
        EngineError: LDP907 without Java 17 or pyspark, LDP901 for what does not work here, LDP804 for
            a selection before all tables were run once, LDP904 for a state folder of another project.
    """
    if mode == "streaming":
        raise EngineError(
            "LDP901", "--mode streaming needs a pipeline on Databricks.", "Use batch."
        )
    tools = find_tools()
    root = root.resolve()
    state = prepare(root, _libraries(project, root), {"ldp.config": project.config_file})
    everything = {table.name for table in project.tables} <= set(selection_names)
    if mode == "batch" and not everything and not state.complete:
        raise EngineError(
            "LDP804",
            "A selection reads tables that were never made here: run all tables once.",
            "python pipelines/ldp_engine.py --local",
            status=1,
        )
    log.info(
        "local_run_started", f"Running {len(selection_names)} tables on this machine", mode=mode
    )
    _wait_for_port(log)
    run = _Run(time.monotonic())
    status = _spark_pipelines(
        _arguments(mode, everything, selection_names, project), tools, state, run, log
    )
    seconds = time.monotonic() - run.began
    noted = _registered(state)
    for text in noted["findings"]:
        log.warning("finding", text)
    if noted["failed"]:
        log.error("not_registered", "Modules could not be loaded; nothing was run")
        return 1
    if status != 0:
        text, hint = read_error(run.lines)
        log.error("run_failed", text, hint=hint, output=str(state.output.relative_to(root)))
        print(f"error: {text}" + (f"\n    hint: {hint}" if hint else ""), file=sys.stderr)
        print(f"    all that Spark printed: {state.output.relative_to(root)}", file=sys.stderr)
    elif mode != "validate" and everything:
        state.mark_complete()
    if mode == "validate":
        log.info("validated", f"The pipeline is {'valid' if status == 0 else 'not valid'}")
        return int(status != 0)
    views = {entry["name"] for entry in noted["datasets"] if entry["kind"] == "temporary_view"}
    tables = _tables(selection_names, views, run)
    tables = _counted(tables, project, tools, state, log)
    summary = RunSummary("completed" if status == 0 else "failed", seconds, tuple(tables))
    log_summary(log, summary)
    sys.stdout.write(summary_text(summary))
    return int(status != 0)


def _libraries(project: Project, root: Path) -> list[str]:
    """The engine, and the files with CREATE statements, which register themselves."""
    statements = [
        module
        for module in modules_of(project)
        if module.endswith(".sql") and read_query(root / module) is None
    ]
    return ["pipelines/ldp_engine.py", *statements]


def _arguments(mode: Mode, everything: bool, names: Sequence[str], project: Project) -> list[str]:
    if mode == "validate":
        return ["dry-run"]
    if everything:
        return ["run", "--full-refresh-all"] if mode == "full-refresh" else ["run"]
    option = "--full-refresh" if mode == "full-refresh" else "--refresh"
    return ["run", option, ",".join(names)]


def _environment(tools: Tools, state: LocalState) -> dict[str, str]:
    # What another Spark on this machine has set would lead astray.
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("SPARK_", "PYSPARK_"))
    }
    path = [str(state.root), *filter(None, [os.environ.get("PYTHONPATH")])]
    added = {
        "SPARK_HOME": str(tools.spark_home),
        "SPARK_CONF_DIR": str(state.settings),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        REGISTERED_FILE: str(state.registered),
    }
    if tools.java_home is not None:
        added["JAVA_HOME"] = str(tools.java_home)
    return {**kept, **added}


def _spark_pipelines(
    arguments: list[str], tools: Tools, state: LocalState, run: _Run, log: Log
) -> int:
    """Runs the program to its end, and returns its status. Ctrl-C ends it and what it started."""
    command = [str(tools.spark_home / "bin" / "spark-pipelines"), *arguments]
    process = subprocess.Popen(
        [*command, "--spec", str(state.spec)],
        cwd=state.root,
        env=_environment(tools, state),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        with state.output.open("w", encoding="utf-8") as output:
            for line in process.stdout or ():
                output.write(line)
                run.lines.append(line.rstrip("\n"))
                event = read_event(run.lines[-1])
                if event is not None:
                    _follow(event, run, log)
        return process.wait()
    except BaseException:
        _end(process)
        raise


def _end(process: subprocess.Popen[str]) -> None:
    for way in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, way)
            process.wait(timeout=10)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _follow(event: TableEvent, run: _Run, log: Log) -> None:
    now = time.monotonic() - run.began
    if event.state == "running":
        # A flow that failed starts again: its runtime counts from the first start.
        if event.table not in run.started:
            log.info("table_started", f"{event.table} started", table=event.table)
        run.started.setdefault(event.table, now)
        return
    before = run.tables.get(event.table)
    if before is not None and before.status == event.state:
        return
    seconds = now - run.started[event.table] if event.table in run.started else None
    run.tables[event.table] = TableRun(event.table, event.state, seconds, error=event.reason)
    text = f"{event.table} {event.state}" + (f" after {duration(seconds)}" if seconds else "")
    write = log.info if event.state == "completed" else log.error
    write(f"table_{event.state}", text, table=event.table, seconds=seconds)


def _tables(names: Sequence[str], views: set[str], run: _Run) -> list[TableRun]:
    """The selected tables in their order; temporary views hold nothing and are not run."""
    by_name = {name.rsplit(".", 1)[-1]: name for name in names if name not in views}
    return [
        replace(run.tables.get(short, TableRun(short, "not run")), name=name)
        for short, name in by_name.items()
    ]


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
            env=_environment(tools, state),
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
    verbs = {"keep": "kept", "drop": "dropped", "fail": "failed"}
    for item in count["expectations"]:
        failed = item["failed"]
        number = "an unknown number of" if failed is None else str(failed)
        log.info(
            "expectation",
            f"{name}: {number} rows miss {item['name']} ({item['condition']}), {verbs[item['action']]}",
            table=name,
            **item,
        )


def _registered(state: LocalState) -> dict[str, Any]:
    if not state.registered.is_file():
        return {"datasets": [], "failed": False, "findings": []}
    noted: dict[str, Any] = json.loads(state.registered.read_text(encoding="utf-8"))
    return noted


def _wait_for_port(log: Log) -> None:
    """Waits until no other local run listens where this one will."""
    end = time.monotonic() + PORT_WAIT
    said = False
    while _in_use():
        if time.monotonic() > end:
            raise EngineError(
                "LDP804", f"Port {PORT} is in use: another local run is going on.", "Wait for it."
            )
        if not said:
            log.info("waiting", f"Port {PORT} is in use; waiting for another local run to end")
            said = True
        time.sleep(1)


def _in_use() -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", PORT)) == 0
