# ldp-engine 1.0.0
"""Reads the `source` of a bronze table, as config.yml describes it: `stream_source("orders_bronze")`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .model import Project, Table
from .platform import on_databricks, option

_SECRET = re.compile(r"^\{\{secrets/([A-Za-z0-9_.-]+)/([A-Za-z0-9_.-]+)\}\}$")


@dataclass
class _Current:
    """The project whose modules are being loaded, so that a module need not hand it over."""

    project: Project | None = None
    root: Path | None = None


_current = _Current()


def use_project(project: Project, root: Path) -> None:
    """Says which project `read_source` and `stream_source` are about."""
    _current.project, _current.root = project, root


def stream_source(table: str) -> Any:
    """A streaming DataFrame of the table's source: each run reads what is new.

    Files come through Auto Loader on Databricks, and through Spark's file stream elsewhere, which needs the source's `schema`.
    Raises ValueError for a table without a source, and for JDBC, which can't be streamed.
    """
    return _read(table, streaming=True)


def read_source(table: str) -> Any:
    """A batch DataFrame of the table's source: each run reads everything."""
    return _read(table, streaming=False)


def _read(name: str, *, streaming: bool) -> Any:
    from pyspark.sql import SparkSession

    table, source = _declared(name)
    kind = source["type"]
    spark = SparkSession.active()
    reader = spark.readStream if streaming else spark.read
    given = {key: _text(value) for key, value in (source.get("options") or {}).items()}
    if kind in ("files", "s3"):
        return _files(reader, table, source, given, streaming=streaming)
    if kind == "table":
        return reader.options(**given).table(source["table"])
    if kind == "kafka":
        return reader.format("kafka").options(**{**_kafka(source), **given}).load()
    if kind == "jdbc":
        if streaming:
            raise ValueError(
                f"{name}: JDBC can't be streamed; use read_source in a materialized view"
            )
        return reader.format("jdbc").options(**{**_jdbc(source), **given}).load()
    raise ValueError(f"{name}: the source's type {kind!r} is not known")


def _declared(name: str) -> tuple[Table, Mapping[str, Any]]:
    if _current.project is None:
        raise RuntimeError(
            "no project is loaded: sources are read inside a pipeline's dataset function only"
        )
    matches = [
        table
        for table in _current.project.tables
        if name.lower() in (table.name.lower(), table.dataset.lower())
    ]
    if len(matches) != 1:
        raise ValueError(f"{_current.project.config_file} has {len(matches)} tables named {name!r}")
    if matches[0].source is None:
        raise ValueError(f"{name} has no source in {_current.project.config_file}")
    return matches[0], matches[0].source


def _files(
    reader: Any, table: Table, source: Mapping[str, Any], given: dict[str, str], *, streaming: bool
) -> Any:
    path, form, schema = source["path"], source["format"], source.get("schema")
    if on_databricks() and streaming:
        reader = reader.format("cloudFiles").option("cloudFiles.format", form)
    else:
        # Auto Loader's options mean nothing to Spark's own readers.
        given = {key: value for key, value in given.items() if not key.startswith("cloudFiles.")}
        if streaming and schema is None and form not in ("text", "binaryFile"):
            raise ValueError(
                f"{table.name}: a stream of files needs a schema outside Databricks; give its source `schema: id INT, …`"
            )
        reader = reader.format(form)
    if schema is not None:
        reader = reader.schema(schema)
    return reader.options(**given).load(_location(path))


def _location(path: str) -> str:
    """An absolute path or URI. A relative one is below the volume `ldp.data` on Databricks, else below the project."""
    if "://" in path:
        return path if on_databricks() else re.sub(r"^s3n?://", "s3a://", path)
    if path.startswith("/"):
        return path
    if not on_databricks():
        # No file:// URI: Spark takes a path's text as it is, blanks and umlauts included.
        return str((_current.root or Path.cwd()) / path)
    base = option("ldp.data")
    if not base:
        raise ValueError(
            f"{path} is a relative path: set `ldp.data` in the pipeline's configuration to the volume it is below"
        )
    return f"{base.rstrip('/')}/{path}"


def _kafka(source: Mapping[str, Any]) -> dict[str, str]:
    options = {"kafka.bootstrap.servers": source["servers"], "subscribe": source["topic"]}
    if "starting_offsets" in source:
        options["startingOffsets"] = source["starting_offsets"]
    if "user" in source and "password" in source:
        shaded = "kafkashaded." if on_databricks() else ""
        user, password = (_quoted(_secret(source[key])) for key in ("user", "password"))
        module = f"{shaded}org.apache.kafka.common.security.plain.PlainLoginModule"
        options["kafka.security.protocol"] = "SASL_SSL"
        options["kafka.sasl.mechanism"] = "PLAIN"
        options["kafka.sasl.jaas.config"] = (
            f"{module} required username={user} password={password};"
        )
    return options


def _jdbc(source: Mapping[str, Any]) -> dict[str, str]:
    options = {"url": _secret(source["url"]), "dbtable": source["table"]}
    options.update({key: _secret(source[key]) for key in ("user", "password") if key in source})
    return options


def _secret(value: str) -> str:
    """The value behind `{{secrets/scope/key}}`; any other text as it is. Locally it comes from LDP_SECRET_<SCOPE>_<KEY>."""
    match = _SECRET.match(value)
    if match is None:
        return value
    scope, key = match.groups()
    if on_databricks():
        from databricks.sdk.runtime import dbutils

        return str(dbutils.secrets.get(scope, key))
    variable = "LDP_SECRET_" + re.sub(r"[^A-Z0-9]", "_", f"{scope}_{key}".upper())
    if variable not in os.environ:
        raise ValueError(f"{value} is not known here: set the environment variable {variable}")
    return os.environ[variable]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
