"""The people who answer for a member: listed, added and erased by its contacts; a coordinator names a successor.

Invariant: erasing asks first, on a page of its own, since it cannot be undone. A change that takes a coordinator's
place waits, and the page says so. The page of a handover says what happens and when; until the successor confirms,
nothing has changed.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final

from isopolity.client import registry
from isopolity.client.registry.models import CallOfStaff, ContactChangeDocument, ContactReceipt, NewContact, NewHandover
from isopolity.languages.offered import OFFERED
from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis
from isopolity.portal.adapters.wording import SENTENCES
from isopolity.portal.domain.session import HANDED_ROLES
from isopolity.portal.entrypoints.http.admission import for_members, may_edit
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_there
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    Route,
    apis_of,
    gettext_of,
    page,
    see_other,
)

_HANDOVER: Final = "/me/handover"
_SUCCESSOR: Final = ("name", "email", "predecessor_becomes")
for_predecessors: Final = partial(for_members, may=lambda account: account.role in HANDED_ROLES)
_PATH: Final = "/me/contacts"
_FIELDS: Final = ("name", "email", "role", "language")
_OPEN: Final = ("waiting", "called", "refused")
"""Statuses of the changes that the page shows; changes that are made stand in the list of contacts."""


@for_predecessors
async def handover(request: Request, account: Account) -> Response:
    """The form, or the handover that waits; and its start."""
    form = await PageForm.of(request, account, _SUCCESSOR)
    if form.was_sent:
        wanted = NewHandover(member_kind=str(account.member_kind), member_id=account.member, **form.fields)
        if await form.done(apis_of(request).send(registry.handovers.create(wanted))):
            return see_other(_HANDOVER)
    found = await apis_of(request).send(registry.handovers.list(member_id=account.member))
    return form.page(request, "own-handover.html", waiting=next(iter(found.items), None))


@for_predecessors
async def end_handover(request: Request, _account: Account) -> Response:
    """The handover that waits is ended; one that has ended meanwhile is no problem."""
    await if_there(apis_of(request).send(registry.handovers.delete(request.path_params["handover_id"])))
    return see_other(_HANDOVER)


@for_members
async def contacts(request: Request, account: Account) -> Response:
    """The list, and the form for another one."""
    form = await PageForm.of(request, account, _FIELDS)
    if not form.was_sent:
        return await _rendered(request, account, form)
    if form["language"] not in OFFERED:
        form.refuse({"language": gettext_of(request)(SENTENCES["form-of-language"])})
        return await _rendered(request, account, form)
    wanted = NewContact(member_kind=str(account.member_kind), member_id=account.member, **form.fields)
    entered = await form.answer(apis_of(request).send(registry.contacts.create(wanted)))
    if form.is_refused:
        return await _rendered(request, account, form)
    added = entered.contact_id if isinstance(entered, ContactReceipt) else None  # what waits stands on the page
    return see_other(f"{_PATH}?added={added}" if added else _PATH)


@for_members
async def ask_again(request: Request, account: Account) -> Response:
    """Have the mail that asks for the confirmation of an address sent again."""
    form, contact_id = await PageForm.of(request), request.path_params["contact_id"]
    if await form.done(apis_of(request).send(registry.contacts.ask_again(contact_id)), may_be_gone=True):
        return see_other(f"{_PATH}?asked={contact_id}")
    if form.is_gone:  # it has been erased meanwhile
        return see_other(_PATH)
    return await _rendered(request, account, form, is_refused=True)


@for_members
async def erase(request: Request, account: Account) -> Response:
    """The question, and the erasure; who erases itself has signed out by that."""
    form, contact_id = await PageForm.of(request), request.path_params["contact_id"]
    known = await if_there(apis_of(request).send(registry.contacts.read(contact_id)))
    if known is None and form.was_sent:  # it has been erased: the form was sent again
        return see_other(_PATH)
    if known is None or known.member_id != account.member_id:
        raise NothingThere(contact_id)
    if not form.was_sent:
        is_own = contact_id == account.account_id
        waits = not is_own and known.role in HANDED_ROLES and known.confirmed
        return page(request, "own-contact-erasure.html", contact=known, is_own=is_own, waits=waits)
    if not await form.done(apis_of(request).send(registry.contacts.delete(contact_id))):  # a change of it waits already
        return await _rendered(request, account, form, is_refused=True)
    return see_other("/" if contact_id == account.account_id else _PATH)


@for_members
async def change(request: Request, account: Account) -> Response:
    """A change of a contact that waits: agreed to by the person, called to the office, or taken back."""
    form = await PageForm.of(request)
    decided = _decide(apis_of(request), request.path_params["change_id"], form["do"])
    if await form.done(if_there(decided)):  # or it was made, taken back or decided meanwhile
        return see_other(_PATH)
    return await _rendered(request, account, form, is_refused=True)


async def _decide(apis: ServiceApis, change_id: str, act: str) -> None:
    changes = registry.contact_changes
    if act == "take-back":
        await apis.send(changes.delete(change_id))
    elif act == "call":
        await apis.send(changes.call(change_id, CallOfStaff()))
    elif act == "consent":
        await apis.send(changes.consent(change_id))


async def _rendered(request: Request, account: Account, form: PageForm, *, is_refused: bool = False) -> Response:
    """The page; `is_refused`: what a button of the list asked for, which is no matter of the form's fields."""
    apis, member_id = apis_of(request), account.member
    found, changes = await asyncio.gather(
        apis.send(registry.contacts.list(member_id=member_id)), _changes(apis, member_id)
    )
    return form.page(
        request,
        "own-contacts.html",
        contacts=found.items,
        problems={} if is_refused else form.problems,
        refused=form.sentence if is_refused else "",
        changes=changes,
        asked=request.query_params.get("asked"),
        added=request.query_params.get("added"),
        may_change=may_edit(account),
        names={each.contact_id: each.name for each in found.items},
    )


async def _changes(apis: ServiceApis, member_id: str) -> Sequence[ContactChangeDocument]:
    """Changes of contacts that wait, or that the office has refused; none where registry does not know of them yet."""
    found = await if_there(apis.send(registry.contact_changes.list(member_id=member_id)))
    return () if found is None else [each for each in found.items if each.status in _OPEN]


routes = [
    Route(_HANDOVER, handover, methods=["GET", "POST"]),
    Route(f"{_HANDOVER}/{{handover_id}}/end", end_handover, methods=["POST"]),
    Route(_PATH, contacts, methods=["GET", "POST"]),
    Route(f"{_PATH}/{{contact_id}}/ask-again", ask_again, methods=["POST"]),
    Route(f"{_PATH}/{{contact_id}}/erase", erase, methods=["GET", "POST"]),
    Route(f"{_PATH}/changes/{{change_id}}", change, methods=["POST"]),
]
