"""`/registry/v1/sessions/second-factor/passkey…`: somebody of the office enrols a passkey as the first second factor.

Invariant: without the enrolment code from another person no passkey can be made.
"""

from typing import Final

from fastapi import Response

from isopolity.registry.application.access.passkey_enrolment import ask_to_enrol, enrol_passkey
from isopolity.registry.domain.errors import Gone, WrongCode
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.routers.passkeys.bodies import (
    EnrolledPasskey,
    PasskeyOptions,
    Reader,
    options_reply,
)
from isopolity.registry.entrypoints.http.routers.sessions import Issuer, RequestKey, SessionReceipt, receipt_reply
from isopolity.registry.entrypoints.http.sign_in_bodies import Enrolment
from isopolity.web.documents.refusals import refusals
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1/sessions/second-factor")
_ENDED: Final = "Your session has ended, or this passkey does not count; sign in again."


@router.post(
    "/passkey-options",
    response_model=PasskeyOptions,
    responses=refusals(404, 410),
    summary="Bring a passkey, with an enrolment code",
)
async def ask(wanted: Enrolment, registry: Registry, reader: Reader, _issuer: Issuer) -> Response:
    """Options for a passkey of the session's holder; valid once, within five minutes, in this session.

    422 for another code, 409 where there is a second factor already, 429 after twenty tries a day.
    """
    async with registry.unit_of_work() as uow:
        try:
            options = await ask_to_enrol(wanted.refresh_token, wanted.code, uow, registry.surroundings, reader)
        except WrongCode:
            await uow.commit()  # the try counts
            raise
        await uow.commit()  # an end, too
    if options is None:
        raise Gone(_ENDED)
    return options_reply(options)


@router.post(
    "/passkey", response_model=SessionReceipt, responses=refusals(404, 410), summary="Act as staff, with a new passkey"
)
async def enrol(
    wanted: EnrolledPasskey, registry: Registry, reader: Reader, issuer: Issuer, key: RequestKey = None
) -> Response:
    """The session continues as the holder's account of the office. 410 where the passkey is not valid."""
    async with registry.unit_of_work() as uow:
        begun = await enrol_passkey(
            wanted.refresh_token, wanted.credential, wanted.name, uow, registry.surroundings, reader, key=key
        )
        reply = None if begun is None else receipt_reply(begun, issuer)
        await uow.commit()  # an end, too
    if reply is None:
        raise Gone(_ENDED)
    return reply
