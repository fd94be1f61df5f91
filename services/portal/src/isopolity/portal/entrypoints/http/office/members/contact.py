"""Staff changes one contact of a member, or makes it the main one.

Invariant: a change of a coordinator needs a reason, and everybody concerned is mailed, as registry decides.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from isopolity.client import registry
from isopolity.client.registry.models import ContactDocument, Erasure
from isopolity.portal.adapters.members import read_member
from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NothingThere, ServiceApis
from isopolity.portal.domain.typed_values import version_in
from isopolity.portal.entrypoints.http.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.known_members import KINDS
from isopolity.portal.entrypoints.http.office.members.member_page import back_to_member, member_of, routes_below
from isopolity.portal.entrypoints.http.office.members.story import mailed_first
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, apis_of

_FIELDS: Final = ("name", "email", "role", "language")
_MAIN: Final = "main"


@for_staff_to(ENDORSE)
async def contact(request: Request, account: Account) -> Response:
    """Render the forms of one contact; POST changes the contact, or makes it the main one."""
    folder, member_id = member_of(request)
    apis, contact_id = apis_of(request), request.path_params["contact_id"]
    form = await PageForm.of(request, account)
    known = await apis.send(registry.contacts.read(contact_id))
    if known.member_id != member_id:
        raise NothingThere(contact_id)
    act = form["do"]
    if form.was_sent:
        asked = _make_main(apis, known, form) if act == _MAIN else _change(apis, known, form)
        if await form.done(asked):
            return back_to_member(request, _MAIN if act == _MAIN else "changed")
    member, others = await asyncio.gather(
        read_member(apis, KINDS[folder], member_id), apis.send(registry.contacts.list(member_id=member_id))
    )
    stored = {**{name: str(getattr(known, name)) for name in _FIELDS}, "version": str(known.version)}
    first = next(iter(mailed_first(others.items)), None)
    return form.page(
        request,
        "office/members/contact.html",
        folder=folder,
        member_id=member_id,
        member=member,
        contact=known,
        first=first if first is not None and first.confirmed else None,
        filled=_filled(form, stored),
        is_main_asked=form.was_sent and act == _MAIN,
    )


def _filled(form: PageForm, stored: Mapping[str, str]) -> Mapping[str, str]:
    """The fields as typed, over those that are stored; after a newer change its version is the one to send."""
    filled = {**stored, **form.fields}
    return {**filled, "version": stored["version"]} if form.is_stale else filled


async def _change(apis: ServiceApis, known: ContactDocument, form: PageForm) -> None:
    """Raises ChangedMeanwhile, NotAllowed."""
    if version_in(form["version"]) != known.version:
        raise ChangedMeanwhile(known.contact_id)
    change: dict[str, object] = {name: form[name] for name in _FIELDS}
    if form["reason"]:
        change["reason"] = form["reason"]
    await apis.send(registry.contacts.change(known.contact_id, change, version=known.version))


async def _make_main(apis: ServiceApis, known: ContactDocument, form: PageForm) -> None:
    """Raises NotAllowed."""
    wanted = Erasure(reason=form["reason"]) if form["reason"] else Erasure()
    await apis.send(registry.contacts.main(known.contact_id, wanted))


routes = routes_below("contacts/{contact_id}", contact)
