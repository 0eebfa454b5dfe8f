"""The launcher: the real databricks-sdk over HTTP against a workspace that is played on loopback."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from pipelines.ldp.config import load_config
from pipelines.ldp.errors import EngineError
from pipelines.ldp.launcher import Launch, launch
from pipelines.ldp.log import Log
from pipelines.ldp.model import Mode
from pipelines.ldp.module_text import read_definitions
from pipelines.ldp.plan import build_plan
from pipelines.ldp.selection import read_tags
from pipelines.ldp.summary import RunSummary
from pipelines.ldp.workspace import Timing

from conftest import ENGINE, Finished, Write, run_engine, run_in_process
from fake_workspace import (
    PIPELINE,
    TOKEN,
    DroppedConnection,
    FakeWorkspace,
    Refusal,
    Step,
    event,
    flow,
    serving,
)

CONFIG = """version: 1
tables:
  - {name: orders_bronze, layer: bronze, tags: [daily]}
  - {name: orders_parsed, layer: silver, tags: [daily, views], depends_on: [orders_bronze]}
  - {name: orders_silver, layer: silver, tags: [daily], depends_on: [orders_parsed]}
  - {name: report, layer: gold, tags: [weekly], depends_on: [orders_silver]}
"""

MODULES = {
    "transformations/bronze/orders_bronze.py": """from pyspark import pipelines as dp

@dp.table(name="orders_bronze", table_properties={"pipelines.reset.allowed": "false"})
def orders_bronze():
    return spark.readStream.table("raw.orders")
""",
    "transformations/silver/orders_parsed.py": """from pyspark import pipelines as dp

VIEW = "orders_parsed"

@dp.temporary_view(name=VIEW)
def parsed():
    return spark.read.table("orders_bronze")
""",
    "transformations/silver/orders_silver.py": """import dlt

@dlt.table
@dlt.expect_or_drop("id", "id IS NOT NULL")
def orders_silver():
    return dlt.read("orders_parsed")
