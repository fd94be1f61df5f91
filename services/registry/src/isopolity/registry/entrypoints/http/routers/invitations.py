"""`/registry/v1/invitations`: staff invites cities to make a request for a programme, once for each city and programme.

Invariant: staff reads all of them, and a city its own; the partner whose programme it is reads none, so that it learns
from public requests alone who makes one.
"""

from datetime import datetime
from typing import Annotated, Final, Self

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field

from isopolity.identity.actors import amend_act
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.application.requests.invitations import INVITED, OUTCOMES, InviteCities, invite_cities
from isopolity.registry.domain.request import Invitation
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import MEMBER, STAFF, Posting, Registry, is_own, is_staff
from isopolity.registry.entrypoints.inputs import Input
from isopolity.web.idempotent_posts import json_response
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1/invitations")
Publisher = Annotated[Principal, Depends(require("staff:publish"))]
"""Admits staff that may mail members."""
Reader = Annotated[Principal, Depends(require(MEMBER, STAFF, approvers=True))]
_MOST: Final = 100


class InvitationOrder(Input):
    """The cities that are to be invited, and the programme."""

    partner_id: f.EntryId
    programme_id: f.EntryId
    city_ids: Annotated[list[f.EntryId], Field(min_length=1, max_length=_MOST)]


class CityOutcome(BaseModel):
    """What became of one city of an order."""

    city_id: str
    outcome: str = Field(description=f"{', '.join(f'`{each}`' for each in OUTCOMES)}.")


class InvitationReceipt(BaseModel):
    """What became of each city of an order."""

    invited: int
    items: list[CityOutcome]


class InvitationView(BaseModel):
    """An invitation of a city."""

    invitation_id: str
    partner_id: str
    programme_id: str
    city_id: str
    invited_at: datetime
    outcome: str | None = Field(description="Of its mail: `sent`, `failed`, `bounced` or `suppressed`; null before.")
    request_id: str | None = Field(description="The first request that the city has published since, in no import.")
    requested_at: datetime | None

    @classmethod
    def of(cls, invitation: Invitation) -> Self:
        """The view of an invitation."""
        return cls(**{name: getattr(invitation, name) for name in cls.model_fields})


class InvitationList(BaseModel):
    """Invitations, the newest first."""

    items: list[InvitationView]


@router.get("", response_model=InvitationList)
async def list_invitations(
    registry: Registry,
    reader: Reader,
    city_id: Annotated[f.EntryId | None, Query(description="Those of this city.")] = None,
    partner_id: Annotated[f.EntryId | None, Query(description="With `programme_id`: those for a programme.")] = None,
    programme_id: Annotated[f.EntryId | None, Query()] = None,
) -> InvitationList:
    """The invitations of a city, or, for staff, those for a programme of a partner; the newest first."""
    if not is_staff(reader) and not is_own(reader, city_id or ""):
        raise Problem(403, "A city reads its own invitations; name it with city_id.", code="not-your-own")
    async with registry.reading() as uow:
        if city_id is not None:
            found = await uow.invitations.of_city(city_id)
            return InvitationList(items=[InvitationView.of(each) for each in found])
        if partner_id is None or programme_id is None:
            raise Problem(422, "Name a city, or a partner with its programme.", code="invalid-request")
        found = await uow.invitations.of_programme(partner_id, programme_id)
    return InvitationList(items=[InvitationView.of(each) for each in found])


@router.post("", response_model=InvitationReceipt)
async def invite(registry: Registry, _staff: Publisher, order: InvitationOrder, post: Posting) -> Response:
    """Mail the main contact of each city that a programme gives money for what it looks for. It cannot be undone.

    A city is invited once for a programme, and at most once in 30 days; one that pauses or has left is not invited.
    """
    amend_act(subject_kind="partner", subject_id=order.partner_id)
    command = InviteCities(partner_id=order.partner_id, programme_id=order.programme_id, city_ids=order.city_ids)

    async def work(uow: RegistryUnitOfWork) -> Response:
        outcomes = await invite_cities(command, uow, registry.surroundings)
        invited = sum(each == INVITED for each in outcomes.values())
        items = [CityOutcome(city_id=city_id, outcome=each) for city_id, each in outcomes.items()]
        return json_response(InvitationReceipt(invited=invited, items=items))

    return await post(work)
