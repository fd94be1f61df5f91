"""Imprint, privacy, accessibility, the way to the API, and a page that shows all parts of the look."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.entrypoints.http.rendering import page


async def plain_page(request: Request) -> Response:
    """One of the pages that ask no service."""
    return page(request, f"{request.url.path.strip('/')}.html", here="")


routes = [Route(f"/{name}", plain_page) for name in ("about", "imprint", "privacy", "accessibility", "docs", "parts")]
