"""`/registry/v1/confirmations`: applicants confirm their addresses; so do successors and contacts.

Invariant: a secret is returned once, to the service that mails it, and stored as its digest only; wrong, used and
expired secrets get the same answer after the same work.
"""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path, Response
from pydantic import BaseModel

from isopolity.network_keys import NOTIFY
from isopolity.registry.application.confirmed_contacts import Naming, issue_contact
from isopolity.registry.application.handovers import Offered, issue_handover
from isopolity.registry.application.joining.applications import confirm_address, issue_secret
from isopolity.registry.domain.errors import Gone
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import Confirmation
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.routers.contacts import SERVICE
from isopolity.web.documents.refusals import refusals
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Caller, require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1/confirmations")


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
    "/{confirmation_id}/issue",
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
            return _handed_over(offered, secret)
        if (named := await issue_contact(confirmation_id, uow, registry.surroundings)) is not None:
            await uow.commit()
            return _named(*named)
        application, secret = await issue_secret(confirmation_id, uow, registry.surroundings)
        await uow.commit()
    person, valid_until = application.person, application.valid_until
    if person is None or valid_until is None:
        raise Gone("There is no address to confirm in this application; send nothing.")
    issued = IssuedConfirmation(
        name=person.name,
        email=person.email,
        language=person.language,
        member_name=application.profile.name,
        secret=secret,
        valid_until=valid_until,
    )
    return Response(issued.model_dump_json(), media_type="application/json")


def _handed_over(offered: Offered, secret: str) -> Response:
    successor = offered.handover.successor
    issued = IssuedConfirmation(
        name=successor.name,
        email=successor.email,
        language=successor.language,
        member_name=offered.member_name,
        secret=secret,
        valid_until=offered.handover.valid_until,
        handed_over_by=offered.handed_over_by,
    )
    return Response(issued.model_dump_json(), media_type="application/json")


def _named(naming: Naming, secret: str) -> Response:
    person, valid_until = naming.contact.person, naming.contact.valid_until
    if valid_until is None:
        raise Gone("There is no address to confirm of this contact; send nothing.")
    issued = IssuedConfirmation(
        name=person.name,
        email=person.email,
        language=person.language,
        member_name=naming.member_name,
        secret=secret,
        valid_until=valid_until,
        contact_role=person.role,
    )
    return Response(issued.model_dump_json(), media_type="application/json")


@router.post("", status_code=204, summary="Confirm an address")
async def confirm(wanted: Confirmation, registry: Registry, _caller: Caller) -> Response:
    """The holder of the secret got the mail. 410 if it has been used, replaced or is too old.

    notify, which passes on what people press in its page, shows its token, so that it is not counted as one stranger.
    """
    async with registry.unit_of_work() as uow:
        await confirm_address(wanted.secret, uow, registry.surroundings)
        await uow.commit()
    return Response(status_code=204)
