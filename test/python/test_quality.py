"""The engine as code: small files, one marker, typed, and in the shape that `ldp init` promises."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import REPOSITORY, TEMPLATES

CONFIG = REPOSITORY / "test/python/mypy.ini"
FILES = [TEMPLATES / "pipelines/ldp_engine.py", *sorted(TEMPLATES.glob("pipelines/ldp/*.py"))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_file_says_which_version_wrote_it_and_is_small(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"# ldp-engine \d+\.\d+\.\d+", lines[0])
    assert len(lines) <= 300
    assert "from __future__ import annotations" in lines


def test_all_files_have_the_version_of_ldp() -> None:
    versions = {file.read_text(encoding="utf-8").splitlines()[0].split()[-1] for file in FILES}
    package = (REPOSITORY / "package.json").read_text(encoding="utf-8")
    assert versions == {re.search(r'"version": "([^"]+)"', package)[1]}  # type: ignore[index]


@pytest.mark.parametrize(
    "command",
    [("black", "--check", "--quiet", "."), ("ruff", "check", "--no-cache", "--quiet", ".")],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize("folder", ["templates", "test/python"])
def test_black_and_ruff_have_nothing_to_say(command: tuple[str, ...], folder: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=REPOSITORY / folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_engine_is_typed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(CONFIG), "pipelines"],
        cwd=TEMPLATES,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