""",
    "transformations/gold/report.sql": "SELECT count(*) AS orders FROM orders_silver\n",
}


@pytest.fixture
def workspace() -> Iterator[FakeWorkspace]:
    tables = ("orders_bronze", "orders_silver", "report")
    fake = FakeWorkspace(tables=tables, views=("orders_parsed",), script=two_tables)
    with serving(fake):
        yield fake


@pytest.fixture
def shop(project: Write) -> Path:
    return project({"config.yml": CONFIG, **MODULES})


def two_tables(_body: dict[str, Any]) -> list[Step]:
    """An update of several looks, whose events come in pages."""
    return [
        Step("WAITING_FOR_RESOURCES", [event("create_update", "Update was started.", 0)]),
        Step("INITIALIZING", [event("update_progress", "Update is INITIALIZING.", 1)]),
        Step("RUNNING", [flow("orders_bronze", "QUEUED", 2), flow("orders_silver", "QUEUED", 2)]),
        Step("RUNNING", [flow("orders_bronze", "RUNNING", 3)]),
        Step(
            "RUNNING",
            [
                flow("orders_bronze", "RUNNING", 4, rows=100, dropped=1),
                flow("orders_bronze", "RUNNING", 5, rows=50, dropped=2),
                flow("orders_bronze", "COMPLETED", 7.5),
                flow("orders_silver", "RUNNING", 8),
            ],
        ),
        Step("COMPLETED", [flow("orders_silver", "COMPLETED", 10, rows=147, dropped=3)]),
    ]


class Run:
    """One launch, with its log."""

    def __init__(self, shop: Path, workspace: FakeWorkspace) -> None:
        self.shop, self.workspace = shop, workspace
        self.log = io.StringIO()
        self.pauses: list[float] = []
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def __call__(
        self, tags: str = "", mode: Mode = "batch", *, confirmed: bool = False, **timing: float
    ) -> RunSummary:
        loaded = load_config(self.shop)
        assert loaded.project is not None
        plan = build_plan(loaded, self.shop, mode, read_tags(tags, "or"))
        definitions = read_definitions(loaded.project, self.shop)
        wanted = Launch(plan, loaded.project, definitions, confirmed)
        return launch(
            wanted,
            client(self.workspace),
            PIPELINE,
            Log("json", self.log),
            Timing(sleep=self.sleep, clock=lambda: self.now, **timing),
        )

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def told(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == name]


def client(workspace: FakeWorkspace) -> WorkspaceClient:
    # No retries inside the SDK: what it gives up on after minutes comes at once.
    config = Config(
        host=workspace.host, token=TOKEN, retry_timeout_seconds=1, http_timeout_seconds=5
    )
    return WorkspaceClient(config=config)


@pytest.fixture
def run(shop: Path, workspace: FakeWorkspace) -> Run:
    return Run(shop, workspace)


def refused(code: str, call: Any) -> EngineError:
    with pytest.raises(EngineError) as caught:
        call()
    assert caught.value.code == code
    return caught.value


def test_every_table_is_an_update_without_a_selection(run: Run) -> None:
    summary = run()
    assert summary.state == "completed"
    assert run.workspace.bodies == [{}]


def test_tags_become_the_refresh_selection_without_views(run: Run) -> None:
    run.workspace.add_update()
    summary = run("daily")
    assert run.workspace.bodies[-1] == {"refresh_selection": ["orders_bronze", "orders_silver"]}
    assert [table.name for table in summary.tables] == ["orders_bronze", "orders_silver"]


def test_each_table_has_a_runtime_rows_and_dropped_records(run: Run) -> None:
    run.workspace.add_update()
    bronze, silver = run("daily").tables
    assert (bronze.status, bronze.seconds, bronze.rows, bronze.dropped) == (
        "completed",
        4.5,
        150,
        3,
    )
    assert (silver.status, silver.seconds, silver.rows, silver.dropped) == (
        "completed",
        2.0,
        147,
        3,
    )
    assert [each["table"] for each in run.told("table_started")] == [bronze.name, silver.name]
    assert [
        (each["table"], each["seconds"], each["rows"]) for each in run.told("table_completed")
    ] == [("orders_bronze", 4.5, 150), ("orders_silver", 2.0, 147)]


def test_states_are_told_once_each(run: Run) -> None:
    run()
    assert [each["state"] for each in run.told("update_state")] == [
        "WAITING_FOR_RESOURCES",
        "INITIALIZING",
        "RUNNING",
        "COMPLETED",
    ]


def test_events_of_other_updates_are_left_out_where_the_service_does_not_filter(run: Run) -> None:
    run.workspace.filters_by_update = False
    other = run.workspace.add_update()
    other.events.append(flow("report", "COMPLETED", 900, rows=7))
    assert "report" not in [table.name for table in run("daily").tables]


def test_events_without_details_still_tell_start_and_end(run: Run) -> None:
    def script(_body: dict[str, Any]) -> list[Step]:
        events = [flow("report", "RUNNING", 1), flow("report", "COMPLETED", 4)]
        return [Step("COMPLETED", [{**each, "details": None, "origin": {}} for each in events])]

    run.workspace.add_update()
    run.workspace.script = script
    (report,) = run("weekly").tables
    assert (report.status, report.seconds, report.rows) == ("completed", 3.0, None)


def test_a_failed_update_ends_as_failed_with_the_error_of_the_table(run: Run) -> None:
    def script(_body: dict[str, Any]) -> list[Step]:
        return [
            Step("RUNNING", [flow("report", "RUNNING", 1)]),
            Step("FAILED", [flow("report", "FAILED", 3, error="Column `x` does not exist.")]),
        ]

    run.workspace.add_update()
    run.workspace.script = script
    summary = run("weekly")
    assert summary.state == "failed"
    assert summary.tables[0].status == "failed"
    assert summary.tables[0].error == "SparkException: Column `x` does not exist."
    assert run.told("table_failed")[0]["seconds"] == 2.0
    assert "does not exist" in run.told("update_error")[0]["message"]


def test_events_that_come_after_the_end_are_waited_for(run: Run) -> None:
    late = flow("report", "COMPLETED", 5, rows=1)

    def script(_body: dict[str, Any]) -> list[Step]:
        return [Step("COMPLETED", [flow("report", "RUNNING", 1)])]

    def arrive(method: str, path: str) -> None:
        update = run.workspace.updates[-1]
        looked = [each for each in run.workspace.requests if each[1].endswith("/events")]
        if path.endswith("/events") and len(looked) == 3:
            update.events.append(late)

    run.workspace.add_update()
    run.workspace.script = script
    run.workspace.before = arrive
    assert run("weekly").tables[0].seconds == 4.0


def test_a_selection_is_refused_before_the_first_full_update(run: Run) -> None:
    run.workspace.add_update(refresh_selection=["report"])
    run.workspace.add_update(validate_only=True)
    run.workspace.add_update(state="FAILED")
    error = refused("LDP803", lambda: run("daily"))
    assert "without --tags" in (error.hint or "")
    assert error.status == 1
    assert len(run.workspace.updates) == 3


def test_the_first_full_update_may_be_pages_away(run: Run) -> None:
    run.workspace.add_update()
    for _ in range(10):
        run.workspace.add_update(refresh_selection=["report"])
    assert run("daily").state == "completed"


def test_a_workspace_without_a_list_of_updates_is_asked_for_the_latest(run: Run) -> None:
    run.workspace.has_update_list = False
    refused("LDP803", lambda: run("daily"))
    run.workspace.add_update()
    assert run("daily").state == "completed"


def test_a_selection_of_views_alone_is_refused_and_never_sent_as_everything(run: Run) -> None:
    run.workspace.add_update()
    error = refused("LDP803", lambda: run("views"))
    assert "orders_parsed" in error.message
    assert len(run.workspace.updates) == 1


def test_another_update_is_waited_for(run: Run) -> None:
    run.workspace.add_update("RUNNING", (Step("RUNNING"), Step("STOPPING"), Step("COMPLETED")))
    assert run("daily").state == "completed"
    assert run.told("waiting")[0]["update_id"] == "update-1"


def test_another_update_is_not_waited_for_without_end(run: Run) -> None:
    run.workspace.add_update("RUNNING")
    error = refused("LDP803", lambda: run("", active=60, poll=5))
    assert run.now == 60
    assert "update-1" in error.message and PIPELINE in (error.hint or "")


def test_an_update_that_began_between_looking_and_starting_is_waited_for(run: Run) -> None:
    def begin(method: str, path: str) -> None:
        if method == "POST":
            run.workspace.before = lambda _method, _path: None
            run.workspace.add_update("RUNNING", (Step("COMPLETED"),), refresh_selection=["report"])

    run.workspace.before = begin
    assert run().state == "completed"
    assert [update.id for update in run.workspace.updates] == ["update-1", "update-2"]


def test_the_answer_to_a_start_may_be_lost(run: Run) -> None:
    def lose() -> None:
        run.workspace.after_start = lambda: None
        raise DroppedConnection

    run.workspace.add_update()
    run.workspace.after_start = lose
    summary = run("daily")
    assert summary.update_id == "update-2"
    assert len(run.workspace.updates) == 2


def test_following_goes_on_after_the_network_failed(run: Run) -> None:
    dropped = []

    def drop(method: str, path: str) -> None:
        # Gone for a while after the fifth look.
        if "/updates/" in path and len(run.workspace.requests) > 12 and len(dropped) < 4:
            dropped.append(path)
            raise DroppedConnection

    run.workspace.add_update()
    run.workspace.before = drop
    summary = run("daily")
    assert dropped
    assert summary.state == "completed"
    assert [table.rows for table in summary.tables] == [150, 147]
    assert run.told("connection_lost") and run.told("connection_restored")


def test_an_outage_ends_the_run_at_last(run: Run) -> None:
    def fail(method: str, path: str) -> None:
        if "/updates/" in path:
            raise Refusal(500, "INTERNAL_ERROR", "The service is unwell.")

    run.workspace.before = fail
    error = refused("LDP906", lambda: run("", outage=30))
    assert error.status == 2
    assert "unwell" in error.message


def test_refusals_of_the_service_are_told_at_once(run: Run) -> None:
    def forbid(method: str, path: str) -> None:
        raise Refusal(403, "PERMISSION_DENIED", "No permission to view the pipeline.")

    run.workspace.before = forbid
    error = refused("LDP906", run)
    assert "No permission" in error.message and "CAN_RUN" in (error.hint or "")
    assert not run.pauses


def test_a_table_that_the_pipeline_does_not_define_yet_is_told(run: Run) -> None:
    run.workspace.add_update()
    run.workspace.tables = ("orders_bronze",)
    error = refused("LDP803", lambda: run("daily"))
    assert error.status == 1
    assert "TABLE_NOT_FOUND" in error.message and "deploy" in (error.hint or "")


def test_a_view_that_the_text_does_not_tell_is_explained(run: Run) -> None:
    run.workspace.add_update()
    module = run.shop / "transformations/silver/orders_parsed.py"
    module.write_text("from shop import views\n\nviews.define_all()\n")
    error = refused("LDP803", lambda: run("daily"))
    assert "temporary view" in (error.hint or "")


def test_validate_starts_a_validation(run: Run) -> None:
    assert run("daily", "validate").state == "completed"
    assert run.workspace.bodies == [{"validate_only": True}]


def test_a_full_refresh_of_everything_wants_confirm(run: Run) -> None:
    error = refused("LDP805", lambda: run("", "full-refresh"))
    assert error.status == 1 and "--confirm" in (error.hint or "")
    assert run.workspace.updates == []
    run("", "full-refresh", confirmed=True)
    assert run.workspace.bodies == [{"full_refresh": True}]


def test_a_full_refresh_of_a_table_that_forbids_a_reset_wants_confirm(run: Run) -> None:
    run.workspace.add_update()
    error = refused("LDP805", lambda: run("daily", "full-refresh"))
    assert "orders_bronze" in error.message and "orders_silver" not in error.message
    run("daily", "full-refresh", confirmed=True)
    assert run.workspace.bodies[-1] == {
        "full_refresh_selection": ["orders_bronze", "orders_silver"]
    }


def test_a_full_refresh_of_other_tables_needs_no_confirm(run: Run) -> None:
    run.workspace.add_update()
    run("weekly", "full-refresh")
    assert run.workspace.bodies[-1] == {"full_refresh_selection": ["report"]}


def test_streaming_returns_once_the_pipeline_runs(run: Run) -> None:
    run.workspace.continuous = True
    run.workspace.script = lambda _body: [Step("INITIALIZING"), Step("RUNNING"), Step("RUNNING")]
    assert run("", "streaming").state == "running"
    assert run.workspace.updates[0].state == "RUNNING"


def test_streaming_takes_the_update_that_runs_already(run: Run) -> None:
    run.workspace.continuous = True
    run.workspace.add_update("RUNNING")
    assert run("", "streaming").update_id == "update-1"
    assert len(run.workspace.updates) == 1


def test_streaming_that_fails_before_it_runs_is_failed(run: Run) -> None:
    run.workspace.continuous = True
    run.workspace.script = lambda _body: [Step("INITIALIZING"), Step("FAILED")]
    assert run("", "streaming").state == "failed"


def test_streaming_refuses_a_triggered_pipeline_and_tags(run: Run) -> None:
    assert "triggered" in refused("LDP803", lambda: run("", "streaming")).message
    assert "tags" in refused("LDP803", lambda: run("daily", "streaming")).message


def test_batch_refuses_a_continuous_pipeline(run: Run) -> None:
    run.workspace.continuous = True
    assert "continuous" in refused("LDP803", run).message


def test_tables_of_another_pipeline_are_left_to_it(shop: Path, workspace: FakeWorkspace) -> None:
    config = CONFIG.replace("name: report,", "name: report, pipeline: reporting,")
    (shop / "config.yml").write_text(config.replace("tables:", "pipeline: etl\ntables:"))
    run = Run(shop, workspace)
    workspace.add_update()
    assert "ldp.pipeline" in (refused("LDP803", lambda: run("daily")).hint or "")
    workspace.configuration = {"ldp.pipeline": "etl"}
    run("daily,weekly")
    assert workspace.bodies[-1]["refresh_selection"] == ["orders_bronze", "orders_silver"]
    assert "reporting" not in str(workspace.bodies)
    refused("LDP803", lambda: run("weekly"))


# The command line, as a job starts it.


OPTIONS = ("--pipeline-id", PIPELINE, "--poll-seconds", "0.01")


@pytest.fixture(autouse=True)
def credentials(workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DATABRICKS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATABRICKS_HOST", workspace.host)
    monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", os.devnull)


def start(shop: Path, *arguments: str) -> Finished:
    return run_in_process(shop, *OPTIONS, *arguments)


def test_a_job_logs_a_runtime_for_each_table(shop: Path, workspace: FakeWorkspace) -> None:
    workspace.add_update()
    environment = {
        "DATABRICKS_HOST": workspace.host,
        "DATABRICKS_TOKEN": TOKEN,
        "DATABRICKS_RUNTIME_VERSION": "17.3",
    }
    arguments = ["-C", str(shop), *OPTIONS, "--tags", "daily"]
    done = run_engine(shop, *arguments, environment=environment)
    assert done.status == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    events = [line["event"] for line in lines if line["event"] != "library"]
    assert events[:2] == ["config_loaded", "plan"]
    assert {
        line["table"]: line["seconds"] for line in lines if line["event"] == "table_completed"
    } == {
        "orders_bronze": 4.5,
        "orders_silver": 2.0,
    }
    assert lines[-1]["event"] == "summary"
    assert [table["rows"] for table in lines[-1]["tables"]] == [150, 147]
    assert "orders_silver" in done.stdout and "2.0 s" in done.stdout


def test_stdout_is_one_json_document(shop: Path) -> None:
    done = start(shop, "--format", "json")
    document = done.json()
    assert document["schema"] == "ldp.run/1"
    assert document["state"] == "completed"
    assert document["plan"]["digest"].startswith("sha256:")


def test_a_failed_update_is_exit_status_1(shop: Path, workspace: FakeWorkspace) -> None:
    workspace.script = lambda _body: [Step("FAILED")]
    assert start(shop).status == 1


def test_other_code_than_the_reviewed_is_refused(shop: Path, workspace: FakeWorkspace) -> None:
    done = start(shop, "--expect-project", f"sha256:{'0' * 64}", "--format", "json")
    assert done.status == 1
    assert [each["code"] for each in done.json()["diagnostics"]] == ["LDP801"]
    assert workspace.requests == []


def test_the_reviewed_code_runs(shop: Path) -> None:
    reviewed = run_in_process(shop, "--dry-run", "--format", "json").json()["project"]
    assert start(shop, "--expect-project", reviewed).status == 0


def test_an_unknown_pipeline_is_told(shop: Path) -> None:
    done = start(shop, "--pipeline-id", "nope", "--format", "json")
    assert done.status == 2
    assert done.json()["code"] == "LDP906"


def test_no_secret_is_printed(shop: Path, workspace: FakeWorkspace) -> None:
    def script(_body: dict[str, Any]) -> list[Step]:
        error = f"jdbc failed: user=sa password=hunter2secret token {TOKEN}"
        return [Step("FAILED", [flow("report", "FAILED", 3, error=error)])]

    workspace.script = script
    done = start(shop, "--format", "json")
    assert "jdbc failed" in done.stderr and "jdbc failed" in done.stdout
    for secret in ("hunter2secret", TOKEN):
        assert secret not in done.stderr + done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_following_and_says_how_to_stop(
    shop: Path, workspace: FakeWorkspace, number: signal.Signals
) -> None:
    workspace.script = lambda _body: [Step("RUNNING")]
    process = subprocess.Popen(
        [sys.executable, "-B", str(ENGINE), "-C", str(shop), "--pipeline-id", PIPELINE]
        + ["--poll-seconds", "0.05"],
        stderr=subprocess.PIPE,
        text=True,
    )
    while not any(path.endswith("/events") for _, path in list(workspace.requests)):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"databricks pipelines stop {PIPELINE}" in stderr
    assert workspace.updates[0].state == "RUNNING"
