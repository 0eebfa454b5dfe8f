# ldp-engine 1.0.0
"""Builds the plan of a run: which tables, in which stage, and why; as JSON (`ldp.plan/1`) and as text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .config import LoadedConfig
from .diagnostics import (
    diagnostic_json,
    diagnostic_text,
    has_errors,
    sort_diagnostics,
)
from .digest import plan_digest, project_code
from .graph import build_graph, check_graph, stages_of
from .model import Diagnostic, Mode, Plan, PlannedTable, Selection, Table
from .module_text import Definition
from .selection import select_tables


def build_plan(
    loaded: LoadedConfig,
    root: Path,
    mode: Mode,
    selection: Selection,
    *,
    expected: str = "",
    definitions: Mapping[str, Definition] | None = None,
) -> Plan:
    """Builds the plan of a run.

    Args:
        loaded: what config.yml says.
        root: the project's folder; its files are hashed.
        mode: what kind of update the run is.
        selection: which tables are asked for.
        expected: the project digest that was reviewed; empty when any code may run.
        definitions: what the modules' text says of the tables.

    Returns:
        The plan. With an error among its diagnostics it has no digest and no stages.
    """
    if loaded.project is None:
        return Plan(mode, selection, None, None, (), (), loaded.diagnostics)
    project = loaded.project
    known = definitions or {}
    graph = build_graph(project)
    chosen, wrong = select_tables(project, selection)
    code = project_code(project, root)
    findings = [*loaded.diagnostics, *check_graph(project, graph), *wrong]
    if expected and code.digest != expected:
        findings.append(_other_code(expected, code.digest))
    invalid = has_errors(findings)
    stages = () if invalid else stages_of(graph, chosen)
    stage_of = {name: number for number, stage in enumerate(stages, 1) for name in stage}
    tables = tuple(
        PlannedTable(
            table=table,
            selected=table.name in stage_of,
            stage=stage_of.get(table.name),
            code=code.files.get(table.module),
            why=_why(table, selection),
            kind=definition.kind if (definition := known.get(table.name)) else None,
        )
        for table in sorted(project.tables, key=lambda table: table.name)
    )
    digest = None if invalid else plan_digest(mode, code.digest, stages)
    return Plan(mode, selection, code.digest, digest, stages, tables, sort_diagnostics(findings))


def _other_code(expected: str, found: str) -> Diagnostic:
    return Diagnostic(
        "LDP801",
        f"The code here ({found}) is not the code that was reviewed ({expected}).",
        hint="Deploy the reviewed commit again; nothing was run.",
    )


def _why(table: Table, selection: Selection) -> str:
    if selection.is_everything:
        return "every table"
    has = [tag for tag in selection.tags if tag in table.tags]
    if not has:
        return f"has no tag {' or '.join(selection.tags)}"
    lacks = [tag for tag in selection.tags if tag not in table.tags]
    if selection.tag_mode == "and" and lacks:
        return f"has {_tags(has)}, lacks {_tags(lacks)}"
    return f"has {_tags(has)}"


def _tags(tags: list[str]) -> str:
    return f"tag{'s' if len(tags) > 1 else ''} {', '.join(tags)}"


def plan_json(plan: Plan) -> dict[str, Any]:
    """The plan as `ldp plan --format json` prints it, with `why` besides."""
    return {
        "schema": "ldp.plan/1",
        "digest": plan.digest,
        "mode": plan.mode,
        "selection": {
            "tags": list(plan.selection.tags),
            "tag_mode": plan.selection.tag_mode,
            "select": [],
            "exclude": [],
        },
        "project": plan.project,
        "stages": [list(stage) for stage in plan.stages],
        "tables": [_table_json(planned) for planned in plan.tables],
        "base": None,
        "diagnostics": [diagnostic_json(diagnostic) for diagnostic in plan.diagnostics],
    }


def _table_json(planned: PlannedTable) -> dict[str, Any]:
    table = planned.table
    return {
        "name": table.name,
        "layer": table.layer,
        "kind": planned.kind,
        "tags": list(table.tags),
        "depends_on": [dependency.name for dependency in table.depends_on],
        "module": table.module,
        "code": planned.code,
        "selected": planned.selected,
        "stage": planned.stage,
        "change": None,
        "reasons": [],
        "why": planned.why,
    }


def plan_text(plan: Plan) -> str:
    """The plan for a person: the findings, the tables of each stage with the reason, the rest, and the digests."""
    lines = [diagnostic_text(diagnostic) for diagnostic in plan.diagnostics]
    lines += [""] if lines else []
    if plan.digest is None:
        count = sum(diagnostic.severity == "error" for diagnostic in plan.diagnostics)
        lines.append(f"No plan: {count} {'error' if count == 1 else 'errors'}.")
        return "\n".join(lines) + "\n"
    selected = [planned for planned in plan.tables if planned.selected]
    lines.append(
        f"Plan: {len(selected)} of {_count(len(plan.tables), 'table')} "
        f"in {_count(len(plan.stages), 'stage')}, mode {plan.mode}"
    )
    by_name = {planned.table.name: planned for planned in plan.tables}
    chosen = set(plan.selected)
    width = min(60, max((len(name) for name in by_name), default=0))
    for number, stage in enumerate(plan.stages, 1):
        lines += ["", f"Stage {number}"]
        for name in stage:
            planned = by_name[name]
            after = [item.name for item in planned.table.depends_on if item.name in chosen]
            order = f"; after {', '.join(after)}" if after else ""
            lines.append(f"  {name:<{width}}  {planned.table.layer:<6}  {planned.why}{order}")
    left_out = [planned for planned in plan.tables if not planned.selected]
    if left_out:
        lines += ["", "Not selected"]
        lines += [
            f"  {planned.table.name:<{width}}  {planned.table.layer:<6}  {planned.why}"
            for planned in left_out
        ]
    lines += ["", f"plan     {plan.digest}", f"project  {plan.project}"]
    return "\n".join(lines) + "\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
