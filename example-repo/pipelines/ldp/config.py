# ldp-engine 1.0.0
"""Reads config.yml into a Project. Never raises for what a user wrote: every mistake is a finding, all in one run."""

from __future__ import annotations

import codecs
import posixpath
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from .diagnostics import did_you_mean, quote, sort_diagnostics
from .model import (
    LAYERS,
    Dependency,
    Diagnostic,
    Environment,
    Layer,
    Place,
    Project,
    Related,
    Severity,
    Table,
)
from .schema import check_schema
from .tree import entry_kind, list_files
from .yaml_nodes import Node, parse_yaml

MAX_BYTES = 8 * 1024 * 1024
_MODULE = re.compile(r"\.(?:py|sql|ipynb)\Z")


@dataclass(frozen=True)
class LoadedConfig:
    """`project` is None when LDP101, a syntax error or LDP105 ended the reading."""

    project: Project | None
    diagnostics: tuple[Diagnostic, ...]


def load_config(
    root: Path, config_file: str = "config.yml", *, look_for_modules: bool = True
) -> LoadedConfig:
    """Reads the config file of a project.

    Args:
        root: the project's folder.
        config_file: relative to it, with `/`.
        look_for_modules: whether a module that does not exist is LDP301.
    Returns the project, and LDP101-105, LDP201, LDP301. Dependencies are checked by graph.check_graph.
    """
    top = Place(config_file, 1, 1)
    text = _read_text(root, config_file, top)
    if isinstance(text, Diagnostic):
        return LoadedConfig(None, (text,))
    node, findings = parse_yaml(text, config_file)
    if node is None:
        return LoadedConfig(None, tuple(findings))
    findings += check_schema(node)
    project = _Reader(root, findings, look_for_modules).project(node, config_file)
    return LoadedConfig(project, sort_diagnostics(_apply_rules(findings, project)))


