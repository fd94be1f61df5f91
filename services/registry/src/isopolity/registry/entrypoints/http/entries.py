"""Members and requests as they are read: their state, and the day of its version.

Invariant: a day and no time, so that nobody reads from it at which hour somebody worked.
"""

from datetime import date
from typing import Annotated

from pydantic import Field

from isopolity.contracts.registry import CityState, PartnerState, RequestState
from isopolity.registry.application.events import city_state, partner_state, request_state
from isopolity.registry.domain.member import City, Partner
from isopolity.registry.domain.request import Request

ChangedOn = Annotated[
    date | None,
    Field(description="The day of the last change, a pause aside; null if not known, as in the answer to a change."),
]


class CityEntry(CityState):
    """A city as lists and its own address show it."""

    changed_on: ChangedOn = None


class PartnerEntry(PartnerState):
    """A partner as lists and its own address show it."""

    changed_on: ChangedOn = None
    waiting: Annotated[
        list[str], Field(description="The ids of its programmes that wait for staff; only itself and staff see them.")
    ] = []  # noqa: RUF012 - pydantic copies it


class RequestEntry(RequestState):
    """A request as lists and its own address show it."""

    changed_on: ChangedOn = None


def city_entry(city: City) -> CityEntry:
    """The city, to be read."""
    return CityEntry.model_construct(**dict(city_state(city)), changed_on=city.changed_on)


def partner_entry(partner: Partner) -> PartnerEntry:
    """The partner, to be read."""
    waiting = list(partner.profile.waiting)
    state = dict(partner_state(partner))
    return PartnerEntry.model_construct(**state, changed_on=partner.changed_on, waiting=waiting)


def request_entry(request: Request) -> RequestEntry:
    """The request, to be read."""
    return RequestEntry.model_construct(**dict(request_state(request)), changed_on=request.changed_on)
