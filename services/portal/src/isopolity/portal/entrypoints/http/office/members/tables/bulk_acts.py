"""One act for many members of a list: a preview first, then the act, with a page that lists what was done and what not.

Invariant: the act is the single one of each member, with its right and its entry in the audit; sent twice, it is done
once.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from isopolity.client import notify, registry
from isopolity.client.call import Call
from isopolity.client.notify.models import Nudge
from isopolity.client.registry.models import CityEntry, NewOfficeNote, PartnerEntry
from isopolity.portal.adapters.service_apis import ServiceApis, ServiceAway
from isopolity.portal.adapters.wording import _
from isopolity.portal.domain.bulk_acts import (
    AWAY,
    CONFIRMED,
    GONE,
    NO_CONTACT,
    RIGHTS_OF_ACTS,
    Preview,
    Recipient,
    preview,
    why_not_reminded,
)
from isopolity.portal.entrypoints.http.admission import for_staff, require_right
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, unless
from isopolity.portal.entrypoints.http.known_members import FOLDERS, address_of
from isopolity.portal.entrypoints.http.office.members.lists import PATH
from isopolity.portal.entrypoints.http.office.members.tables.table import TABLE
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, gettext_of, see_other

_TICK: Final = "tick-"
_MOST: Final = 200
_NO_TEXT: Final = _("Write the note.")


@for_staff
async def acts(request: Request, account: Account) -> Response:
    """Preview the act for the ticked members; with `sure`, do it and list what was done."""
    form = await PageForm.of(request)
    act = form["do"]
    back = form["back"] if form["back"].startswith(TABLE) else TABLE
    ticked = {name.removeprefix(_TICK): kind for name, kind in form.fields.items() if name.startswith(_TICK)}
    ticked = {each: kind for each, kind in list(ticked.items())[:_MOST] if kind in FOLDERS}
    if act not in RIGHTS_OF_ACTS:
        return see_other(back)
    require_right(request, account, RIGHTS_OF_ACTS[act])
    apis, text = apis_of(request), form["text"]
    is_sure = bool(form["sure"]) and bool(ticked)
    if is_sure and act == "note" and not text:
        form.refuse({"text": gettext_of(request)(_NO_TEXT)})
        is_sure = False
    seen = await _previewed(apis, act, ticked) if ticked else Preview(())
    if is_sure:
        seen = await _done(apis, act, seen, text)
    return form.page(
        request,
        "office/members/acts.html",
        act=act,
        preview=seen,
        is_done=is_sure,
        is_empty=not ticked,
        back=back,
        address_of=address_of,
    )


async def _previewed(apis: ServiceApis, act: str, ticked: Mapping[str, str]) -> Preview:
    """Who would get the act, and why others would not."""
    found = await apis.send(notify.listed_members.list(ids=",".join(ticked), limit=_MOST))
    reminders: Mapping[str, str] = {}
    if act == "remind":
        looked = await apis.send(notify.nudges.create(Nudge(member_ids=list(ticked)), dry_run=True))
        reminders = looked.outcomes
    return preview(act, ticked, found.items, reminders)


async def _done(apis: ServiceApis, act: str, seen: Preview, text: str) -> Preview:
    """Do the act for each ticked member. Sent again for the same form, the services answer as they did first."""
    present = [replace(each, why_not="") for each in seen.members if each.why_not != GONE]
    gone = [each for each in seen.members if each.why_not == GONE]
    if act == "remind":
        done = await apis.send(notify.nudges.create(Nudge(member_ids=[each.member_id for each in present])))
        return Preview(
            [*(replace(each, why_not=why_not_reminded(done.outcomes, each.member_id)) for each in present), *gone]
        )
    return Preview([*[await _unless_away(apis, act, each, text) for each in present], *gone])


async def _unless_away(apis: ServiceApis, act: str, member: Recipient, text: str) -> Recipient:
    """The member after the act; one whose service is away does not lose the list of the others."""
    done = await unless(_one(apis, act, member, text), ServiceAway)
    return replace(member, why_not=AWAY) if done is None else done


async def _one(apis: ServiceApis, act: str, member: Recipient, text: str) -> Recipient:
    """The member after the act, with the reason if a service refused it."""
    form = PageForm({}, was_sent=True)
    if act == "confirm":
        why_not = await form.answer(_confirm(apis, member.member_id), may_be_gone=True)
        return replace(member, why_not=why_not or _refusal(form))
    if act == "endorse":
        await form.answer(apis.send(_ENDORSING[member.member_kind](member.member_id)), may_be_gone=True)
    else:
        note = NewOfficeNote(member_kind=member.member_kind, member_id=member.member_id, text=text)
        await form.answer(apis.send(registry.office_notes.create(note)), may_be_gone=True)
    return replace(member, why_not=_refusal(form))


def _refusal(form: PageForm) -> str:
    """Why a service refused; empty if it did not."""
    return (form.sentence or GONE) if form.is_refused else ""


async def _confirm(apis: ServiceApis, member_id: str) -> str:
    """Mail the link to confirm the address to each contact that has not; why nobody gets it, or nothing."""
    contacts = (await apis.send(registry.contacts.list(member_id=member_id))).items
    unconfirmed = [each.contact_id for each in contacts if not each.confirmed]
    for contact_id in unconfirmed:
        await apis.send(registry.contacts.ask_again(contact_id))
    return "" if unconfirmed else CONFIRMED if contacts else NO_CONTACT


_ENDORSING: Final[Mapping[str, Callable[[str], Call[CityEntry] | Call[PartnerEntry]]]] = {
    "city": registry.cities.endorse,
    "partner": registry.partners.endorse,
}
routes = [Route(f"{PATH}/acts", acts, methods=["POST"])]
