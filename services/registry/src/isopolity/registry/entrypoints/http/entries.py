"""Members and requests in answers: their state, and the day of its version.

Invariant: only the day is given, since a time would reveal when somebody worked.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from isopolity.contracts import registry as contracts
from isopolity.contracts.registry import CityState, PartnerState, Programme, RequestState
from isopolity.registry.application.events import city_values, partner_state, request_state
from isopolity.registry.domain.member import City, Partner
from isopolity.registry.domain.partner import PartnerProfile
from isopolity.registry.domain.request import Request
from isopolity.registry.domain.review import PROGRAMME, held_back

ChangedOn = Annotated[
    date | None,
    Field(description="The day of the last change, a pause aside; null if not known, as in the answer to a change."),
]


class HiddenWords(BaseModel):
    """Words of a city's needs and offers that staff hides from others, with the reason."""

    model_config = ConfigDict(from_attributes=True)

    title: str | None
    text: str | None
    reason: str
    hidden_on: date


Rating = Annotated[
    int,
    Field(
        ge=0, le=5, description="How much it matters to the city, from 1 to 5; 0: the city does not show its ratings."
    ),
]


class Need(contracts.Need):
    """A need as the caller may see it."""

    intensity: Rating


class Offer(contracts.Offer):
    """An offer as the caller may see it."""

    intensity: Rating


class CityEntry(CityState):
    """A city as lists and its own address show it."""

    needs: tuple[Need, ...] = ()
    offers: tuple[Offer, ...] = ()
    changed_on: ChangedOn = None
    avoided_countries: Annotated[tuple[str, ...], Field(exclude=True)] = ()
    """In no answer with a profile; its own contacts read them at `/registry/v1/cities/{city_id}/avoided-countries`."""
    hidden: Annotated[
        list[HiddenWords],
        Field(description="Words of its needs and offers that others do not see; only itself and staff do."),
    ] = []  # noqa: RUF012 - pydantic copies it


class RefusedProgramme(BaseModel):
    """Why staff has refused a programme as it is."""

    model_config = ConfigDict(from_attributes=True)

    programme_id: str
    reason: str
    refused_on: date


class HandedInProgramme(BaseModel):
    """Since when a programme waits for staff."""

    model_config = ConfigDict(from_attributes=True)

    programme_id: str
    handed_in_on: date


class ChangedProgramme(BaseModel):
    """A programme that staff admitted and its partner changed: the fields that wait, and the programme meanwhile."""

    programme_id: str
    fields: list[str]
    """The fields of which the change waits for staff, or is refused."""
    standing: Programme
    """The programme as everybody else sees it."""


class PartnerEntry(PartnerState):
    """A partner as lists and its own address show it."""

    changed_on: ChangedOn = None
    waiting: Annotated[
        list[str], Field(description="The ids of its programmes that wait for staff; only itself and staff see them.")
    ] = []  # noqa: RUF012 - pydantic copies it
    handed_in: Annotated[
        list[HandedInProgramme],
        Field(
            description="Since when its waiting programmes wait, without those from before this was kept; only itself "
            "and staff see them."
        ),
    ] = []  # noqa: RUF012 - pydantic copies it
    refused: Annotated[
        list[RefusedProgramme],
        Field(description="Its programmes that staff has refused as they are; only itself and staff see them."),
    ] = []  # noqa: RUF012 - pydantic copies it

    changed: Annotated[
        list[ChangedProgramme],
        Field(
            description="Programmes that staff admitted and of which a change waits or is refused; only the partner "
            "and staff see them."
        ),
    ] = []  # noqa: RUF012 - pydantic copies it


class RequestEntry(RequestState):
    """A request as lists and its own address show it."""

    changed_on: ChangedOn = None


def city_entry(city: City) -> CityEntry:
    """The city's entry for answers."""
    values = city_values(city) | {"changed_on": city.changed_on, "hidden": city.profile.hidden}
    return CityEntry.model_validate(values, from_attributes=True)


def partner_entry(partner: Partner) -> PartnerEntry:
    """The partner's entry for answers."""
    profile, state = partner.profile, dict(partner_state(partner))
    refused = [RefusedProgramme.model_validate(each) for each in profile.refused]
    return PartnerEntry.model_construct(
        **state,
        waiting=list(profile.pending),
        handed_in=[HandedInProgramme.model_validate(each) for each in profile.handed_in],
        refused=refused,
        changed=list(_changed(profile)),
    )


def _changed(profile: PartnerProfile) -> Iterator[ChangedProgramme]:
    for programme in profile.programmes:
        before, seen = profile.before(programme.programme_id), profile.standing(programme)
        if programme.programme_id in profile.waiting and before is not None:
            fields = list(held_back(PROGRAMME, before, programme))
            standing = Programme.model_validate(seen, from_attributes=True)
            yield ChangedProgramme(programme_id=programme.programme_id, fields=fields, standing=standing)


def request_entry(request: Request) -> RequestEntry:
    """The request's entry for answers."""
    return RequestEntry.model_construct(**dict(request_state(request)), changed_on=request.changed_on)
