"""The FastAPI application of a service, with what all have: problems, lineage, limits, docs under the prefix."""

from collections.abc import Iterable, Mapping
from typing import Final

from fastapi import APIRouter, FastAPI

from isopolity.clock import IdFactory, uuid7
from isopolity.lineage import NoTracing, Tracing
from isopolity.web.act_names import NAMED_ACT
from isopolity.web.api_documents import install_docs, install_document
from isopolity.web.parameters import KNOWN_ONLY
from isopolity.web.problems import ProblemDetails, install_problem_handlers
from isopolity.web.protection import SecurityHeaders
from isopolity.web.rate_limits import RateLimit
from isopolity.web.request_limits import BodyLimit, HeadLimit
from isopolity.web.request_scope import RequestObserver, RequestScope
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
    routers: Iterable[APIRouter] = (),
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
        responses={"default": {"model": ProblemDetails, "description": "An error, as RFC 9457 says."}},
    )
    app.state.tokens = tokens
    install_problem_handlers(app)
    for router in routers:
        # A page that people reach by a link forgives what others add to it; an API does not.
        app.include_router(router, dependencies=[NAMED_ACT, KNOWN_ONLY] if "/v1" in router.prefix else [NAMED_ACT])
    install_document(app, document)
    scripted = frozenset({install_docs(app, f"/{name}/docs", document)})
    # the last one added is the outermost
    app.add_middleware(BodyLimit, limit=BODY_LIMIT, exceptions=body_limits or {})
    app.add_middleware(HeadLimit)
    app.add_middleware(RateLimit)
    app.add_middleware(RequestScope, ids=ids, tracing=tracing or NoTracing(), observer=observer)
    app.add_middleware(SecurityHeaders, scripted=scripted, https=https)
    return app
