# ldp-engine 1.0.0
"""The graph of the declared dependencies: its checks, its cycles, its stages. Nothing recurses: chains may be 20,000 deep."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from .diagnostics import did_you_mean, quote
from .model import LAYERS, Diagnostic, Project, Related, Table

_MAX_HINTS = 20


@dataclass(frozen=True)
class Graph:
    """Who reads whom, both ways. Names sort by code point; dependencies on what is no table are left out."""

    names: tuple[str, ...]
    upstream: Mapping[str, tuple[str, ...]]
    downstream: Mapping[str, tuple[str, ...]]


def build_graph(project: Project) -> Graph:
    """The graph of a project's declared dependencies."""
    return _graph(
        {table.name: [item.name for item in table.depends_on] for table in project.tables}
    )


def _graph(dependencies: Mapping[str, Sequence[str]]) -> Graph:
    names = tuple(sorted(dependencies))
    upstream = {
        name: tuple(sorted({item for item in dependencies[name] if item in dependencies}))
        for name in names
    }
    downstream: dict[str, list[str]] = {name: [] for name in names}
    for name in names:
        for item in upstream[name]:
            downstream[item].append(name)
    return Graph(names, upstream, {name: tuple(readers) for name, readers in downstream.items()})


def check_graph(project: Project, graph: Graph) -> list[Diagnostic]:
    """Checks the declared dependencies: LDP202, LDP203 and LDP204."""
    tables = {table.name: table for table in project.tables}
    findings: list[Diagnostic] = []
    for table in project.tables:
        for dependency in table.depends_on:
            upstream = tables.get(dependency.name)
            if upstream is None:
                # Looking for near names takes the square of the tables: a file that is wrong throughout gets some hints only.
                near = did_you_mean(dependency.name, tables) if len(findings) < _MAX_HINTS else None
                findings.append(
                    Diagnostic(
                        "LDP202",
                        f"{quote(table.name)} depends on {quote(dependency.name)}, which is no table of this file.",
                        dependency.place,
                        table=table.name,
                        hint=near
                        or "Declare it, or leave it out: tables of other projects do not belong here.",
                    )
                )
            elif table.layer_known and upstream.layer_known and _later(upstream, table):
                message = f"{quote(table.name)} ({table.layer}) depends on {quote(upstream.name)} ({upstream.layer}), a later layer."
                hint = (
                    f"Move {quote(table.name)} to {upstream.layer}, or depend on an earlier table."
                )
                findings.append(
                    Diagnostic(
                        "LDP204",
                        message,
                        dependency.place,
                        "warning",
                        table=table.name,
                        hint=hint,
                    )
                )
    findings += [_cycle_finding(cycle, tables) for cycle in find_cycles(graph)]
    return findings


def _later(upstream: Table, table: Table) -> bool:
    return LAYERS.index(upstream.layer) > LAYERS.index(table.layer)


def _cycle_finding(cycle: Sequence[str], tables: Mapping[str, Table]) -> Diagnostic:
    steps = [
        Related(
            next(item.place for item in tables[name].depends_on if item.name == following),
            f"{quote(name)} depends on {quote(following)} here.",
        )
        for name, following in zip(cycle, [*cycle[1:], cycle[0]], strict=True)
    ]
    return Diagnostic(
        "LDP203",
        f"Circular dependency: {' -> '.join([*cycle, cycle[0]])}.",
        steps[0].place,
        table=cycle[0],
        hint="Remove one of these dependencies, or move what both need into a table of its own.",
        related=tuple(steps[1:]),
    )


def find_cycles(graph: Graph) -> list[list[str]]:
    """One cycle for each strongly connected component, sorted by first name.

    A cycle starts at the component's smallest name and follows "depends on". It is the shortest through that name, of equally
    short ones the first by code point. The start is not repeated at the end.
    """
    cyclic = (
        component
        for component in _components(graph)
        if len(component) > 1 or component[0] in graph.upstream[component[0]]
    )
    return sorted(_shortest_cycle(graph, component) for component in cyclic)


def _components(graph: Graph) -> list[list[str]]:
    """Strongly connected components by Tarjan's algorithm, with a stack of its own."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    found: list[list[str]] = []
    for start in graph.names:
        calls = [] if start in index else [(start, iter(graph.upstream[start]))]
        while calls:
            name, dependencies = calls[-1]
            if name not in index:
                index[name] = low[name] = len(index)
                path.append(name)
                on_path.add(name)
            dependency = next(dependencies, None)
            if dependency is not None:
                if dependency not in index:
                    calls.append((dependency, iter(graph.upstream[dependency])))
                elif dependency in on_path:
                    low[name] = min(low[name], index[dependency])
                continue
            calls.pop()
            if calls:
                caller = calls[-1][0]
                low[caller] = min(low[caller], low[name])
            if low[name] == index[name]:
                component: list[str] = []
                while not component or component[-1] != name:
                    component.append(path.pop())
                on_path.difference_update(component)
                found.append(component)
    return found


def _shortest_cycle(graph: Graph, component: list[str]) -> list[str]:
    members = set(component)
    start = min(component)
    # Steps from each name back to the start; the walk then takes the first name by code point that is one step nearer.
    steps = {start: 0}
    frontier = [start]
    while frontier:
        following = []
        for name in frontier:
            for reader in graph.downstream[name]:
                if reader in members and reader not in steps:
                    steps[reader] = steps[name] + 1
                    following.append(reader)
        frontier = following
    cycle = [start]
    wanted = min(steps[item] for item in graph.upstream[start] if item in members)
    current = next(item for item in graph.upstream[start] if steps.get(item) == wanted)
    while current != start:
        cycle.append(current)
        wanted -= 1
        current = next(item for item in graph.upstream[current] if steps.get(item) == wanted)
    return cycle


def stages_of(graph: Graph, chosen: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """The names of each stage, sorted within one.

    A name's stage is 1 + the highest stage of its direct dependencies that are chosen too, 1 when it has none. A path through a
    name that is not chosen orders nothing, since an update refreshes exactly the chosen tables. There must be no cycle.
    """
    chosen = set(chosen)
    waiting = {
        name: sum(item in chosen for item in graph.upstream[name])
        for name in graph.names
        if name in chosen
    }
    ready = [name for name, count in waiting.items() if count == 0]
    stages: list[tuple[str, ...]] = []
    while ready:
        stages.append(tuple(sorted(ready)))
        following = []
        for name in ready:
            for reader in graph.downstream[name]:
                if reader in waiting:
                    waiting[reader] -= 1
                    if waiting[reader] == 0:
                        following.append(reader)
        ready = following
    return tuple(stages)
