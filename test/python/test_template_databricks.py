"""The engine's file as a pipeline on Databricks evaluates it, with modules that stand for Databricks' own."""

from __future__ import annotations

import runpy
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from conftest import REPOSITORY

pytest.importorskip("pyspark", reason='pip install "pyspark[pipelines]==4.3.0"')

from pipelines.ldp.recorder import replaced_modules

ALL = [
    "customers_bronze",
    "customers_gold",
    "customers_silver",
    "orders_bronze",
    "orders_gold",
    "orders_parsed",
    "orders_silver",
    "revenue_by_country",
]


@dataclass
class Workspace:
    """What a pipeline's update sees: its configuration, and the datasets that are defined."""

    configuration: dict[str, str]
    defined: dict[str, list[Callable[[], Any]]] = field(default_factory=dict)
    queries: list[str] = field(default_factory=list)

    def module(self) -> ModuleType:
        """`dlt` and `dp` are one module there. It calls no function: the update does, later and again."""

        def table(function: Callable[[], Any] | None = None, **options: Any) -> Any:
            def define(query: Callable[[], Any]) -> Callable[[], Any]:
                name = options.get("name") or query.__name__
                self.defined.setdefault(name, []).append(query)
                return query

            return define if function is None else define(function)

        def expect(*_arguments: Any) -> Callable[[Any], Any]:
            return lambda function: function

        module = ModuleType("dlt")
        names = ("expect", "expect_or_drop", "expect_or_fail")
        vars(module).update({name: expect for name in names})
        for name in ("table", "materialized_view", "temporary_view"):
            setattr(module, name, table)
        return module


class Session:
    """Stands for the pipeline's Spark session."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.conf = self

    def get(self, key: str, default: str | None = None) -> str | None:
        return self._workspace.configuration.get(key, default)

    def sql(self, text: str) -> str:
        self._workspace.queries.append(text)
        return text


Evaluate = Callable[[Path, Mapping[str, str]], Workspace]


@pytest.fixture
def evaluate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Evaluate]:
    from pyspark.sql import SparkSession

    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
    before = dict(sys.modules)

    def run(root: Path, configuration: Mapping[str, str]) -> Workspace:
        given = {"pipelines.id": "p-1", "ldp.root": str(root), **configuration}
        workspace = Workspace(given)
        monkeypatch.setattr(SparkSession, "active", staticmethod(lambda: Session(workspace)))
        module = workspace.module()
        with replaced_modules(module, module):
            # As the main program, which is how a pipeline may run its files.
            runpy.run_path(str(root / "pipelines" / "ldp_engine.py"), run_name="__main__")
        return workspace

    yield run
    for name in set(sys.modules) - set(before):
        if name.split(".")[0] in ("transformations", "project"):
            del sys.modules[name]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / "example-repo", tmp_path / "project")
    return tmp_path / "project"


def test_every_table_is_registered_once_in_each_evaluation(evaluate: Evaluate, root: Path) -> None:
    for _ in range(2):
        workspace = evaluate(root, {})
        assert sorted(workspace.defined) == ALL
        assert {len(queries) for queries in workspace.defined.values()} == {1}


def test_an_edit_between_two_evaluations_is_seen(evaluate: Evaluate, root: Path) -> None:
    evaluate(root, {})
    module = root / "transformations" / "gold" / "orders_gold.py"
    module.write_text(module.read_text().replace('name="orders_gold"', 'name="renamed"'))
    assert "renamed" in evaluate(root, {}).defined


def test_a_sql_module_becomes_a_query_that_runs_when_it_is_asked_for(
    evaluate: Evaluate, root: Path
) -> None:
    workspace = evaluate(root, {})
    assert workspace.queries == []
    workspace.defined["revenue_by_country"][0]()
    (query,) = workspace.queries
    assert query == (root / "transformations/gold/revenue_by_country.sql").read_text().strip()


def test_a_pipeline_registers_only_what_belongs_to_it(evaluate: Evaluate, root: Path) -> None:
    config = root / "config.yml"
    text = config.read_text()
    entry = "  - name: orders_gold\n"
    config.write_text(text.replace(entry, f"{entry}    pipeline: reports\n"))
    assert sorted(evaluate(root, {"ldp.pipeline": "reports"}).defined) == ["orders_gold"]
    rest = [name for name in ALL if name != "orders_gold"]
    assert sorted(evaluate(root, {"ldp.pipeline": "etl"}).defined) == rest


def test_a_broken_project_fails_the_update_with_all_that_is_wrong(
    evaluate: Evaluate, root: Path
) -> None:
    (root / "transformations/gold/orders_gold.py").write_text("import no_such_package\n")
    (root / "transformations/gold/customers_gold.py").write_text("def broken(:\n")
    with pytest.raises(Exception, match="modules of the project could not be loaded") as failed:
        evaluate(root, {})
    for text in ("orders_gold.py:1:1: error LDP811", "customers_gold.py:1:", "error LDP302"):
        assert text in str(failed.value)
    (root / "config.yml").write_text("version: 1\ntables:\n  - {name: a, layer: brnze}\n")
    with pytest.raises(Exception, match="config.yml has errors") as failed:
        evaluate(root, {})
    assert "config.yml:3:22: error LDP103" in str(failed.value)


def test_a_module_may_use_the_spark_that_databricks_gives_its_own_files(
    evaluate: Evaluate, root: Path
) -> None:
    (root / "transformations/gold/orders_gold.py").write_text(
        "import dlt\n\n\n@dlt.table\ndef orders_gold():\n    return spark.sql('SELECT 1')\n"
    )
    workspace = evaluate(root, {})
    workspace.defined["orders_gold"][0]()
    assert workspace.queries == ["SELECT 1"]
