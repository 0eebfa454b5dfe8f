"""The command line without a run: plans, findings, diagrams, usage."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ENGINE, TEMPLATES, Write, run_engine, run_in_process

CONFIG = """version: 1
tables:
  - {name: orders, layer: bronze, tags: [daily, crm]}
  - {name: customers, layer: bronze, tags: [crm]}
  - {name: orders_clean, layer: silver, tags: [daily], depends_on: [orders]}
  - {name: report, layer: gold, tags: [weekly], depends_on: [orders_clean, customers]}
"""


@pytest.fixture
def shop(project: Write) -> Path:
    return project({"config.yml": CONFIG})


def test_a_dry_run_says_which_tables_in_which_stage_and_why(shop: Path) -> None:
    done = run_in_process(shop, "--dry-run", "--no-source", "--tags", "daily,weekly")
    digests = json.loads(
        run_in_process(
            shop, "--dry-run", "--no-source", "--tags", "daily,weekly", "--format", "json"
        ).stdout
    )
    assert done.status == 0
    assert done.stdout == f"""Plan: 3 of 4 tables in 3 stages, mode batch

Stage 1
  orders        bronze  has tag daily

Stage 2
  orders_clean  silver  has tag daily; after orders

Stage 3
  report        gold    has tag weekly; after orders_clean

Not selected
  customers     bronze  has no tag daily or weekly

