"""`dlt` on open-source Spark, and the sources of config.yml, as far as they can be told without a Spark session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Write

pytest.importorskip("pyspark", reason='pip install "pyspark[pipelines]==4.3.0"')

from pipelines.ldp import sources
from pipelines.ldp.config import load_config
from pipelines.ldp.dlt_compat import Dataset, Unsupported, compatible

Defined = list[tuple[Dataset, dict[str, Any]]]


def define(text: str, tmp_path: Path) -> Defined:
    """Executes a module as the local run does, and returns what it registers."""
    found: Defined = []
    file = tmp_path / "module.py"
    file.write_text(text)
    with compatible(lambda dataset, options: found.append((dataset, options))):
        exec(compile(text, str(file), "exec"), {})
    return found


MODULE = """
import dlt
from pyspark import pipelines as dp

@dlt.table(name="batch", comment="c", table_properties={"a": "b"}, cluster_by_auto=True)
@dlt.expect("one", "a > 1")
@dlt.expect_or_drop("two", "a > 2")
@dlt.expect_all_or_fail({"three": "a > 3", "four": "a > 4"})
def f():
    return dlt.read("x")

@dlt.table
def stream():
    return dlt.read_stream("x")

@dp.table
@dp.expect_all({"five": "a > 5"})
def batch_too():
    return spark.read.table("x")

@dlt.view
def old_view():
    return None

@dp.temporary_view(name="new_view")
def g():
    return None

@dp.materialized_view
def view():
    return None
"""


def test_both_modules_define_tables_and_views_of_the_right_kind(tmp_path: Path) -> None:
    found = define(MODULE, tmp_path)
    assert [(dataset.name, dataset.kind) for dataset, _ in found] == [
        ("batch", "materialized_view"),
        ("stream", "streaming_table"),
        ("batch_too", "materialized_view"),
        ("old_view", "temporary_view"),
        ("new_view", "temporary_view"),
        ("view", "materialized_view"),
    ]
    first, options = found[0]
    assert [(each.name, each.condition, each.action) for each in first.expectations] == [
        ("one", "a > 1", "keep"),
        ("two", "a > 2", "drop"),
        ("three", "a > 3", "fail"),
        ("four", "a > 4", "fail"),
    ]
    assert options == {"name": "batch", "comment": "c", "table_properties": {"a": "b"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import dlt\ndlt.apply_changes(target='x')", "`apply_changes` has no equivalent"),
        (
            "from pyspark import pipelines as dp\ndp.create_auto_cdc_flow(target='x')",
            "can't merge rows",
        ),
        ("import dlt\n@dlt.on_event_hook\ndef f(e): ...", "`on_event_hook` has no equivalent"),
        (
            "import dlt\n@dlt.table(row_filter='x')\ndef f(): ...",
            "f: `row_filter` has no equivalent on open-source Spark",
        ),
        ("import dlt\n@dlt.table(temporary=True)\ndef f(): ...", "`temporary` has no equivalent"),
        (
            "import dlt\n@dlt.append_flow(target='x', once=True)\ndef f(): ...",
            "append_flow: `once` has no equivalent",
        ),
    ],
)
def test_what_has_no_equivalent_is_a_clear_error(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match=message):
        define(text, tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import dlt\n@dlt.expect('a', 'b')\n@dlt.table\ndef f(): ...", "must stand below"),
        ("import dlt\n@dlt.table\n@dlt.expect('a', '')\ndef f(): ...", "a name and a condition"),
    ],
)
def test_a_misplaced_expectation_is_a_clear_error(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=message):
        define(text, tmp_path)


class Reader:
    """Stands for Spark's readers, and notes how it is called."""

    def __init__(self, kind: str) -> None:
        self.calls: list[Any] = [kind]
        self.options_given: dict[str, str] = {}

    def options(self, **given: str) -> Reader:
        self.options_given.update(given)
        return self

    def option(self, key: str, value: str) -> Reader:
        self.options_given[key] = value
        return self

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Reader:
            self.calls.append((name, *arguments))
            return self

        return call


class Session:
    """Stands for a Spark session."""

    read = property(lambda self: Reader("batch"))
    readStream = property(lambda self: Reader("stream"))


