"""The first page: what this is, for whom, how many take part, and where; pages that ask no service, such as the
imprint.
"""

import asyncio
from dataclasses import replace
from typing import Final

from isopolity.client import registry
from isopolity.portal.domain.drawings import DOTS, LINES, drawn_places, drawn_ties
from isopolity.portal.entrypoints.http.pages import Request, Response, Route, apis_of, page

_REQUESTS: Final = 3


async def home(request: Request) -> Response:
    """Show figures, some requests, and a map of cities and ties."""
    apis = apis_of(request)
    figures, requests, places, ties = await asyncio.gather(
        apis.public_answer(registry.figures.read()),
        apis.send(registry.requests.list(limit=_REQUESTS)),
        apis.public_page(registry.cities.places(limit=DOTS), drawn_places),
        apis.public_page(registry.twinnings.places(limit=LINES), drawn_ties),
    )
    drawn = replace(places, lines=ties)
    return page(request, "home.html", here="home", figures=figures, requests=requests.items, map=drawn)


async def plain_page(request: Request) -> Response:
    """One of the pages that ask no service."""
    return page(request, f"{request.url.path.strip('/')}.html", here="")


routes = [
    Route("/", home),
    *(Route(f"/{name}", plain_page) for name in ("about", "imprint", "privacy", "accessibility", "docs", "parts")),
]
