"""The scenarios of docs/ on a real Spark, each laid over a new project of `ldp init`, with files in place of what a laptop lacks.

Kafka (streaming) and the archive that is read once (backfill) are of the cloud: there only the source is replaced by files.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from conftest import REPOSITORY
from spark import needs_spark
from test_local_spark import run_local
from test_template_init import NODE, ldp

pytestmark = [
    needs_spark,
    pytest.mark.skipif(NODE is None, reason="no node on PATH: https://nodejs.org"),
]

Lay = Callable[[str, Mapping[str, str]], Path]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Lays a scenario over a new project, as docs/scenarios.md says, and adds files."""

    def write(scenario: str, files: Mapping[str, str]) -> Path:
        ldp(tmp_path, "init", scenario, "--catalog", "lake", "--schema", "lab")
        root = tmp_path / scenario
        shutil.copytree(REPOSITORY / "docs" / "scenarios" / scenario, root, dirs_exist_ok=True)
        for path, text in files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return root

    return write


def run(root: Path, *arguments: str) -> dict[str, int]:
    """The rows of the tables that a local run made, by name."""
    done = run_local(root, *arguments, "--format", "json")
    assert done.status == 0, done.stderr
    return {table["name"]: table["rows"] for table in done.json()["tables"]}


def read(root: Path, table: str) -> list[tuple[Any, ...]]:
    """The rows of a table, sorted, from its files: another start of Spark would take longer than the run."""
    rows = pyarrow.parquet.read_table(root / ".ldp" / "local" / "warehouse" / table).to_pylist()
    return sorted(tuple(row.values()) for row in rows)


def at(text: str) -> datetime:
    """A time in UTC, as the files have it."""
    return datetime.fromisoformat(text)


def test_daily_batch_reads_the_file_of_the_day_alone(lay: Lay) -> None:
    root = lay(
        "daily-batch",
        {
            "invoices/2020-01-05.csv": "invoice_id,customer_id,issued_on,total\n"
            "1,ann,2020-01-03,10.50\n2,bob,2020-01-04,none\n,ann,2020-01-04,7.00\n"
        },
    )
    assert run(root) == {
        "invoices_bronze": 3,
        "invoices_silver": 2,
        "revenue_by_month": 1,
        "customers_at_risk": 2,
    }
    (root / "invoices" / "2020-02-02.csv").write_text(
        "invoice_id,customer_id,issued_on,total\n3,ann,2020-02-01,4.50\n4,cid,2020-03-01,1.00\n"
    )
    assert run(root, "--tags", "daily") == {
        "invoices_bronze": 5,
        "invoices_silver": 4,
        "revenue_by_month": 3,
    }
    assert read(root, "revenue_by_month") == [
        (at("2020-01-01"), 2, Decimal("10.50")),
        (at("2020-02-01"), 1, Decimal("4.50")),
        (at("2020-03-01"), 1, Decimal("1.00")),
    ]
    # The weekly table is as the run before left it.
    assert read(root, "customers_at_risk") == [
        ("ann", date(2020, 1, 3)),
        ("bob", date(2020, 1, 4)),
    ]


def test_several_environments_keeps_the_latest_report_of_each_parcel(lay: Lay) -> None:
    reports = [
        ("p1", "sent", "2026-01-05T08:00:00Z"),
        ("p2", "sent", "2026-01-05T09:00:00Z"),
        ("p1", "delivered", "2026-01-06T10:00:00Z"),
    ]
    lines = [
        json.dumps({"parcel": parcel, "status": status, "reported_at": at})
        for parcel, status, at in reports
    ]
    root = lay("environments", {"parcels/day.json": "\n".join(lines) + "\n"})
    assert run(root) == {"parcels_bronze": 3, "parcels_silver": 2}
    assert read(root, "parcels_silver") == [
        ("p1", "delivered", at("2026-01-06T10:00:00")),
        ("p2", "sent", at("2026-01-05T09:00:00")),
    ]


def test_streaming_parses_the_clicks(lay: Lay) -> None:
    """Kafka's topic is a folder of files here, and the table of minutes is left out, whose watermark open-source Spark
    wants to resolve before there is a table."""
    config = (REPOSITORY / "docs/scenarios/streaming/config.yml").read_text(encoding="utf-8")
    source, silver = config.index("    source:\n"), config.index("  - name: clicks_silver")
    gold, end = config.index("  - name: clicks_by_minute"), config.index("environments:")
    files = "    source: {type: files, path: clicks/, format: text, schema: value STRING}\n\n"
    clicks = [
        ("/a", "2026-01-05T08:00:10Z"),
        ("/b", "2026-01-05T08:01:00Z"),
    ]
    lines = [
        json.dumps({"page": page, "visitor": "v", "clicked_at": when}) for page, when in clicks
    ]
    root = lay(
        "streaming",
        {
            "config.yml": config[:source] + files + config[silver:gold] + config[end:],
            "clicks/1.txt": "\n".join([*lines, "no json"]) + "\n",
        },
    )
    assert run(root) == {"clicks_bronze": 3, "clicks_silver": 2}
    assert read(root, "clicks_silver") == [
        ("/a", "v", at("2026-01-05T08:00:10")),
        ("/b", "v", at("2026-01-05T08:01:00")),
    ]


def test_backfill_rebuilds_silver_and_gold_from_bronze(lay: Lay) -> None:
    """The flow of the archive is left out: open-source Spark has no flow that runs once."""
    path = "transformations/bronze/sensors_bronze.py"
    text = (REPOSITORY / "docs/scenarios/backfill" / path).read_text(encoding="utf-8")
    measured = [
        ("s1", "2026-01-05T08:00:00Z", 10.0),
        ("s1", "2026-01-05T09:00:00Z", 20.0),
        ("s1", "2026-01-06T09:00:00Z", 5000.0),
        ("s2", "2026-01-06T09:00:00Z", -3.5),
    ]
    lines = [
        json.dumps({"sensor": sensor, "measured_at": at, "celsius": celsius})
        for sensor, at, celsius in measured
    ]
    root = lay(
        "backfill",
        {
            path: text[
                : text.index('@dp.append_flow(target="sensors_bronze", name="sensors_history"')
            ],
            "sensors/new/1.json": "\n".join(lines) + "\n",
        },
    )
    everything = {"sensors_bronze": 4, "sensors_silver": 3, "sensors_by_day": 2}
    assert run(root) == everything
    rebuilt = run(root, "--tags", "rebuild", "--mode", "full-refresh")
    assert rebuilt == {"sensors_silver": 3, "sensors_by_day": 2}
    assert read(root, "sensors_by_day") == [
        ("s1", date(2026, 1, 5), 10.0, 15.0, 20.0),
        ("s2", date(2026, 1, 6), -3.5, -3.5, -3.5),
    ]
