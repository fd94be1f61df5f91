"""`/registry/v1/contact-changes`: changes of somebody else's contact, waiting or made.

Invariant: the contact that started a change never consents to it; secrets are in bodies only, and wrong, used and
expired ones get the same answer.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import Depends, Path, Query, Response
from pydantic import BaseModel

from isopolity.identity.actors import amend_act
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.application.replacement import pending_changes as handlers
from isopolity.registry.domain.contact_change import PERSON, ContactChange
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import Confirmation, Reason
from isopolity.registry.entrypoints.http.context import MEMBER, STAFF, Endorser, Registry, RegistryContext, require_own
from isopolity.registry.entrypoints.http.replies import uncached_reply
from isopolity.registry.entrypoints.inputs import Input
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Caller, require
from isopolity.web.tokens import Principal


class Erasure(Input):
    """Reason why a contact is erased; staff has to give it for a coordinator or programme officer."""

    reason: Reason | None = None


class CallOfStaff(Input):
    """A message to staff, or none; kept until 30 days after the last step."""

    words: f.Message | None = None


class CallOfStaffByLink(CallOfStaff, Confirmation):
    """The secret of a link, and its reader's message to staff, or none."""


class ContactDecision(Input):
    """A decision of staff about a change, and the reason."""

    decision: Literal["make", "refuse"]
    reason: Reason


router = ServiceRouter(prefix="/registry/v1/contact-changes")

ChangeId = Annotated[f.EntryId, Path(description="The id that the change got")]
Reader = Annotated[Principal, Depends(require(STAFF, MEMBER, approvers=True))]
Own = Annotated[Principal, Depends(require(MEMBER, approvers=True))]
_DESK: Final = 100


class ContactChangeReceipt(BaseModel):
    """A change of a contact, without personal data."""

    change_id: str
    member_kind: str
    member_id: str
    contact_id: str | None
    what: str
    """`entered`, `changed`, `demoted`, `replaced`, `erased`, `imported` or `withdrawn`."""
    role_before: str | None
    role_after: str | None
    status: str
    """`waiting`, `called`, `done` or `refused`."""
    by_contact_id: str | None
    by_staff: bool
    started_at: datetime
    due_at: datetime | None
    """When it is made unless the person objects; null until its mail is written."""
    called_at: datetime | None
    called_by: str | None
    """`person`, `main`, `undelivered` where the person's mail did not go out, or the id of a contact."""
    decided_at: datetime | None
    reason: str | None


class ContactChangeDocument(ContactChangeReceipt):
    """A change with all its data, for its member and staff."""

    wanted_name: str | None = None
    wanted_email: str | None = None
    """New address of the contact, while the change waits."""
    words: str | None = None
    """Message of the caller, which only staff reads."""


class ContactChangeList(BaseModel):
    """Changes of a member, the newest first; without a member those on the desk of staff, the oldest call first."""

    items: list[ContactChangeDocument]


class LinkedChange(BaseModel):
    """A change as the reader of its mail sees it."""

    member_name: str
    what: str
    role_before: str | None
    role_after: str | None
    status: str
    started_at: datetime
    due_at: datetime | None
    is_called: bool
    """Whether the reader need not call staff any more; the person whom it changes can, though others have called."""
    may_consent: bool


def change_receipt(change: ContactChange) -> ContactChangeReceipt:
    """The change without personal data."""
    return ContactChangeReceipt(**{name: getattr(change, name) for name in ContactChangeReceipt.model_fields})


def _document(change: ContactChange, *, for_staff: bool) -> ContactChangeDocument:
    wanted = change.wanted
    return ContactChangeDocument(
        **dict(change_receipt(change)),
        wanted_name=None if wanted is None else wanted.name,
        wanted_email=None if wanted is None else wanted.email,
        words=change.words if for_staff else None,
    )


@router.get("", response_model=ContactChangeList, summary="List changes of contacts")
async def list_changes(
    registry: Registry,
    principal: Reader,
    member_id: Annotated[f.EntryId | None, Query(description="The member of the contacts")] = None,
) -> ContactChangeList:
    """Changes of a member in the last 30 days; without a member, for staff, the changes to which staff was called."""
    for_staff = STAFF in principal.scopes
    async with registry.reading() as uow:
        if member_id is None:
            if not for_staff:
                raise Problem(422, "Name your member: member_id=…", code="invalid-request")
            found = await uow.contact_changes.on_desk(_DESK)
        else:
            require_own(principal, member_id)
            found = await uow.contact_changes.of_member(member_id)
    return ContactChangeList(items=[_document(one, for_staff=for_staff) for one in found])


