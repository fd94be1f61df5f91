"""Scope of every request: its lineage and span, line in the access log, metrics, answer to failures, and name.

Operations are named by their method and path alone: in the audit, in the OpenAPI documents and in clients. Invariant:
every route of a service gets its name here, so that a new route is audited without further code. Parameters of the path
and the query are not logged, since links in mails have tokens there; the log has the id of the caller's token, never
the subject, which may be an e-mail address.
"""

import re
from collections.abc import Callable
from http import HTTPMethod
from itertools import pairwise
from time import perf_counter
from typing import Final

import structlog
from fastapi import Depends, Request
from opentelemetry.trace import get_current_span
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isopolity.contracts.event import Lineage
from isopolity.identity.actors import Act, acting, amend_act
from isopolity.identity.lineage import Tracing, lineage_of
from isopolity.machine.clock import IdFactory
from isopolity.machine.stores import why_unwritable
from isopolity.messaging.errors import BrokerUnavailable, MessageTooLarge
from isopolity.persistence.health import QueryTooSlow, is_unavailable
from isopolity.web.problems import Problem
from isopolity.web.security import accepted_token_id

_log = structlog.get_logger("isopolity.access")
_CORRELATION_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_TRACEPARENT: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_TOO_SLOW: Final = (
    "The database took too long over this, and nothing was changed. Try again in some minutes; an operator sees which "
    "query it was."
)
_METHODS: Final = frozenset(HTTPMethod)
"""Known methods: a client may send any word as method, and a metric must not get a label for each."""

RequestObserver = Callable[[str, str, int, float], None]
"""Called with the method, the route, the status and the seconds of each request."""


class RequestScope:
    """Middleware that gives each request a lineage, and writes its outcome to the log and the metrics."""

    def __init__(self, app: ASGIApp, *, ids: IdFactory, tracing: Tracing, observer: RequestObserver) -> None:
        self._app = app
        self._ids = ids
        self._tracing = tracing
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        correlation_id = _matching(_CORRELATION_ID, headers.get("x-correlation-id")) or self._ids()
        incoming = _matching(_TRACEPARENT, headers.get("traceparent"))
        with (
            self._tracing.span(scope["method"], "server", incoming) as traceparent,
            lineage_of(Lineage(correlation_id, None, traceparent)),
            acting(Act(address=str(scope["client"][0])[:64] if scope.get("client") else None)),
        ):
            await self._observed(scope, receive, send, correlation_id)

    async def _observed(self, scope: Scope, receive: Receive, send: Send, correlation_id: str) -> None:
        started = perf_counter()
        status: int | None = None

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Correlation-ID"] = correlation_id
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if status is not None:
                raise  # the response has begun: the server closes the connection
            await _failure(error).response()(scope, receive, sending)
        finally:
            self._report(scope, status or 500, perf_counter() - started)

    def _report(self, scope: Scope, status: int, seconds: float) -> None:
        route = str(getattr(scope.get("route"), "path", "unknown"))
        method = scope["method"] if scope["method"] in _METHODS else "other"
        get_current_span().update_name(f"{method} {route}")
        get_current_span().set_attribute("http.response.status_code", status)
        self._observer(method, route, status, seconds)
        if not route.endswith(("/health/live", "/health/ready", "/metrics")):
            milliseconds = round(seconds * 1000, 1)
            _log.info(
                "request", method=method, route=route, status=status, milliseconds=milliseconds, **_by_token(scope)
            )


def _by_token(scope: Scope) -> dict[str, str]:
    token_id = accepted_token_id(scope)
    return {} if token_id is None else {"token_id": token_id}


def _failure(error: Exception) -> Problem:
    if isinstance(error, Problem):  # a middleware has refused the request
        return error
    if isinstance(error, QueryTooSlow):
        _log.error("request_too_slow", reason=str(error))
        return Problem(503, _TOO_SLOW, code="query-too-slow", headers={"Retry-After": "60"})
    if is_unavailable(error) or isinstance(error, BrokerUnavailable):
        why = why_unwritable(getattr(error, "orig", None) or error.__cause__)
        if why is not None:
            _log.error("request_unsaved", reason=why.cause)
            sentence = f"Nothing was saved, because a store cannot be written: {why.cause}. Try again in some minutes."
            return Problem(503, sentence, code="unwritable", headers={"Retry-After": "60"})
        _log.warning("request_unanswered", error=type(error).__name__)
        sentence = "A part of the system is away; nothing was changed. Try again in some seconds."
        part = "broker" if isinstance(error, BrokerUnavailable) else "database"
        return Problem(503, sentence, code="unavailable", parameters={"part": part}, headers={"Retry-After": "5"})
    if isinstance(error, MessageTooLarge):
        _log.warning("request_too_large", error=str(error))
        return Problem(413, "This is more than one event can carry; shorten texts or lists.", code="too-large")
    _log.error("request_failed", exc_info=error)
    return Problem(500, "The server failed on this request; it has been logged, nothing was changed.")


def _matching(pattern: re.Pattern[str], text: str | None) -> str | None:
    return text if text is not None and pattern.fullmatch(text) else None


VERBS: Final = {"POST": "create", "PUT": "change", "PATCH": "change", "DELETE": "delete"}
"""The methods that may change something, and their verbs if the path has none."""


def operation_name(path: str, method: str) -> str:
    """`GET /registry/v1/cities` is `cities.list`, `GET /registry/v1/cities/{city_id}` is `cities.read`, and
    `GET /registry/v1/cities/places` is `cities.places`; what may change something is named as in the audit.
    """
    if method in VERBS:
        return action_name(path, method)
    words = [word for word in path.split("/")[2:] if word != "v1"]
    plain = [word for word in words if not word.startswith("{")]
    if words[-1].endswith("}"):
        return f"{plain[-1]}.read"
    return f"{plain[0]}.{plain[-1] if len(plain) > 1 else 'list'}"


def action_name(path: str, method: str) -> str:
    """`POST /registry/v1/cities/{city_id}/endorse` is `cities.endorse`, `PATCH /registry/v1/cities/{city_id}` is
    `cities.change`: the path's first word is the resource, its last the verb; the method is the verb of what ends with
    an id. Within another resource that which an id follows last counts: `programmes.endorse` of a partner.
    """
    words = [word for word in path.split("/")[2:] if word != "v1"]
    plain = [word for word in words if not word.startswith("{")]
    with_id = [word for word, following in pairwise(words) if word in plain and following.endswith("_id}")]
    if len(plain) == 1:
        return f"{plain[0]}.{VERBS[method]}"
    if words[-1].endswith("_id}"):
        return f"{with_id[-1]}.{VERBS[method]}"
    return f"{with_id[-1] if len(with_id) > 1 else plain[0]}.{plain[-1]}"


async def _named(request: Request) -> None:
    """Set the name of the current act, and the last id in the path as its subject; the token of a link is no id."""
    if request.method not in VERBS:
        return
    ids = [(name[:-3], value) for name, value in request.path_params.items() if name.endswith("_id")]
    kind, identifier = ids[-1] if ids else (None, None)
    action = action_name(request.scope["route"].path, request.method)
    amend_act(action=action, subject_kind=kind, subject_id=identifier)


NAMED_ACT: Final = Depends(_named)
"""A dependency that every route has."""
