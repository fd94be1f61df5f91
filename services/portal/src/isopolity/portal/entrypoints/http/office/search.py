"""Staff's search in the header of the office: members, people, applications, requests, programmes and mails.

Invariant: the text comes by a form that is sent, so it stands in the address of no page. A text with `@` is an e-mail
address: it is looked up among contacts alone, and stands in no address of a service either.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from isopolity.client import notify, registry
from isopolity.client.notify.models import MailDetail, MailOut
from isopolity.client.registry.models import (
    ApplicationDocument,
    ApplicationSummary,
    ContactDocument,
    ContactSearch,
    RequestEntry,
)
from isopolity.identity.folded_text import fold
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.entrypoints.http.admission import DESK, for_staff
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_answered
from isopolity.portal.entrypoints.http.known_members import ID, KnownMember, members_known
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of

PATH: Final = f"{DESK}/search"
_MOST: Final = 10
"""Entries of a group on the page."""
_LONGEST: Final = 200
"""Characters of a text that are searched for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a text finds, some entries of each group."""

    members: Sequence[KnownMember] = ()
    people: Sequence[ContactDocument] = ()
    applications: Sequence[ApplicationSummary | ApplicationDocument] = ()
    requests: Sequence[RequestEntry] = ()
    programmes: Sequence[tuple[KnownMember, str]] = ()
    """Partners, each with the name of one of its programmes."""
    mails: Sequence[MailOut | MailDetail] = ()
    known: Mapping[str, KnownMember] = field(default_factory=dict)
    """The members to which people and mails belong, by id."""
    is_whole: bool = True
    """Whether all services that were asked have answered."""

    @property
    def is_empty(self) -> bool:
        """Whether the text finds nothing."""
        groups = (self.members, self.people, self.applications, self.requests, self.programmes, self.mails)
        return not any(groups)

    def member_of(self, each: ContactDocument | MailOut | MailDetail) -> KnownMember | None:
        """The member of a contact or a mail, where it is known."""
        of_contacts = {person.contact_id: person.member_id for person in self.people}
        return self.known.get(each.member_id or of_contacts.get(each.contact_id or "", ""))


@for_staff
async def search(request: Request, account: Account) -> Response:
    """What the text finds in groups, each entry with a link; without a text, the field alone."""
    form = await PageForm.of(request, account, ("text",))
    text = form["text"][:_LONGEST]
    found = await _found(apis_of(request), text) if text else None
    return form.page(request, "office/search.html", text=text, found=found, most=_MOST)


async def _found(apis: ServiceApis, text: str) -> Found:
    found = Found() if "@" in text else await _by_words(apis, text)
    contacts = await if_answered(apis.send(registry.contacts.find(ContactSearch(text=text))))
    people = () if contacts is None else contacts.items[:_MOST]
    ids = [each.contact_id for each in people]
    mails = await if_answered(apis.send(notify.mails.list(contact_id=ids, limit=_MOST))) if ids else None
    its = [*found.mails, *(() if mails is None else mails.items)]
    holders = (each.member_id for each in (*people, *its))
    known = await if_answered(members_known(apis, (each for each in holders if each)))
    has_answers = contacts is not None and (mails is not None or not ids) and known is not None
    return replace(found, people=people, mails=its, known=known or {}, is_whole=found.is_whole and has_answers)


async def _by_words(apis: ServiceApis, text: str) -> Found:
    """Entries with all words of the text in their names or titles, and the one that has it as its id."""
    cities, partners, applications, requests = await asyncio.gather(
        if_answered(apis.send(registry.cities.list(text=text, status="any", order="name", limit=_MOST))),
        if_answered(apis.send(registry.partners.list(text=text, status="any", order="name", limit=_MOST))),
        if_answered(apis.send(registry.applications.list(text=text, status="any", limit=_MOST))),
        if_answered(apis.send(registry.requests.list(text=text, limit=_MOST))),
    )
    found = await _of_id(apis, text) if ID.fullmatch(text) else Found()
    members = [KnownMember.of(each) for each in cities.items] if cities else []
    programmes = list[tuple[KnownMember, str]]()
    for partner in partners.items if partners else ():
        holder = KnownMember.of(partner)
        if _has_words(partner.name, text):
            members.append(holder)
        programmes += [(holder, each.name) for each in partner.programmes if _has_words(each.name, text)]
    return Found(
        members=list({each.member_id: each for each in (*found.members, *members)}.values()),
        applications=[*found.applications, *(applications.items if applications else ())],
        requests=[*found.requests, *(requests.items if requests else ())],
        programmes=programmes[:_MOST],
        mails=found.mails,
        is_whole=None not in (cities, partners, applications, requests),
    )


def _has_words(name: str, text: str) -> bool:
    folded = fold(name)
    return all(word in folded for word in fold(text).split())


async def _of_id(apis: ServiceApis, text: str) -> Found:
    """The entry with this id; a service that is away knows of none."""
    members, application, request, mail = await asyncio.gather(
        if_answered(members_known(apis, [text])),
        if_answered(apis.send(registry.applications.read(text))),
        if_answered(apis.send(registry.requests.read(text))),
        if_answered(apis.send(notify.mails.read(text))),
    )
    return Found(
        members=list((members or {}).values()),
        applications=[application] if application else [],
        requests=[request] if request else [],
        mails=[mail] if mail else [],
    )


routes = [Route(PATH, search, methods=["GET", "POST"])]
