"""The project that `ldp init` writes: it passes the formatter, the linter and the engine as it is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import REPOSITORY, TEMPLATES, run_engine

EXAMPLE = REPOSITORY / "example-repo"


@pytest.mark.parametrize(
    "command",
    [
        ["black", "--check", "--quiet", "."],
        ["ruff", "check", "--quiet", "--no-cache", "."],
    ],
    ids=["black", "ruff"],
)
def test_the_example_passes_its_own_formatter_and_linter(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=EXAMPLE,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_example_is_valid_and_its_modules_load() -> None:
    pytest.importorskip("pyspark", reason='pip install "pyspark[pipelines]==4.3.0"')
    engine = EXAMPLE / "pipelines" / "ldp_engine.py"
    done = run_engine(EXAMPLE, "--mode", "validate", "--format", "json", engine=engine)
    assert done.status == 0, done.stderr
    assert done.json()["diagnostics"] == []


def test_the_config_has_what_a_new_team_looks_for() -> None:
    config = yaml.safe_load((EXAMPLE / "config.yml").read_text())
    tables = config["tables"]
    assert len(tables) >= 6
    assert {table["layer"] for table in tables} == {"bronze", "silver", "gold"}
    assert len({tag for table in tables for tag in table["tags"]}) >= 5
    assert len({tuple(table["tags"]) for table in tables}) >= 4


def test_every_field_is_explained_by_a_comment() -> None:
    """Each key of the schema stands in the file, with a comment right above it where it first appears."""
    lines = (TEMPLATES / "config.yml").read_text().splitlines()
    schema = json.loads((REPOSITORY / "src" / "project" / "config.schema.json").read_text())
    keys = [
        *schema["properties"],
        *schema["definitions"]["table"]["properties"],
        *schema["definitions"]["environment"]["properties"],
    ]
    for key in dict.fromkeys(keys):
        at = next((i for i, line in enumerate(lines) if re.match(rf"[ #-]*{key}:", line)), None)
        assert at is not None, key
        above = next(line for line in reversed(lines[:at]) if line.strip(" -"))
        inside = above.lstrip(" -")
        assert inside.startswith("#") or above.startswith("tables:"), (key, above)


def uncommented(text: str) -> str:
    """The config with the example sources' comment signs taken away."""
    start = text.index("  # More sources.")
    end = text.index("# Where the project is deployed")
    block = re.sub(r"(?m)^  # (?=- name: |  )", "  ", text[start:end])
    return text[:start] + block + text[end:]


def test_the_commented_sources_are_valid_once_the_comment_signs_are_gone(tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(EXAMPLE, root)
    text = uncommented((root / "config.yml").read_text())
    (root / "config.yml").write_text(text)
    added = {"events_bronze": "s3", "products_bronze": "jdbc", "payments_bronze": "kafka"}
    tables: dict[str, Any] = {table["name"]: table for table in yaml.safe_load(text)["tables"]}
    assert {name: tables[name]["source"]["type"] for name in added} == added
    for name in added:
        read = "read_source" if added[name] == "jdbc" else "stream_source"
        assert f'# Read by {read}("{name}")' in text
        module = f'from pipelines.ldp.sources import {read}\nx = {read}("{name}")\n'
        (root / "transformations" / "bronze" / f"{name}.py").write_text(module)
    engine = root / "pipelines" / "ldp_engine.py"
    done = run_engine(root, "--dry-run", "--format", "json", engine=engine)
    assert (done.status, done.json()["diagnostics"]) == (0, [])


def test_the_engine_says_its_version_in_every_file() -> None:
    version = json.loads((REPOSITORY / "package.json").read_text())["version"]
    files = [p for p in (TEMPLATES / "pipelines").rglob("*.py") if p.name != "__init__.py"]
    assert len(files) > 20
    for file in files:
        assert file.read_text().startswith(f"# ldp-engine {version}\n"), file.name
