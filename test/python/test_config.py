"""Reading config.yml: the schema, both of PyYAML's scanners, sizes, and what every file of the cases must not do."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from pipelines.ldp.config import load_config
from pipelines.ldp.graph import build_graph, check_graph, find_cycles, stages_of
from pipelines.ldp.model import Diagnostic
from pipelines.ldp.schema import ANNOTATIONS, KEYWORDS
from pipelines.ldp.yaml_nodes import parse_yaml
from pipelines.ldp.yaml_scalars import read_plain

from conftest import REPOSITORY, TEMPLATES, Write


def is_utf8(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


CONFIGS = [
    path for path in sorted(REPOSITORY.glob("conformance/*/project/**/*.yml")) if is_utf8(path)
]


def test_the_schema_is_the_one_that_ldp_has() -> None:
    ours = (TEMPLATES / "pipelines/ldp/config.schema.json").read_bytes()
    assert ours == (REPOSITORY / "src/project/config.schema.json").read_bytes()


def test_the_interpreter_knows_every_keyword_of_the_schema() -> None:
    def keywords(schema: Any) -> set[str]:
        if not isinstance(schema, dict):
            return set()
        found = set(schema)
        for key in ("properties", "definitions"):
            for part in schema.get(key, {}).values():
                found |= keywords(part)
        for key in ("items", "additionalProperties", "propertyNames", "if", "then"):
            found |= keywords(schema.get(key))
        for part in schema.get("allOf", []):
            found |= keywords(part)
        return found

    schema = json.loads((TEMPLATES / "pipelines/ldp/config.schema.json").read_text())
    assert keywords(schema) <= KEYWORDS | ANNOTATIONS


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.parent.parent.name)
def test_libyaml_and_the_scanner_of_pyyaml_read_alike(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = path.read_bytes().decode("utf-8-sig")
    fast = parse_yaml(text, "config.yml")
    monkeypatch.setattr(yaml, "CSafeLoader", None)
    slow = parse_yaml(text, "config.yml")
    assert codes(fast[1]) == codes(slow[1])
    assert (fast[0] is None) == (slow[0] is None)
    if fast[0] and slow[0]:
        assert repr(fast[0].plain()) == repr(slow[0].plain())


def codes(findings: list[Diagnostic]) -> list[Any]:
    # Of a syntax error the line counts: the two point at other characters of it.
    return [
        (each.code, each.place and each.place.line, each.code != "LDP102" and each.place)
        for each in findings
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a b",
        "true",
        "False",
        "null",
        "~",
        "",
        "0",
        "-7",
        "42",
        "1.5",
        "-0.25",
        "1.5e+3",
        "0x1F",
    ]
    + [".inf", "-.Inf", ".NaN", "9007199254740991", "a:b", "v1.2.3", "1.2.3", "--", "00a"],
)
def test_what_pyyaml_reads_as_yaml_1_2_does_is_taken_as_pyyaml_reads_it(text: str) -> None:
    value, difference = read_plain(text)
    expected = yaml.safe_load(text)
    assert difference is None
    assert type(value) is type(expected)
    assert value == expected or (isinstance(value, float) and math.isnan(value))


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "No",
        "ON",
        "off",
        "012",
        "08",
        "0o12",
        "0b1",
        "1_000",
        "1:30",
        "1:30.5",
        "1e3",
        "1.5e3",
    ]
    + [
        "-.5",
        "+.5",
        "2026-01-01",
        "2026-01-01 10:00:00",
        "=",
        "<<",
        "9007199254740992",
        "0x_",
        "-0x1F",
    ]
    + ["1_0.5", "0_", "9" * 5000],
)
def test_what_the_versions_read_differently_is_ldp104(text: str) -> None:
    _, difference = read_plain(text)
    assert difference is not None
    assert len(difference.message) < 250


def test_a_tab_between_tokens_is_read_by_both_scanners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "CSafeLoader", None)
    node, findings = parse_yaml("a:\tb\t\nc: x\ty\t# z\n", "c")
    assert findings == []
    assert node is not None and node.plain() == {"a": "b", "c": "x\ty"}


@pytest.mark.parametrize("text", ["\ta: 1\n", "a:\n\tb: 1\n", "a:\n  - b\n\t- c\n", "-\ta: 1\n"])
def test_a_tab_can_not_indent(text: str) -> None:
    node, findings = parse_yaml(text, "c")
    assert node is None
    assert [each.code for each in findings] == ["LDP102"]


def test_a_key_without_its_colon_is_reported_where_it_stands() -> None:
    _, findings = parse_yaml("tables:\n  - name orders\n    layer: bronze\n", "c")
    assert findings[0].place is not None and findings[0].place.line == 2


def test_twenty_thousand_tables_in_reverse(project: Write) -> None:
    count = 20_000
    lines = [f"  - {{name: t{i}, layer: silver, depends_on: [t{i + 1}]}}" for i in range(count)]
    text = "\n".join(
        ["version: 1", "tables:", *lines, f"  - {{name: t{count}, layer: silver}}", ""]
    )
    loaded = load_config(project({"config.yml": text}), look_for_modules=False)
    assert loaded.diagnostics == () and loaded.project is not None
    graph = build_graph(loaded.project)
    assert check_graph(loaded.project, graph) == []
    stages = stages_of(graph, graph.names)
    assert (len(stages), stages[0], stages[-1]) == (count + 1, (f"t{count}",), ("t0",))


def test_a_cycle_of_twenty_thousand_tables(project: Write) -> None:
    count = 20_000
    lines = [
        f"  - {{name: t{i}, layer: silver, depends_on: [t{(i + 1) % count}]}}" for i in range(count)
    ]
    text = "\n".join(["version: 1", "tables:", *lines, ""])
    loaded = load_config(project({"config.yml": text}), look_for_modules=False)
    assert loaded.project is not None
    assert [len(cycle) for cycle in find_cycles(build_graph(loaded.project))] == [count]


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000])
def test_deep_nesting_ends_at_the_limit_without_reading_on(text: str) -> None:
    began = time.monotonic()
    _, findings = parse_yaml(text, "c")
    assert [each.code for each in findings] == ["LDP105"]
    # Not a measure of speed: without the limit this would take minutes, or the interpreter's stack.
    assert time.monotonic() - began < 60


def test_a_bomb_of_aliases_is_found_while_reading() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    _, findings = parse_yaml("\n".join(lines), "c")
    assert [each.code for each in findings] == ["LDP105"]


def test_files_that_are_wrong_throughout_are_told_in_bounded_time(project: Write) -> None:
    lines = [
        f"  - {{name: table_{i:05}, layer: silver, depends_on: [tabel_{i:05}]}}"
        for i in range(3000)
    ]
    loaded = load_config(
        project({"config.yml": "\n".join(["version: 1", "tables:", *lines])}),
        look_for_modules=False,
    )
    assert loaded.project is not None
    findings = check_graph(loaded.project, build_graph(loaded.project))
    assert len(findings) == 3000
    assert findings[0].hint and "table_00000" in findings[0].hint


def test_a_file_that_may_not_be_read_is_ldp101(
    project: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project({"config.yml": "version: 1\ntables: []\n"})

    def refuse(*_arguments: Any, **_options: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    loaded = load_config(root)
    assert [each.code for each in loaded.diagnostics] == ["LDP101"]
    assert "Permission denied" in loaded.diagnostics[0].message


def test_a_rule_of_the_project_can_be_switched_off(project: Write) -> None:
    table = "tables:\n  - {name: a, layer: bronze}\n"
    root = project({"config.yml": f"version: 1\n{table}rules: {{LDP301: warning}}\n"})
    assert [each.severity for each in load_config(root).diagnostics] == ["warning"]
    project({"config.yml": f'version: 1\n{table}rules: {{LDP301: "off"}}\n'})
    assert load_config(root).diagnostics == ()
