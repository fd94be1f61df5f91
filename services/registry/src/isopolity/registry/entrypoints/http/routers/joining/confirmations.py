"""`/registry/v1/confirmations`: applicants confirm their addresses; so do successors. `/registry/v1/contact-
confirmations`: contacts confirm theirs by a mailed link, and request the mail again.

Invariants: a secret is returned once, to the service that mails it, and stored as its digest only; secrets are in
bodies only; wrong, used and expired ones get the same answer after the same work. No route lets anybody but the holder
of the mail box, or the service that saw an answer by a mailed link, confirm a contact.
"""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path, Response
from pydantic import BaseModel, Field

from isopolity.identity.network_keys import NOTIFY
from isopolity.registry.application import confirmed_contacts as handlers
from isopolity.registry.application.confirmed_contacts import Naming, issue_contact
from isopolity.registry.application.joining.applications import confirm_address, issue_secret
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.application.replacement.handovers import issue_handover
from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.errors import Gone
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import Confirmation
from isopolity.registry.entrypoints.http.context import Editor, Posting, Registry
from isopolity.registry.entrypoints.http.replies import entry_reply, uncached_reply
from isopolity.registry.entrypoints.http.routers.contacts import (
    SERVICE,
    ContactId,
    ContactReceipt,
    known_to,
    receipt_of,
)
from isopolity.registry.entrypoints.inputs import Input
from isopolity.web.api_documents import refusals
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Caller, require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1")


async def _mailer(principal: Annotated[Principal, Depends(require(SERVICE))]) -> Principal:
    """Admits only notify: secrets are not contact data, which other programs may read too."""
    if principal.subject != NOTIFY:
        raise Problem(403, f"This is for {NOTIFY} alone, which mails it; use a token of {NOTIFY}.", code="not-notify")
    return principal


Mailer = Annotated[Principal, Depends(_mailer)]
ConfirmationId = Annotated[f.EntryId, Path(description="The id of the event that asked for it")]


class IssuedConfirmation(BaseModel):
    """The recipient of the mail, and the secret of the link."""

    name: str
    email: str
    language: str
    member_name: str
    secret: str
    valid_until: datetime
    handed_over_by: str | None = None
    """Name of the person who hands the member over; null where it is no handover."""
    contact_role: str | None = None
    """Role in which the person is named as a contact; null for an applicant or a successor."""


@router.post(
    "/confirmations/{confirmation_id}/issue",
    response_model=IssuedConfirmation,
    responses=refusals(410),
    summary="Make the secret of a link",
)
async def issue(confirmation_id: ConfirmationId, registry: Registry, _principal: Mailer) -> Response:
    """For the service that is about to mail it; earlier secrets end. 410 where there is nothing to confirm."""
    async with registry.unit_of_work() as uow:
        if await uow.handovers.get(confirmation_id) is not None:
            offered, secret = await issue_handover(confirmation_id, uow, registry.surroundings)
            await uow.commit()
            handover = offered.handover
            about = {"secret": secret, "handed_over_by": offered.handed_over_by}
            return _issued(handover.successor, handover.valid_until, offered.member_name, **about)
        if (named := await issue_contact(confirmation_id, uow, registry.surroundings)) is not None:
            await uow.commit()
            (naming, secret), contact = named, named[0].contact
            about = {"secret": secret, "contact_role": contact.person.role}
            return _issued(contact.person, contact.valid_until, naming.member_name, **about)
        application, secret = await issue_secret(confirmation_id, uow, registry.surroundings)
        await uow.commit()
    return _issued(application.person, application.valid_until, application.profile.name, secret=secret)


def _issued(person: Person | None, valid_until: datetime | None, member_name: str, **more: str) -> Response:
    if person is None or valid_until is None:
        where = "of this contact" if "contact_role" in more else "in this application"
        raise Gone(f"There is no address to confirm {where}; send nothing.")
    about = {"name": person.name, "email": person.email, "language": person.language, "member_name": member_name}
    issued = IssuedConfirmation(valid_until=valid_until, **about, **more)
    return Response(issued.model_dump_json(), media_type="application/json")


@router.post("/confirmations", status_code=204, summary="Confirm an address")
async def confirm(wanted: Confirmation, registry: Registry, _caller: Caller) -> Response:
    """The holder of the secret got the mail. 410 if it has been used, replaced or is too old.

    notify, which passes on what people press in its page, shows its token, so that it is not counted as one stranger.
    """
    return await registry.done(lambda uow: confirm_address(wanted.secret, uow, registry.surroundings))


class NamedContact(BaseModel):
    """The member and the role of the contact whose address the link confirms."""

    name: str
    member_kind: str
    member_name: str
    role: str


class Answered(Input):
    """The version of a contact that answered by a link in a mail to it."""

    version: Annotated[int, Field(strict=True, ge=1)]


@router.post("/contact-confirmations/look", response_model=NamedContact, summary="What a contact's link would confirm")
async def look(wanted: Confirmation, registry: Registry, _caller: Caller) -> Response:
    """For the page that a link opens; nothing changes. 410 if the link was used or replaced, or is too old."""
    async with registry.reading() as uow:
        naming = await handlers.look_at_naming(wanted.secret, uow, registry.surroundings)
    return _naming_reply(naming)


@router.post("/contact-confirmations", response_model=NamedContact, summary="Confirm the address of a contact")
async def confirm_contact(wanted: Confirmation, registry: Registry, _caller: Caller) -> Response:
    """Confirms the address: the holder of the secret got the mail. 410 if the link was used or replaced, or is too old.

    A page that a link opens calls this when a button is pressed, since programs follow links in mails.
    """
    naming = await registry.committed(lambda uow: handlers.confirm_by_link(wanted.secret, uow, registry.surroundings))
    return _naming_reply(naming)


@router.post(
    "/contacts/{contact_id}/ask-again",
    status_code=202,
    response_model=ContactReceipt,
    responses=refusals(429),
    summary="Mail a contact the link to confirm again",
)
async def ask_again(contact_id: ContactId, post: Posting, registry: Registry, principal: Editor) -> Response:
    """Mails a new link, three times a day at most; the earlier one ends. 409 if the address is confirmed already."""

    async def work(uow: RegistryUnitOfWork) -> Response:
        contact = known_to(principal, await uow.contacts.get(contact_id))
        asked = await handlers.ask_again(contact, uow, registry.surroundings)
        return entry_reply(receipt_of(asked), asked.version, status=202)

    return await post(work)


@router.post(
    "/contacts/{contact_id}/answered",
    status_code=204,
    responses=refusals(412),
    summary="A contact answered by a mailed link",
)
async def answered(contact_id: ContactId, wanted: Answered, registry: Registry, _principal: Mailer) -> Response:
    """For notify: confirms the contact, unless it has changed since that version; a repeated call does no harm."""
    return await registry.done(
        lambda uow: handlers.confirm_answered(contact_id, wanted.version, uow, registry.surroundings)
    )


def _naming_reply(naming: Naming) -> Response:
    named = NamedContact(
        name=naming.contact.person.name,
        member_kind=naming.contact.member_kind,
        member_name=naming.member_name,
        role=naming.contact.person.role,
    )
    return uncached_reply(named)
