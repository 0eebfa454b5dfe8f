"""The parts of a local run that need no Spark: what is read from its output, its settings, its tools."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from pipelines.ldp.errors import EngineError
from pipelines.ldp.java import Tools, find_tools
from pipelines.ldp.local_events import LogEntry, TableEvent, read_error, read_event, read_log_line
from pipelines.ldp.local_state import prepare
from pipelines.ldp.log import Log
from pipelines.ldp.spark_pipelines import Run, run_pipelines
from pipelines.ldp.streaming import reads_stream, sql_reads_stream

from conftest import Write, run_engine

AT = "2026-11-23 09:50:15: "


@pytest.mark.parametrize(
    ("line", "event"),
    [
        (AT + "Flow spark_catalog.default.orders is QUEUED.", None),
        (AT + "Flow spark_catalog.default.orders is RUNNING.", TableEvent("orders", "running")),
        (
            AT + "Flow spark_catalog.default.orders has COMPLETED.",
            TableEvent("orders", "completed"),
        ),
        (
            AT + "Flow 'spark_catalog.default.orders' has FAILED more than 2 times and will not be"
            " restarted.",
            TableEvent("orders", "failed", "more than 2 times and will not be restarted"),
        ),
        (
            AT + "Flow 'spark_catalog.default.gold' SKIPPED due to upstream failure(s).",
            TableEvent("gold", "skipped", "due to upstream failure(s)"),
        ),
        (AT + "Starting run...", None),
        ("26/11/23 09:50:38 WARN TriggeredGraphExecution: Flow `a`.`b` SKIPPED", None),
        ("", None),
    ],
)
def test_events_are_read_from_the_lines_of_spark_pipelines(
    line: str, event: TableEvent | None
) -> None:
    assert read_event(line) == event


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        (
            '{"time": "x", "level": "info", "event": "module_loaded", "message": "m", "seconds": 1}',
            LogEntry("info", "module_loaded", "m", {"seconds": 1}),
        ),
        ('{"time": "x", "level": "loud", "event": "e", "message": "m"}', None),
        ('{"time": "x", "level": "info"}', None),
        ('{"time": "x", cut off', None),
        ('{"other": 1}', None),
    ],
)
def test_the_engines_own_log_is_read_from_the_lines(line: str, entry: LogEntry | None) -> None:
    assert read_log_line(line) == entry


def test_a_failed_run_is_told_by_its_last_exception_with_a_hint() -> None:
    lines = [
        "Error: something before",
        "Traceback (most recent call last):",
        '  File "cli.py", line 450, in <module>',
        "pyspark.errors.exceptions.connect.AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] The table"
        " or view `x` cannot be found.",
        "'Project [*]",
    ]
    text, hint = read_error(lines)
    assert text == "[TABLE_OR_VIEW_NOT_FOUND] The table or view `x` cannot be found."
    assert hint is not None and "Run all tables once" in hint
    assert read_error(["the JVM crashed", ""]) == ("the JVM crashed", None)
    assert read_error([]) == ("no output", None)


def test_the_state_folder_serves_any_path_and_only_its_own_project(tmp_path: Path) -> None:
    root = tmp_path / "Café & co"
    root.mkdir()
    state = prepare(root, ["pipelines/ldp_engine.py", "gold/x.sql"], {"ldp.config": "config.yml"})
    spec = json.loads(state.spec.read_text())
    assert spec["storage"] == state.folder.as_uri() + "/storage"
    assert spec["libraries"] == [
        {"glob": {"include": "../../pipelines/ldp_engine.py"}},
        {"glob": {"include": "../../gold/x.sql"}},
    ]
    settings = (state.settings / "spark-defaults.conf").read_text()
    assert settings.isascii()
    assert "Caf\\u00e9 & co" in settings
    (root / ".ldp").rename(tmp_path / ".ldp")
    with pytest.raises(EngineError, match="was made for") as refused:
        prepare(tmp_path, [], {})
    assert refused.value.code == "LDP904"


def test_tables_without_their_catalog_are_cleared_away(tmp_path: Path) -> None:
    state = prepare(tmp_path, [], {})
    state.mark_complete()
    (state.folder / "warehouse" / "orders").mkdir(parents=True)
    assert not prepare(tmp_path, [], {}).complete
    assert not (state.folder / "warehouse").exists()


def fake_java(folder: Path, says: str) -> Path:
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    java.chmod(0o755)
    return java


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ('openjdk version "11.0.2" 2019-01-15', "needs Java 17 or later; this is Java 11"),
        ('java version "1.8.0_292"', "needs Java 17 or later; this is Java 8"),
        ("cannot execute", "does not say its version: cannot execute"),
    ],
)
def test_an_old_java_is_refused_with_the_way_to_get_a_new_one(
    says: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_java(tmp_path, says)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(EngineError, match=message) as refused:
        find_tools()
    assert refused.value.code == "LDP907"
    assert "https://adoptium.net" in (refused.value.hint or "")


def test_without_java_the_local_run_says_how_to_get_it(project: Write, tmp_path: Path) -> None:
    root = project(
        {
            "config.yml": "version: 1\ntables:\n  - {name: a, layer: bronze, module: a.py}\n",
            "a.py": "",
        }
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    done = run_engine(root, "--local", environment={"PATH": str(empty), "JAVA_HOME": ""})
    assert done.status == 2
    assert "error LDP907: Spark needs Java 17 or later: no java on PATH" in done.stderr
    assert "https://adoptium.net" in done.stderr


def test_without_pyspark_the_local_run_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_java(tmp_path, 'openjdk version "21.0.1" 2023-10-17')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(EngineError, match="pyspark is not installed") as refused:
        find_tools()
    assert "pyspark[pipelines]" in (refused.value.hint or "")


def test_streaming_does_not_run_on_a_laptop(project: Write) -> None:
    root = project(
        {
            "config.yml": "version: 1\ntables:\n  - {name: a, layer: bronze, module: a.py}\n",
            "a.py": "",
        }
    )
    done = run_engine(root, "--local", "--mode", "streaming")
    assert done.status == 2
    assert "error LDP901: --mode streaming needs a pipeline on Databricks." in done.stderr


@pytest.mark.parametrize(
    ("text", "streams"),
    [
        ("SELECT * FROM STREAM(orders)", True),
        ("select * from stream orders", True),
        ("SELECT * FROM STREAM `my orders`", True),
        ("SELECT stream FROM orders", False),
        ("SELECT * FROM orders -- not STREAM(orders)", False),
        ("SELECT 'FROM STREAM x' FROM orders", False),
        ("SELECT * FROM streams", False),
        ("SELECT * FROM stream WHERE x", False),
        ("SELECT * FROM a JOIN STREAM(b) ON x", True),
    ],
)
def test_a_stream_is_told_from_the_text_of_a_query(text: str, streams: bool) -> None:
    assert sql_reads_stream(text) is streams


FUNCTIONS = """
from functools import wraps

