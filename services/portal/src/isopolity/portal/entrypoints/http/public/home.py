"""The first page: what this is, for whom, how many take part, and where."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.entrypoints.http.public.maps import DOTS, LINES, world_map
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of


async def home(request: Request) -> Response:
    """The page."""
    apis = apis_of(request)
    figures, requests, places, ties = await asyncio.gather(
        apis.public("registry", "/figures"),
        apis.get("registry", "/requests", {"limit": "3"}),
        apis.public("registry", "/cities/places", {"limit": str(DOTS)}),
        apis.public("registry", "/twinnings/places", {"limit": str(LINES)}),
    )
    drawn = world_map(places, ties)
    return page(request, "home.html", here="home", figures=figures, requests=requests["items"], map=drawn)


routes = [Route("/", home)]
