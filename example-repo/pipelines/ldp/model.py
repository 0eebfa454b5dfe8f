# ldp-engine 1.0.0
"""The values that the engine's parts hand to each other. Nothing here reads a file or starts anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Layer = Literal["bronze", "silver", "gold"]
LAYERS: tuple[Layer, ...] = ("bronze", "silver", "gold")

Mode = Literal["batch", "full-refresh", "streaming", "validate"]
MODES: tuple[Mode, ...] = ("batch", "full-refresh", "streaming", "validate")

TagMode = Literal["or", "and"]
Severity = Literal["error", "warning", "info"]
Kind = Literal["materialized_view", "streaming_table", "temporary_view"]


@dataclass(frozen=True)
class Place:
    """A place in a file of the project: the path is relative to the project, with `/`; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Related:
    """Another place that a finding is about, and what is there."""

    place: Place
    message: str


@dataclass(frozen=True)
class Diagnostic:
    """One finding. `place` is None for what is not in a file, such as a selection."""

    code: str
    message: str
    place: Place | None = None
    severity: Severity = "error"
    table: str | None = None
    hint: str | None = None
    related: tuple[Related, ...] = ()


@dataclass(frozen=True)
class Dependency:
    """An item of `depends_on`."""

    name: str
    place: Place


@dataclass(frozen=True)
class Table:
    """A table of config.yml, with the place of each part that a finding may point at."""

    name: str
    layer: Layer
    module: str
    """The file that defines it, relative to the project: as given, or the default."""
    place: Place
    module_place: Place
    module_given: bool = False
    layer_known: bool = True
    """False where config.yml gives no valid layer; `layer` is then a guess."""
    tags: tuple[str, ...] = ()
    depends_on: tuple[Dependency, ...] = ()
    description: str | None = None
    owner: str | None = None
    pipeline: str | None = None
    """The bundle's pipeline resource that owns it: its own, or the project's."""
    source: Mapping[str, Any] | None = None
    """`source` as it stands in config.yml; secrets in it are references."""

    @property
    def dataset(self) -> str:
        """The last part of the name: what the module's file is called by default."""
        return self.name.rsplit(".", 1)[-1]


@dataclass(frozen=True)
class Environment:
    """Where the project is deployed: a target of databricks.yml, and what deploys it."""

    name: str
    target: str
    deploy_on: Literal["merge", "tag", "manual"] = "manual"
    tag_pattern: str | None = None
    requires: str | None = None


@dataclass(frozen=True)
class Project:
    """A config.yml that could be read. Tables keep the file's order; of doubles only the first is here."""

    config_file: str
    tables: tuple[Table, ...]
    pipeline: str | None = None
    catalog: str | None = None
    schema: str | None = None
    environments: tuple[Environment, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)

    def table(self, name: str) -> Table | None:
        """The table of that name, compared as written."""
        return next((table for table in self.tables if table.name == name), None)


@dataclass(frozen=True)
class Selection:
    """What a run was asked for. The engine knows tags only; `ldp` knows `--select` and `--exclude` too."""

    tags: tuple[str, ...] = ()
    tag_mode: TagMode = "or"

    @property
    def is_everything(self) -> bool:
        """Whether no tag was asked for, which means every table."""
        return not self.tags


@dataclass(frozen=True)
class PlannedTable:
    """A table in a plan."""

    table: Table
    selected: bool
    stage: int | None
    """Counts from 1; None for a table that is not selected."""
    code: str | None
    """The hash of the module's bytes, None without a module."""
    why: str
    """Why it is selected, or why not, in words for a person."""
    kind: Kind | None = None
    """What the module's text says it is; None where that does not tell."""


@dataclass(frozen=True)
class Plan:
    """What one run does. `digest` is None for an invalid project or a wrong selection; `stages` is empty then."""

    mode: Mode
    selection: Selection
    project: str | None
    digest: str | None
    stages: tuple[tuple[str, ...], ...]
    tables: tuple[PlannedTable, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def selected(self) -> tuple[str, ...]:
        """The names of the selected tables, in the order of their stages."""
        return tuple(name for stage in self.stages for name in stage)
