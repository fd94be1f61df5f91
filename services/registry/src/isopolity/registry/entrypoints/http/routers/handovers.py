"""`/registry/v1/handovers`: a contact passes its role to a successor.

Invariant: members start and end only their own handovers, as coordinators; secrets are in bodies only. Wrong, used and
expired secrets get the same answer.
"""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Path, Query, Response
from pydantic import BaseModel

from isopolity.registry.application.commands import StartHandover
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.application.replacement import handovers as handlers
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.domain.handover import Handover
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import Confirmation, NewHandover
from isopolity.registry.entrypoints.http.context import (
    MEMBER,
    STAFF,
    Editor,
    Posting,
    Registry,
    doer_of,
    is_staff,
    require_own,
)
from isopolity.registry.entrypoints.http.replies import uncached_reply
from isopolity.web.api_documents import refusals
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Caller, require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1/handovers")

HandoverId = Annotated[f.EntryId, Path(description="The id that the handover got")]
Reader = Annotated[Principal, Depends(require(STAFF, MEMBER, approvers=True))]


class HandoverReceipt(BaseModel):
    """The receipt for a pending handover, without personal data."""

    handover_id: str
    member_kind: str
    member_id: str
    predecessor_id: str | None
    predecessor_becomes: str
    role: str
    started_at: datetime
    valid_until: datetime

    @classmethod
    def of(cls, handover: Handover) -> Self:
        """Make the receipt of a handover."""
        same = {name: getattr(handover, name) for name in cls.model_fields if hasattr(handover, name)}
        return cls(**same, role=handover.successor.role)


class HandoverDocument(HandoverReceipt):
    """A handover with all its data, for its member and staff."""

    name: str
    email: str

    @classmethod
    def of(cls, handover: Handover) -> Self:
        """Make the document of a handover."""
        receipt = HandoverReceipt.of(handover)
        return cls(**dict(receipt), name=handover.successor.name, email=handover.successor.email)


class HandoverList(BaseModel):
    """The pending handover, if there is one."""

    items: list[HandoverDocument]


class HandoverOffer(BaseModel):
    """The role that the link's holder would take over."""

    name: str
    member_kind: str
    member_name: str
    role: str
    handed_over_by: str
    predecessor_becomes: str
    valid_until: datetime


class Successor(BaseModel):
    """The contact that the successor has become."""

    contact_id: str
    member_kind: str
    member_id: str
    role: str


@router.post("", status_code=201, response_model=HandoverReceipt, responses=refusals(429), summary="Start a handover")
async def start(wanted: NewHandover, post: Posting, registry: Registry, principal: Editor) -> Response:
    """The successor gets a mail, and confirms by its link within 14 days. Until then nothing changes.

    It replaces an earlier handover. Staff starts it if the predecessor has left; `predecessor_id` is for staff.
    """
    require_own(principal, wanted.member_id)
    by_staff = is_staff(principal)
    if wanted.predecessor_id is not None and not by_staff:
        raise Problem(403, "Only staff names the predecessor; leave predecessor_id out.", code="scope-missing")
    command = StartHandover(
        member_kind=wanted.member_kind,
        member_id=wanted.member_id,
        predecessor_id=wanted.predecessor_id if by_staff else principal.subject,
        predecessor_becomes=wanted.predecessor_becomes,
        successor=wanted.successor(),
        by_staff=by_staff,
        reason=wanted.reason if by_staff else None,
    )

    async def work(uow: RegistryUnitOfWork) -> Response:
        receipt = HandoverReceipt.of(await handlers.start_handover(command, uow, registry.surroundings))
        return Response(receipt.model_dump_json(), 201, media_type="application/json")

    return await post(work)


@router.get("", response_model=HandoverList, summary="Read the handover of a member that waits")
async def list_handovers(
    registry: Registry, principal: Reader, member_id: Annotated[f.EntryId, Query(description="Whose")]
) -> HandoverList:
    """The member's pending handover, if there is one, with the successor's name and address."""
    require_own(principal, member_id)
    async with registry.reading() as uow:
        found = await uow.handovers.of_member(member_id)
    waits = found is not None and found.valid_until > registry.surroundings.clock()
    return HandoverList(items=[HandoverDocument.of(found)] if found is not None and waits else [])


@router.post("/look", response_model=HandoverOffer, summary="What a link would hand over")
async def look(wanted: Confirmation, registry: Registry, _caller: Caller) -> Response:
    """For the page that a link opens; nothing changes. 410 if the link was used or replaced, or is too old."""
    async with registry.reading() as uow:
        offered = await handlers.look_at_handover(wanted.secret, uow, registry.surroundings)
    handover = offered.handover
    offer = HandoverOffer(
        name=handover.successor.name,
        member_kind=handover.member_kind,
        member_name=offered.member_name,
        role=handover.successor.role,
        handed_over_by=offered.handed_over_by,
        predecessor_becomes=handover.predecessor_becomes,
        valid_until=handover.valid_until,
    )
    return uncached_reply(offer)


@router.post("/confirm", response_model=Successor, summary="Take over")
async def confirm(wanted: Confirmation, registry: Registry, _caller: Caller) -> Response:
    """The holder of the mailed secret takes over the role. 410 if the link was used or replaced, or is too old.

    A page that a link opens calls this when a button is pressed, since programs follow links in mails.
    """
    contact = await registry.committed(lambda uow: handlers.confirm_handover(wanted.secret, uow, registry.surroundings))
    member_id, role = contact.member_id, contact.person.role
    return uncached_reply(
        Successor(contact_id=contact.contact_id, member_kind=contact.member_kind, member_id=member_id, role=role)
    )


@router.delete("/{handover_id}", status_code=204, summary="End a handover that waits")
async def cancel(handover_id: HandoverId, registry: Registry, principal: Editor) -> Response:
    """Ends the handover: its link counts no more. For a coordinator or programme officer of the member, and staff."""
    async with registry.unit_of_work() as uow:
        found = await uow.handovers.get(handover_id)
        if found is None:
            raise NotFound("There is no handover with this id; it has ended.")
        require_own(principal, found.member_id)
        await handlers.cancel_handover(found, doer_of(principal), uow)
        await uow.commit()
    return Response(status_code=204)
