"""The FastAPI application of a service, with what all have: problems, lineage, limits, docs under the prefix."""

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from isopolity.act import amend_act
from isopolity.clock import IdFactory, uuid7
from isopolity.lineage import NoTracing, Tracing
from isopolity.web.problems import PROBLEM_JSON, FieldProblem, ProblemDetails, install_problem_handlers, invalid
from isopolity.web.protection import SecurityHeaders
from isopolity.web.rate_limits import RateLimit
from isopolity.web.request_limits import BodyLimit, HeadLimit
from isopolity.web.request_scope import RequestObserver, RequestScope
from isopolity.web.tokens import TokenVerifier

VERBS: Final = {"POST": "create", "PUT": "change", "PATCH": "change", "DELETE": "delete"}
"""The methods that may change something, and what they do where the path does not say it."""


def action_name(path: str, method: str) -> str:
    """`POST /registry/v1/cities/{city_id}/endorse` is `cities.endorse`, `PATCH /registry/v1/cities/{city_id}` is
    `cities.change`: the path's first word is the resource, its last the verb; the method is the verb of a single word.
    """
    words = [word for word in path.split("/")[2:] if word != "v1" and not word.startswith("{")]
    return f"{words[0]}.{words[-1] if len(words) > 1 else VERBS[method]}"


async def _named(request: Request) -> None:
    """Names the act, and the last thing that the path names by an id: a link's token is none."""
    if request.method not in VERBS:
        return
    ids = [(name[:-3], value) for name, value in request.path_params.items() if name.endswith("_id")]
    kind, identifier = ids[-1] if ids else (None, None)
    action = action_name(request.scope["route"].path, request.method)
    amend_act(action=action, subject_kind=kind, subject_id=identifier)


NAMED_ACT: Final = Depends(_named)
"""A dependency that every route has."""


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


async def _only_known(request: Request) -> None:
    route = request.scope["route"]
    assert isinstance(route, APIRoute)  # noqa: S101 - a dependency runs for these only
    known = list(_names(route.dependant))
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
    if unknown:
        detail = f"Take this out or correct it; known are {', '.join(known)}." if known else "Take this out."
        raise invalid([FieldProblem(pointer=name, detail=detail) for name in unknown])


KNOWN_ONLY: Final = Depends(_only_known)
"""A dependency that every route of an API has: it refuses what the route does not know."""


def _names(dependant: Dependant) -> Iterator[str]:
    yield from (str(field.alias) for field in dependant.query_params)
    for dependency in dependant.dependencies:
        yield from _names(dependency)


_PROBLEM: Final = {"$ref": "#/components/schemas/ProblemDetails"}


def install_document(app: FastAPI, path: str) -> None:
    """Give out the OpenAPI document of `app` at `path`; it is made and written once, and then costs nobody anything."""
    written: list[bytes] = []

    async def document() -> Response:
        if not written:
            written.append(json.dumps(_with_problems(app.openapi()), ensure_ascii=False).encode())
        return Response(written[0], media_type="application/json")

    app.add_api_route(path, document, include_in_schema=False)


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """`document`, which now says that problems have their media type: FastAPI cannot be told."""
    for response in (r for p in document["paths"].values() for o in p.values() for r in o["responses"].values()):
        content = response.get("content", {})
        if content.get("application/json", {}).get("schema") == _PROBLEM:
            content[PROBLEM_JSON] = content.pop("application/json")
    return document


def install_docs(app: FastAPI, path: str, document: str) -> str:
    """Show the OpenAPI document of `app`, which is at `document`, at `path`, which is returned."""
    assets = f"{path}/assets"
    page = get_swagger_ui_html(
        openapi_url=document,
        title=app.title,
        swagger_js_url=f"{assets}/swagger-ui-bundle.js",
        swagger_css_url=f"{assets}/swagger-ui.css",
        swagger_favicon_url=f"{assets}/favicon.png",
    )

    async def docs() -> HTMLResponse:
        return page

    app.add_api_route(path, docs, include_in_schema=False)
    app.mount(assets, StaticFiles(directory=str(files("fastapi_offline") / "static")))
    return path
