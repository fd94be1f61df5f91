"""All that is known of one member, and what staff does for it: a contact, a mail again.

Invariant: a service that is away hides what it alone knows, and nothing else. What staff does is staff's in the audit.
Contacts stand in the order in which notify mails them, which a test compares.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from isopolity.client import matching, notify, operations, registry
from isopolity.client.call import Call
from isopolity.client.matching.models import PageProposalView, ProposalView
from isopolity.client.notify.models import Addressee, MailOut, Nudge
from isopolity.client.operations.models import AuditEntry
from isopolity.client.registry.models import (
    CityWords,
    ContactDocument,
    Erasure,
    NewContact,
    RequestToHide,
    TwinningPage,
    WordsToHide,
)
from isopolity.contracts.answers import FINAL
from isopolity.portal.adapters.members import read_member
from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis
from isopolity.portal.domain.steps.order import STEPS
from isopolity.portal.domain.typed_values import version_in
from isopolity.portal.entrypoints.http.admission import ENDORSE, MANAGE, PUBLISH, for_staff, require_right
from isopolity.portal.entrypoints.http.files import table_file, wanted_form
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_answered, names_of_pointers
from isopolity.portal.entrypoints.http.known_members import KINDS, country_of, members_of, staff_names
from isopolity.portal.entrypoints.http.office.desk.tasks import tasks_of
from isopolity.portal.entrypoints.http.office.members.lists import PATH
from isopolity.portal.entrypoints.http.office.members.member_page import member_of
from isopolity.portal.entrypoints.http.office.members.tables.member_file import COLUMNS, Seen, rows_of
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, see_other

_ROLES: Final = ("coordinator", "programme-officer", "deputy", "approver")
_FIELDS: Final = ("name", "email", "role", "language")
_RIGHTS: Final = {"erase": MANAGE, "mail-again": PUBLISH, "remind": PUBLISH}
"""Rights that these acts need; naming a contact needs the right to endorse."""
_USUAL: Final = {"role": "coordinator", "language": "en"}
_SERVICES: Final = ("registry", "matching", "notify")
_WAITING: Final = ("issued", "answered")
"""Stages of a proposal in which a side can answer."""
_MOST: Final = 20
_MAILS: Final = 100
Answer = TypeVar("Answer")


def mailed_first(contacts: Iterable[ContactDocument]) -> list[ContactDocument]:
    """The contacts in the order in which they are chosen: mails go to the first."""
    return sorted(contacts, key=lambda each: (not each.confirmed, _rank(each.role), each.contact_id))


def _rank(role: str) -> int:
    return _ROLES.index(role) if role in _ROLES else len(_ROLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A city that the member is twinned with, and since which year."""

    city_id: str
    name: str
    since: int | None


@for_staff
async def story(request: Request, account: Account) -> Response:
    """The member on one page; and what staff does for it."""
    form = await PageForm.of(request, account)
    if not form.was_sent:
        return await _rendered(request, form, form.fields)
    filled = {name: form[name] for name in _FIELDS if name in form.fields}
    is_erasure = form["do"] == "erase"
    require_right(request, account, _RIGHTS.get(form["do"], ENDORSE))
    if is_erasure and not form["sure"]:
        form.refuse({"sure": ""})
        return await _rendered(request, form, {}, form["contact_id"])
    named = names_of_pointers if is_erasure else _of_contact
    done = await form.answer(_act(request, form, filled), named, may_be_gone=True)
    if form.is_gone:  # a contact that is erased already: the form was sent again
        done = "erased" if is_erasure else "gone"
    if form.is_stale:
        done = "newer"
    if done is not None:
        return see_other(f"{request.url.path}?done={done}")
    if is_erasure:
        return await _rendered(request, form, {}, form["contact_id"])
    return await _rendered(request, form, filled)


def _of_contact(faults: Mapping[str, str]) -> Mapping[str, str]:
    """The problems of the form of a contact.

    An address that is a coordinator's is staff's to change on another form, which asks for a reason.
    """
    problems = names_of_pointers(faults)
    return {"": problems["reason"]} if "reason" in problems else problems


