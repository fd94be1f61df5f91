"""The first page: what this is, for whom, how many take part, and where; pages that ask no service, such as the
imprint.
"""

import asyncio
from typing import Final

from isopolity.client import registry
from isopolity.client.registry.models import Extent
from isopolity.portal.domain.examples import examples_of
from isopolity.portal.domain.maps.groups import Located
from isopolity.portal.domain.maps.pictures import PLACES, Neighbour, Places, picture_of, picture_with_twins
from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.pages import Request, Response, Route, apis_of, gettext_of, page

_SUBJECTS: Final = 12
"""Subjects of the board among which examples are looked for."""


_EXTENT: Final = Extent(south=-2, west=36, north=0, east=38)


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
        request,
        "home.html",
        here="home",
        script="map.js",
        figures=figures,
        examples=examples_of(board),
        map=drawn,
    )


async def plain_page(request: Request) -> Response:
    """One of the pages that ask no service."""
    return page(request, f"{request.url.path.strip('/')}.html", here="")


async def parts(request: Request) -> Response:
    """The parts of the look, each with its states."""
    gettext = gettext_of(request)
    city, other = gettext("A city"), gettext("Another city")
    places = [
        Located(latitude=-1.3, longitude=36.8, count=12, name=city, extent=_EXTENT),
        Located(latitude=60.2, longitude=24.7, count=1, name=other, city_id="espoo"),
    ]
    own = Neighbour(name=city, href=None, latitude=6.2, longitude=-75.6, kind="own")
    twin = Neighbour(name=other, href="/cities/cork", latitude=51.9, longitude=-8.5, kind="twin")
    world = picture_of(Places(places=places, total=13, placed=13), opened=Selection("/cities", {}).opened)
    return page(request, "parts.html", here="", map=world, around=picture_with_twins(own, [twin]))


routes = [
    Route("/", home),
    Route("/parts", parts),
    *(Route(f"/{name}", plain_page) for name in ("about", "imprint", "privacy", "accessibility", "docs")),
]
