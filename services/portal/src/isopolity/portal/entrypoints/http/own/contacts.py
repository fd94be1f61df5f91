"""The people who answer for a member: listed, added and erased by whoever has signed in for it.

Invariant: erasing asks first, on a page of its own, since it cannot be undone.
"""

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of, session_of

_PATH: Final = "/me/contacts"
_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422
_FIELDS: Final = ("name", "email", "role", "language")


async def contacts(request: Request) -> Response:
    """The list, and the form for another one."""
    account = _member(request)
    if account is None:
        return RedirectResponse("/me" if session_of(request) else "/sign-in", _SEE_OTHER)
    if request.method == "GET":
        return await _shown(request, account)
    filled = {name: request.state.form.get(name, "").strip() for name in _FIELDS}
    member = {"member_kind": account.member_kind, "member_id": account.member_id}
    try:
        await apis_of(request).post("registry", "/contacts", {**member, **filled})
    except NotAllowed as refused:
        problems = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()}
        return await _shown(request, account, filled, problems or {"": str(refused)})
    return RedirectResponse(_PATH, _SEE_OTHER)


async def erase(request: Request) -> Response:
    """The question, and the erasure; who erases itself has signed out by that."""
    account, contact_id = _member(request), request.path_params["contact_id"]
    if account is None:
        return RedirectResponse("/me" if session_of(request) else "/sign-in", _SEE_OTHER)
    try:
        known = await apis_of(request).get("registry", f"/contacts/{contact_id}")
    except NothingThere:
        if request.method == "GET":
            raise
        return RedirectResponse(_PATH, _SEE_OTHER)  # it has been erased: the form was sent again
    if known["member_id"] != account.member_id:
        raise NothingThere(contact_id)
    if request.method == "GET":
        return page(
            request, "own-contact-erasure.html", here="me", contact=known, is_own=contact_id == account.account_id
        )
    await apis_of(request).delete("registry", f"/contacts/{contact_id}")
    return RedirectResponse("/" if contact_id == account.account_id else _PATH, _SEE_OTHER)


def _member(request: Request) -> Account | None:
    """The member's account as which the visitor acts; None for others."""
    session = session_of(request)
    account = None if session is None else session.account
    return account if account is not None and account.member_id is not None else None


async def _shown(
    request: Request,
    account: Account,
    filled: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> Response:
    found = await apis_of(request).get("registry", "/contacts", {"member_id": str(account.member_id)})
    values: dict[str, Any] = {"contacts": found["items"], "filled": filled or {}, "problems": problems or {}}
    return page(request, "own-contacts.html", _UNPROCESSABLE if problems else 200, here="me", account=account, **values)


routes = [
    Route(_PATH, contacts, methods=["GET", "POST"]),
    Route(f"{_PATH}/{{contact_id}}/erase", erase, methods=["GET", "POST"]),
]
