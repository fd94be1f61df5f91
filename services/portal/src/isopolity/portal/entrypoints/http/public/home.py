"""The first page: what this is, for whom, how many take part, and where."""

import asyncio
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.entrypoints.http.public.maps import DOTS, LINES, drawn_places, drawn_ties
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of


async def home(request: Request) -> Response:
    """The page."""
    apis = apis_of(request)
    figures, requests, places, ties = await asyncio.gather(
        apis.public("registry", "/figures"),
        apis.get("registry", "/requests", {"limit": "3"}),
        apis.public("registry", "/cities/places", {"limit": str(DOTS)}, drawn_places),
        apis.public("registry", "/twinnings/places", {"limit": str(LINES)}, drawn_ties),
    )
    drawn = replace(places, lines=ties)
    return page(request, "home.html", here="home", figures=figures, requests=requests["items"], map=drawn)


routes = [Route("/", home)]
