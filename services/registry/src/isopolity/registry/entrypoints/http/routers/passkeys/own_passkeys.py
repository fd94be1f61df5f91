"""`/registry/v1/passkeys`: people add passkeys, see them and remove them.

Invariant: only the person can list a passkey, and those of the office only after a second factor.
"""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Response
from pydantic import BaseModel

from isopolity.act import amend_act
from isopolity.registry.application.access.passkeys import (
    add_passkey,
    ask_to_make,
    holder_of,
    own_passkeys,
    remove_passkey,
)
from isopolity.registry.domain.access.passkey import Passkey
from isopolity.registry.domain.errors import Gone
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.routers.passkeys.bodies import (
    MadePasskey,
    PasskeyOptions,
    Reader,
    options_reply,
)
from isopolity.registry.entrypoints.http.routers.sessions import Holder
from isopolity.web.documents.refusals import refusals
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1/passkeys")

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


@router.get("", response_model=PasskeyList, responses=refusals(409), summary="List one's own passkeys")
async def list_passkeys(registry: Registry, principal: Holder) -> PasskeyList:
    """Passkeys of the session's holder, for all accounts; of the office only after a second factor."""
    async with registry.reading() as uow:
        holder = await holder_of(principal.subject, principal.session_id, uow, changes=False)
        return PasskeyList(items=[_document(one) for one in await own_passkeys(holder, uow)])


@router.post("/options", response_model=PasskeyOptions, responses=refusals(404), summary="Ask for a new passkey")
async def ask(registry: Registry, principal: Holder, reader: Reader) -> Response:
    """Options for a device; valid once, within five minutes, in this session. 409 an hour after the sign-in."""
    amend_act(action=None)  # it only asks
    async with registry.unit_of_work() as uow:
        holder = await holder_of(principal.subject, principal.session_id, uow)
        options = await ask_to_make(holder, uow, registry.surroundings, reader)
        await uow.commit()
    return options_reply(options)


@router.post("", status_code=201, response_model=PasskeyDocument, responses=refusals(404, 410), summary="Add a passkey")
async def add(wanted: MadePasskey, registry: Registry, principal: Holder, reader: Reader) -> PasskeyDocument:
    """Adds a passkey to the account as which the caller acts. 410 where the device's answer is not valid."""
    async with registry.unit_of_work() as uow:
        holder = await holder_of(principal.subject, principal.session_id, uow)
        added = await add_passkey(wanted.credential, wanted.name, holder, uow, registry.surroundings, reader)
        await uow.commit()  # the challenge is used up
    if added is None:
        raise Gone("This passkey does not count: it took too long, or is known already; begin again.")
    return _document(added)


@router.delete("/{passkey_id}", status_code=204, summary="Remove a passkey")
async def remove(passkey_id: PasskeyId, registry: Registry, principal: Holder) -> Response:
    """Removes the passkey. 409 for the only second factor of somebody of the office."""
    async with registry.unit_of_work() as uow:
        holder = await holder_of(principal.subject, principal.session_id, uow)
        await remove_passkey(passkey_id, holder, uow, registry.surroundings)
        await uow.commit()
    return Response(status_code=204)


def _document(passkey: Passkey) -> PasskeyDocument:
    return PasskeyDocument(**{name: getattr(passkey, name) for name in PasskeyDocument.model_fields})
