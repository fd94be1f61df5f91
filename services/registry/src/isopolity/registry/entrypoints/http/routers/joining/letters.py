"""`/registry/v1/letters`: what the office writes about applications, for the service that mails it.

Invariant: whom a letter goes to is told to that service only, and forgotten as soon as it says that the mail is out.
"""

from typing import Annotated

from fastapi import Path, Response
from pydantic import BaseModel

from isopolity.registry.application.joining.letters import forget_letter, letter_to_mail
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.routers.joining.confirmations import Mailer
from isopolity.web.routing import PrefixRouter

router = PrefixRouter(prefix="/registry/v1/letters", tags=["applications"])

LetterId = Annotated[f.EntryId, Path(description="The id of the event that asked for the mail")]


class IssuedLetter(BaseModel):
    """Whom to write to, and what."""

    about: str
    """`refusal`."""
    name: str
    email: str
    language: str
    member_name: str
    """The city or partner that the application is for."""
    reason: str | None
    """Of a refusal, by its code."""
    words: str | None
    """What staff adds in its own words."""


@router.post("/{letter_id}/issue", response_model=IssuedLetter, summary="Read a letter that is to be mailed")
async def issue(letter_id: LetterId, registry: Registry, _principal: Mailer) -> Response:
    """For the service that is about to mail it. 404 where its mail is out or was given up."""
    async with registry.unit_of_work() as uow:
        letter = await letter_to_mail(letter_id, uow)
    issued = IssuedLetter(**{name: getattr(letter, name) for name in IssuedLetter.model_fields})
    return Response(issued.model_dump_json(), media_type="application/json")


@router.post("/{letter_id}/forget", status_code=204, summary="Forget a letter")
async def forget(letter_id: LetterId, registry: Registry, _principal: Mailer) -> Response:
    """Its mail is out, or was given up: whom it went to is deleted. Again: nothing happens."""
    async with registry.unit_of_work() as uow:
        await forget_letter(letter_id, uow)
        await uow.commit()
    return Response(status_code=204)