plan     {digests["digest"]}
project  {digests["project"]}
"""


def test_with_and_the_missing_tags_are_told(shop: Path) -> None:
    arguments = ["--dry-run", "--no-source", "--tags", "daily,crm", "--tag-mode", "and"]
    done = run_in_process(shop, *arguments)
    assert "  orders        bronze  has tags daily, crm\n" in done.stdout
    assert "  customers     bronze  has tag crm, lacks tag daily\n" in done.stdout


def test_the_json_has_what_ldp_plan_prints(shop: Path) -> None:
    document = run_in_process(shop, "--dry-run", "--no-source", "--format", "json").json()
    assert document["schema"] == "ldp.plan/1"
    assert document["stages"] == [["customers", "orders"], ["orders_clean"], ["report"]]
    assert document["selection"] == {"tags": [], "tag_mode": "or", "select": [], "exclude": []}
    assert [table["name"] for table in document["tables"]] == [
        "customers",
        "orders",
        "orders_clean",
        "report",
    ]
    assert document["tables"][1] == {
        "name": "orders",
        "layer": "bronze",
        "kind": None,
        "tags": ["daily", "crm"],
        "depends_on": [],
        "module": "transformations/bronze/orders.py",
        "code": None,
        "selected": True,
        "stage": 1,
        "change": None,
        "reasons": [],
        "why": "every table",
    }


def test_an_unknown_tag_suggests_the_nearest(shop: Path) -> None:
    done = run_in_process(shop, "--dry-run", "--no-source", "--tags", "dayly")
    assert done.status == 1
    assert 'error LDP401: No table has the tag "dayly".' in done.stdout
    assert 'Did you mean "daily"?' in done.stdout


def test_no_tags_mean_every_table(shop: Path) -> None:
    plans = [
        run_in_process(shop, "--dry-run", "--no-source", "--format", "json", *tags).json()["digest"]
        for tags in ((), ("--tags", ""), ("--tags", " , "))
    ]
    assert len(set(plans)) == 1 and plans[0]


def test_the_mode_is_part_of_the_digest(shop: Path) -> None:
    def digest(mode: str) -> str:
        done = run_in_process(shop, "--dry-run", "--no-source", "--mode", mode, "--format", "json")
        return str(done.json()["digest"])

    assert len({digest(mode) for mode in ("batch", "full-refresh", "streaming", "validate")}) == 4


def test_without_config_the_exit_status_is_2(tmp_path: Path) -> None:
    done = run_in_process(tmp_path, "--dry-run", "--format", "json")
    assert done.status == 2
    assert [each["code"] for each in done.json()["diagnostics"]] == ["LDP101"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--tag-mode", "xor"),
        ("--mode", "fast"),
        ("--tags",),
        ("--nope",),
        ("daily",),
        ("--config", "../config.yml"),
        ("--config", "/etc/config.yml"),
        ("--visualize", "graph.pdf"),
        ("--visualize", "no/such/folder/graph.dot"),
        ("--poll-seconds", "-1"),
        ("--local", "--pipeline-id", "x"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_ldp901_and_exit_status_2(shop: Path, arguments: tuple[str, ...]) -> None:
    done = run_in_process(shop, "--dry-run", "--no-source", "--format", "json", *arguments)
    assert done.status == 2
    document = done.json()
    assert (document["schema"], document["code"]) == ("ldp.error/1", "LDP901")
    assert "error LDP901" in done.stderr


def test_a_run_needs_a_place(shop: Path) -> None:
    done = run_in_process(shop, "--no-source")
    assert done.status == 2
    assert "--pipeline-id" in done.stderr and "--local" in done.stderr


def test_a_project_without_tables_is_not_run(project: Write) -> None:
    root = project({"config.yml": "version: 1\ntables: []\n"})
    done = run_in_process(root, "--pipeline-id", "x")
    assert done.status == 1
    assert "LDP403" in done.stderr


def test_other_code_than_the_reviewed_is_refused(shop: Path) -> None:
    options = ("--dry-run", "--no-source", "--format", "json")
    reviewed = run_in_process(shop, *options).json()["project"]
    assert run_in_process(shop, *options, "--expect-project", reviewed).status == 0
    assert run_in_process(shop, *options, "--expect-project", "").status == 0
    (shop / "pipelines").mkdir()
    (shop / "pipelines" / "new.py").write_text("x = 1\n")
    done = run_in_process(shop, *options, "--expect-project", reviewed)
    assert done.status == 1
    assert [each["code"] for each in done.json()["diagnostics"]] == ["LDP801"]
    assert done.json()["digest"] is None


def test_the_graph_is_drawn_as_dot_without_anything_installed(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph.dot"
    arguments = ["--no-source", "--tags", "daily", "--visualize", str(file)]
    assert run_in_process(shop, *arguments).status == 0
    text = file.read_text(encoding="utf-8")
    assert '"orders" -> "orders_clean";' in text
    assert 'label="orders_clean\\nstage 2"' in text
    assert text.count("subgraph cluster_") == 3
    assert text.count("->") == 3


def test_svg_without_graphviz_is_a_clear_message(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run_in_process(shop, "--dry-run", "--no-source", "--visualize", str(tmp_path / "g.svg"))
    assert done.status == 2
    assert "LDP907" in done.stderr and ".dot" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell script")
def test_svg_is_what_graphviz_makes_of_the_dot(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dot = tmp_path / "dot"
    dot.write_text('#!/bin/sh\necho "<svg>$1"\n/bin/cat\n')
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    file = tmp_path / "g.svg"
    assert run_in_process(shop, "--no-source", "--visualize", str(file)).status == 0
    assert file.read_text().startswith("<svg>-Tsvg\ndigraph tables {")


def test_names_can_not_break_out_of_the_diagram() -> None:
    from pipelines.ldp.visualize import _quoted

    assert _quoted('a"] -> b [x="') == '"a\\"] -> b [x=\\""'


# Where the project is.


def test_the_project_is_the_engines_own_where_it_is_started_inside_it() -> None:
    for folder in (TEMPLATES, TEMPLATES / "pipelines"):
        done = run_engine(folder, "--dry-run", "--format", "json")
        assert done.status == 0, done.stderr
        assert {"orders_bronze", "customers_gold"} <= {
            table["name"] for table in done.json()["tables"]
        }


def test_the_project_is_the_working_directory_elsewhere(shop: Path) -> None:
    done = run_engine(shop, "--dry-run", "--no-source", "--format", "json")
    assert [table["name"] for table in done.json()["tables"]][0] == "customers"


def test_on_databricks_the_project_is_the_engines_own_wherever_a_job_starts(tmp_path: Path) -> None:
    environment = {"DATABRICKS_RUNTIME_VERSION": "17.3"}
    done = run_engine(tmp_path, "--dry-run", "--format", "json", environment=environment)
    assert done.status == 0
    assert len(done.json()["tables"]) >= 5


def test_a_dry_run_needs_pyyaml_alone(shop: Path) -> None:
    program = f"""
import runpy, sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("pyspark", "databricks", "dlt", "py4j", "numpy", "pandas"):
            raise ImportError(name + " is not there")
sys.meta_path.insert(0, Refuse())
sys.argv = ["ldp_engine.py", "-C", {str(shop)!r}, "--dry-run", "--no-source"]
runpy.run_path({str(ENGINE)!r}, run_name="__main__")
"""
    done = subprocess.run(
        [sys.executable, "-B", "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Plan: 4 of 4 tables")
