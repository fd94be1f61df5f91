"""`/registry/v1/contacts`: people who answer for members.

Invariant: read only by services with the scope contacts:read, by staff, and by the member itself; nothing personal is
kept with an idempotency key. To a service the contacts of a member that has left are gone; staff and the member see
them.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Response
from pydantic import BaseModel, Field

from isopolity.registry.application import contacts as handlers
from isopolity.registry.application.commands import AddContact, ChangeContact
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotFound
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import NewContact
from isopolity.registry.entrypoints.http.context import (
    MEMBER,
    STAFF,
    Editor,
    Eraser,
    Registry,
    RegistryContext,
    is_own,
    is_staff,
    require_own,
)
from isopolity.registry.entrypoints.http.idempotent_post import Posting
from isopolity.registry.entrypoints.http.merge_patch import (
    IfMatch,
    MergePatch,
    merged,
    patch_body,
    require_match,
    validated,
)
from isopolity.registry.entrypoints.http.replies import entry_reply
from isopolity.registry.entrypoints.inputs import Input, PersonInput
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1/contacts", tags=["contacts"])

SERVICE = "contacts:read"
ContactReader = Annotated[Principal, Depends(require(SERVICE, STAFF, MEMBER))]
ContactId = Annotated[f.EntryId, Path(description="The id that the contact got")]


class ContactReceipt(BaseModel):
    """That a contact is kept, without what is personal."""

    contact_id: str
    version: int
    member_kind: str
    member_id: str
    role: str
    confirmed: bool
    """Whether mails may go to it: the person has proved to have the mail box."""


class ContactDocument(ContactReceipt):
    """A contact whole."""

    language: str
    name: str
    email: str
    confirmed_at: datetime | None = None
    """When; null where it has not, or where nobody can have the address."""


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
    return about | asdict(contact.person) | {"confirmed": contact.is_confirmed, "confirmed_at": contact.confirmed_at}


def receipt_of(contact: Contact) -> ContactReceipt:
    """That the contact is kept."""
    return ContactReceipt.model_validate(_values(contact))


def _document(contact: Contact) -> ContactDocument:
    return ContactDocument.model_validate(_values(contact))


def _reply(contact: Contact) -> Response:
    return entry_reply(_document(contact), contact.version)


def _require_reader(principal: Principal, member_id: str) -> None:
    if SERVICE not in principal.scopes and not is_staff(principal) and not is_own(principal, member_id):
        raise Problem(403, "A member can read its own contacts only.", code="not-yours")


def known_to(principal: Principal, contact: Contact | None) -> Contact:
    """The contact. Raises NotFound; a member cannot tell others' contacts from none, so that no erasure shows."""
    is_for_all = SERVICE in principal.scopes or is_staff(principal)
    if contact is None or not (is_for_all or is_own(principal, contact.member_id)):
        raise NotFound("There is no contact with this id; it may have been erased.")
    return contact


async def _seen(contacts: Sequence[Contact], registry: RegistryContext, principal: Principal) -> Sequence[Contact]:
    """Those of the contacts, all of one member, that the caller sees."""
    if not contacts or is_staff(principal) or is_own(principal, contacts[0].member_id):
        return contacts
    return await registry.contacts.active([contact.contact_id for contact in contacts])


@router.post("", status_code=201, response_model=ContactReceipt, summary="Name a contact")
async def add(wanted: NewContact, post: Posting, registry: Registry, principal: Editor) -> Response:
    """An address that a contact of the member has already changes that contact.

    A new one gets one mail, to confirm the address by its link, and no other until it has.
    """
    require_own(principal, wanted.member_id)
    command = AddContact(member_kind=wanted.member_kind, member_id=wanted.member_id, person=wanted.person())

    async def work(uow: RegistryUnitOfWork) -> Response:
        try:
            contact = await handlers.add_contact(command, uow, registry.surroundings)
        except NotFound as error:
            raise InvalidProfile([FieldError(("member_id",), str(error))]) from error
        receipt = receipt_of(contact)
        location = f"/registry/v1/contacts/{contact.contact_id}"
        return entry_reply(receipt, contact.version, status=201, location=location)

    return await post(work)


@router.get("", response_model=ContactList, summary="List a member's contacts")
async def list_contacts(
    registry: Registry, principal: ContactReader, member_id: Annotated[f.EntryId, Query(description="Whose")]
) -> Response:
    """Who answers for the member."""
    _require_reader(principal, member_id)
    found = await _seen(await registry.contacts.of_member(member_id), registry, principal)
    listed = ContactList(items=[_document(contact) for contact in found])
    return Response(listed.model_dump_json(), media_type="application/json")


@router.post("/lookup", response_model=ContactsFound, summary="Read many contacts")
async def look_up(
    wanted: ContactLookup, registry: Registry, _principal: Annotated[Principal, Depends(require(SERVICE))]
) -> Response:
    """Up to 500 contacts at once, for services."""
    found = await registry.contacts.active(list(dict.fromkeys(wanted.contact_ids)))
    known = {contact.contact_id for contact in found}
    gone = [contact_id for contact_id in dict.fromkeys(wanted.contact_ids) if contact_id not in known]
    result = ContactsFound(items=[_document(contact) for contact in found], gone=gone)
    return Response(result.model_dump_json(), media_type="application/json")


@router.get("/{contact_id}", response_model=ContactDocument, summary="Read a contact")
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
    summary="Change a contact",
    openapi_extra=patch_body({"role": "deputy"}),
)
async def patch(
    contact_id: ContactId, change: MergePatch, if_match: IfMatch, registry: Registry, principal: Editor
) -> Response:
    """JSON Merge Patch of role, name, email and language; another address has to be confirmed by its link."""
    async with registry.unit_of_work() as uow:
        stored = known_to(principal, await uow.contacts.get(contact_id))
        require_match(if_match, stored.version)
        values = {name: _values(stored)[name] for name in PersonInput.model_fields}
        person = validated(PersonInput, merged(values, change)).person(stored.person)
        changed = await handlers.change_contact(
            ChangeContact(contact_id=contact_id, person=person), uow, registry.surroundings
        )
        await uow.commit()
    return _reply(changed)


@router.delete("/{contact_id}", status_code=204, summary="Erase a contact")
async def erase(contact_id: ContactId, registry: Registry, principal: Eraser) -> Response:
    """Deletes the person's data here and, by the event, everywhere."""
    async with registry.unit_of_work() as uow:
        known_to(principal, await uow.contacts.get(contact_id))
        await handlers.erase_contact(contact_id, uow)
        await uow.commit()
    return Response(status_code=204)
