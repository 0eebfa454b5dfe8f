"""The cases of conformance/, run through the engine's command line. Their format and rules: conformance/README.md."""

from __future__ import annotations

import base64
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from conftest import REPOSITORY, Finished, run_in_process


def engine_runs(path: Path) -> list[dict[str, Any]]:
    """The runs of a case that are the engine's too; the others use what only `ldp` has."""
    case = json.loads(path.read_text(encoding="utf-8"))
    return [run for run in case["runs"] if run.get("engine", True)]


ALL_CASES = sorted((REPOSITORY / "conformance").glob("*/case.json"))
CASES = [path for path in ALL_CASES if engine_runs(path)]


def test_there_are_cases() -> None:
    assert len(CASES) >= 30


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_case(path: Path, tmp_path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    folder = tmp_path / "project"
    if (path.parent / "project").is_dir():
        shutil.copytree(path.parent / "project", folder, symlinks=True)
    folder.mkdir(exist_ok=True)
    for entry in case.get("make", []):
        make(folder, entry)
    for run in engine_runs(path):
        check(run, run_case(folder, run))


def run_case(folder: Path, run: dict[str, Any]) -> Finished:
    source = [] if run.get("source") else ["--no-source"]
    arguments = ["--dry-run", *source, *run.get("args", []), "--format", "json"]
    return run_in_process(folder, *arguments)


def make(folder: Path, entry: dict[str, Any]) -> None:
    if "chain" in entry:
        (folder / "config.yml").write_bytes(chain(entry["chain"]).encode("utf-8"))
        return
    target = folder / entry["path"]
    target.parent.mkdir(parents=True, exist_ok=True)
    if entry.get("directory"):
        target.mkdir()
    elif "text" in entry:
        target.write_bytes(entry["text"].encode("utf-8"))
    elif "base64" in entry:
        target.write_bytes(base64.b64decode(entry["base64"]))
    elif "symlink" in entry:
        os.symlink(entry["symlink"], target)
    elif "bytes" in entry:
        head, repeat = entry["head"].encode("utf-8"), entry["repeat"].encode("utf-8")
        size = entry["bytes"]
        target.write_bytes((head + repeat * (size // len(repeat) + 1))[:size])
    else:
        raise ValueError(f"the case asks for something unknown: {entry}")


def chain(length: int) -> str:
    tables = [
        f"  - {{name: t{i:05}, layer: silver, depends_on: [t{i + 1:05}]}}\n"
        for i in range(length - 1)
    ]
    return "".join(
        [
            "version: 1\n",
            "tables:\n",
            *tables,
            f"  - {{name: t{length - 1:05}, layer: silver}}\n",
        ]
    )


def check(run: dict[str, Any], done: Finished) -> None:
    document = done.json()
    assert [shown(found) for found in document["diagnostics"]] == [
        shown(expected) for expected in run["diagnostics"]
    ], done.stdout[:4000]
    for expected, found in zip(run["diagnostics"], document["diagnostics"], strict=True):
        check_finding(expected, found, run)
        assert not {"\n", "\r"} & set(found["message"]), found
    assert done.status == run["exit"], done.stderr
    if run["command"] == "validate":
        return
    for key in ("selection", "mode", "project", "digest"):
        if key in run:
            assert document[key] == run[key], key
    if "stages" in run:
        assert document["stages"] == expected_stages(run["stages"])
    for table, code in run.get("code", {}).items():
        found = next(each for each in document["tables"] if each["name"] == table)
        assert found["code"] == code


def expected_stages(stages: Any) -> Any:
    if isinstance(stages, dict):
        return [[f"t{i:05}"] for i in reversed(range(stages["chain"]))]
    return stages


def shown(diagnostic: dict[str, Any]) -> tuple[str, str]:
    return diagnostic["code"], diagnostic["severity"]


def check_finding(expected: dict[str, Any], found: dict[str, Any], run: dict[str, Any]) -> None:
    arguments = run.get("args", [])
    config = arguments[arguments.index("--config") + 1] if "--config" in arguments else "config.yml"
    nowhere = "line" in expected and expected["line"] is None
    assert found["file"] == expected.get("file", None if nowhere else config)
    if nowhere:
        assert found["column"] is None
    for key in ("line", "column", "table"):
        if key in expected:
            assert found.get(key) == expected[key], (key, found)
    for key in ("message", "hint"):
        if key in expected:
            assert expected[key] in found.get(key, ""), (key, found)
    if "related" in expected:
        assert [each["line"] for each in found.get("related", [])] == expected["related"]
