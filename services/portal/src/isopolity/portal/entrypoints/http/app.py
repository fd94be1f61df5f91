"""All pages as one application, and what a page says that cannot be shown."""

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceApis, ServiceAway
from isopolity.portal.entrypoints.http import assets, directory, home, information, profiles
from isopolity.portal.entrypoints.http.rendering import Office, page


def install(app: FastAPI, apis: ServiceApis, office: Office) -> None:
    """Put the pages below `/`, beside the routes that `app` has."""
    pages = Starlette(
        routes=[*home.routes, *directory.routes, *profiles.routes, *information.routes, *assets.routes],
        exception_handlers={
            HTTPException: _not_a_page,
            NothingThere: _nothing_there,
            NotAllowed: _not_allowed,
            ServiceAway: _away,
            Exception: _failed,
        },
    )
    pages.state.apis, pages.state.office = apis, office
    app.mount("/", pages)


async def _not_a_page(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return page(request, "problem.html", status, kind="nothing" if status == 404 else "wrong")


async def _nothing_there(request: Request, _error: Exception) -> Response:
    return page(request, "problem.html", 404, kind="nothing")


async def _not_allowed(request: Request, error: Exception) -> Response:
    return page(request, "problem.html", 422, kind="refused", sentence=str(error))


async def _away(request: Request, _error: Exception) -> Response:
    return page(request, "problem.html", 503, kind="away", again=str(request.url.path))


async def _failed(request: Request, _error: Exception) -> Response:
    """A bug: it goes on to the log, and the visitor is told."""
    return page(request, "problem.html", 500, kind="wrong")
