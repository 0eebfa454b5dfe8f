# ldp-engine 1.0.0
"""One pipeline of a Databricks workspace, through databricks-sdk. The only file that talks to the workspace."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from . import __version__
from .errors import EngineError
from .log import Log

T = TypeVar("T")

ENDED = ("COMPLETED", "FAILED", "CANCELED")
_PAGE = 100
_MAX_UPDATES = 2000


@dataclass(frozen=True)
class Timing:
    """How long the launcher waits, in seconds."""

    poll: float = 5.0
    """Between two looks at the update."""
    active: float = 1800.0
    """For another update of the pipeline to end."""
    outage: float = 900.0
    """For the workspace to answer again."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class Pipeline:
    """What the workspace says of a pipeline."""

    id: str
    name: str
    continuous: bool
    configuration: Mapping[str, str] = field(default_factory=dict)
    latest: tuple[tuple[str, str], ...] = ()
    """The latest updates, newest first: identifier and state."""


@dataclass(frozen=True)
class Update:
    """An update of the pipeline. `refresh` and `full_refresh` are the tables that it was limited to."""

    id: str
    state: str
    refresh: tuple[str, ...] = ()
    full_refresh: tuple[str, ...] = ()
    full: bool = False
    validate_only: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ENDED

    @property
    def built_everything(self) -> bool:
        """Whether it was for the whole pipeline, and completed."""
        limited = self.refresh or self.full_refresh or self.validate_only
        return self.state == "COMPLETED" and not limited


@dataclass(frozen=True)
class Request:
    """The update to start. Both lists empty means every table."""

    refresh: tuple[str, ...] = ()
    full_refresh: tuple[str, ...] = ()
    full: bool = False
    validate_only: bool = False


def connect() -> Any:
    """A client of the workspace that the environment names. Raises EngineError without databricks-sdk, or without credentials."""
    try:
        from databricks.sdk import WorkspaceClient
        from databricks.sdk.core import Config
    except ImportError:
        raise EngineError(
            "LDP907",
            "databricks-sdk is needed to start a pipeline, and is not installed.",
            'pip install "databricks-sdk>=0.60"',
        ) from None
    try:
        return WorkspaceClient(
            config=Config(
                product="ldp-engine",
                product_version=__version__,
                http_timeout_seconds=60,
                retry_timeout_seconds=60,
            )
        )
    except ValueError as error:
        first = str(error).splitlines()[0]
        raise EngineError(
            "LDP906",
            f"There is no way to sign in to a workspace: {first}",
            "Set DATABRICKS_HOST and its credentials, or run `databricks auth login`.",
        ) from None


