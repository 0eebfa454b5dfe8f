# ldp-engine 1.0.0
"""Runs the program `spark-pipelines`, and follows what it prints."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from .errors import EngineError
from .java import Tools
from .local_events import TableEvent, read_event, read_log_line
from .local_state import LocalState
from .log import Log
from .runtime import LOG_FORMAT
from .summary import TableRun, duration

PORT = 15002
"""Where Spark Connect listens; `spark-pipelines` takes no other."""
PORT_WAIT = 180.0
"""Seconds to wait for another local run on this machine."""


@dataclass
class Run:
    """What is known of a run while it goes on. Times are seconds since it began."""

    began: float
    tables: dict[str, TableRun] = field(default_factory=dict)
    started: dict[str, float] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    registered: bool = True
    """Whether all modules could be loaded."""


def environment(tools: Tools, state: LocalState) -> dict[str, str]:
    """The environment of Spark's processes: this Python, this pyspark, and the project's settings."""
    # What another Spark on this machine has set would lead astray.
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("SPARK_", "PYSPARK_"))
    }
    engine = Path(__file__).resolve().parents[2]
    path = [str(state.root), str(engine), *filter(None, [os.environ.get("PYTHONPATH")])]
    added = {
        "SPARK_HOME": str(tools.spark_home),
        "SPARK_CONF_DIR": str(state.settings),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        LOG_FORMAT: "json",
    }
    if tools.java_home is not None:
        added["JAVA_HOME"] = str(tools.java_home)
    return {**kept, **added}


def run_pipelines(arguments: list[str], tools: Tools, state: LocalState, run: Run, log: Log) -> int:
    """Runs the program to its end, and returns its status. Ctrl-C ends it and what it started."""
    command = [str(tools.spark_home / "bin" / "spark-pipelines"), *arguments]
    process = subprocess.Popen(
        [*command, "--spec", str(state.spec)],
        cwd=state.root,
        env=environment(tools, state),
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
                _read(run.lines[-1], run, log)
        return process.wait()
    except BaseException:
        _end(process)
        raise


def _read(line: str, run: Run, log: Log) -> None:
    event = read_event(line)
    if event is not None:
        _follow(event, run, log)
        return
    entry = read_log_line(line)
    if entry is not None:
        run.registered = run.registered and entry.event != "not_registered"
        getattr(log, entry.level)(entry.event, entry.message, **entry.fields)


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


def _follow(event: TableEvent, run: Run, log: Log) -> None:
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


def wait_for_port(log: Log) -> None:
    """Waits until no other local run listens where this one will."""
    end = time.monotonic() + PORT_WAIT
    said = False
    while _in_use():
        if time.monotonic() > end:
            raise EngineError(
                "LDP803", f"Port {PORT} is in use: another local run is going on.", "Wait for it."
            )
        if not said:
            log.info("waiting", f"Port {PORT} is in use; waiting for another local run to end")
            said = True
        time.sleep(1)


def _in_use() -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", PORT)) == 0
