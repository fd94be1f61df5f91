"""The FastAPI application of a service, with what all have: problems, lineage, limits, docs under the prefix."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi import APIRouter, FastAPI

from isopolity.clock import IdFactory, uuid7
from isopolity.lineage import NoTracing, Tracing
from isopolity.web.acts import NAMED_ACT
from isopolity.web.docs import install_docs
from isopolity.web.parameters import KNOWN_ONLY
from isopolity.web.problems import PROBLEM_JSON, ProblemDetails, install_problem_handlers
from isopolity.web.protection import BodyLimit, SecurityHeaders
from isopolity.web.request_scope import RequestObserver, RequestScope
from isopolity.web.tokens import TokenVerifier

BODY_LIMIT: Final = 1_000_000
_PROBLEM: Final = {"$ref": "#/components/schemas/ProblemDetails"}


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
) -> FastAPI:
    """An application whose paths start with `/<name>`; `body_limits` gives limits in bytes by path."""
    app = FastAPI(
        title=title,
        description=description,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"/{name}/openapi.json",
        responses={"default": {"model": ProblemDetails, "description": "An error, as RFC 9457 says."}},
    )
    _document_problems(app)
    app.state.tokens = tokens
    install_problem_handlers(app)
    for router in routers:
        # A page that people reach by a link forgives what others add to it; an API does not.
        app.include_router(router, dependencies=[NAMED_ACT, KNOWN_ONLY] if "/v1" in router.prefix else [NAMED_ACT])
    app.add_middleware(BodyLimit, limit=BODY_LIMIT, exceptions=body_limits or {})
    app.add_middleware(SecurityHeaders, scripted=frozenset({install_docs(app, f"/{name}/docs")}))
    app.add_middleware(RequestScope, ids=ids, tracing=tracing or NoTracing(), observer=observer)
    return app


def _document_problems(app: FastAPI) -> None:
    """Say in the document that problems have their media type, which FastAPI cannot be told."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        for response in (r for p in document["paths"].values() for o in p.values() for r in o["responses"].values()):
            content = response.get("content", {})
            if content.get("application/json", {}).get("schema") == _PROBLEM:
                content[PROBLEM_JSON] = content.pop("application/json")
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation extends it
