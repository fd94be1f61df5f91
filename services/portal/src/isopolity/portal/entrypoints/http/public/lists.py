"""The lists of the services that the public pages show, asked for by what people choose.

Invariant: whatever is chosen is asked for by the names that the page gives it, which are those of the services.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from isopolity.client import matching, registry
from isopolity.client.call import Call
from isopolity.client.matching.models import SupportableRequestPage
from isopolity.client.registry.models import CityPage, CityPlaces, PartnerPage, RequestPage, SeekingPage
from isopolity.portal.domain.drawings import DOTS

Chosen = Mapping[str, str]
"""Choices by name; numbers and days are such, for the pages have looked at them."""
_BY_NAME: Final = "name"
_NEWEST: Final = "newest"


def cities(chosen: Chosen, limit: int, cursor: str | None = None) -> Call[CityPage]:
    """Cities that fit, by name."""
    return registry.cities.list(
        order=_BY_NAME,
        cursor=cursor,
        limit=limit,
        text=chosen.get("text"),
        need=chosen.get("need"),
        offer=chosen.get("offer"),
        region=chosen.get("region"),
        country=chosen.get("country"),
        mode=chosen.get("mode"),
        language=chosen.get("language"),
        population_min=_number(chosen, "population_min"),
        population_max=_number(chosen, "population_max"),
    )


def places(chosen: Chosen) -> Call[CityPlaces]:
    """Where all cities that fit lie."""
    return registry.cities.places(
        limit=DOTS,
        text=chosen.get("text"),
        need=chosen.get("need"),
        offer=chosen.get("offer"),
        region=chosen.get("region"),
        country=chosen.get("country"),
        mode=chosen.get("mode"),
        language=chosen.get("language"),
        population_min=_number(chosen, "population_min"),
        population_max=_number(chosen, "population_max"),
    )


def partners(chosen: Chosen, limit: int, cursor: str | None = None, *, total: bool | None = None) -> Call[PartnerPage]:
    """Partners that fit, by name; with their number where `total` asks for it."""
    return registry.partners.list(
        order=_BY_NAME,
        cursor=cursor,
        limit=limit,
        total=total,
        text=chosen.get("text"),
        kind=chosen.get("kind"),
        region=chosen.get("region"),
        country=chosen.get("country"),
        subject=chosen.get("subject"),
    )


def requests(chosen: Chosen, limit: int, cursor: str | None = None, *, total: bool | None = None) -> Call[RequestPage]:
    """Open requests that fit, the newest first unless chosen otherwise; with their number where `total` asks for it."""
    day = chosen.get("runs_on")
    return registry.requests.list(
        order=chosen.get("order", _NEWEST),
        cursor=cursor,
        limit=limit,
        total=total,
        text=chosen.get("text"),
        region=chosen.get("region"),
        country=chosen.get("country"),
        subject=chosen.get("subject"),
        currency=chosen.get("currency"),
        asked_min=_number(chosen, "asked_min"),
        asked_max=_number(chosen, "asked_max"),
        benefits_min=_number(chosen, "benefits_min"),
        runs_on=None if day is None else date.fromisoformat(day),
        payee=chosen.get("payee"),
    )


def needs(chosen: Chosen, limit: int, cursor: str | None = None) -> Call[SeekingPage]:
    """Subjects with the cities that look for them and those that offer them."""
    return registry.seeking.list(
        cursor=cursor,
        limit=limit,
        subject=chosen.get("subject"),
        region=chosen.get("region"),
        country=chosen.get("country"),
    )


def supportable(chosen: Chosen, limit: int, cursor: str | None = None) -> Call[SupportableRequestPage]:
    """Requests with the programmes that could support them."""
    return matching.requests.programmes(
        cursor=cursor,
        limit=limit,
        subject=chosen.get("subject"),
        region=chosen.get("region"),
        country=chosen.get("country"),
    )


def _number(chosen: Chosen, name: str) -> int | None:
    return int(chosen[name]) if name in chosen else None
