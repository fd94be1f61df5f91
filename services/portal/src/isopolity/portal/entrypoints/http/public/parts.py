"""The page of parts: each part of the look with its states, for who changes it and for the tests that look at it."""

from typing import Final

from isopolity.client.registry.models import Extent
from isopolity.portal.domain.maps.groups import Located
from isopolity.portal.domain.maps.pictures import Neighbour, Places, picture_of, picture_with_twins
from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.pages import Request, Response, Route, gettext_of, page

_EXTENT: Final = Extent(south=-2, west=36, north=0, east=38)


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


routes = [Route("/parts", parts)]
