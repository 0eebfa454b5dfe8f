# ldp-engine 1.0.0
"""Follows an update of a pipeline: its state and its events, until it has ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from .events import Progress
from .log import Log
from .summary import RunSummary
from .workspace import Update, Workspace

# Events may come a while after the state that they led to, and not in the order of their time.
_LOOKS_AFTER_THE_END = 3
_OVERLAP = timedelta(seconds=60)


def follow(
    workspace: Workspace, update_id: str, names: Sequence[str], selected: Sequence[str], log: Log
) -> RunSummary:
    """Follows an update to its end.

    Args:
        workspace: the pipeline.
        update_id: which update.
        names: the project's tables.
        selected: the tables that the summary has in any case.
        log: where the state, and each table's start and end, are told.
    """
    timing = workspace.timing
    begun = timing.clock()
    progress = Progress(names, log)
    state = ""
    while True:
        update = workspace.update(update_id)
        state = _tell(update, state, log)
        _read_events(workspace, update_id, progress)
        if update.ended:
            break
        timing.sleep(timing.poll)
    for _ in range(_LOOKS_AFTER_THE_END):
        if not progress.is_open(selected):
            break
        timing.sleep(timing.poll)
        _read_events(workspace, update_id, progress)
    for message in progress.errors if update.state != "COMPLETED" else ():
        log.error("update_error", message, update_id=update_id)
    return RunSummary(
        update.state.lower(), timing.clock() - begun, progress.tables(selected), update_id
    )


def follow_until_running(
    workspace: Workspace, update_id: str, names: Sequence[str], log: Log
) -> RunSummary:
    """Follows the update of a continuous pipeline until it runs, or has ended before."""
    timing = workspace.timing
    begun = timing.clock()
    progress = Progress(names, log)
    state = ""
    while True:
        update = workspace.update(update_id)
        state = _tell(update, state, log)
        _read_events(workspace, update_id, progress)
        if update.ended or update.state == "RUNNING":
            break
        timing.sleep(timing.poll)
    for message in progress.errors if update.ended else ():
        log.error("update_error", message, update_id=update_id)
    return RunSummary(update.state.lower(), timing.clock() - begun, progress.tables(()), update_id)


def _tell(update: Update, before: str, log: Log) -> str:
    if update.state != before:
        message = f"Update {update.id} is {update.state}."
        log.info("update_state", message, update_id=update.id, state=update.state)
    return update.state


def _read_events(workspace: Workspace, update_id: str, progress: Progress) -> None:
    progress.take(workspace.events(update_id, _earlier(progress.latest)))


def _earlier(timestamp: str | None) -> str | None:
    """A moment before a timestamp, so that events that come late are read too."""
    if timestamp is None:
        return None
    try:
        moment = datetime.fromisoformat(timestamp.replace("Z", "+00:00")) - _OVERLAP
    except ValueError:
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
