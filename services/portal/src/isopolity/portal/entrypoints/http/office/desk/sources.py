"""The tasks that services list, by queue: what each is called, since when it waits, and where it is decided.

Invariant: a source asks its service alone.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Final
from urllib.parse import urlencode

from isopolity.client import matching, notify, registry
from isopolity.client.registry.models import ChangeDocument, PartnerEntry
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.desk import Waiting
from isopolity.portal.entrypoints.http.known_members import address_of, members_listed, members_of

MOST: Final = 100
"""Things that are counted in a queue; beyond that it says that there are more."""
_IMPORTS: Final = 20
"""Files that registry lists."""
_LONG_AGO: Final = date(2000, 1, 1)
Found = tuple[Sequence[Waiting], bool]
"""The tasks of a queue, and whether there are more."""


async def _applications(apis: ServiceApis) -> Found:
    found = await apis.send(registry.applications.list(limit=MOST))
    return [
        Waiting(
            item=each.application_id,
            since=each.waits_since,
            name=each.name,
            address=f"/office/applications/{each.application_id}",
        )
        for each in found.items
    ], bool(found.next)


async def _changes(apis: ServiceApis) -> Found:
    return await _changes_that(apis, is_words=False)


async def _words(apis: ServiceApis) -> Found:
    return await _changes_that(apis, is_words=True)


_OWN_WORDS: Final = frozenset({"about", "needs", "offers"})


async def _changes_that(apis: ServiceApis, *, is_words: bool) -> Found:
    """Changes of identity, or those of own words and of requests."""
    found = await apis.send(registry.changes.list(limit=MOST))
    return [
        Waiting(
            item=item_of(each),
            since=each.asked_at,
            name=_name_in(each),
            address=f"/office/changes#{each.member_id}",
        )
        for each in found.items
        if is_words is says_words(each)
    ], bool(found.next)


def item_of(change: ChangeDocument) -> str:
    """The id of the change as a task: another version is another task."""
    return f"{change.member_id}.{change.version}"


def says_words(change: ChangeDocument) -> bool:
    """Whether the change is one of a request, or of what a member says about itself."""
    return change.member_kind == "request" or _OWN_WORDS.issuperset(change.wanted)


def _name_in(change: ChangeDocument) -> str:
    name = "title" if change.member_kind == "request" else "name"
    return str(change.before.get(name) or change.wanted.get(name) or change.member_id)


async def _contact_changes(apis: ServiceApis) -> Found:
    found = (await apis.send(registry.contact_changes.list())).items
    known = await members_of(apis, {each.member_id: each.member_kind for each in found})
    return [
        Waiting(
            item=each.change_id,
            since=each.called_at or each.started_at,
            name=known[each.member_id].name if each.member_id in known else each.member_id,
            address=f"/office/contact-changes#{each.change_id}",
        )
        for each in found
    ], len(found) == MOST


async def _programmes(apis: ServiceApis) -> Found:
    found = await apis.send(registry.partners.list(waiting=True, limit=MOST))
    return [
        Waiting(
            item=f"{partner.partner_id}.{programme.programme_id}",
            since=_start(_handed_in_on(partner, programme.programme_id)),
            name=programme.name,
            note=partner.name,
            address="/office/programmes",
        )
        for partner in found.items
        for programme in partner.programmes
        if programme.programme_id in partner.waiting
    ], bool(found.next)


def _handed_in_on(partner: PartnerEntry, programme_id: str) -> date | None:
    """The day on which the partner handed in the programme; of one from before this was kept its last change."""
    days = {each.programme_id: each.handed_in_on for each in partner.handed_in}
    return days.get(programme_id, partner.changed_on)


async def _not_endorsed(apis: ServiceApis) -> Found:
    """Members that an import or staff has entered, and nobody endorsed."""
    found, has_more = await members_listed(apis, status="applied", limit=MOST)
    return [
        Waiting(item=each.member_id, since=_start(each.changed_on), name=each.name, address=each.address)
        for each in found
    ], has_more


async def _imports(apis: ServiceApis) -> Found:
    """Files that staff has uploaded, and neither imported nor deleted."""
    found = (await apis.send(registry.prepared_imports.list())).items
    return [
        Waiting(
            item=each.import_id,
            since=each.prepared_at,
            name=each.name or each.kind,
            note=str(each.invalid + each.asking),
            address=f"/office/imports/{each.import_id}",
            until=each.kept_until,
        )
        for each in found
        if each.taken_at is None
    ], len(found) == _IMPORTS


async def _people(apis: ServiceApis) -> Found:
    """Rights of staff that wait for a second person."""
    found = (await apis.send(registry.people.requests())).items
    return [
        Waiting(item=each.request_id, since=each.asked_at, name=each.person.name, address="/office/people")
        for each in found
    ], False


async def _drafts(apis: ServiceApis) -> Found:
    found = await apis.send(matching.drafts.list(limit=MOST))
    return [
        Waiting(
            item=each.round_id,
            since=each.created_at,
            name=each.round_id,
            note=str(each.pairs),
            address=f"/office/rounds/{each.round_id}",
        )
        for each in found.items
        if each.status == "open"
    ], bool(found.next)


async def _going_out(apis: ServiceApis) -> Found:
    """Drafts of which pairs are published, until their mails go out."""
    found = await apis.send(matching.drafts.list(limit=MOST))
    return [
        Waiting(
            item=each.round_id,
            since=each.published_at or each.created_at,
            name=each.created_at.isoformat(),
            note=each.out_at.isoformat(),
            address=f"/office/rounds/{each.round_id}",
            until=each.out_at,
            number=each.published if each.scheduled is None else each.scheduled,
        )
        for each in found.items
        if each.published and each.out_at
    ], False


async def _amounts(apis: ServiceApis) -> Found:
    """Requests that programmes in another currency could support once staff sets an amount in it."""
    found = await apis.send(matching.amounts.waiting(limit=MOST))
    return [
        Waiting(
            item=each.request_id,
            since=each.made_at or _start(None),
            name=each.title,
            note=", ".join(each.programmes),
            address=f"/requests/{each.request_id}",
            members=((each.city_name, address_of("city", each.city_id)),),
        )
        for each in found.items
    ], bool(found.next)


async def _telephone(apis: ServiceApis) -> Found:
    """Yeses by telephone that no contact has confirmed; after the last day of the side they are no answers."""
    found = (await apis.send(notify.telephone_answers.unconfirmed())).items
    return [
        Waiting(
            item=f"{each.proposal_id}.{each.member_id}",
            since=each.entered_at,
            name=each.member,
            note=each.answer_by.isoformat(),
            address=f"{address_of(each.member_kind, each.member_id)}/telephone/{each.proposal_id}",
            until=each.answer_by,
        )
        for each in found
    ], False


async def _feedback(apis: ServiceApis) -> Found:
    found = await apis.send(notify.feedback.list(limit=MOST))
    return [
        Waiting(
            item=each.response_id,
            since=each.answered_at,
            name=each.reason,
            note=each.choice,
            members=tuple(
                (one.name, address_of(one.member_kind, one.member_id)) for one in (each.member, each.other) if one
            ),
        )
        for each in found.items
    ], bool(found.next)


async def _unknown(apis: ServiceApis) -> Found:
    found = await apis.send(notify.mails.list(outcome="unknown", limit=MOST))
    return [
        Waiting(item=each.mail_id, since=each.updated_at, name=each.member or each.purpose, note=each.purpose)
        for each in found.items
    ], bool(found.next)


async def _mails(apis: ServiceApis) -> Found:
    """Mails that did not arrive and that no other mail has replaced, by reason; the oldest hour stands for all."""
    found = await apis.send(notify.unarrived.list())
    since = min((each.since for each in found.hours), default=_start(None))
    return [
        Waiting(
            item=each.reason,
            since=since,
            name=each.why or each.reason,
            note=str(each.mails),
            address=f"/office/mails?{urlencode({'reason': each.reason})}",
            number=each.mails,
        )
        for each in found.reasons
        if not each.is_stale
    ], False


async def _unreached(apis: ServiceApis) -> Found:
    found = (await apis.send(notify.unreached.list(limit=MOST))).items
    known = await members_of(apis, {each.member_id: each.member_kind for each in found})
    return [
        Waiting(
            item=f"{each.contact_id}.{each.mail_id}",
            since=each.since,
            name=known[each.member_id].name if each.member_id in known else each.member_id,
            note=each.why or each.reason or "",
            address=address_of(each.member_kind, each.member_id),
        )
        for each in found
    ], len(found) == MOST


def _start(day: date | None) -> datetime:
    """The beginning of a day; without one, a day long ago."""
    return datetime.combine(day or _LONG_AGO, time(), UTC)


SOURCES: Final[Mapping[str, Callable[[ServiceApis], Awaitable[Found]]]] = {
    "applications": _applications,
    "changes": _changes,
    "words": _words,
    "contact-changes": _contact_changes,
    "programmes": _programmes,
    "not-endorsed": _not_endorsed,
    "imports": _imports,
    "drafts": _drafts,
    "going-out": _going_out,
    "amounts": _amounts,
    "telephone": _telephone,
    "feedback": _feedback,
    "unknown": _unknown,
    "mails": _mails,
    "unreached": _unreached,
    "people": _people,
}
"""By queue, what lists its tasks."""