async def _act(request: Request, form: PageForm, filled: Mapping[str, str]) -> str:
    """Do what the form says; what was done. Raises NotAllowed, NothingThere."""
    apis, (folder, member_id) = apis_of(request), member_of(request)
    contact_id = form["contact_id"] or "-"
    match form["do"]:
        case "erase":
            await _erase(apis, member_id, contact_id, form["reason"])
            return "erased"
        case "mail-again":
            to = Addressee(contact_id=contact_id) if form["contact_id"] else None
            await apis.send(notify.mails.mail_again(form["mail_id"] or "-", to))
            return "mailed"
        case "endorse":
            version = version_in(form["version"]) if "version" in form.fields else None
            await _endorse(apis, folder, member_id, version)
            return "endorsed"
        case "hide":
            words = {"title": form["title"] or None, "text": form["text"] or None, "reason": form["reason"]}
            await apis.send(registry.cities.hidden_words(member_id, WordsToHide.unchecked(words)))
            return "hidden"
        case "show":
            words = {"title": form["title"] or None, "text": form["text"] or None}
            await apis.send(registry.cities.shown_words(member_id, CityWords.unchecked(words)))
            return "shown"
        case "hide-request":
            hidden = RequestToHide.unchecked({"reason": form["reason"]})
            await apis.send(registry.requests.hide(form["request_id"] or "-", hidden))
            return "hidden"
        case "ask-again":
            await apis.send(registry.contacts.ask_again(contact_id))
            return "asked"
        case "remind":
            done = await apis.send(notify.nudges.create(Nudge(member_ids=[member_id])))
            return "reminded" if done.nudged else "already" if done.already else "not-reminded"
        case _:
            named = {"member_kind": KINDS[folder], "member_id": member_id, **filled}
            await apis.send(registry.contacts.create(NewContact.unchecked(named)))
            return "named"


async def _erase(apis: ServiceApis, member_id: str, contact_id: str, reason: str) -> None:
    contact = await apis.send(registry.contacts.read(contact_id))
    if contact.member_id != member_id:
        raise NothingThere(member_id)
    await apis.send(registry.contacts.erase(contact.contact_id, Erasure(reason=reason) if reason else Erasure()))


async def _endorse(apis: ServiceApis, folder: str, member_id: str, version: int | None) -> None:
    if KINDS[folder] == "city":
        await apis.send(registry.cities.endorse(member_id, version=version))
    else:
        await apis.send(registry.partners.endorse(member_id, version=version))


