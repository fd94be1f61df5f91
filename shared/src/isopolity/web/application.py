"""The FastAPI application of a service, with what all have: problems, lineage, limits, HEAD, docs under the prefix."""

from collections.abc import Iterable, Mapping
from typing import Final

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isopolity.identity.lineage import NoTracing, Tracing
from isopolity.machine.clock import IdFactory, uuid7
from isopolity.web.documents.api_documents import install_docs, install_document
from isopolity.web.problems import install_problem_handlers
from isopolity.web.protection import SecurityHeaders
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
    """The application below `/<name>`; `body_limits` in bytes by path; `https`: people reach it by nothing else."""
    document = f"/{name}/openapi.json"
    app = FastAPI(
        title=title,
        description=description,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
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

        scope["method"] = "GET"  # in place: the router notes its route here, for the log and the metrics
        try:
            await self._app(scope, receive, sending)
        finally:
            scope["method"] = "HEAD"
