"""The people who answer for a member: listed, added and erased by whoever has signed in for it.

Invariant: erasing asks first, on a page of its own, since it cannot be undone. A change that takes a
coordinator's place waits, and the page says so.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.own.admission import APPROVER, for_members
from isopolity.portal.entrypoints.http.own.handover import HANDED_ROLES
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/me/contacts"
_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422
_FIELDS: Final = ("name", "email", "role", "language")
_DECISIONS: Final = ("call", "consent")
_OPEN: Final = ("waiting", "called", "refused")
"""Statuses of the changes that the page shows; changes that are made stand in the list of contacts."""


@for_members
async def contacts(request: Request, account: Account) -> Response:
    """The list, and the form for another one."""
    if request.method == "GET":
        return await _shown(request, account, await typed_before(request, account))
    filled = {name: request.state.form.get(name, "").strip() for name in _FIELDS}
    member = {"member_kind": account.member_kind, "member_id": account.member_id}
    try:
        entered = await apis_of(request).post("registry", "/contacts", {**member, **filled})
    except NotAllowed as refused:
        problems = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()}
        return await _shown(request, account, filled, problems or {"": str(refused)})
    added = None if "change_id" in entered else entered.get("contact_id")  # what waits stands on the page
    return RedirectResponse(f"{_PATH}?added={added}" if added else _PATH, _SEE_OTHER)


@for_members
async def ask_again(request: Request, account: Account) -> Response:
    """Have the mail that asks for the confirmation of an address sent again."""
    contact_id = request.path_params["contact_id"]
    try:
        await apis_of(request).post("registry", f"/contacts/{contact_id}/ask-again", {})
    except NotAllowed as refused:
        return await _shown(request, account, refused=str(refused))
    except NothingThere:  # it has been erased meanwhile
        return RedirectResponse(_PATH, _SEE_OTHER)
    return RedirectResponse(f"{_PATH}?asked={contact_id}", _SEE_OTHER)


@for_members
async def erase(request: Request, account: Account) -> Response:
    """The question, and the erasure; who erases itself has signed out by that."""
    contact_id = request.path_params["contact_id"]
    try:
        known = await apis_of(request).get("registry", f"/contacts/{contact_id}")
    except NothingThere:
        if request.method == "GET":
            raise
        return RedirectResponse(_PATH, _SEE_OTHER)  # it has been erased: the form was sent again
    if known["member_id"] != account.member_id:
        raise NothingThere(contact_id)
    if request.method == "GET":
        is_own = contact_id == account.account_id
        waits = not is_own and known["role"] in HANDED_ROLES and known.get("confirmed", True)
        return page(request, "own-contact-erasure.html", here="me", contact=known, is_own=is_own, waits=waits)
    try:
        await apis_of(request).delete("registry", f"/contacts/{contact_id}")
    except NotAllowed as refused:  # a change of it waits already
        return await _shown(request, account, refused=str(refused))
    return RedirectResponse("/" if contact_id == account.account_id else _PATH, _SEE_OTHER)


@for_members
async def change(request: Request, account: Account) -> Response:
    """A change of a contact that waits: agreed to by the person, called to the office, or taken back."""
    apis, form = apis_of(request), request.state.form
    path = f"/contact-changes/{request.path_params['change_id']}"
    try:
        if form.get("do") == "take-back":
            await apis.delete("registry", path)
        elif form.get("do") in _DECISIONS:
            await apis.post("registry", f"{path}/{form['do']}", {})
    except NothingThere:
        pass  # it was made, taken back or decided meanwhile
    except NotAllowed as refused:
        return await _shown(request, account, refused=str(refused))
    return RedirectResponse(_PATH, _SEE_OTHER)


async def _shown(
    request: Request,
    account: Account,
    filled: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    refused: str = "",
) -> Response:
    of_member = {"member_id": str(account.member_id)}
    found, changes = await asyncio.gather(
        apis_of(request).get("registry", "/contacts", of_member), _changes(request, of_member)
    )
    values: dict[str, Any] = {"contacts": found["items"], "filled": filled or {}, "problems": problems or {}}
    values |= {
        "changes": changes,
        "asked": request.query_params.get("asked"),
        "added": request.query_params.get("added"),
        "may_change": account.role != APPROVER,
        "names": {each["contact_id"]: each["name"] for each in found["items"]},
    }
    status = _UNPROCESSABLE if problems or refused else 200
    return page(request, "own-contacts.html", status, here="me", account=account, refused=refused, **values)


async def _changes(request: Request, of_member: Mapping[str, str]) -> Sequence[Any]:
    """Changes of contacts that wait, or that the office has refused; none where registry does not know of them yet."""
    try:
        found = await apis_of(request).get("registry", "/contact-changes", of_member)
    except NothingThere:
        return ()
    return [each for each in found["items"] if each["status"] in _OPEN]


routes = [
    Route(_PATH, contacts, methods=["GET", "POST"]),
    Route(f"{_PATH}/{{contact_id}}/ask-again", ask_again, methods=["POST"]),
    Route(f"{_PATH}/{{contact_id}}/erase", erase, methods=["GET", "POST"]),
    Route(f"{_PATH}/changes/{{change_id}}", change, methods=["POST"]),
]
