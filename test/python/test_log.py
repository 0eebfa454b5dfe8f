"""The log, and what it must never show."""

from __future__ import annotations

import io
import json

import pytest
from pipelines.ldp.log import Log, default_log_format
from pipelines.ldp.masking import hide, masked
from pipelines.ldp.summary import RunSummary, TableRun, duration, log_summary, summary_text

SUMMARY = RunSummary(
    "completed",
    75.2,
    (
        TableRun("orders", "completed", 12.34, 1204, 3),
        TableRun("report", "completed", 0.85),
        TableRun("views", "not run"),
    ),
    "update-1",
)


def written(form: str, *messages: str) -> str:
    stream = io.StringIO()
    log = Log("json" if form == "json" else "text", stream, clock=lambda: 1_795_000_000.5)
    for message in messages:
        log.info("table_started", message, table="orders", error=message)
    return stream.getvalue()


def test_text_is_one_line_an_event_whatever_the_message() -> None:
    assert written("text", "one\ntwo\x1b[31m\u2028three") == (
        "11:06:40  one\\ntwo\\x1b[31m\\u2028three\n"
    )


def test_json_lines_have_time_level_event_and_fields() -> None:
    line = json.loads(written("json", "started"))
    assert line == {
        "time": "2026-11-18T11:06:40.500Z",
        "level": "info",
        "event": "table_started",
        "message": "started",
        "table": "orders",
        "error": "started",
    }


def test_json_on_databricks_text_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABRICKS_RUNTIME_VERSION", raising=False)
    assert default_log_format() == "text"
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
    assert default_log_format() == "json"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("token dapi0123456789abcdef0123456789abcdef-2 used", "token *** used"),
        (
            "jdbc:sqlserver://h;user=sa;password=S3cret!x;db=1",
            "jdbc:sqlserver://h;user=sa;password=***;db=1",
        ),
        ('{"client_secret": "abcdefgh"}', '{"client_secret": "***"}'),
        ("Authorization: Bearer abc.def.ghi", "Authorization: Bearer ***"),
        ("wasbs://c@a?sv=1&sig=Ab%2Bcdefg&x=1", "wasbs://c@a?sv=1&sig=***&x=1"),
        ("AKIAABCDEFGHIJKLMNOP", "***"),
        ("password={{secrets/db/password}}", "password={{secrets/db/password}}"),
        ("the password is wrong", "the password is wrong"),
        ("table tokens completed", "table tokens completed"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_known_secrets_are_masked_wherever_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    hide("swordfish-1")
    monkeypatch.setenv("DATABRICKS_CLIENT_SECRET", "from-the-environment")
    for form in ("text", "json"):
        line = written(form, "got swordfish-1 and from-the-environment")
        assert "swordfish" not in line and "from-the" not in line


def test_the_summary_is_a_table_for_people() -> None:
    assert summary_text(SUMMARY) == (
        "table   status     runtime   rows  dropped\n"
        "orders  completed   12.3 s  1,204        3\n"
        "report  completed   850 ms      -        -\n"
        "views   not run          -      -        -\n"
        "\n"
        "completed after 1 min 15 s\n"
    )


def test_the_summary_is_one_event_with_every_table() -> None:
    stream = io.StringIO()
    log_summary(Log("json", stream), SUMMARY)
    line = json.loads(stream.getvalue())
    assert line["event"] == "summary"
    assert line["tables"][0] == {
        "name": "orders",
        "status": "completed",
        "seconds": 12.34,
        "rows": 1204,
        "dropped": 3,
    }


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "-"),
        (0.004, "4 ms"),
        (59.94, "59.9 s"),
        (125, "2 min 05 s"),
        (3 * 3600 + 60, "3 h 01 min"),
    ],
)
def test_runtimes_are_short(seconds: float | None, shown: str) -> None:
    assert duration(seconds) == shown
