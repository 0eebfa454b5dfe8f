# ldp-engine 1.0.0
"""Starts an update of the pipeline for a plan, and follows it to its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .diagnostics import quote
from .errors import EngineError
from .follower import follow, follow_until_running
from .log import Log
from .model import Plan, Project
from .module_text import Definition
from .summary import RunSummary
from .workspace import Pipeline, Request, Timing, Update, Workspace, is_transient, refused


@dataclass(frozen=True)
class Launch:
    """A run that is wanted."""

    plan: Plan
    project: Project
    definitions: Mapping[str, Definition]
    """What the modules' text says of the tables."""
    confirmed: bool = False
    """Whether a full refresh that loses data is meant (`--confirm`)."""


def launch(wanted: Launch, client: Any, pipeline_id: str, log: Log, timing: Timing) -> RunSummary:
    """Starts an update for the plan's mode and selection, follows it, and returns what it did.

    Raises:
        EngineError: LDP803 for a run that is refused, LDP805 for one that wants `--confirm`, LDP906 where the workspace can't
            be asked.
        KeyboardInterrupt: the follower was stopped; the update goes on.
    """
    request = request_for(wanted)
    workspace = Workspace(client, pipeline_id, log, timing)
    pipeline = workspace.pipeline()
    _check_mode(wanted.plan, pipeline)
    request = _owned(request, wanted, pipeline)
    names = [table.name for table in wanted.project.tables]
    if wanted.plan.mode == "streaming":
        update_id = _running(pipeline) or _start(workspace, request, log)
        return follow_until_running(workspace, update_id, names, log)
    _wait_for_others(workspace, pipeline, log)
    if request.refresh or request.full_refresh:
        _check_first_update(workspace, pipeline)
    update_id = _start(workspace, request, log)
    expected = () if wanted.plan.mode == "validate" else _stored(wanted)
    return follow(workspace, update_id, names, expected, log)


def request_for(wanted: Launch) -> Request:
    """The update that a plan asks for, temporary views left out. Never an empty selection: to Databricks that is every table."""
    plan = wanted.plan
    if plan.mode == "streaming":
        if not plan.selection.is_everything:
            raise _refusal(
                "A stream runs every table; --mode streaming takes no tags.", "Leave --tags out."
            )
        return Request()
    if plan.mode == "validate":
        return Request(validate_only=True)
    names = _stored(wanted)
    if not names:
        raise _refusal(
            f"Only temporary views are selected: {', '.join(plan.selected)}.",
            "A view is computed where it is read; select a table that reads it.",
        )
    if plan.mode == "full-refresh":
        _check_confirmed(wanted, names)
        return Request(full=True) if plan.selection.is_everything else Request(full_refresh=names)
    return Request() if plan.selection.is_everything else Request(refresh=names)


def _stored(wanted: Launch) -> tuple[str, ...]:
    views = {name for name, found in wanted.definitions.items() if found.kind == "temporary_view"}
    return tuple(name for name in wanted.plan.selected if name not in views)


def _check_confirmed(wanted: Launch, names: Iterable[str]) -> None:
    if wanted.confirmed:
        return
    if wanted.plan.selection.is_everything:
        raise EngineError(
            "LDP805",
            "A full refresh of every table empties all of them, and reads every source again.",
            "Select tables with --tags, or add --confirm.",
            status=1,
        )
    held = [
        name
        for name in names
        if name in wanted.definitions and not wanted.definitions[name].reset_allowed
    ]
    if held:
        raise EngineError(
            "LDP805",
            f"The properties of {', '.join(held)} forbid a reset (pipelines.reset.allowed=false).",
            "What the source no longer has would be lost. Leave the table out, or add --confirm.",
            status=1,
        )


def _check_mode(plan: Plan, pipeline: Pipeline) -> None:
    if plan.mode == "streaming" and not pipeline.continuous:
        raise _refusal(
            f"The pipeline {quote(pipeline.name)} is triggered; --mode streaming starts a continuous one.",
            "Set `continuous: true` in the pipeline's resource, or use --mode batch.",
        )
    if plan.mode in ("batch", "full-refresh") and pipeline.continuous:
        raise _refusal(
            f"The pipeline {quote(pipeline.name)} is continuous; it takes no --mode {plan.mode}.",
            "Use --mode streaming, or set `continuous: false` in the pipeline's resource.",
        )