SOURCES = """version: 1
tables:
  - {name: files, layer: bronze, source: {type: files, path: data/x/, format: csv, schema: "a INT", options: {header: true, cloudFiles.maxFilesPerTrigger: 5}}}
  - {name: loose, layer: bronze, source: {type: files, path: data/x/, format: json}}
  - {name: s3, layer: bronze, source: {type: s3, path: "s3://bucket/x", format: json, schema: "a INT"}}
  - {name: jdbc, layer: bronze, source: {type: jdbc, url: "jdbc:x", table: t, user: "{{secrets/s/u}}", password: "{{secrets/s/p-w}}"}}
  - {name: kafka, layer: bronze, source: {type: kafka, servers: "a:1", topic: t, starting_offsets: earliest, user: "{{secrets/s/u}}", password: "{{secrets/s/p-w}}"}}
  - {name: shared.table, layer: bronze, source: {type: table, table: other.schema.t, options: {skipChangeCommits: true}}}
  - {name: bare, layer: bronze}
"""


@pytest.fixture
def declared(project: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    from pyspark.sql import SparkSession

    root = project({"config.yml": SOURCES})
    loaded = load_config(root, "config.yml", look_for_modules=False)
    assert loaded.project is not None and not loaded.diagnostics
    sources.use_project(loaded.project, root)
    monkeypatch.setattr(SparkSession, "active", staticmethod(Session))
    monkeypatch.delenv("DATABRICKS_RUNTIME_VERSION", raising=False)
    monkeypatch.setenv("LDP_SECRET_S_U", "me")
    monkeypatch.setenv("LDP_SECRET_S_P_W", 'a"b\\c')
    return root


def test_files_are_streamed_by_spark_here_and_by_auto_loader_on_databricks(
    declared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = sources.stream_source("files")
    assert here.calls == [
        "stream",
        ("format", "csv"),
        ("schema", "a INT"),
        ("load", str(declared / "data/x/")),
    ]
    assert here.options_given == {"header": "true"}
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
    monkeypatch.setattr(sources, "option", {"ldp.data": "/Volumes/main/shop/landing"}.get)
    there = sources.stream_source("FILES")
    assert there.calls == [
        "stream",
        ("format", "cloudFiles"),
        ("schema", "a INT"),
        ("load", "/Volumes/main/shop/landing/data/x/"),
    ]
    assert there.options_given == {
        "cloudFiles.format": "csv",
        "header": "true",
        "cloudFiles.maxFilesPerTrigger": "5",
    }
    monkeypatch.setattr(sources, "option", {}.get)
    with pytest.raises(ValueError, match="set `ldp.data`"):
        sources.stream_source("files")


def test_other_sources_are_read_with_their_options(
    declared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sources.stream_source("s3").calls[-1] == ("load", "s3a://bucket/x")
    jdbc = sources.read_source("jdbc")
    assert jdbc.calls == ["batch", ("format", "jdbc"), ("load",)]
    assert jdbc.options_given == {
        "url": "jdbc:x",
        "dbtable": "t",
        "user": "me",
        "password": 'a"b\\c',
    }
    kafka = sources.stream_source("kafka").options_given
    assert (kafka["subscribe"], kafka["startingOffsets"]) == ("t", "earliest")
    assert kafka["kafka.sasl.jaas.config"] == (
        "org.apache.kafka.common.security.plain.PlainLoginModule required"
        ' username="me" password="a\\"b\\\\c";'
    )
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
    monkeypatch.setattr(sources, "_secret", lambda value: value)
    databricks = sources.stream_source("kafka").options_given["kafka.sasl.jaas.config"]
    assert databricks.startswith("kafkashaded.org.apache.kafka.")
    table = sources.stream_source("table")
    assert table.calls == ["stream", ("table", "other.schema.t")]
    assert table.options_given == {"skipChangeCommits": "true"}


@pytest.mark.parametrize(
    ("read", "table", "message"),
    [
        (sources.stream_source, "loose", "loose: a stream of files needs a schema"),
        (sources.stream_source, "jdbc", "jdbc: JDBC can't be streamed; use read_source"),
        (sources.read_source, "bare", "bare has no source in config.yml"),
        (sources.read_source, "nope", "config.yml has 0 tables named 'nope'"),
    ],
)
def test_a_source_that_cannot_be_read_says_why(
    read: Callable[[str], Any], table: str, message: str, declared: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        read(table)


def test_a_secret_that_is_not_here_names_the_variable(
    declared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LDP_SECRET_S_P_W")
    with pytest.raises(ValueError, match="set the environment variable LDP_SECRET_S_P_W"):
        sources.read_source("jdbc")
