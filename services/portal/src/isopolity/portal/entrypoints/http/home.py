"""The first page: what this is, for whom, and how many take part."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of


async def home(request: Request) -> Response:
    """The page."""
    apis = apis_of(request)
    figures, requests = await asyncio.gather(
        apis.get("registry", "/figures"), apis.get("registry", "/requests", {"limit": "3"})
    )
    return page(request, "home.html", here="home", figures=figures, requests=requests["items"])


routes = [Route("/", home)]
