"""The OpenAPI document with the refusals of each route, and its page: Swagger UI, served from files of this machine.

The statuses with which a route can refuse a request follow from its dependencies. The declaration of the route names
others, such as that of a limit on mails: `responses=refusals(429)`. Statuses that any request may get, such as 503
while the database is away, are `default`. Invariant: the page holds no script and no style of its own, so that its
Content-Security-Policy admits files alone; it needs no network.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from html import escape
from http import HTTPStatus
from importlib.resources import files
from typing import Any, Final, TypeVar

from fastapi import FastAPI, Response
from fastapi.dependencies.models import Dependant
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel

from isopolity.web.problems import PROBLEM_JSON
from isopolity.web.request_scope import VERBS
from isopolity.web.security import Admission, holder

DESCRIPTIONS: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.BAD_REQUEST: "The body cannot be read.",
    HTTPStatus.UNAUTHORIZED: "There is no token where one is needed, or it does not count.",
    HTTPStatus.FORBIDDEN: "The token does not give the right to do this.",
    HTTPStatus.NOT_FOUND: "There is no such entry, or not for this caller.",
    HTTPStatus.CONFLICT: "The entry, or another one, does not allow this now.",
    HTTPStatus.GONE: "What the request names was there, and has ended.",
    HTTPStatus.PRECONDITION_FAILED: "The entry has changed since the caller read it.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body has another media type than the one that is read here.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A field or a parameter is not valid.",
    HTTPStatus.PRECONDITION_REQUIRED: "The request does not say which version it is about.",
    HTTPStatus.TOO_MANY_REQUESTS: "This has been asked too often; Retry-After says when it can be asked again.",
}
"""Meaning of each status, unless a route gives its own."""
DEFAULT: Final = "Any other error, such as 503 while a part of the system is away."
_OF_BODIES: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
_SEEN: Final = frozenset({"seen", "seen_at"})
"""Fields of a body that hold the version that the caller has read."""
_LINK: Final = "secret"
"""Field of a body that holds the secret of a mailed link; such a link expires."""
Responses = dict[int | str, dict[str, Any]]
DependencyT = TypeVar("DependencyT", bound=Callable[..., Any])
_marked: Final[dict[Any, tuple[int, ...]]] = {}


def refuses(*statuses: int) -> Callable[[DependencyT], DependencyT]:
    """Decorator for a dependency that refuses requests with these statuses, for the documents of routes that use it."""

    def marked(dependency: DependencyT) -> DependencyT:
        _marked[dependency] = statuses
        return dependency

    return marked


def refusals(*statuses: int) -> Responses:
    """The `responses` argument of a FastAPI route that can refuse with these statuses."""
    return {status: {"description": DESCRIPTIONS[HTTPStatus(status)]} for status in sorted(statuses)}


def refusals_of(route: APIRoute) -> Responses:
    """Refusals that follow from a route's method, path, parameters, body and dependencies."""
    return refusals(*set(_statuses(route)))


def calls_of(dependant: Dependant) -> Iterator[Any]:
    """All dependencies of a route, including dependencies of dependencies."""
    return (each.call for each in _all_of(dependant) if each is not dependant)


def _all_of(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _all_of(each)


def _statuses(route: APIRoute) -> Iterator[int]:
    found = list(_all_of(route.dependant))
    calls = [each.call for each in found]
    names = {name for each in found for field in each.body_params for name in _fields(field.field_info.annotation)}
    for call in calls:
        yield from _marked.get(call, ())
    if holder in calls:
        yield from (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    if not any(isinstance(call, Admission) for call in calls):  # requests without an accepted token are limited
        yield HTTPStatus.TOO_MANY_REQUESTS
    if any(each.path_params for each in found):
        yield HTTPStatus.NOT_FOUND
    if any(each.path_params or each.query_params or each.header_params for each in found):
        yield HTTPStatus.UNPROCESSABLE_ENTITY
    if _SEEN & names or any(field.alias == "if-match" for each in found for field in each.header_params):
        yield HTTPStatus.PRECONDITION_FAILED
    if VERBS.keys() & (route.methods or ()):
        yield HTTPStatus.CONFLICT
    if route.body_field is not None or "requestBody" in (route.openapi_extra or {}):
        yield from _OF_BODIES
    if _LINK in names:
        yield HTTPStatus.GONE


def _fields(body: Any) -> Iterable[str]:
    return body.model_fields if isinstance(body, type) and issubclass(body, BaseModel) else ()


_PROBLEM: Final = {"$ref": "#/components/schemas/ProblemDetails"}
_COMMON: Final = {str(int(status)): description for status, description in DESCRIPTIONS.items()} | {"default": DEFAULT}
_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<link rel="stylesheet" href="{assets}/swagger-ui.css">
<link rel="icon" href="{assets}/favicon.png">
<title>{title}</title>
</head>
<body>
<div id="swagger-ui"></div>
<script src="{assets}/swagger-ui-bundle.js"></script>
<script src="{assets}/start.js" data-document="{document}"></script>
<noscript>The document itself is at <a href="{document}">{document}</a>.</noscript>
</body>
</html>
"""


def install_document(app: FastAPI, path: str) -> None:
    """Serve the OpenAPI document of `app` at `path`; it is made once, at the first request."""
    written: list[bytes] = []

    async def document() -> Response:
        if not written:
            written.append(json.dumps(api_document(app), ensure_ascii=False).encode())
        return Response(written[0], media_type="application/json")

    app.add_api_route(path, document, include_in_schema=False)


def api_document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of `app`: refusals are problem details; responses of many routes are shared components."""
    document = deepcopy(app.openapi())
    common: dict[str, Any] = {}
    for responses in (operation["responses"] for path in document["paths"].values() for operation in path.values()):
        for status, response in responses.items():
            content = response.get("content", {})
            is_problem = content.get("application/json", {}).get("schema") == _PROBLEM
            if is_problem or (status.startswith("4") and not content):
                response["content"] = {PROBLEM_JSON: {"schema": _PROBLEM}}
            if response["description"] == _COMMON.get(status):
                common[status] = response
                responses[status] = {"$ref": f"#/components/responses/{status}"}
    document["components"]["responses"] = common
    _name_bodies(document)
    return document


def _name_bodies(document: dict[str, Any]) -> None:
    """Move bodies that a route describes itself, under a title, to the shared schemas."""
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            title = content.get("schema", {}).get("title")
            if title is not None and "properties" in content["schema"]:
                document["components"]["schemas"][title] = content["schema"]
                content["schema"] = {"$ref": f"#/components/schemas/{title}"}


def install_docs(app: FastAPI, path: str, document: str) -> str:
    """Serve a page at `path` for the OpenAPI document of `app` at `document`; returns `path`."""
    assets = f"{path}/assets"
    page = _PAGE.format(title=escape(app.title), assets=assets, document=document)

    async def docs() -> HTMLResponse:
        return HTMLResponse(page)

    app.add_api_route(path, docs, include_in_schema=False)
    swagger = str(files("fastapi_offline") / "static")
    app.mount(assets, StaticFiles(directory=swagger, packages=[("isopolity.web", "assets")]))
    return path
