"""All pages as one application, with stylesheet and icon; and the page that is shown where another cannot be."""

from collections.abc import Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from isopolity.portal.adapters.service_apis import (
    AskedTooOften,
    NotAllowed,
    NotForThisVisitor,
    NothingThere,
    ServiceAway,
)
from isopolity.portal.entrypoints.http import (
    assets,
    office,
    operations,
    own,
    passkeys,
    programmes,
    public,
    second_factor,
    sign_in,
)
from isopolity.portal.entrypoints.http.admission import FLOW
from isopolity.portal.entrypoints.http.compression import Compression
from isopolity.portal.entrypoints.http.pages import Request, Response, Route, Surroundings, page
from isopolity.portal.entrypoints.http.refusals import ReadableRefusals
from isopolity.portal.entrypoints.http.visitors import visited
from isopolity.portal.entrypoints.languages import Languages, chosen_by
from isopolity.web.problems import Problem

_ROOMS: Final = (public, own, programmes, office, operations)
PAGES: Final = tuple(
    route
    for module in (second_factor, passkeys, sign_in, *(module for room in _ROOMS for module in room.MODULES))
    for route in module.routes
)
BODY_LIMITS: Final = office.BODY_LIMITS
"""Limits in bytes of the pages that take a file."""
_KINDS: Final[Mapping[int, str]] = {
    HTTPStatus.FORBIDDEN: "form",
    HTTPStatus.NOT_FOUND: "nothing",
    HTTPStatus.METHOD_NOT_ALLOWED: "nothing",
}


def install(app: FastAPI, surroundings: Surroundings, beside: Sequence[Route] = ()) -> None:
    """Put the pages below `/`, beside the routes that `app` has; those of `beside` know their visitor as ours do."""
    pages = Starlette(
        routes=[*_pages(), *(_visited(route) for route in beside), *assets.ROUTES],
        exception_handlers={
            HTTPException: _not_a_page,
            NothingThere: _nothing_there,
            NotAllowed: _not_allowed,
            ServiceAway: _away,
            Exception: _failed,
        },
    )
    pages.state.surroundings = app.state.surroundings = surroundings
    app.mount("/", pages)
    app.add_middleware(ReadableRefusals)
    app.add_middleware(Compression)
    app.add_middleware(Languages)


@cache
def _pages() -> Sequence[Route]:
    return [_visited(route) for route in PAGES]


def _visited(route: Route) -> Route:
    methods = route.methods or set()
    is_console = route.path.startswith(FLOW)
    handler = visited(route.endpoint, has_form={"GET", "POST"} <= methods, is_console=is_console)
    return Route(route.path, handler, methods=list(methods))


async def _not_a_page(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(error, Problem):  # what the limits of all services refuse; it says what to change
        return page(request, "problem.html", status, kind="refused", sentence=error.detail)
    kind = "language" if chosen_by(request.scope).is_unknown else _KINDS.get(status, "wrong")
    return page(request, "problem.html", status, kind=kind)


async def _nothing_there(request: Request, _error: Exception) -> Response:
    return page(request, "problem.html", HTTPStatus.NOT_FOUND, kind="nothing")


async def _not_allowed(request: Request, error: Exception) -> Response:
    if isinstance(error, AskedTooOften):
        values = {"sentence": str(error), "again": request.url.path, **_to_be_sent_again(request)}
        return page(request, "problem.html", HTTPStatus.TOO_MANY_REQUESTS, kind="busy", **values)
    status = HTTPStatus.FORBIDDEN if isinstance(error, NotForThisVisitor) else HTTPStatus.UNPROCESSABLE_ENTITY
    return page(request, "problem.html", status, kind="refused", sentence=str(error))


async def _away(request: Request, error: Exception) -> Response:
    """The page for a service that is away; it keeps what a form held, and names the service to operators."""
    is_console = getattr(request.state, "patience", None) is not None
    values = {"service": str(error) if is_console else "", "again": request.url.path, **_to_be_sent_again(request)}
    return page(request, "problem.html", HTTPStatus.SERVICE_UNAVAILABLE, kind="away", **values)


def _to_be_sent_again(request: Request) -> dict[str, object]:
    """The fields of this request's form for the form of a page; with its token, so that it acts once."""
    state = request.state
    return {"kept": state.form} | ({"form_token": state.sent_token} if state.sent_token else {})


async def _failed(request: Request, _error: Exception) -> Response:
    """A bug: it goes on to the log, and the visitor is told."""
    return page(request, "problem.html", HTTPStatus.INTERNAL_SERVER_ERROR, kind="wrong")
