# ldp-engine 1.0.0
"""Draws the graph of a plan: as DOT without any dependency, as SVG or PNG with Graphviz."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from .errors import EngineError
from .model import LAYERS, Plan, PlannedTable

_FORMATS = (".dot", ".svg", ".png")
_FILL = {"bronze": "#f0d9c4", "silver": "#e3e7ec", "gold": "#fbe8a6"}
_LIMIT_SECONDS = 120


def check_diagram(file: Path) -> None:
    """Raises EngineError where a diagram can't be written: an unknown format, no folder, no Graphviz."""
    suffix = file.suffix.lower()
    if suffix not in _FORMATS:
        raise EngineError("LDP901", f"--visualize {file} must end in .dot, .svg or .png.")
    if not file.absolute().parent.is_dir():
        raise EngineError("LDP901", f"--visualize {file}: there is no such folder.")
    if suffix != ".dot" and shutil.which("dot") is None:
        raise EngineError(
            "LDP907",
            f"Graphviz is needed for {suffix} files, and `dot` is not on the PATH.",
            "Install graphviz, or name a .dot file; `ldp graph --format svg` needs neither.",
        )


def write_diagram(plan: Plan, file: Path) -> None:
    """Writes the diagram in the format of the file's name. Raises EngineError as check_diagram does."""
    check_diagram(file)
    text = plan_dot(plan)
    try:
        if file.suffix.lower() == ".dot":
            file.write_text(text, encoding="utf-8")
        else:
            file.write_bytes(_render(text, file.suffix.lower()[1:]))
    except OSError as error:
        raise EngineError("LDP904", f"{file} can't be written: {error.strerror}.") from None


def _render(text: str, form: str) -> bytes:
    command = ["dot", f"-T{form}"]
    try:
        done = subprocess.run(
            command,
            input=text.encode("utf-8"),
            capture_output=True,
            timeout=_LIMIT_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise EngineError(
            "LDP907",
            f"Graphviz took longer than {_LIMIT_SECONDS} s.",
            "Name a .dot file.",
        ) from None
    except subprocess.CalledProcessError as error:
        message = error.stderr.decode("utf-8", "replace").strip().splitlines()
        raise EngineError("LDP907", f"Graphviz failed: {message[-1] if message else ''}") from None
    return done.stdout


def plan_dot(plan: Plan) -> str:
    """The graph in the DOT language: tables in their layers, edges from upstream to downstream.

    Selected tables carry their stage and stand on one rank with the others of it; the rest is pale.
    """
    lines = [
        "digraph tables {",
        "  rankdir=LR;",
        '  graph [fontname="Helvetica", fontsize=12, nodesep=0.2, ranksep=0.6];',
        '  node [fontname="Helvetica", fontsize=11, shape=box, style="rounded,filled"];',
        '  edge [color="#818b98", arrowsize=0.7];',
    ]
    for layer in LAYERS:
        members = [planned for planned in plan.tables if planned.table.layer == layer]
        if members:
            lines += [
                f"  subgraph cluster_{layer} {{",
                f'    label="{layer}"; color="#d0d7de";',
            ]
            lines += [f"    {_node(planned)};" for planned in members]
            lines.append("  }")
    names = {planned.table.name for planned in plan.tables}
    for planned in plan.tables:
        for dependency in planned.table.depends_on:
            if dependency.name in names:
                lines.append(f"  {_quoted(dependency.name)} -> {_quoted(planned.table.name)};")
    lines.append("}")
    return "\n".join(lines) + "\n"


def _node(planned: PlannedTable) -> str:
    name = planned.table.name
    if planned.stage is None:
        look = 'fillcolor="#ffffff", color="#d0d7de", fontcolor="#818b98"'
        label = _quoted(name)
    else:
        look = f'fillcolor="{_FILL[planned.table.layer]}", color="#59636e"'
        label = _quoted(f"{name}\nstage {planned.stage}")
    return f"{_quoted(name)} [label={label}, {look}]"


def _quoted(text: str) -> str:
    """A quoted text of the DOT language."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
