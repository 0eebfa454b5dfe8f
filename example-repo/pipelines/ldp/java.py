# ldp-engine 1.0.0
"""Finds what a local run needs: Java 17 or later, and a pyspark that has pipelines."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from .errors import EngineError

JAVA_HINT = (
    "Install a JDK 17 or 21, for example from https://adoptium.net, and set JAVA_HOME to its folder"
)
PYSPARK_HINT = f'{Path(sys.executable).name} -m pip install "pyspark[pipelines]>=4.1"'


@dataclass(frozen=True)
class Tools:
    """The programs of a local run."""

    java_home: Path | None
    """None where `java` on PATH is right."""
    spark_home: Path


def find_tools() -> Tools:
    """Raises EngineError LDP907, with the way to get it, for what is missing or too old."""
    java_home = _java_home()
    version = _java_version(java_home)
    if version < 17:
        raise EngineError(
            "LDP907", f"Spark needs Java 17 or later; this is Java {version}", JAVA_HINT
        )
    return Tools(java_home, _spark_home())


def _java_home() -> Path | None:
    given = os.environ.get("JAVA_HOME")
    if given and (Path(given) / "bin" / "java").is_file():
        return Path(given)
    if shutil.which("java") is None:
        where = f"JAVA_HOME={given} has no bin/java" if given else "no java on PATH"
        raise EngineError("LDP907", f"Spark needs Java 17 or later: {where}", JAVA_HINT)
    return None


def _java_version(home: Path | None) -> int:
    java = str(home / "bin" / "java") if home else "java"
    try:
        result = subprocess.run(
            [java, "-version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineError("LDP907", f"{java} can't be run: {error}", JAVA_HINT) from None
    match = re.search(r'version "(?:1\.)?(\d+)', result.stderr + result.stdout)
    if match is None:
        last = (result.stderr or result.stdout).strip().split("\n")[-1]
        raise EngineError("LDP907", f"{java} does not say its version: {last}", JAVA_HINT)
    return int(match.group(1))


def _spark_home() -> Path:
    """The folder of this Python's pyspark: a SPARK_HOME of another Spark would be the wrong one."""
    found = util.find_spec("pyspark")
    if found is None or not found.submodule_search_locations:
        raise EngineError("LDP907", "pyspark is not installed in this Python", PYSPARK_HINT)
    home = Path(found.submodule_search_locations[0])
    if not (home / "bin" / "spark-pipelines").is_file():
        version = metadata.version("pyspark")
        raise EngineError("LDP907", f"pyspark {version} has no spark-pipelines", PYSPARK_HINT)
    for module in ("grpc", "pandas", "pyarrow", "yaml"):
        if util.find_spec(module) is None:
            raise EngineError("LDP907", f"spark-pipelines needs the module {module}", PYSPARK_HINT)
    return home