def passing(f):
    @wraps(f)
    def inner():
        return f()
    return inner

def batch(spark):
    return spark.read.table("x")

def stream(spark):
    return spark.readStream.option("a", 1).table("x")

def old(dlt):
    return dlt.read_stream("x")

def helper():
    return below()

def below():
    return stream_source("x")

def recursive():
    return recursive()

def sql(spark):
    return spark.sql("SELECT * FROM STREAM(x)")

@passing
def wrapped():
    return helper()

anonymous = lambda spark: spark.readStream.table("x")
"""


@pytest.mark.parametrize(
    ("name", "streams"),
    [
        ("batch", False),
        ("stream", True),
        ("old", True),
        ("helper", True),
        ("recursive", False),
        ("sql", True),
        ("wrapped", True),
        ("anonymous", True),
    ],
)
def test_a_stream_is_told_from_the_text_of_a_function(
    name: str, streams: bool, tmp_path: Path
) -> None:
    file = tmp_path / "functions.py"
    file.write_text(FUNCTIONS)
    names: dict[str, object] = {}
    exec(compile(FUNCTIONS, str(file), "exec"), names)
    function = names[name]
    assert callable(function)
    assert reads_stream(function) is streams


def fake_spark(folder: Path, script: str) -> Tools:
    program = folder / "spark" / "bin" / "spark-pipelines"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n" + script)
    program.chmod(0o755)
    return Tools(None, folder / "spark")


def test_what_spark_pipelines_prints_is_followed(tmp_path: Path) -> None:
    lines = [
        "noise",
        '{"time": "x", "level": "warning", "event": "finding", "message": "f", "code": "LDP813"}',
        AT + "Flow spark_catalog.default.a is RUNNING.",
        AT + "Flow spark_catalog.default.a has COMPLETED.",
        AT + "Flow spark_catalog.default.b is RUNNING.",
        AT + "Flow 'spark_catalog.default.b' has FAILED.",
        AT + "Flow spark_catalog.default.b is RUNNING.",
        AT + "Flow 'spark_catalog.default.b' has FAILED more than 0 times.",
        '{"time": "x", "level": "error", "event": "not_registered", "message": "n"}',
    ]
    (tmp_path / "lines").write_text("\n".join(lines) + "\n")
    script = 'cat "$(dirname "$0")/../../lines"; echo "$@"; echo "$SPARK_HOME$SPARK_X"; exit 3\n'
    tools = fake_spark(tmp_path, script)
    state = prepare(tmp_path, [], {})
    stream = io.StringIO()
    run = Run(0.0)
    status = run_pipelines(["run", "--refresh", "a,b"], tools, state, run, Log("json", stream))
    assert status == 3
    assert [(name, table.status) for name, table in run.tables.items()] == [
        ("a", "completed"),
        ("b", "failed"),
    ]
    assert not run.registered
    logged = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["level"], line["event"]) for line in logged] == [
        ("warning", "finding"),
        ("info", "table_started"),
        ("info", "table_completed"),
        ("info", "table_started"),
        ("error", "table_failed"),
        ("error", "not_registered"),
    ]
    assert logged[0]["code"] == "LDP813"
    assert run.lines[-2:] == [f"run --refresh a,b --spec {state.spec}", str(tools.spark_home)]
    assert state.output.read_text().splitlines() == run.lines


def test_ctrl_c_ends_what_was_started(tmp_path: Path) -> None:
    tools = fake_spark(tmp_path, 'echo $$ > "$(dirname "$0")/pid"; sleep 600 & wait\n')
    pid = tmp_path / "spark" / "bin" / "pid"
    state = prepare(tmp_path, [], {})

    def interrupt() -> None:
        while not pid.is_file() or not pid.read_text().strip():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        run_pipelines(["run"], tools, state, Run(0.0), Log("text", io.StringIO()))
    with pytest.raises(ProcessLookupError):
        # The last of them may still have to be collected by its new parent.
        for _ in range(1000):
            os.killpg(int(pid.read_text()), 0)
            time.sleep(0.01)
