"""The people who answer for a member: listed, added and erased by whoever has signed in for it.

Invariant: erasing asks first, on a page of its own, since it cannot be undone. A change that takes a
coordinator's place waits, and the page says so.
"""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import CallOfStaff, ContactChangeDocument, ContactReceipt, NewContact
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceApis
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.own.admission import APPROVER, for_members
from isopolity.portal.entrypoints.http.own.handover import HANDED_ROLES
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/me/contacts"
_FIELDS: Final = ("name", "email", "role", "language")
_OPEN: Final = ("waiting", "called", "refused")
"""Statuses of the changes that the page shows; changes that are made stand in the list of contacts."""


@for_members
async def contacts(request: Request, account: Account) -> Response:
    """The list, and the form for another one."""
    if request.method == "GET":
        return await _shown(request, account, await typed_before(request, account))
    filled = {name: request.state.form.get(name, "").strip() for name in _FIELDS}
    wanted = NewContact(member_kind=str(account.member_kind), member_id=account.member, **filled)
    try:
        entered = await apis_of(request).send(registry.contacts.create(wanted))
    except NotAllowed as refused:
        problems = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()}
        return await _shown(request, account, filled, problems or {"": str(refused)})
    added = entered.contact_id if isinstance(entered, ContactReceipt) else None  # what waits stands on the page
    return RedirectResponse(f"{_PATH}?added={added}" if added else _PATH, HTTPStatus.SEE_OTHER)


@for_members
async def ask_again(request: Request, account: Account) -> Response:
    """Have the mail that asks for the confirmation of an address sent again."""
    contact_id = request.path_params["contact_id"]
    try:
        await apis_of(request).send(registry.contacts.ask_again(contact_id))
    except NotAllowed as refused:
        return await _shown(request, account, refused=str(refused))
    except NothingThere:  # it has been erased meanwhile
        return RedirectResponse(_PATH, HTTPStatus.SEE_OTHER)
    return RedirectResponse(f"{_PATH}?asked={contact_id}", HTTPStatus.SEE_OTHER)


@for_members
async def erase(request: Request, account: Account) -> Response:
    """The question, and the erasure; who erases itself has signed out by that."""
    contact_id = request.path_params["contact_id"]
    try:
        known = await apis_of(request).send(registry.contacts.read(contact_id))
    except NothingThere:
        if request.method == "GET":
            raise
        return RedirectResponse(_PATH, HTTPStatus.SEE_OTHER)  # it has been erased: the form was sent again
    if known.member_id != account.member_id:
        raise NothingThere(contact_id)
    if request.method == "GET":
        is_own = contact_id == account.account_id
        waits = not is_own and known.role in HANDED_ROLES and known.confirmed
        return page(request, "own-contact-erasure.html", here="me", contact=known, is_own=is_own, waits=waits)
    try:
        await apis_of(request).send(registry.contacts.delete(contact_id))
    except NotAllowed as refused:  # a change of it waits already
        return await _shown(request, account, refused=str(refused))
    return RedirectResponse("/" if contact_id == account.account_id else _PATH, HTTPStatus.SEE_OTHER)


@for_members
async def change(request: Request, account: Account) -> Response:
    """A change of a contact that waits: agreed to by the person, called to the office, or taken back."""
    apis, form = apis_of(request), request.state.form
    change_id, changes = request.path_params["change_id"], registry.contact_changes
    try:
        if form.get("do") == "take-back":
            await apis.send(changes.delete(change_id))
        elif form.get("do") == "call":
            await apis.send(changes.call(change_id, CallOfStaff()))
        elif form.get("do") == "consent":
            await apis.send(changes.consent(change_id))
    except NothingThere:
        pass  # it was made, taken back or decided meanwhile
    except NotAllowed as refused:
        return await _shown(request, account, refused=str(refused))
    return RedirectResponse(_PATH, HTTPStatus.SEE_OTHER)


async def _shown(
    request: Request,
    account: Account,
    filled: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    refused: str = "",
) -> Response:
    apis, member_id = apis_of(request), account.member
    found, changes = await asyncio.gather(
        apis.send(registry.contacts.list(member_id=member_id)), _changes(apis, member_id)
    )
    values = {
        "contacts": found.items,
        "filled": filled or {},
        "problems": problems or {},
        "changes": changes,
        "asked": request.query_params.get("asked"),
        "added": request.query_params.get("added"),
        "may_change": account.role != APPROVER,
        "names": {each.contact_id: each.name for each in found.items},
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems or refused else HTTPStatus.OK
    return page(request, "own-contacts.html", status, here="me", account=account, refused=refused, **values)


async def _changes(apis: ServiceApis, member_id: str) -> Sequence[ContactChangeDocument]:
    """Changes of contacts that wait, or that the office has refused; none where registry does not know of them yet."""
    try:
        found = await apis.send(registry.contact_changes.list(member_id=member_id))
    except NothingThere:
        return ()
    return [each for each in found.items if each.status in _OPEN]


routes = [
    Route(_PATH, contacts, methods=["GET", "POST"]),
    Route(f"{_PATH}/{{contact_id}}/ask-again", ask_again, methods=["POST"]),
    Route(f"{_PATH}/{{contact_id}}/erase", erase, methods=["GET", "POST"]),
    Route(f"{_PATH}/changes/{{change_id}}", change, methods=["POST"]),
]