def _owned(request: Request, wanted: Launch, pipeline: Pipeline) -> Request:
    """The request with the tables of this pipeline alone, where the project's tables belong to several."""
    owners = {table.name: table.pipeline for table in wanted.project.tables}
    if len(set(owners.values())) <= 1:
        return request
    resource = pipeline.configuration.get("ldp.pipeline")
    if resource is None:
        raise _refusal(
            f"The tables belong to several pipelines, and {quote(pipeline.name)} does not say which it is.",
            "Set `ldp.pipeline: <its resource key>` in the pipeline's configuration.",
        )
    keep = {name for name, owner in owners.items() if owner in (None, resource)}
    refresh = tuple(name for name in request.refresh if name in keep)
    full_refresh = tuple(name for name in request.full_refresh if name in keep)
    if (request.refresh or request.full_refresh) and not (refresh or full_refresh):
        raise _refusal(
            f"No selected table belongs to the pipeline {quote(resource)}.",
            "Start the pipeline that owns them.",
        )
    return Request(refresh, full_refresh, request.full, request.validate_only)


def _running(pipeline: Pipeline) -> str | None:
    """The update of a continuous pipeline that is under way already."""
    return next((update_id for update_id, state in pipeline.latest[:1] if _is_active(state)), None)


def _is_active(state: str) -> bool:
    return not Update("", state).ended


def _wait_for_others(workspace: Workspace, pipeline: Pipeline, log: Log) -> None:
    """A pipeline has one update at a time: waits for the active one, for a bounded time."""
    timing = workspace.timing
    until = timing.clock() + timing.active
    for update_id, state in pipeline.latest:
        if not _is_active(state):
            continue
        log.info(
            "waiting", f"Waiting for the active update {update_id} to end.", update_id=update_id
        )
        while not workspace.update(update_id).ended:
            if timing.clock() >= until:
                raise _still_active(pipeline, update_id, timing)
            timing.sleep(timing.poll)


def _still_active(pipeline: Pipeline, update_id: str, timing: Timing) -> EngineError:
    return _refusal(
        f"The update {update_id} of {quote(pipeline.name)} is still active after {timing.active:.0f} s.",
        f"Run again later, or stop it: databricks pipelines stop {pipeline.id}",
    )


def _check_first_update(workspace: Workspace, pipeline: Pipeline) -> None:
    """A selection reads tables that only an update of everything has made."""
    from databricks.sdk.errors import NotFound

    try:
        if any(update.built_everything for update in workspace.updates()):
            return
    except EngineError as error:
        # An older workspace has no list of updates; its latest ones are known with the pipeline.
        if not isinstance(error.__cause__, NotFound):
            raise
        if any(state == "COMPLETED" for _, state in pipeline.latest):
            return
    raise _refusal(
        f"The pipeline {quote(pipeline.name)} has not completed an update of every table yet.",
        "Run it once without --tags: a selection needs the tables that it reads.",
    )


def _start(workspace: Workspace, request: Request, log: Log) -> str:
    """Starts the update. Where the answer was lost, the update that came into being meanwhile is taken."""
    timing = workspace.timing
    until = timing.clock() + timing.active
    while True:
        pipeline = workspace.pipeline()
        before = {update_id for update_id, _ in pipeline.latest}
        try:
            update_id = workspace.start(request)
        except Exception as error:
            if not (is_transient(error) or _is_conflict(error)):
                raise refused(error) from error
            newest = next(iter(workspace.pipeline().latest), None)
            if newest is None or not _is_active(newest[1]):
                raise refused(error) from error
            update = workspace.update(newest[0])
            if newest[0] not in before and _is_same(update, request):
                # Ours, the answer to whose start was lost, or one that does just the same.
                update_id = newest[0]
            elif timing.clock() < until:
                log.info("waiting", f"Waiting for the active update {newest[0]} to end.")
                timing.sleep(timing.poll)
                continue
            else:
                raise _still_active(pipeline, newest[0], timing) from error
        selection = [*request.refresh, *request.full_refresh]
        log.info(
            "update_started",
            f"Started update {update_id} of {pipeline.name}: "
            + (", ".join(selection) if selection else "every table"),
            update_id=update_id,
            pipeline_id=pipeline.id,
            refresh_selection=list(request.refresh),
            full_refresh_selection=list(request.full_refresh),
        )
        return update_id


def _is_conflict(error: Exception) -> bool:
    from databricks.sdk.errors import ResourceConflict
    from databricks.sdk.errors.base import DatabricksError

    told = isinstance(error, DatabricksError) and "active update" in str(error).lower()
    return told or isinstance(error, ResourceConflict)


def _is_same(update: Update, request: Request) -> bool:
    return (
        set(update.refresh) == set(request.refresh)
        and set(update.full_refresh) == set(request.full_refresh)
        and update.full == request.full
        and update.validate_only == request.validate_only
    )


def _refusal(message: str, hint: str) -> EngineError:
    return EngineError("LDP803", message, hint, status=1)
