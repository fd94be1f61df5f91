"""`/registry/v1/contacts`: people who answer for members.

Invariant: only services with the scope contacts:read, staff, and the member itself read contacts; nothing personal is
stored with an idempotency key. Services no longer see contacts of a member that has left; staff and the member do.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Query, Response
from pydantic import BaseModel, Field

from isopolity.registry.application.commands import AddContact, ChangeContact
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.application.replacement import acts
from isopolity.registry.application.replacement.main_contact import make_main
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.contact_change import ContactChange
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotFound
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import ChangedPerson, NewContact
from isopolity.registry.entrypoints.http.context import (
    MEMBER,
    STAFF,
    Editor,
    Endorser,
    Eraser,
    Posting,
    Registry,
    RegistryContext,
    Speaker,
    doer_of,
    is_own,
    is_staff,
    require_own,
)
from isopolity.registry.entrypoints.http.merge_patch import (
    IfMatch,
    MergePatch,
    merged,
    patch_body,
    require_match,
    validated,
)
from isopolity.registry.entrypoints.http.replies import entry_reply
from isopolity.registry.entrypoints.http.routers.contact_changes import ContactChangeReceipt, Erasure, change_receipt
from isopolity.registry.entrypoints.inputs import Input, PersonInput
from isopolity.web.api_documents import Responses, refusals
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require
from isopolity.web.tokens import APPROVER, Principal

router = ServiceRouter(prefix="/registry/v1/contacts")

SERVICE = "contacts:read"
ContactReader = Annotated[Principal, Depends(require(SERVICE, STAFF, MEMBER))]
ContactId = Annotated[f.EntryId, Path(description="The id that the contact got")]


class ContactReceipt(BaseModel):
    """The receipt for a stored contact, without personal data."""

    contact_id: str
    version: int
    member_kind: str
    member_id: str
    role: str
    confirmed: bool
    """Whether mails may go to the address, since the person has confirmed it."""


class ContactDocument(ContactReceipt):
    """A contact with all its data."""

    language: str
    name: str
    email: str
    confirmed_at: datetime | None = None
    """When the address was confirmed; null where it was not, or where it is made up."""
    moved: bool = False
    """Whether it came with an entry that was merged into its member: mails go to others of its role first."""


class ContactLookup(Input):
    """The contacts that a service asks for."""

    contact_ids: Annotated[tuple[f.EntryId, ...], Field(min_length=1, max_length=500)]


class ContactsFound(BaseModel):
    """The contacts asked for, each id in one of both lists."""

    items: list[ContactDocument]
    gone: list[str]
    """Erased, unknown, or of a member that has left: delete what you hold of them."""


class ContactList(BaseModel):
    """All contacts of a member."""

    items: list[ContactDocument]


def _values(contact: Contact) -> dict[str, Any]:
    about = {name: getattr(contact, name) for name in ("contact_id", "version", "member_kind", "member_id")}
    state = {"confirmed": contact.is_confirmed, "confirmed_at": contact.confirmed_at, "moved": contact.moved}
    return about | asdict(contact.person) | state


def receipt_of(contact: Contact) -> ContactReceipt:
    """The receipt for a stored contact."""
    return ContactReceipt.model_validate(_values(contact))


def document_of(contact: Contact) -> ContactDocument:
    """The contact with all its data."""
    return ContactDocument.model_validate(_values(contact))


def _reply(contact: Contact) -> Response:
    return entry_reply(document_of(contact), contact.version)


def _require_reader(principal: Principal, member_id: str) -> None:
    if SERVICE not in principal.scopes and not is_staff(principal) and not is_own(principal, member_id):
        raise Problem(403, "A member can read its own contacts only.", code="not-yours")


def known_to(principal: Principal, contact: Contact | None) -> Contact:
    """The contact. Raises NotFound; to a member, contacts of others look unknown, so that erasures stay hidden."""
    is_for_all = SERVICE in principal.scopes or is_staff(principal)
    if contact is None or not (is_for_all or is_own(principal, contact.member_id)):
        raise NotFound("There is no contact with this id; it may have been erased.")
    return contact


async def _seen(contacts: Sequence[Contact], registry: RegistryContext, principal: Principal) -> Sequence[Contact]:
    """The contacts among these, all of one member, that the caller may see."""
    if not contacts or is_staff(principal) or is_own(principal, contacts[0].member_id):
        return contacts
    return await registry.contacts.active([contact.contact_id for contact in contacts])


_WAITS: Final[Responses] = {
    202: {"model": ContactChangeReceipt, "description": "It waits until the person could object"}
}


def _waiting(change: ContactChange) -> Response:
    """The answer 202 for a waiting change, with its address."""
    location = f"/registry/v1/contact-changes?member_id={change.member_id}"
    receipt = change_receipt(change).model_dump_json()
    return Response(receipt, 202, media_type="application/json", headers={"Location": location})


@router.post(
    "", status_code=201, response_model=ContactReceipt, responses=_WAITS | refusals(429), summary="Name a contact"
)
async def add(wanted: NewContact, post: Posting, registry: Registry, principal: Editor) -> Response:
    """If a contact of the member has this address already, that contact is changed.

    A new one gets one mail, to confirm the address by its link, and no other until it has.

    202: it would take a coordinator's role, which waits until that person could object. A new coordinator is named by
    one, or by staff (409).
    """
    require_own(principal, wanted.member_id)
    command = AddContact(member_kind=wanted.member_kind, member_id=wanted.member_id, person=wanted.person())

    async def work(uow: RegistryUnitOfWork) -> Response:
        try:
            contact = await acts.name_contact(command, doer_of(principal, wanted.reason), uow, registry.surroundings)
        except NotFound as error:
            raise InvalidProfile([FieldError(("member_id",), str(error))]) from error
        if isinstance(contact, ContactChange):
            return _waiting(contact)
        receipt = receipt_of(contact)
        location = f"/registry/v1/contacts/{contact.contact_id}"
        return entry_reply(receipt, contact.version, status=201, location=location)

    return await post(work)


@router.get("", response_model=ContactList, summary="List a member's contacts")
async def list_contacts(
    registry: Registry, principal: ContactReader, member_id: Annotated[f.EntryId, Query(description="Whose")]
) -> Response:
    """The contacts of the member."""
    _require_reader(principal, member_id)
    found = await _seen(await registry.contacts.of_member(member_id), registry, principal)
    listed = ContactList(items=[document_of(contact) for contact in found])
    return Response(listed.model_dump_json(), media_type="application/json")


@router.post("/lookup", response_model=ContactsFound, summary="Read many contacts")
async def look_up(
    wanted: ContactLookup, registry: Registry, _principal: Annotated[Principal, Depends(require(SERVICE))]
) -> Response:
    """Up to 500 contacts at once, for services."""
    found = await registry.contacts.active(list(dict.fromkeys(wanted.contact_ids)))
    known = {contact.contact_id for contact in found}
    gone = [contact_id for contact_id in dict.fromkeys(wanted.contact_ids) if contact_id not in known]
    result = ContactsFound(items=[document_of(contact) for contact in found], gone=gone)
    return Response(result.model_dump_json(), media_type="application/json")


@router.get("/{contact_id}", response_model=ContactDocument, responses=refusals(410), summary="Read a contact")
async def read(contact_id: ContactId, registry: Registry, principal: ContactReader) -> Response:
    """Name, address and language, of a member's own contacts.

    Staff and services read all: 410 if the contact has been erased, or to a service if its member has left.
    """
    found, is_member = await registry.contacts.get(contact_id), principal.member_id is not None
    if found is None and not is_member and await registry.contacts.was_erased(contact_id):
        raise Problem(410, "This contact has been erased; delete what you hold of it.", code="erased")
    contact = known_to(principal, found)
    if not await _seen([contact], registry, principal):
        raise Problem(
            410, "This contact's member has left the network; delete what you hold of it.", code="member-left"
        )
    return _reply(contact)


@router.patch(
    "/{contact_id}",
    response_model=ContactDocument,
    responses=_WAITS | refusals(429),
    summary="Change a contact",
    openapi_extra=patch_body(
        "ContactPatch", ChangedPerson, {"role": "deputy", "reason": "She asked for it in her mail of yesterday."}
    ),
)
async def patch(
    contact_id: ContactId, change: MergePatch, if_match: IfMatch, registry: Registry, principal: Speaker
) -> Response:
    """JSON Merge Patch of role, name, email and language; staff adds a reason where it changes a coordinator.

    Another address has to be confirmed by its link. An approver changes its own language alone.

    202: somebody else's address or role as a coordinator changes, which waits until that person could object.
    """
    async with registry.unit_of_work() as uow:
        stored = known_to(principal, await uow.contacts.peek(contact_id))
        if principal.role == APPROVER and (principal.subject != contact_id or {*change} != {"language"}):
            sentence = "An approver changes its own language alone; ask your coordinator or deputy to change this."
            raise Problem(403, sentence, code="approver")
        require_match(if_match, stored.version)
        reason = validated(Erasure, {"reason": change.pop("reason", None)}).reason
        values = {name: _values(stored)[name] for name in PersonInput.model_fields}
        person = validated(PersonInput, merged(values, change)).person(stored.person)
        command = ChangeContact(contact_id=contact_id, person=person)
        changed = await acts.replace_contact(command, doer_of(principal, reason), uow, registry.surroundings)
        await uow.commit()
    return _waiting(changed) if isinstance(changed, ContactChange) else _reply(changed)


@router.post("/{contact_id}/main", response_model=ContactReceipt, summary="Make a contact the main one")
async def main(
    contact_id: ContactId, wanted: Erasure, post: Posting, registry: Registry, principal: Endorser
) -> Response:
    """The member's mails go to this contact first: it becomes coordinator, or programme officer of a partner.

    Who comes before it in that role becomes a deputy, and everybody concerned is mailed. It needs a reason.
    """

    async def work(uow: RegistryUnitOfWork) -> Response:
        done = await make_main(contact_id, doer_of(principal, wanted.reason), uow, registry.surroundings)
        return entry_reply(receipt_of(done), done.version)

    return await post(work)


@router.delete("/{contact_id}", status_code=204, responses=_WAITS, summary="Erase a contact")
async def erase(contact_id: ContactId, registry: Registry, principal: Eraser) -> Response:
    """Deletes the person's data here and, by the event, everywhere. One's own erasure is made at once.

    202: a coordinator's, by somebody else, waits until that person could object. Staff erases a coordinator by POST to
    `/erase`, with a reason.
    """
    return await _erased(contact_id, None, registry, principal)


@router.post("/{contact_id}/erase", status_code=204, responses=_WAITS, summary="Erase a contact, with a reason")
async def erase_with_reason(contact_id: ContactId, wanted: Erasure, registry: Registry, principal: Eraser) -> Response:
    """Deletes the person's data as DELETE does; the reason is kept in the audit."""
    return await _erased(contact_id, wanted.reason, registry, principal)


async def _erased(contact_id: str, reason: str | None, registry: RegistryContext, principal: Principal) -> Response:
    async with registry.unit_of_work() as uow:
        known_to(principal, await uow.contacts.peek(contact_id))
        if principal.role == APPROVER and principal.subject != contact_id:
            sentence = "An approver erases itself alone; ask your coordinator or deputy to change this."
            raise Problem(403, sentence, code="approver")
        waits = await acts.remove_contact(contact_id, doer_of(principal, reason), uow, registry.surroundings)
        await uow.commit()
    return Response(status_code=204) if waits is None else _waiting(waits)