def _read_text(root: Path, config_file: str, top: Place) -> str | Diagnostic:
    def unreadable(message: str, hint: str | None = None) -> Diagnostic:
        return Diagnostic("LDP101", f"{config_file} {message}", top, hint=hint)

    kind = entry_kind(root, config_file)
    if kind == "missing":
        return unreadable(
            "does not exist.",
            f"Looked in {root}: run it in the project's folder, or name another with -C.",
        )
    if kind == "symlink":
        return unreadable("is, or is behind, a symbolic link.", "Put the file itself there.")
    if kind != "file":
        return unreadable("is a directory." if kind == "directory" else "is not a regular file.")
    try:
        with open(root / config_file, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        return unreadable(f"can't be read: {error.strerror}.")
    if len(content) > MAX_BYTES:
        return Diagnostic("LDP105", "The file has more than 8 MiB.", top, hint="Split the project.")
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        return unreadable("is not UTF-8.", "Save it as UTF-8.")


def _apply_rules(findings: list[Diagnostic], project: Project) -> list[Diagnostic]:
    """Carries out what `rules` of config.yml says of a code: off, or another severity."""
    kept: list[Diagnostic] = []
    for finding in findings:
        setting = project.rules.get(finding.code)
        if setting is None:
            kept.append(finding)
        elif setting != "off":
            kept.append(replace(finding, severity=cast(Severity, setting)))
    return kept


class _Reader:
    def __init__(self, root: Path, findings: list[Diagnostic], look_for_modules: bool) -> None:
        self.root = root
        self.findings = findings
        self.look_for_modules = look_for_modules

    def project(self, node: Node, config_file: str) -> Project:
        pipeline = _text(node, "pipeline")
        return Project(
            config_file=config_file,
            tables=self.tables(node.get("tables"), pipeline),
            pipeline=pipeline,
            catalog=_text(node, "catalog"),
            schema=_text(node, "schema"),
            environments=self.environments(node.get("environments")),
            rules=_rules(node.get("rules")),
        )

    def tables(self, node: Node | None, pipeline: str | None) -> tuple[Table, ...]:
        first: dict[str, Table] = {}
        for item in node.items if node else ():
            table = self.table(item, pipeline)
            if table is None:
                continue
            before = first.setdefault(table.name.lower(), table)
            if before is not table:
                self.report_double(table, before)
        return tuple(first.values())

    def report_double(self, table: Table, before: Table) -> None:
        spelled = "" if table.name == before.name else f" (as {quote(before.name)} too)"
        self.findings.append(
            Diagnostic(
                "LDP201",
                f"The table {quote(table.name)} is declared twice{spelled}.",
                table.place,
                table=table.name,
                hint="Names are compared without case. Rename one of the two.",
                related=(Related(before.place, f"{quote(before.name)} is declared here first."),),
            )
        )

    def table(self, node: Node, project_pipeline: str | None) -> Table | None:
        name_node = node.get("name")
        name = name_node.text if name_node else None
        if name_node is None or name is None:
            return None
        layer = next((known for known in LAYERS if known == _text(node, "layer")), None)
        module_node = node.get("module")
        given = module_node.text if module_node else None
        place = module_node.place if module_node and given is not None else name_node.place
        if given is None:
            module = self.default_module(name, layer)
        elif module_node and module_node.ambiguous:
            module = None
        else:
            module = self.given_module(given, place, name)
        if module is not None:
            self.check_module_file(module, place, name)
        source = node.get("source")
        return Table(
            name=name,
            layer=layer or "bronze",
            layer_known=layer is not None,
            tags=tuple(dict.fromkeys(_texts(node.get("tags")))),
            depends_on=_dependencies(node.get("depends_on")),
            module=module or given or "",
            module_given=given is not None,
            description=_text(node, "description"),
            owner=_text(node, "owner"),
            pipeline=_text(node, "pipeline") or project_pipeline,
            source=source.plain() if source and source.kind == "mapping" else None,
            place=name_node.place,
            module_place=place,
        )

    def default_module(self, name: str, layer: Layer | None) -> str | None:
        dataset = name.rsplit(".", 1)[-1]
        if layer is None or not re.fullmatch(r"\w+", dataset, re.ASCII):
            return None
        stem = f"transformations/{layer}/{dataset}"
        only_sql = (
            entry_kind(self.root, f"{stem}.py") == "missing"
            and entry_kind(self.root, f"{stem}.sql") != "missing"
        )
        return f"{stem}.sql" if only_sql else f"{stem}.py"

    def given_module(self, given: str, place: Place, table: str) -> str | None:
        """The normalised path of a given module; None, with LDP103, for one that can't be a module of the project."""
        if not given:
            return None  # the schema's finding
        path = posixpath.normpath(given)
        problem = None
        if "\\" in given:
            problem = ("has a backslash", "Separate folders with /.")
        elif posixpath.isabs(path) or re.match(r"[A-Za-z]:", path):
            problem = ("is an absolute path", "Give it relative to the project.")
        elif path == ".." or path.startswith("../"):
            problem = ("is outside the project", "Move the file into the project.")
        elif given.endswith("/") or not _MODULE.search(path):
            problem = (
                "is no .py, .sql or .ipynb file",
                "Name the file that defines the table.",
            )
        if problem is None:
            return path
        message = f"The module {quote(given)} {problem[0]}."
        self.findings.append(Diagnostic("LDP103", message, place, table=table, hint=problem[1]))
        return None

    def check_module_file(self, module: str, place: Place, table: str) -> None:
        kind = entry_kind(self.root, module)
        if kind == "symlink":
            message = f"The module {module} is, or is behind, a symbolic link."
            hint = "Put the file itself there: symbolic links are not followed."
            self.findings.append(Diagnostic("LDP103", message, place, table=table, hint=hint))
        elif kind == "missing" and self.look_for_modules:
            others = [
                path
                for path in list_files(self.root, posixpath.dirname(module))
                if _MODULE.search(path)
            ]
            hint = did_you_mean(module, others) or "Create it, or name another file with `module:`."
            message = f"The module {module} of {quote(table)} does not exist."
            self.findings.append(Diagnostic("LDP301", message, place, table=table, hint=hint))
        elif kind != "file" and self.look_for_modules:
            message = f"The module {module} of {quote(table)} is not a file."
            self.findings.append(Diagnostic("LDP301", message, place, table=table))

    def environments(self, node: Node | None) -> tuple[Environment, ...]:
        found: list[Environment] = []
        pairs = node.pairs if node else {}
        for name, (_, environment) in pairs.items():
            target = _text(environment, "target")
            requires = _text(environment, "requires")
            if target is None:
                continue
            problem = None
            if requires == name:
                problem = (
                    f"The environment {quote(name)} requires itself.",
                    "Name the one that is deployed before it.",
                )
            elif requires is not None and requires not in pairs:
                problem = (
                    f"The environment {quote(name)} requires {quote(requires)}, which does not exist.",
                    did_you_mean(requires, pairs) or f"Environments: {', '.join(pairs)}.",
                )
            requires_node = environment.get("requires")
            if problem and requires_node and not requires_node.ambiguous:
                self.findings.append(
                    Diagnostic("LDP103", problem[0], requires_node.place, hint=problem[1])
                )
            deploy_on = _text(environment, "deploy_on")
            found.append(
                Environment(
                    name=name,
                    target=target,
                    deploy_on=(cast(Any, deploy_on) if deploy_on in ("merge", "tag") else "manual"),
                    tag_pattern=(
                        (_text(environment, "tag_pattern") or "v*") if deploy_on == "tag" else None
                    ),
                    requires=requires,
                )
            )
        return tuple(found)


def _rules(node: Node | None) -> dict[str, str]:
    settings = {code: value.text for code, (_, value) in node.pairs.items()} if node else {}
    return {
        code: text for code, text in settings.items() if text in ("off", "info", "warning", "error")
    }


def _dependencies(node: Node | None) -> tuple[Dependency, ...]:
    found: dict[str, Dependency] = {}
    for item in node.items if node else ():
        if item.text is not None and not item.ambiguous:
            found.setdefault(item.text, Dependency(item.text, item.place))
    return tuple(found.values())


def _text(node: Node, key: str) -> str | None:
    value = node.get(key)
    return value.text if value else None


def _texts(node: Node | None) -> list[str]:
    return [item.text for item in node.items if item.text is not None] if node else []
