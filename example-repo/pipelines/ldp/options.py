# ldp-engine 1.0.0
"""The options of the engine's command line, and the project that they are about."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, cast

from . import __version__
from .errors import EngineError
from .log import LogFormat, default_log_format
from .model import MODES, Mode, Selection, TagMode
from .selection import read_tags


@dataclass(frozen=True)
class Options:
    """The command line, resolved: nothing reads an argument later."""

    root: Path
    config: str
    selection: Selection
    mode: Mode
    dry_run: bool
    source: bool
    expected: str
    visualize: Path | None
    json: bool
    log_format: LogFormat
    pipeline_id: str | None
    local: bool
    reload: bool
    confirmed: bool
    poll_seconds: float
    wait_minutes: float


def read_options(arguments: Sequence[str], home: Path) -> Options:
    """Reads the command line.

    Args:
        arguments: without the program's name.
        home: the project that the engine's files are in.

    Raises:
        EngineError: LDP901, for arguments that can't be used as they are.
        SystemExit: after --help and --version.
    """
    given = _parser().parse_args(list(arguments))
    root = _project_root(given.project, home)
    if given.local and given.pipeline_id:
        raise EngineError("LDP901", "--local and --pipeline-id exclude each other.")
    if given.reload and not (given.local is False and not given.pipeline_id):
        raise EngineError(
            "LDP901", "--reload checks only; it goes without --local and --pipeline-id."
        )
    return Options(
        root=root,
        config=_config_file(given.config, root),
        selection=read_tags(given.tags, cast(TagMode, given.tag_mode)),
        mode=cast(Mode, given.mode),
        dry_run=given.dry_run,
        source=given.source,
        expected=given.expect_project.strip(),
        visualize=Path(given.visualize) if given.visualize else None,
        json=given.format == "json",
        log_format=cast(LogFormat, given.log_format or default_log_format()),
        pipeline_id=given.pipeline_id or None,
        local=given.local,
        reload=given.reload,
        confirmed=given.confirm,
        poll_seconds=given.poll_seconds,
        wait_minutes=given.wait_minutes,
    )


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether stdout is to be JSON, told from arguments that may be wrong otherwise."""
    pairs = zip(arguments, arguments[1:], strict=False)
    return "--format=json" in arguments or ("--format", "json") in pairs


def _project_root(given: str | None, home: Path) -> Path:
    """The folder of the project: as given, else where the engine is, else where it was started.

    The engine's own project is meant on Databricks, where a job may start anywhere, and where the engine was started inside it.
    """
    if given is not None:
        root = Path(given).resolve()
        if not root.is_dir():
            raise EngineError("LDP901", f"--project {given} is no folder.")
        return root
    here, home = Path.cwd().resolve(), home.resolve()
    on_databricks = "DATABRICKS_RUNTIME_VERSION" in os.environ
    return home if on_databricks or here == home or home in here.parents else here


def _config_file(given: str, root: Path) -> str:
    """The config file's path relative to the project, with `/`."""
    path = Path(given)
    if path.is_absolute():
        try:
            path = path.relative_to(root)
        except ValueError:
            raise EngineError(
                "LDP901", f"--config {given} is outside the project {root}."
            ) from None
    if ".." in path.parts or path == Path("."):
        raise EngineError("LDP901", f"--config {given} is no file of the project {root}.")
    return path.as_posix()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise EngineError("LDP901", f"{message[:1].upper()}{message[1:]}.", "Read --help.")


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise ValueError(text)
    return value


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="ldp_engine.py",
        description="Plans and runs the tables of config.yml on Lakeflow Spark Declarative Pipelines.",
        epilog="Exit status: 0 fine; 1 findings, or a run that was refused or failed; 2 could not run.",
        allow_abbrev=False,
    )
    what = parser.add_argument_group("what").add_argument
    what("-C", "--project", metavar="DIR", help="the project's folder (default: the engine's)")
    what("--config", metavar="FILE", default="config.yml", help="relative to the project")
    what("--tags", metavar="A,B", default="", help="the tables with these tags; empty: all tables")
    what("--tag-mode", choices=("or", "and"), default="or", help="any of the tags, or all of them")
    what(
        "--mode",
        choices=MODES,
        default="batch",
        help="batch: update what is selected (default); full-refresh: build it anew; validate: check only; "
        "streaming: start a continuous pipeline",
    )
    what("--expect-project", metavar="DIGEST", default="", help="refuse to run any other code")
    what("--confirm", action="store_true", help="do a full refresh that loses what tables hold")
    where = parser.add_argument_group("where").add_argument
    where("--dry-run", action="store_true", help="print what would run, and why; start nothing")
    where("--pipeline-id", metavar="ID", help="the pipeline to update")
    where("--local", action="store_true", help="run here, on Spark's own pipelines (Java 17)")
    where("--reload", action="store_true", help="check again whenever a file is saved")
    output = parser.add_argument_group("output").add_argument
    output("--visualize", metavar="FILE", help="draw the graph: .dot, .svg or .png")
    output("--format", choices=("text", "json"), default="text", help="of the result on stdout")
    output("--log-format", choices=("text", "json"), help="of the log on stderr")
    output("--version", action="version", version=f"ldp-engine {__version__}")
    waiting = parser.add_argument_group("waiting").add_argument
    waiting("--poll-seconds", metavar="N", type=_positive, default=5.0, help="between two looks")
    waiting(
        "--wait-minutes",
        metavar="N",
        type=_positive,
        default=30.0,
        help="for another update of the pipeline to end (default: 30)",
    )
    parser.add_argument("--no-source", dest="source", action="store_false", help="read no module")
    return parser