@router.post("/look", response_model=LinkedChange, summary="What a link is about")
async def look(wanted: Confirmation, registry: Registry, _caller: Caller) -> Response:
    """For the page that a link opens; nothing changes. 410 if it is wrong or too old."""
    async with registry.reading() as uow:
        linked = await handlers.look_at_change(wanted.secret, uow)
    change = linked.change
    document = LinkedChange(
        member_name=linked.member_name,
        is_called=change.has_called(linked.to),
        may_consent=linked.may_consent,
        **{name: getattr(change, name) for name in LinkedChange.model_fields if hasattr(change, name)},
    )
    return uncached_reply(document)


@router.post("/call-by-link", status_code=204, summary="Call staff by a link")
async def call_by_link(wanted: CallOfStaffByLink, registry: Registry, _caller: Caller) -> Response:
    """Stops a change that waits, and puts it on the desk of staff. A page calls this when a button is pressed."""
    async with registry.unit_of_work() as uow:
        await _act_as_reader(wanted.secret, uow)
        await handlers.call_by_link(wanted.secret, wanted.words, uow, registry.surroundings)
        await uow.commit()
    return Response(status_code=204)


@router.post("/consent-by-link", status_code=204, summary="Agree by a link")
async def consent_by_link(wanted: Confirmation, registry: Registry, _caller: Caller) -> Response:
    """Makes a change that waits at once; for the person whom it changes. A page calls this when a button is pressed."""
    async with registry.unit_of_work() as uow:
        await _act_as_reader(wanted.secret, uow)
        await handlers.consent_by_link(wanted.secret, uow, registry.surroundings)
        await uow.commit()
    return Response(status_code=204)


@router.post("/{change_id}/call", response_model=ContactChangeReceipt, summary="Call staff")
async def call(change_id: ChangeId, wanted: CallOfStaff, registry: Registry, principal: Own) -> Response:
    """Calls staff to a change; for the person whom it changes, and for coordinators of the member."""

    async def work(uow: RegistryUnitOfWork) -> ContactChange:
        return await handlers.call_by_contact(change_id, principal.subject, wanted.words, uow, registry.surroundings)

    return await _done(registry, work)


@router.post("/{change_id}/consent", response_model=ContactChangeReceipt, summary="Agree")
async def consent(change_id: ChangeId, registry: Registry, principal: Own) -> Response:
    """Makes a change that waits at once; for the person whom it changes alone."""

    async def work(uow: RegistryUnitOfWork) -> ContactChange:
        return await handlers.consent_by_contact(change_id, principal.subject, uow, registry.surroundings)

    return await _done(registry, work)


@router.post("/{change_id}/decide", response_model=ContactChangeReceipt, summary="Decide about a change")
async def decide(change_id: ChangeId, wanted: ContactDecision, registry: Registry, _principal: Endorser) -> Response:
    """Staff has it made, or refuses it; for 30 days after a refusal the member cannot start another one."""

    async def work(uow: RegistryUnitOfWork) -> ContactChange:
        return await handlers.decide_contact_change(
            change_id, wanted.reason, uow, registry.surroundings, makes=wanted.decision == "make"
        )

    return await _done(registry, work)


@router.delete("/{change_id}", status_code=204, summary="Take a change back")
async def take_back(change_id: ChangeId, registry: Registry, principal: Own) -> Response:
    """Ends a change that waits; for the contact who started it, until staff is called."""
    return await registry.done(lambda uow: handlers.take_back(change_id, principal.subject, uow))


async def _done(registry: RegistryContext, work: Callable[[RegistryUnitOfWork], Awaitable[ContactChange]]) -> Response:
    changed = await registry.committed(lambda uow: work(uow))
    return Response(change_receipt(changed).model_dump_json(), media_type="application/json")


async def _act_as_reader(secret: str, uow: RegistryUnitOfWork) -> None:
    """Set the audit's actor to the reader of a mail: the person by its id, others by their member."""
    linked = await handlers.look_at_change(secret, uow)
    is_person = linked.to == PERSON and linked.change.contact_id is not None
    actor = linked.change.contact_id if is_person else f"main contact of {linked.change.member_id}"
    amend_act(actor_kind="contact", actor=actor, member_id=linked.change.member_id)
