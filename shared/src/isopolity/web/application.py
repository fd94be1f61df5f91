"""The FastAPI application of a service, with problem details, lineage, limits, security headers, HEAD and documents."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isopolity.identity.lineage import NoTracing, Tracing
from isopolity.machine.clock import IdFactory, uuid7
from isopolity.web.api_documents import install_docs, install_document
from isopolity.web.problems import install_problem_handlers
from isopolity.web.rate_limits import RateLimit
from isopolity.web.request_limits import BodyLimit, HeadLimit
from isopolity.web.request_scope import RequestObserver, RequestScope
from isopolity.web.routing import ServiceRouter
from isopolity.web.tokens import TokenVerifier

BODY_LIMIT: Final = 1_000_000


def _nobody(_method: str, _route: str, _status: int, _seconds: float) -> None:
    return


def service_app(
    name: str,
    *,
    title: str,
    description: str,
    tokens: TokenVerifier,
    routers: Iterable[ServiceRouter] = (),
    ids: IdFactory = uuid7,
    tracing: Tracing | None = None,
    observer: RequestObserver = _nobody,
    body_limits: Mapping[str, int] | None = None,
    https: bool = False,
) -> FastAPI:
    """The application below `/<name>`; `body_limits` in bytes by path; `https`: the public URL begins with `https:`."""
    document = f"/{name}/openapi.json"
    app = FastAPI(title=title, description=description, version="1", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.tokens = tokens
    install_problem_handlers(app)
    for router in routers:
        app.router.routes.extend(router.routes)
    install_document(app, document)
    scripted = frozenset({install_docs(app, f"/{name}/docs", document)})
    # the last one added is the outermost
    app.add_middleware(HeadRequests)
    app.add_middleware(BodyLimit, limit=BODY_LIMIT, exceptions=body_limits or {})
    app.add_middleware(HeadLimit)
    app.add_middleware(RateLimit)
    app.add_middleware(RequestScope, ids=ids, tracing=tracing or NoTracing(), observer=observer)
    app.add_middleware(SecurityHeaders, scripted=scripted, https=https)
    return app


class HeadRequests:
    """Middleware that answers HEAD as GET, with all headers and no body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        scope["method"] = "GET"  # in place: the router writes its route into this dict, for the log and the metrics
        try:
            await self._app(scope, receive, sending)
        finally:
            scope["method"] = "HEAD"


HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_OF_SCRIPTED: Final = {
    **HEADERS,
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
_ORIGIN: Final = re.compile(r"\A(?:https?:)?//[^/?#]*/*", re.IGNORECASE)
HTTPS_ONLY: Final = {"Strict-Transport-Security": "max-age=31536000"}
"""The proxy sends it with its own answers too (deploy/proxy/nginx.conf)."""


_LEADS_OUT: Final = "isopolity.leads_out"


def lead_out(scope: Scope) -> None:
    """Allow the answer to this request to redirect to another site; the address must not come from the visitor."""
    scope[_LEADS_OUT] = True


class SecurityHeaders:
    """Middleware that adds headers that the response lacks; pages in `scripted` may load scripts of this site.

    With `https`, browsers are told to use HTTPS alone. A redirect within the service names no scheme and no host, since
    only the proxy knows them; `lead_out` allows one to another site.
    """

    def __init__(self, app: ASGIApp, *, scripted: frozenset[str] = frozenset(), https: bool = False) -> None:
        self._app = app
        self._scripted = scripted
        self._more = HTTPS_ONLY if https else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = (_OF_SCRIPTED if scope["path"] in self._scripted else HEADERS) | self._more

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in wanted.items():
                    headers.setdefault(name, value)
                if _LEADS_OUT not in scope:
                    _make_relative(headers)
            await send(message)

        await self._app(scope, receive, sending)


def _make_relative(headers: MutableHeaders) -> None:
    if location := headers.get("location"):
        headers["location"] = _ORIGIN.sub("/", location)
