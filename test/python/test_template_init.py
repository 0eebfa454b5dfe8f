"""A project of `ldp init`, as the built command writes it: `ldp` and the engine plan the same run of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import REPOSITORY, run_engine

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="no node on PATH: https://nodejs.org")


def ldp(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [NODE or "node", str(REPOSITORY / "dist" / "cli.js"), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("init")
    said = ldp(folder, "init", "sales-tables", "--catalog", "lake", "--schema", "sales")
    assert "config.yml" in said and "ldp validate" in said and "--local" in said
    return folder / "sales-tables"


def test_it_is_valid_without_a_warning(made: Path) -> None:
    found = json.loads(ldp(made, "validate", "--strict", "--format", "json"))
    assert (found["valid"], found["diagnostics"]) == (True, [])


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--tags", "daily"),
        ("--tags", "sales,report", "--tag-mode", "and"),
        ("--mode", "validate"),
    ],
    ids=" ".join,
)
def test_ldp_and_the_engine_plan_the_same_run(arguments: tuple[str, ...], made: Path) -> None:
    engine = made / "pipelines" / "ldp_engine.py"
    ran = run_engine(made, "--dry-run", *arguments, "--format", "json", engine=engine)
    assert ran.status == 0, ran.stderr
    ours, theirs = ran.json(), json.loads(ldp(made, "plan", *arguments, "--format", "json"))
    keys = ("digest", "project", "mode", "selection", "stages")
    assert {key: ours[key] for key in keys} == {key: theirs[key] for key in keys}
    kinds: list[dict[str, Any]] = [
        {table["name"]: table.get("kind") for table in plan["tables"]} for plan in (ours, theirs)
    ]
    assert kinds[0].keys() == kinds[1].keys()


def test_it_passes_black_and_ruff_at_once(made: Path) -> None:
    for command in (["black", "--check", "-q", "."], ["ruff", "check", "--no-cache", "-q", "."]):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=made,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_an_upgrade_right_away_finds_nothing_to_renew(made: Path) -> None:
    assert "already" in ldp(made, "upgrade")