class Workspace:
    """One pipeline, asked through a client. Reads are tried again while the workspace does not answer."""

    def __init__(self, client: Any, pipeline_id: str, log: Log, timing: Timing) -> None:
        """Takes a WorkspaceClient, and which pipeline it is asked about."""
        self._client = client
        self._pipelines = client.pipelines
        self._id = pipeline_id
        self._log = log
        self.timing = timing

    def pipeline(self) -> Pipeline:
        """What the pipeline is. Raises EngineError where it does not exist or may not be seen."""
        found = self._patiently(lambda: self._pipelines.get(self._id))
        spec = found.spec
        return Pipeline(
            id=self._id,
            name=found.name or (spec.name if spec else None) or self._id,
            continuous=bool(spec and spec.continuous),
            configuration=dict((spec.configuration if spec else None) or {}),
            latest=tuple(
                (str(update.update_id), _state(update.state))
                for update in found.latest_updates or ()
                if update.update_id
            ),
        )

    def update(self, update_id: str) -> Update:
        """The state of one update."""
        return _update(
            self._patiently(lambda: self._pipelines.get_update(self._id, update_id)).update
        )

    def updates(self) -> Iterator[Update]:
        """The pipeline's updates, newest first, page by page; 2,000 at most."""
        token: str | None = None
        for _ in range(_MAX_UPDATES // _PAGE):
            page = self._patiently(
                partial(self._pipelines.list_updates, self._id, max_results=_PAGE, page_token=token)
            )
            yield from (_update(each) for each in page.updates or ())
            token = page.next_page_token
            if not token:
                return

    def start(self, request: Request) -> str:
        """Starts an update and returns its identifier. Errors of the SDK pass through."""
        started = self._pipelines.start_update(
            self._id,
            refresh_selection=list(request.refresh) or None,
            full_refresh_selection=list(request.full_refresh) or None,
            full_refresh=True if request.full else None,
            validate_only=True if request.validate_only else None,
        )
        return str(started.update_id)

    def events(self, update_id: str, since: str | None) -> Iterator[Mapping[str, Any]]:
        """The events of an update, oldest first, as the REST answer has them.

        Args:
            update_id: events of other updates are left out, whether or not the service filters.
            since: the timestamp to begin at; events of that very moment come again.
        """
        conditions = [f"update_id = '{update_id}'"]
        conditions += [f"timestamp >= '{since}'"] if since else []
        query: dict[str, Any] = {
            "max_results": _PAGE,
            "order_by": "timestamp asc",
            "filter": " AND ".join(conditions),
        }
        path = f"/api/2.0/pipelines/{self._id}/events"
        while True:
            answer = self._patiently(partial(self._client.api_client.do, "GET", path, query=query))
            for event in answer.get("events") or ():
                if (event.get("origin") or {}).get("update_id", update_id) == update_id:
                    yield event
            token = answer.get("next_page_token")
            if not token:
                return
            # A page's token goes alone: the service refuses the filter beside it.
            query = {"max_results": _PAGE, "page_token": token}

    def _patiently(self, call: Callable[[], T]) -> T:
        """The answer of a read. While the workspace can't be reached it is asked again, for a bounded time."""
        lost: float | None = None
        pause = min(self.timing.poll, 1.0)
        while True:
            try:
                answer = call()
            except Exception as error:
                if not is_transient(error):
                    raise refused(error) from error
                now = self.timing.clock()
                if lost is None:
                    lost = now
                    self._log.warning("connection_lost", f"The workspace does not answer: {error}")
                if now - lost > self.timing.outage:
                    raise EngineError(
                        "LDP906", f"The workspace did not answer for {now - lost:.0f} s: {error}"
                    ) from error
                self.timing.sleep(pause)
                pause = min(pause * 2, 30.0)
                continue
            if lost is not None:
                self._log.info("connection_restored", "The workspace answers again.")
            return answer


def is_transient(error: Exception) -> bool:
    """Whether an error is the network's or the service's, so that asking again may help."""
    from databricks.sdk import errors
    from databricks.sdk.errors.base import DatabricksError

    if isinstance(error, DatabricksError):
        passing = (
            errors.InternalError,
            errors.TemporarilyUnavailable,
            errors.TooManyRequests,
            errors.DeadlineExceeded,
        )
        # The bare class is an answer that the SDK could not read, such as a gateway's page.
        return isinstance(error, passing) or type(error) is DatabricksError
    return isinstance(error, OSError)


_REFUSALS = {
    "VIEW_NOT_SUPPORTED": "A temporary view can't be selected; its module's text did not tell that it is one.",
    "TABLE_NOT_FOUND": "The pipeline does not define it yet: deploy, and run it once without --tags.",
    "CONTINUOUS_PIPELINE": "A continuous pipeline takes no selection.",
}


def refused(error: Exception) -> Exception:
    """The service's refusal as an EngineError; any other error as it is."""
    from databricks.sdk import errors
    from databricks.sdk.errors.base import DatabricksError

    if not isinstance(error, DatabricksError):
        return error
    message = f"The workspace refused: {error}"
    if isinstance(error, (errors.BadRequest, errors.ResourceConflict)):
        hint = next((text for code, text in _REFUSALS.items() if code in str(error)), None)
        return EngineError("LDP803", message, hint, status=1)
    if isinstance(error, errors.NotFound):
        hint = "Look at --pipeline-id, and at the workspace in DATABRICKS_HOST."
    elif isinstance(error, (errors.PermissionDenied, errors.Unauthenticated)):
        hint = "The identity needs CAN_RUN on the pipeline."
    else:
        hint = None
    return EngineError("LDP906", message, hint)


def _update(info: Any) -> Update:
    return Update(
        id=str(info.update_id),
        state=_state(info.state),
        refresh=tuple(info.refresh_selection or ()),
        full_refresh=tuple(info.full_refresh_selection or ()),
        full=bool(info.full_refresh),
        validate_only=bool(getattr(info, "validate_only", False)),
    )


def _state(state: Any) -> str:
    """A state's name; `UNKNOWN` for one that this databricks-sdk does not know."""
    return str(state.value) if state is not None else "UNKNOWN"
