"""What the tests of the engine share: where it is, and how it is started."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATES = REPOSITORY / "templates"
ENGINE = TEMPLATES / "pipelines" / "ldp_engine.py"
sys.path.insert(0, str(TEMPLATES))
sys.dont_write_bytecode = True


@dataclass(frozen=True)
class Finished:
    """A run of the engine's command line that ended."""

    status: int
    stdout: str
    stderr: str

    def json(self) -> Any:
        return json.loads(self.stdout)


def run_engine(
    folder: Path,
    *arguments: str,
    engine: Path = ENGINE,
    environment: Mapping[str, str] | None = None,
    timeout: float = 300,
) -> Finished:
    """Runs the engine in a folder, without the Databricks settings of whoever runs the tests."""
    clean = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("DATABRICKS_", "PYTHON", "SPARK_"))
    }
    done = subprocess.run(
        [sys.executable, "-B", str(engine), *arguments],
        cwd=folder,
        env={
            **clean,
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            **(environment or {}),
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def run_in_process(folder: Path, *arguments: str) -> Finished:
    """Runs the engine's command line in this process: the same code, without the start of a Python."""
    from pipelines.ldp.cli import main

    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        status = main(["--project", str(folder), *arguments], TEMPLATES)
    return Finished(status, stdout.getvalue(), stderr.getvalue())


Write = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def project(tmp_path: Path) -> Write:
    """Writes a project's files to a folder of its own, and returns the folder."""

    def write(files: Mapping[str, str]) -> Path:
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8"))
        return tmp_path

    return write
