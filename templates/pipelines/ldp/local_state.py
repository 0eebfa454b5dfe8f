# ldp-engine 1.0.0
"""The folder `.ldp/local/` of a project: the catalog, tables and checkpoints that local runs share, and Spark's settings."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import EngineError

FOLDER = ".ldp/local"


@dataclass(frozen=True)
class LocalState:
    """Where things are. `root` is the project."""

    root: Path

    @property
    def folder(self) -> Path:
        """All of it; removing the folder starts again."""
        return self.root / FOLDER

    @property
    def spec(self) -> Path:
        """What `spark-pipelines` reads."""
        return self.folder / "spark-pipeline.yml"

    @property
    def settings(self) -> Path:
        """SPARK_CONF_DIR."""
        return self.folder / "conf"

    @property
    def output(self) -> Path:
        """All that the last run printed."""
        return self.folder / "spark-pipelines.log"

    @property
    def complete(self) -> bool:
        """Whether all tables were run once: a selection reads tables that must be there."""
        return (self.folder / "complete").is_file()

    def mark_complete(self) -> None:
        """Notes that all tables were run."""
        (self.folder / "complete").touch()


def prepare(root: Path, libraries: list[str], configuration: dict[str, str]) -> LocalState:
    """Writes the specification and Spark's settings for a run, and keeps the tables of earlier ones.

    Args:
        root: the project.
        libraries: the pipeline's files, relative to the project.
        configuration: what the engine reads through `spark.conf`.

    Raises EngineError LDP904 when the folder belongs to a project at another place: the catalog knows absolute paths.
    """
    state = LocalState(root)
    owner = state.folder / "project"
    if owner.is_file() and owner.read_text(encoding="utf-8") != str(root):
        raise EngineError(
            "LDP904",
            f"{FOLDER} was made for {owner.read_text(encoding='utf-8')}, and its tables point there",
            f"Remove {FOLDER} to start with empty tables",
        )
    state.settings.mkdir(parents=True, exist_ok=True)
    owner.write_text(str(root), encoding="utf-8")
    # A catalog without its tables, or the other way round, fails in ways that nobody understands.
    if not (state.folder / "metastore").is_dir():
        shutil.rmtree(state.folder / "warehouse", ignore_errors=True)
        shutil.rmtree(state.folder / "storage", ignore_errors=True)
        (state.folder / "complete").unlink(missing_ok=True)
    # JSON is YAML.
    _write(state.spec, json.dumps(_spec(state, libraries, configuration), indent=2))
    _write(state.settings / "spark-defaults.conf", _properties(settings(state)))
    _write(state.settings / "log4j2.properties", _LOGGING)
    return state


def settings(state: LocalState) -> dict[str, str]:
    """Spark's settings. The catalog is Hive's, in files: Spark's own is in memory, and a second run could not use it."""
    folder = state.folder
    derby = str(folder / "metastore").replace("\\", "/")
    return {
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.warehouse.dir": (folder / "warehouse").as_uri(),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={derby};create=true",
        # A local run is over before the second compiler pays off.
        "spark.driver.defaultJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC "
        f'-Dderby.stream.error.file="{folder / "derby.log"}"',
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "4",
        # On a laptop a table that failed would fail again.
        "spark.sql.pipelines.maxFlowRetryAttempts": "0",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }


def _spec(state: LocalState, libraries: list[str], configuration: dict[str, str]) -> dict[str, Any]:
    up = "../" * len(Path(FOLDER).parts)
    return {
        "name": "ldp_local",
        "catalog": "spark_catalog",
        "database": "default",
        "storage": (state.folder / "storage").as_uri(),
        "libraries": [{"glob": {"include": up + path}} for path in libraries],
        "configuration": configuration,
    }


def _properties(values: dict[str, str]) -> str:
    """The text of a properties file: a backslash and what is not ASCII are escaped."""
    lines = []
    for key, value in values.items():
        escaped = value.replace("\\", "\\\\")
        units = "".join(
            char if char.isascii() else "".join(f"\\u{unit:04x}" for unit in _utf16(char))
            for char in escaped
        )
        lines.append(f"{key} {units}\n")
    return "".join(lines)


def _utf16(char: str) -> list[int]:
    data = char.encode("utf-16-be")
    return [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


_LOGGING = """rootLogger.level = error
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex{short}
"""
