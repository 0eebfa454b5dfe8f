"""A Databricks workspace on loopback with one pipeline, as strict as the real one where the launcher is concerned.

Time passes by looking: each look at an update moves it one step on, and a step may bring events. So no test waits for a clock.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PIPELINE = "0a1b2c3d-pipeline"
TOKEN = "dapi0123456789abcdef0123456789abcdef"
ENDED = ("COMPLETED", "FAILED", "CANCELED")
_BODY_KEYS = {
    "cause",
    "full_refresh",
    "full_refresh_selection",
    "parameters",
    "refresh_selection",
    "validate_only",
}

Json = dict[str, Any]


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class DroppedConnection(Exception):
    """The connection ends without an answer."""


@dataclass
class Step:
    """What one look at an update brings: its next state, and the events before it."""

    state: str
    events: list[Json] = field(default_factory=list)


@dataclass
class Update:
    """An update of the pipeline."""

    id: str
    body: Json
    steps: list[Step]
    state: str = "CREATED"
    events: list[Json] = field(default_factory=list)

    def info(self) -> Json:
        given = {key: value for key, value in self.body.items() if key in _BODY_KEYS}
        return {"update_id": self.id, "pipeline_id": PIPELINE, "state": self.state, **given}


@dataclass
class FakeWorkspace:
    """What a test sets up, and what it looks at afterwards."""

    tables: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    continuous: bool = False
    configuration: Json = field(default_factory=dict)
    script: Callable[[Json], list[Step]] = field(default=lambda _body: [Step("COMPLETED")])
    """The steps of the next updates, made from the body of the request."""
    page: int = 3
    """How many events and updates one page has at most."""
    has_update_list: bool = True
    filters_by_update: bool = True
    before: Callable[[str, str], None] = field(default=lambda _method, _path: None)
    """Called before each request; may raise Refusal or DroppedConnection."""
    after_start: Callable[[], None] = field(default=lambda: None)
    """Called when an update was made, before the answer is sent."""
    updates: list[Update] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    host: str = ""
    _pages: dict[str, list[Json]] = field(default_factory=dict)

    def add_update(
        self, state: str = "COMPLETED", steps: tuple[Step, ...] = (), **body: Any
    ) -> Update:
        """An update that somebody else started."""
        update = Update(f"update-{len(self.updates) + 1}", body, list(steps), state)
        self.updates.append(update)
        return update

    @property
    def bodies(self) -> list[Json]:
        """What the updates were started with, the latest last."""
        return [update.body for update in self.updates]

    def answer(self, method: str, path: str, query: dict[str, str], body: Json) -> Json:
        base = f"/api/2.0/pipelines/{PIPELINE}"
        if not path.startswith("/api/2.0/pipelines/"):
            raise Refusal(404, "ENDPOINT_NOT_FOUND", f"No API found for '{method} {path}'")
        if not (path == base or path.startswith(f"{base}/")):
            raise Refusal(404, "RESOURCE_DOES_NOT_EXIST", "The specified pipeline was not found.")
        rest = path[len(base) :]
        update = re.fullmatch(r"/updates/([^/]+)", rest)
        if method == "GET" and rest == "":
            return self.show()
        if method == "GET" and rest == "/updates" and self.has_update_list:
            return self.list_updates(query)
        if method == "POST" and rest == "/updates":
            return self.start(body)
        if method == "GET" and update:
            return self.look(update[1])
        if method == "GET" and rest == "/events":
            return self.list_events(query)
        if method == "POST" and rest == "/stop":
            for each in self.updates:
                if each.state not in ENDED:
                    each.steps, each.state = [], "CANCELED"
            return {}
        raise Refusal(404, "ENDPOINT_NOT_FOUND", f"No API found for '{method} {path}'")

    def show(self) -> Json:
        return {
            "pipeline_id": PIPELINE,
            "name": "shop-etl",
            "state": "RUNNING" if any(u.state not in ENDED for u in self.updates) else "IDLE",
            "spec": {
                "id": PIPELINE,
                "name": "shop-etl",
                "catalog": "main",
                "schema": "shop",
                "continuous": self.continuous,
                "configuration": self.configuration,
            },
            "latest_updates": [
                {"update_id": update.id, "state": update.state}
                for update in reversed(self.updates[-5:])
            ],
        }

    def list_updates(self, query: dict[str, str]) -> Json:
        token = query.get("page_token")
        rest = self._pages.pop(token) if token else [u.info() for u in reversed(self.updates)]
        return self.paged("updates", rest, query)

    def start(self, body: Json) -> Json:
        unknown = set(body) - _BODY_KEYS
        if unknown:
            raise Refusal(400, "INVALID_PARAMETER_VALUE", f"Unknown fields: {sorted(unknown)}")
        active = next((each for each in self.updates if each.state not in ENDED), None)
        if active:
            message = f"An active update {active.id} already exists for pipeline '{PIPELINE}'."
            raise Refusal(409, "RESOURCE_CONFLICT", message)
        selection = [*body.get("refresh_selection", []), *body.get("full_refresh_selection", [])]
        if body.get("full_refresh") and selection:
            raise Refusal(400, "INVALID_PARAMETER_VALUE", "full_refresh excludes a selection.")
        for name in selection:
            self.check_selected(name)
        update = Update(f"update-{len(self.updates) + 1}", body, self.script(body))
        self.updates.append(update)
        self.after_start()
        return {"update_id": update.id}

    def check_selected(self, name: str) -> None:
        if self.continuous:
            reason = "CONTINUOUS_PIPELINE_NOT_SUPPORTED"
        elif name in self.views:
            reason = "SELECTIVE_REFRESH_VIEW_NOT_SUPPORTED"
        elif name not in self.tables:
            reason = "TABLE_NOT_FOUND"
        else:
            return
        message = f"[INVALID_REFRESH_SELECTION.{reason}] The refresh selection has {name}."
        raise Refusal(400, "INVALID_PARAMETER_VALUE", message)

    def look(self, update_id: str) -> Json:
        update = next((each for each in self.updates if each.id == update_id), None)
        if update is None:
            raise Refusal(404, "RESOURCE_DOES_NOT_EXIST", "The specified update was not found.")
        if update.steps:
            step = update.steps.pop(0)
            update.state = step.state
            update.events += step.events
        return {"update": update.info()}

    def list_events(self, query: dict[str, str]) -> Json:
        token = query.get("page_token")
        if token:
            if set(query) - {"page_token", "max_results"}:
                raise Refusal(400, "INVALID_PARAMETER_VALUE", "page_token excludes other fields.")
            return self.paged("events", self._pages.pop(token), query)
        condition = query.get("filter", "")
        wanted = re.search(r"update_id = '([^']+)'", condition) if self.filters_by_update else None
        since = re.search(r"timestamp >= '([^']+)'", condition)
        found = [
            {**event, "origin": {**event.get("origin", {}), "update_id": update.id}}
            for update in self.updates
            for event in update.events
            if (not wanted or update.id == wanted[1])
            and (not since or event["timestamp"] >= since[1])
        ]
        found.sort(key=lambda event: str(event["timestamp"]))
        if query.get("order_by") != "timestamp asc":
            found.reverse()
        return self.paged("events", found, query)

    def paged(self, key: str, rest: list[Json], query: dict[str, str]) -> Json:
        if int(query.get("max_results", "25")) > 250:
            raise Refusal(400, "INVALID_PARAMETER_VALUE", "max_results must be at most 250.")
        size = min(self.page, int(query.get("max_results", "25")))
        answer: Json = {key: rest[:size]}
        if rest[size:]:
            token = f"page-{len(self.requests)}-{len(rest)}"
            self._pages[token] = rest[size:]
            answer["next_page_token"] = token
        return answer


_moment = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def event(kind: str, message: str, seconds: float, **more: Any) -> Json:
    """An event, some seconds after the update began."""
    moment = (_moment + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
    level = more.pop("level", "INFO")
    return {
        "id": f"{kind}-{seconds}-{message}",
        "event_type": kind,
        "level": level,
        "message": message,
        "maturity_level": "STABLE",
        "timestamp": moment.replace("+00:00", "Z"),
        **more,
    }


def flow(
    table: str,
    status: str,
    seconds: float,
    *,
    rows: int | None = None,
    dropped: int | None = None,
    error: str | None = None,
    name: str | None = None,
    catalog: str = "main.shop.",
) -> Json:
    """A flow_progress event as the event log holds it."""
    details: Json = {"status": status}
    if rows is not None:
        details["metrics"] = {"num_output_rows": rows}
    if dropped is not None:
        details["data_quality"] = {"dropped_records": dropped}
    more: Json = {"details": {"flow_progress": details}}
    if error:
        exceptions = [{"class_name": "org.apache.spark.SparkException", "message": error}]
        more |= {"level": "ERROR", "error": {"fatal": True, "exceptions": exceptions}}
    flow_name = f"{catalog}{name or table}"
    origin = {"flow_name": flow_name, "dataset_name": f"{catalog}{table}"}
    verb = "is" if status in ("RUNNING", "STARTING", "QUEUED") else "has"
    message = f"Flow '{flow_name}' {verb} {status}."
    return event("flow_progress", message, seconds, origin=origin, **more)


@contextmanager
def serving(workspace: FakeWorkspace) -> Iterator[FakeWorkspace]:
    """Serves a workspace on loopback for a while."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_request(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if parts.path.startswith("/api/"):
                workspace.requests.append((self.command, parts.path))
            try:
                if parts.path.startswith("/.well-known/"):
                    raise Refusal(404, "NOT_FOUND", "There is no such document.")
                if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                    raise Refusal(401, "UNAUTHENTICATED", "The token is not valid.")
                workspace.before(self.command, parts.path)
                query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
                given = json.loads(body) if body else {}
                self.reply(200, workspace.answer(self.command, parts.path, query, given))
            except Refusal as refusal:
                self.reply(refusal.status, {"error_code": refusal.code, "message": refusal.message})
            except DroppedConnection:
                self.close_connection = True

        do_GET = do_POST = handle_request

        def reply(self, status: int, document: Json) -> None:
            content = json.dumps(document).encode("utf-8")
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """The tests look at `requests`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    workspace.host = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield workspace
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
