# ldp-engine 1.0.0
"""The engine's command line. Results go to stdout, the log and everything else to stderr.

Exit status: 0 fine; 1 findings, or a run that was refused or failed; 2 could not run.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from .config import load_config
from .diagnostics import diagnostic_text, exit_status, sort_diagnostics
from .errors import EngineError
from .launcher import Launch, launch
from .log import Log, take_over
from .masking import masked
from .model import Plan, Project
from .module_text import Definition, read_definitions
from .options import Options, read_options, wants_json
from .plan import build_plan, plan_json, plan_text
from .summary import RunSummary, log_summary, summary_json, summary_text
from .visualize import check_diagram, write_diagram
from .workspace import Timing, connect

_LONGEST_LINE = 1000


def main(arguments: Sequence[str], home: Path) -> int:
    """Runs the engine's command line.

    Args:
        arguments: the command line without the program's name.
        home: the project that the engine's files are in.

    Returns:
        The exit status.
    """
    try:
        return _run(read_options(arguments, home))
    except EngineError as error:
        message = masked(error.message)
        if wants_json(arguments):
            _print_json({"schema": "ldp.error/1", "code": error.code, "message": message})
        hint = f"\n    hint: {error.hint}" if error.hint else ""
        print(f"error {error.code}: {message}{hint}", file=sys.stderr)
        return error.status


def _run(options: Options) -> int:
    if options.visualize:
        check_diagram(options.visualize)
    if options.reload:
        return _reload(options)
    plan, project, definitions = _plan(options)
    if options.visualize and plan.digest is not None:
        write_diagram(plan, options.visualize)
    only_drawn = options.visualize and not (options.local or options.pipeline_id)
    if project is None or plan.digest is None or options.dry_run or only_drawn:
        _print_plan(plan, options)
        return exit_status(plan.diagnostics)
    if not plan.tables:
        message = "The project has no tables: there is nothing to run."
        raise EngineError("LDP403", message, "Declare a table in config.yml.", status=1)
    log = Log(options.log_format)
    _log_plan(plan, options, log)
    if options.local:
        return _run_here(options, plan, project, log)
    if options.pipeline_id:
        return _run_pipeline(options, Launch(plan, project, definitions, options.confirmed), log)
    if options.mode == "validate":
        return _check_modules(plan, project, options)
    raise EngineError(
        "LDP901",
        "There is nothing to run the tables on.",
        "Name a pipeline with --pipeline-id, or run them here with --local; --dry-run prints the plan.",
    )


def _plan(options: Options) -> tuple[Plan, Project | None, dict[str, Definition]]:
    loaded = load_config(options.root, options.config, look_for_modules=options.source)
    project = loaded.project
    definitions = read_definitions(project, options.root) if project and options.source else {}
    try:
        plan = build_plan(
            loaded,
            options.root,
            options.mode,
            options.selection,
            expected=options.expected,
            definitions=definitions,
        )
    except OSError as error:
        message = f"{error.filename} can't be read: {error.strerror}."
        raise EngineError("LDP902", message) from None
    return plan, project, definitions


def _log_plan(plan: Plan, options: Options, log: Log) -> None:
    count = len(plan.tables)
    log.info(
        "config_loaded",
        f"{options.config}: {count} tables, project {plan.project}",
        tables=count,
        project=plan.project,
    )
    for diagnostic in plan.diagnostics:
        log.warning("finding", diagnostic_text(diagnostic).splitlines()[0], code=diagnostic.code)
    stages = "; ".join(
        f"stage {number}: {', '.join(stage)}" for number, stage in enumerate(plan.stages, 1)
    )
    if len(stages) > _LONGEST_LINE:
        stages = f"{len(plan.stages)} stages"
    log.info(
        "plan",
        f"{plan.mode}, {len(plan.selected)} of {count} tables: {stages}",
        digest=plan.digest,
        mode=plan.mode,
        tags=list(plan.selection.tags),
        tag_mode=plan.selection.tag_mode,
        stages=[list(stage) for stage in plan.stages],
    )


def _run_here(options: Options, plan: Plan, project: Project, log: Log) -> int:
    from .local import run_local

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        summary = run_local(project, options.root, plan.selected, options.mode, log)
    except KeyboardInterrupt:
        raise EngineError(
            "LDP803",
            "The local run was stopped; tables that were done are kept.",
            "Run it again: it goes on from there.",
            status=1,
        ) from None
    finally:
        signal.signal(signal.SIGTERM, before)
    return _finish(summary, plan, options, log)


def _run_pipeline(options: Options, wanted: Launch, log: Log) -> int:
    pipeline_id = options.pipeline_id or ""
    timing = Timing(poll=options.poll_seconds, active=options.wait_minutes * 60)
    take_over("databricks.sdk", log)
    try:
        with _interrupted_by_sigterm():
            summary = launch(wanted, connect(), pipeline_id, log, timing)
    except KeyboardInterrupt:
        log.warning(
            "interrupted",
            "Stopped following. An update that was started goes on; to stop it: "
            f"databricks pipelines stop {pipeline_id}",
            pipeline_id=pipeline_id,
        )
        return 1
    return _finish(summary, wanted.plan, options, log)


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """A job that is cancelled gets SIGTERM: the same as Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Only the main thread may handle signals.
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _finish(summary: RunSummary, plan: Plan, options: Options, log: Log) -> int:
    log_summary(log, summary)
    if options.json:
        _print_json({"schema": "ldp.run/1", **summary_json(summary), "plan": plan_json(plan)})
    else:
        sys.stdout.write(summary_text(summary))
    return 0 if summary.state in ("completed", "running") else 1


def _check_modules(plan: Plan, project: Project, options: Options) -> int:
    """Loads every module, as a pipeline would, but registers nothing."""
    from .loader import load_modules

    findings = [*plan.diagnostics, *load_modules(project, options.root)]
    checked = replace(plan, diagnostics=sort_diagnostics(findings))
    if exit_status(findings):
        checked = replace(checked, digest=None, stages=())
    _print_plan(checked, options)
    return exit_status(findings)


def _reload(options: Options) -> int:
    """Checks the project now, and again whenever a file of it is saved, until Ctrl-C."""
    from .loader import watch

    def check(changed: tuple[str, ...] = ()) -> None:
        if changed:
            print(f"\nSaved: {', '.join(changed)}", flush=True)
        try:
            plan, project, _ = _plan(options)
            if project is None or plan.digest is None:
                _print_plan(plan, options)
            else:
                _check_modules(plan, project, options)
        except EngineError as error:
            print(f"error {error.code}: {error.message}", file=sys.stderr)
        sys.stdout.flush()

    check()
    print("Watching for changes; Ctrl-C ends.", file=sys.stderr, flush=True)
    try:
        watch(options.root, check)
    except KeyboardInterrupt:
        pass
    return 0


def _print_plan(plan: Plan, options: Options) -> None:
    if options.json:
        _print_json(plan_json(plan))
    else:
        sys.stdout.write(plan_text(plan))


def _print_json(document: Any) -> None:
    print(json.dumps(document, indent=2, ensure_ascii=False))
