# ldp-engine 1.0.0
"""The engine's command line. Results go to stdout, the log and everything else to stderr.

Exit status: 0 fine; 1 findings, or a run that was refused or failed; 2 could not run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, cast

from . import __version__
from .config import load_config
from .diagnostics import exit_status
from .errors import EngineError
from .model import MODES, Mode, Plan, TagMode
from .plan import build_plan, plan_json, plan_text
from .selection import read_tags
from .visualize import write_diagram


def main(arguments: Sequence[str], home: Path) -> int:
    """Runs the engine's command line.

    Args:
        arguments: the command line without the program's name.
        home: the project that the engine's files are in.

    Returns:
        The exit status.
    """
    as_json = "json" in _values_of("--format", arguments)
    try:
        return _run(_parser().parse_args(list(arguments)), home)
    except EngineError as error:
        if as_json:
            _print_json({"schema": "ldp.error/1", "code": error.code, "message": error.message})
        hint = f"\n    hint: {error.hint}" if error.hint else ""
        print(f"error {error.code}: {error.message}{hint}", file=sys.stderr)
        return error.status


def _run(options: argparse.Namespace, home: Path) -> int:
    root = project_root(options.project, home)
    loaded = load_config(root, _config_file(options.config, root), look_for_modules=options.source)
    selection = read_tags(options.tags, cast(TagMode, options.tag_mode))
    plan = build_plan(loaded, root, cast(Mode, options.mode), selection, options.expect_project)
    if options.visualize and plan.digest is not None:
        write_diagram(plan, Path(options.visualize))
    if options.dry_run or plan.digest is None:
        _print_plan(plan, options.format)
        return exit_status(plan.diagnostics)
    raise EngineError("LDP901", "Only --dry-run is there yet.")


def _print_plan(plan: Plan, form: str) -> None:
    if form == "json":
        _print_json(plan_json(plan))
    else:
        sys.stdout.write(plan_text(plan))


def _print_json(document: Any) -> None:
    print(json.dumps(document, indent=2, ensure_ascii=False))


def project_root(given: str | None, home: Path) -> Path:
    """The folder of the project: as given, else where the engine is, else where it was started.

    The engine's own project is meant on Databricks, where a job may start anywhere, and where the engine was started inside it.
    """
    if given is not None:
        return Path(given).resolve()
    here = Path.cwd().resolve()
    home = home.resolve()
    on_databricks = "DATABRICKS_RUNTIME_VERSION" in os.environ
    return home if on_databricks or here == home or home in here.parents else here


def _config_file(given: str, root: Path) -> str:
    """The config file's path relative to the project, with `/`."""
    path = Path(given)
    if path.is_absolute():
        try:
            return path.relative_to(root).as_posix()
        except ValueError:
            raise EngineError(
                "LDP901", f"--config {given} is outside the project {root}."
            ) from None
    if ".." in path.parts:
        raise EngineError("LDP901", f"--config {given} leaves the project {root}.")
    return path.as_posix()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise EngineError("LDP901", f"{message[:1].upper()}{message[1:]}.", "Read --help.")


def _values_of(option: str, arguments: Sequence[str]) -> list[str]:
    """The values of an option in arguments that may be wrong otherwise."""
    following = [
        value for name, value in zip(arguments, arguments[1:], strict=False) if name == option
    ]
    return following + [
        each[len(option) + 1 :] for each in arguments if each.startswith(f"{option}=")
    ]


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="ldp_engine.py",
        description="Plans and runs the tables of config.yml on Lakeflow Spark Declarative Pipelines.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "-C",
        "--project",
        metavar="DIR",
        help="the project's folder (default: where the engine is)",
    )
    add("--config", metavar="FILE", default="config.yml", help="relative to the project")
    add(
        "--tags",
        metavar="A,B",
        default="",
        help="run the tables with these tags; empty: all tables",
    )
    add(
        "--tag-mode",
        choices=("or", "and"),
        default="or",
        help="any of the tags, or all of them",
    )
    add(
        "--mode",
        choices=MODES,
        default="batch",
        help="what kind of update (default: batch)",
    )
    add(
        "--dry-run",
        action="store_true",
        help="print what would run, and why; start nothing",
    )
    add(
        "--no-source",
        dest="source",
        action="store_false",
        help="don't look for the modules",
    )
    add(
        "--expect-project",
        metavar="DIGEST",
        default="",
        help="refuse to run other code than this",
    )
    add("--visualize", metavar="FILE", help="draw the graph: .dot, .svg or .png")
    add(
        "--format",
        choices=("text", "json"),
        default="text",
        help="of the plan on stdout",
    )
    add("--log-format", choices=("text", "json"), help="of the log on stderr")
    add("--pipeline-id", metavar="ID", help="the pipeline to update")
    add(
        "--local",
        action="store_true",
        help="run on this machine with spark-pipelines (Java 17)",
    )
    add("--reload", action="store_true", help="check again whenever a file is saved")
    add(
        "--confirm",
        action="store_true",
        help="do a full refresh that loses what tables hold",
    )
    add("--version", action="version", version=f"ldp-engine {__version__}")
    return parser