async def _rendered(request: Request, form: PageForm, filled: Mapping[str, str], to_erase: str = "") -> Response:
    apis, (folder, member_id) = apis_of(request), member_of(request)
    member = await read_member(apis, KINDS[folder], member_id)
    contacts, handovers, proposals, partnerships, ties, audits = await asyncio.gather(
        apis.send(registry.contacts.list(member_id=member_id)),
        _known(apis, registry.handovers.list(member_id=member_id)),
        _known(apis, matching.proposals.list(member_id=member_id, limit=_MOST)),
        _known(apis, matching.members.partnerships(member_id, limit=_MOST)),
        _known(apis, registry.twinnings.list(city_id=member_id, limit=_MOST)),
        asyncio.gather(
            *(_known(apis, operations.audit.list(each, member=member_id, limit=_MOST)) for each in _SERVICES)
        ),
    )
    mails, tied, people, requests, notes = await asyncio.gather(
        _mails(apis, member_id, contacts.items, proposals),
        _tied(apis, member_id, ties),
        staff_names(request),
        _known(apis, registry.requests.list(city_id=member_id, limit=_MOST)),
        _known(apis, registry.office_notes.list(member_id=member_id)),
    )
    acts = _acts(each for audit in audits if audit for each in audit.items)
    if (wanted := wanted_form(request)) is not None:
        seen = Seen(
            member_id=member_id,
            contacts=contacts.items,
            proposals=None if proposals is None else proposals.items,
            partnerships=None if partnerships is None else partnerships.items,
            twinnings=None if tied is None else [(each.name, each.since) for each in tied],
            mails=mails,
            notes=None if notes is None else notes.items,
            acts=None if None in audits else acts[:_MOST],
        )
        return await table_file(wanted, member_id, COLUMNS, rows_of(seen))
    return form.page(
        request,
        "office/members/story.html",
        folder=folder,
        member_id=member_id,
        member=member,
        on_desk=await tasks_of(request, "not-endorsed", [member_id]),
        steps=list(STEPS[KINDS[folder]]),
        country=country_of(member),
        contacts=mailed_first(contacts.items),
        is_mailed=any(each.confirmed for each in contacts.items),
        handover=next(iter(handovers.items), None) if handovers else None,
        proposals=None if proposals is None else proposals.items,
        to_answer=_to_answer(member_id, proposals.items) if proposals else 0,
        partnerships=None if partnerships is None else partnerships.items,
        ties=tied,
        requests=() if requests is None else requests.items,
        notes=None if notes is None else notes.items,
        mails=mails,
        people=people,
        acts=acts[:_MOST],
        misses_acts=None in audits,
        filled={**_USUAL, **filled},
        is_typed=bool(filled),
        to_erase=to_erase,
        done=request.query_params.get("done", ""),
    )


async def _mails(
    apis: ServiceApis, member_id: str, contacts: Sequence[ContactDocument], proposals: PageProposalView | None
) -> Sequence[MailOut] | None:
    """The mails to these contacts, and those to former ones about these proposals; None where they are not known."""
    if proposals is None:
        return None
    of_proposals = [each.proposal_id for each in proposals.items]
    its = [each.contact_id for each in contacts]
    calls = [notify.mails.list(proposal_id=of_proposals, limit=_MAILS)] if of_proposals else []
    calls += [notify.mails.list(contact_id=its, limit=_MAILS)] if its else []
    mails: dict[str, MailOut] = {}
    for found in await asyncio.gather(*(_known(apis, call) for call in calls)):
        if found is None:
            return None
        mails |= {each.mail_id: each for each in found.items}
    own = [each for each in mails.values() if each.member_id == member_id or each.contact_id in its]
    return sorted(own, key=lambda each: each.created_at, reverse=True)


def _to_answer(member_id: str, proposals: Sequence[ProposalView]) -> int:
    """How many of these proposals wait for a final answer of the member."""
    waiting = (each.sides for each in proposals if each.stage in _WAITING)
    return sum(side.answer not in FINAL for sides in waiting for side in sides if side.member_id == member_id)


def _acts(entries: Iterable[AuditEntry]) -> list[AuditEntry]:
    """The acts, the newest first. An act that changed several things has several entries, and stands here once."""
    newest = sorted(entries, key=lambda each: each.at, reverse=True)
    return list({(each.correlation_id or each.id, each.action, each.actor): each for each in newest}.values())


async def _tied(apis: ServiceApis, member_id: str, ties: TwinningPage | None) -> Sequence[Tie] | None:
    """The cities that it is twinned with, and since when; None where they are not known now."""
    if ties is None:
        return None
    others = {each.city_b if each.city_a == member_id else each.city_a: each.since for each in ties.items}
    known = await members_of(apis, dict.fromkeys(others, "city"))
    names = {each.member_id: each.name for each in known.values()}
    return [Tie(city_id=each, name=names.get(each, each), since=since) for each, since in others.items()]


async def _known(apis: ServiceApis, call: Call[Answer]) -> Answer | None:
    """The answer; None where the service is away, or does not give it."""
    return await if_answered(apis.send(call))


routes = [*(Route(f"{PATH}/{folder}/{{{kind}_id}}", story, methods=["GET", "POST"]) for folder, kind in KINDS.items())]
