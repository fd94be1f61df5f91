"""`/registry/v1/contact-confirmations`: contacts confirm their addresses by a mailed link, and request the mail again.

Invariant: secrets are in bodies only; wrong, used and expired ones get the same answer. No route lets anybody but the
holder of the mail box, or the service that saw an answer by a mailed link, confirm a contact.
"""

from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, Field

from isopolity.registry.application import confirmed_contacts as handlers
from isopolity.registry.application.confirmed_contacts import Naming
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.entrypoints.http.bodies import Confirmation
from isopolity.registry.entrypoints.http.context import Editor, Registry
from isopolity.registry.entrypoints.http.idempotent_post import Posting
from isopolity.registry.entrypoints.http.replies import entry_reply, uncached_reply
from isopolity.registry.entrypoints.http.routers.contacts import ContactId, ContactReceipt, known_to, receipt_of
from isopolity.registry.entrypoints.http.routers.joining.confirmations import Mailer
from isopolity.registry.entrypoints.inputs import Input
from isopolity.web.documents.refusals import refusals
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Caller

router = ServiceRouter(prefix="/registry/v1")


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
    return _reply(naming)


@router.post("/contact-confirmations", response_model=NamedContact, summary="Confirm the address of a contact")
async def confirm(wanted: Confirmation, registry: Registry, _caller: Caller) -> Response:
    """Confirms the address: the holder of the secret got the mail. 410 if the link was used or replaced, or is too old.

    A page that a link opens calls this when a button is pressed, since programs follow links in mails.
    """
    async with registry.unit_of_work() as uow:
        naming = await handlers.confirm_by_link(wanted.secret, uow, registry.surroundings)
        await uow.commit()
    return _reply(naming)


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
async def answered(
    contact_id: ContactId,
    wanted: Answered,
    registry: Registry,
    _principal: Mailer,
) -> Response:
    """For notify: confirms the contact, unless it has changed since that version; a repeated call does no harm."""
    async with registry.unit_of_work() as uow:
        await handlers.confirm_answered(contact_id, wanted.version, uow, registry.surroundings)
        await uow.commit()
    return Response(status_code=204)


def _reply(naming: Naming) -> Response:
    named = NamedContact(
        name=naming.contact.person.name,
        member_kind=naming.contact.member_kind,
        member_name=naming.member_name,
        role=naming.contact.person.role,
    )
    return uncached_reply(named)
