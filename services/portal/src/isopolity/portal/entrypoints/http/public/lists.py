"""The lists of the services that the public pages show, narrowed by what people choose.

Invariant: a choice has the name of the service's parameter, which a test compares.
"""

from collections.abc import Mapping
from datetime import date

from isopolity.client import matching, registry
from isopolity.client.call import Call
from isopolity.client.matching.models import SupportableRequestPage
from isopolity.client.registry.models import CityPage, CityPlaces, PartnerPage, RequestPage, SeekingPage
from isopolity.portal.domain.maps.pictures import PLACES
from isopolity.portal.domain.selection import narrowed

Chosen = Mapping[str, str]
"""Choices by name; numbers and days are such, for the pages have looked at them."""


def cities(chosen: Chosen, limit: int, cursor: str | None = None) -> Call[CityPage]:
    """Cities that fit, by name."""
    return narrowed(registry.cities.list(order="name", cursor=cursor, limit=limit), chosen)


def places(chosen: Chosen) -> Call[CityPlaces]:
    """Where all cities that fit lie."""
    return narrowed(registry.cities.places(limit=PLACES), chosen)


def partners(chosen: Chosen, limit: int, cursor: str | None = None, *, total: bool | None = None) -> Call[PartnerPage]:
    """Partners that fit, by name; with their number where `total` asks for it."""
    return narrowed(registry.partners.list(order="name", cursor=cursor, limit=limit, total=total), chosen)


def requests(chosen: Chosen, limit: int, cursor: str | None = None, *, total: bool | None = None) -> Call[RequestPage]:
    """Open requests that fit, the newest first unless chosen otherwise; with their number where `total` asks for it."""
    day = chosen.get("runs_on")
    days = {} if day is None else {"runs_on": date.fromisoformat(day).isoformat()}
    call = registry.requests.list(order="newest", cursor=cursor, limit=limit, total=total)
    return narrowed(call, {**chosen, **days})


def needs(chosen: Chosen, limit: int, cursor: str | None = None) -> Call[SeekingPage]:
    """Subjects with the cities that look for them and those that offer them."""
    return narrowed(registry.seeking.list(cursor=cursor, limit=limit), chosen)


def supportable(chosen: Chosen, limit: int, cursor: str | None = None) -> Call[SupportableRequestPage]:
    """Requests with the programmes that could support them."""
    return narrowed(matching.requests.programmes(cursor=cursor, limit=limit), chosen)
