"""`/registry/v1/sign-ins/…passkey`: people sign in with a passkey, without a mail.

Invariant: neither the options nor a refusal reveals whether anybody has an account.
"""

from fastapi import Request, Response

from isopolity.registry.application.access.passkeys import ask_to_sign, sign_in_with_passkey
from isopolity.registry.domain.errors import Gone
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.routers.members import client_of
from isopolity.registry.entrypoints.http.routers.passkeys.bodies import (
    AskedToSign,
    PasskeyOptions,
    Reader,
    ShownPasskey,
    options_reply,
)
from isopolity.registry.entrypoints.http.routers.sessions import Issuer, SessionReceipt, receipt_reply
from isopolity.web.documents.refusals import refusals
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1/sign-ins")


@router.post(
    "/passkey", response_model=PasskeyOptions, responses=refusals(404), summary="Ask to sign in with a passkey"
)
async def ask(wanted: AskedToSign, request: Request, registry: Registry, reader: Reader, _issuer: Issuer) -> Response:
    """Options for any passkey, for the browser with this `binding`; valid once, within five minutes."""
    async with registry.unit_of_work() as uow:
        options = await ask_to_sign(wanted.binding, client_of(request), uow, registry.surroundings, reader)
        await uow.commit()
    return options_reply(options)


@router.post(
    "/from-passkey",
    response_model=SessionReceipt,
    responses=refusals(404, 410),
    summary="Begin a session with a passkey",
)
async def come_in(wanted: ShownPasskey, registry: Registry, reader: Reader, issuer: Issuer) -> Response:
    """A session for the device's answer, in the same browser. 410 where it is not valid, for any reason."""
    async with registry.unit_of_work() as uow:
        begun = await sign_in_with_passkey(
            wanted.credential, wanted.binding, wanted.begun_with, uow, registry.surroundings, reader, wanted.browser
        )
        reply = None if begun is None else receipt_reply(begun, issuer)
        await uow.commit()  # the challenge is used up
    if reply is None:
        raise Gone("This passkey does not let in: it is not known here, or it took too long; try again, or use mail.")
    return reply
