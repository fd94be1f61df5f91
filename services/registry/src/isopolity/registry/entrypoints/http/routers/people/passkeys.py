"""`/registry/v1/passkeys`: people add passkeys, see them and remove them. `/sign-ins/…passkey`: they sign in with one,
without a mail. `/sessions/second-factor/passkey…`: somebody of the office enrols one as the first second factor.

Invariants: only the person can list a passkey, and those of the office only after a second factor. Neither the options
nor a refusal reveals whether anybody has an account. Without the enrolment code from another person no passkey can be
enrolled as the first second factor.
"""

from datetime import datetime
from functools import partial
from typing import Annotated, Final

from fastapi import Path, Request, Response
from pydantic import BaseModel

from isopolity.identity.actors import amend_act
from isopolity.registry.application.access import passkeys as handlers
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.domain.access.second_factor import Passkey
from isopolity.registry.domain.errors import Gone
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.routers.members import client_of
from isopolity.registry.entrypoints.http.routers.people import bodies
from isopolity.registry.entrypoints.http.routers.people.sessions import (
    Holder,
    Issuer,
    RequestKey,
    SessionReceipt,
    in_session,
    receipt_reply,
)
from isopolity.web.api_documents import refusals
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1")

PasskeyId = Annotated[f.EntryId, Path(description="The id that the passkey got")]


class PasskeyDocument(BaseModel):
    """A passkey, without its key."""

    passkey_id: str
    account_id: str
    name: str
    added_at: datetime
    used_at: datetime | None
    is_backed_up: bool
    """Whether its device has copied it to others of the same person."""


class PasskeyList(BaseModel):
    """All passkeys of the caller."""

    items: list[PasskeyDocument]


@router.get("/passkeys", response_model=PasskeyList, responses=refusals(409), summary="List one's own passkeys")
async def list_passkeys(registry: Registry, principal: Holder) -> PasskeyList:
    """Passkeys of the session's holder, for all accounts; of the office only after a second factor."""
    async with registry.reading() as uow:
        holder = await handlers.holder_of(principal.subject, principal.session_id, uow, changes=False)
        return PasskeyList(items=[_document(one) for one in await handlers.own_passkeys(holder, uow)])


@router.post(
    "/passkeys/options", response_model=bodies.PasskeyOptions, responses=refusals(404), summary="Ask for a new passkey"
)
async def ask_to_add(registry: Registry, principal: Holder, reader: bodies.Reader) -> Response:
    """Options for a device; valid once, within five minutes, in this session. 409 an hour after the sign-in."""
    amend_act(action=None)  # it only asks
    async with registry.unit_of_work() as uow:
        holder = await handlers.holder_of(principal.subject, principal.session_id, uow)
        options = await handlers.ask_to_make(holder, uow, registry.surroundings, reader)
        await uow.commit()
    return bodies.options_reply(options)


@router.post(
    "/passkeys", status_code=201, response_model=PasskeyDocument, responses=refusals(404, 410), summary="Add a passkey"
)
async def add(
    wanted: bodies.MadePasskey, registry: Registry, principal: Holder, reader: bodies.Reader
) -> PasskeyDocument:
    """Adds a passkey to the account as which the caller acts. 410 where the device's answer is not valid."""
    async with registry.unit_of_work() as uow:
        holder = await handlers.holder_of(principal.subject, principal.session_id, uow)
        added = await handlers.add_passkey(wanted.credential, wanted.name, holder, uow, registry.surroundings, reader)
        await uow.commit()  # the challenge is used up
    if added is None:
        raise Gone("This passkey does not count: it took too long, or is known already; begin again.")
    return _document(added)


@router.delete("/passkeys/{passkey_id}", status_code=204, summary="Remove a passkey")
async def remove(passkey_id: PasskeyId, registry: Registry, principal: Holder) -> Response:
    """Removes the passkey. 409 for the only second factor of somebody of the office."""
    async with registry.unit_of_work() as uow:
        holder = await handlers.holder_of(principal.subject, principal.session_id, uow)
        await handlers.remove_passkey(passkey_id, holder, uow, registry.surroundings)
        await uow.commit()
    return Response(status_code=204)


def _document(passkey: Passkey) -> PasskeyDocument:
    return PasskeyDocument(**{name: getattr(passkey, name) for name in PasskeyDocument.model_fields})


_ENDED: Final = "Your session has ended, or this passkey does not count; sign in again."


@router.post(
    "/sessions/second-factor/passkey-options",
    response_model=bodies.PasskeyOptions,
    responses=refusals(404, 410),
    summary="Bring a passkey, with an enrolment code",
)
async def ask_first_factor(
    wanted: bodies.Enrolment, registry: Registry, reader: bodies.Reader, _issuer: Issuer
) -> Response:
    """Options for a passkey of the session's holder; valid once, within five minutes, in this session.

    422 for another code, 409 where there is a second factor already, 429 after twenty tries a day.
    """
    asking = partial(handlers.ask_to_enrol, wanted.refresh_token, wanted.code)
    options = await in_session(registry, lambda uow: asking(uow, registry.surroundings, reader), _ENDED)
    return bodies.options_reply(options)


@router.post(
    "/sessions/second-factor/passkey",
    response_model=SessionReceipt,
    responses=refusals(404, 410),
    summary="Act as staff, with a new passkey",
)
async def enrol(
    wanted: bodies.EnrolledPasskey, registry: Registry, reader: bodies.Reader, issuer: Issuer, key: RequestKey = None
) -> Response:
    """The session continues as the holder's account of the office. 410 where the passkey is not valid."""

    async def work(uow: RegistryUnitOfWork) -> Response | None:
        begun = await handlers.enrol_passkey(
            wanted.refresh_token, wanted.credential, wanted.name, uow, registry.surroundings, reader, key=key
        )
        return None if begun is None else receipt_reply(begun, issuer)

    return await in_session(registry, work, _ENDED)


@router.post(
    "/sign-ins/passkey",
    response_model=bodies.PasskeyOptions,
    responses=refusals(404),
    summary="Ask to sign in with a passkey",
)
async def ask_for_sign_in(
    wanted: bodies.AskedToSign, request: Request, registry: Registry, reader: bodies.Reader, _issuer: Issuer
) -> Response:
    """Options for any passkey, for the browser with this `binding`; valid once, within five minutes."""
    options = await registry.committed(
        lambda uow: handlers.ask_to_sign(wanted.binding, client_of(request), uow, registry.surroundings, reader)
    )
    return bodies.options_reply(options)


@router.post(
    "/sign-ins/from-passkey",
    response_model=SessionReceipt,
    responses=refusals(404, 410),
    summary="Begin a session with a passkey",
)
async def come_in(wanted: bodies.ShownPasskey, registry: Registry, reader: bodies.Reader, issuer: Issuer) -> Response:
    """A session for the device's answer, in the same browser. 410 where it is not valid, for any reason."""
    async with registry.unit_of_work() as uow:
        begun = await handlers.sign_in_with_passkey(
            wanted.credential, wanted.binding, wanted.begun_with, uow, registry.surroundings, reader, wanted.browser
        )
        reply = None if begun is None else receipt_reply(begun, issuer)
        await uow.commit()  # the challenge is used up
    if reply is None:
        raise Gone("This passkey does not let in: it is not known here, or it took too long; try again, or use mail.")
    return reply
