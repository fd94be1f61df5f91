"""The first page: what this is, for whom, how many take part, and where; pages that ask no service: the imprint."""

import asyncio
from typing import Final

from isopolity.client import registry
from isopolity.portal.domain.examples import examples_of
from isopolity.portal.domain.maps.pictures import PLACES, picture_of
from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.pages import Request, Response, Route, apis_of, page

_SUBJECTS: Final = 12
"""Subjects of the board among which examples are looked for."""


async def home(request: Request) -> Response:
    """Show figures, a map of the cities and their ties, and examples of cities that could meet."""
    apis = apis_of(request)
    figures, board, places, ties = await asyncio.gather(
        apis.public_answer(registry.figures.read()),
        apis.public_answer(registry.seeking.list(limit=_SUBJECTS)),
        apis.public_answer(registry.cities.places(limit=PLACES)),
        apis.public_answer(registry.twinnings.places(limit=PLACES)),
    )
    drawn = picture_of(places, opened=Selection("/cities", {}).opened, lines=ties.lines)
    return page(
        request, "home.html", here="home", scripts=("map.js",), figures=figures, examples=examples_of(board), map=drawn
    )


async def plain_page(request: Request) -> Response:
    """One of the pages that ask no service."""
    return page(request, f"{request.url.path.strip('/')}.html", here="")


routes = [
    Route("/", home),
    *(Route(f"/{name}", plain_page) for name in ("about", "imprint", "privacy", "accessibility", "docs")),
]
