"""The desk of the network's office: tasks in queues, since when each waits, and the person of staff who has taken it.

Invariant: each queue is asked of the services by itself, so that one that is away hides no other. To take a task, to
give it back and to have done it changes nothing but the desk.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from http import HTTPStatus
from typing import Final

from isopolity.client import matching, notify, registry
from isopolity.client.notify.models import Resolution
from isopolity.client.registry.models import ChangeDocument
from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis
from isopolity.portal.domain.desk import QUEUES, RIGHTS, Queue, Waiting, queue_of
from isopolity.portal.entrypoints.http.admission import DESK, for_staff, require_right
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_answered
from isopolity.portal.entrypoints.http.known_members import address_of, members_listed, members_of
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    Route,
    apis_of,
    page,
    see_other,
    surroundings_of,
)

_MOST: Final = 100
"""Things that are counted in a queue; beyond that it says that there are more."""
_LONG_AGO: Final = date(2000, 1, 1)
Found = tuple[Sequence[Waiting], bool]


_LISTED: Final = 30
_LONGEST: Final = 300
"""Characters of an id that is taken."""
_DECISIONS: Final = ("sent", "send-again")
"""Decisions about a mail that may or may not have gone out."""


async def queue(request: Request, name: str) -> Queue:
    """One queue; where its service does not answer, it is empty and says so."""
    answer = await if_answered(_QUEUES[name](apis_of(request)))
    if answer is None:
        return Queue(name=name, entries={}, is_known=False)
    found, has_more = answer
    now = surroundings_of(request).clock()
    found = [each for each in found if each.until is None or each.until > now]
    entries = await surroundings_of(request).desk.entries(name, [each.item for each in found])
    return queue_of(name, found, entries, has_more=has_more)


async def queues(request: Request) -> Sequence[Queue]:
    """All queues, in the order of the desk."""
    return await asyncio.gather(*(queue(request, name) for name in QUEUES))


async def _applications(apis: ServiceApis) -> Found:
    found = await apis.send(registry.applications.list(limit=_MOST))
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
    found = await apis.send(registry.changes.list(limit=_MOST))
    return [
        Waiting(
            item=f"{each.member_id}.{each.version}",
            since=each.asked_at,
            name=_name_in(each),
            address=f"/office/changes#{each.member_id}",
        )
        for each in found.items
    ], bool(found.next)


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
    ], len(found) == _MOST


async def _programmes(apis: ServiceApis) -> Found:
    found = await apis.send(registry.partners.list(waiting=True, limit=_MOST))
    return [
        Waiting(
            item=f"{partner.partner_id}.{programme.programme_id}",
            since=_start(partner.changed_on),
            name=programme.name,
            note=partner.name,
            address="/office/programmes",
        )
        for partner in found.items
        for programme in partner.programmes
        if programme.programme_id in partner.waiting
    ], bool(found.next)


async def _not_endorsed(apis: ServiceApis) -> Found:
    """Members that an import or staff has entered, and nobody endorsed."""
    found, has_more = await members_listed(apis, status="applied", limit=_MOST)
    return [
        Waiting(item=each.member_id, since=_start(each.changed_on), name=each.name, address=each.address)
        for each in found
    ], has_more


async def _drafts(apis: ServiceApis) -> Found:
    found = await apis.send(matching.drafts.list(limit=_MOST))
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
    found = await apis.send(matching.drafts.list(limit=_MOST))
    return [
        Waiting(
            item=each.round_id,
            since=each.published_at or each.created_at,
            name=each.created_at.isoformat(),
            note=each.out_at.isoformat(),
            address=f"/office/rounds/{each.round_id}",
            until=each.out_at,
            number=each.published,
        )
        for each in found.items
        if each.published and each.out_at
    ], False


async def _feedback(apis: ServiceApis) -> Found:
    found = await apis.send(notify.feedback.list(limit=_MOST))
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
    found = await apis.send(notify.mails.list(outcome="unknown", limit=_MOST))
    return [
        Waiting(item=each.mail_id, since=each.updated_at, name=each.member or each.purpose, note=each.purpose)
        for each in found.items
    ], bool(found.next)


async def _unreached(apis: ServiceApis) -> Found:
    found = (await apis.send(notify.unreached.list(limit=_MOST))).items
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
    ], len(found) == _MOST


def _start(day: date | None) -> datetime:
    """The beginning of a day; without one, a day long ago."""
    return datetime.combine(day or _LONG_AGO, time(), UTC)


_QUEUES: Final[Mapping[str, Callable[[ServiceApis], Awaitable[Found]]]] = {
    "applications": _applications,
    "changes": _changes,
    "contact-changes": _contact_changes,
    "programmes": _programmes,
    "not-endorsed": _not_endorsed,
    "drafts": _drafts,
    "going-out": _going_out,
    "feedback": _feedback,
    "unknown": _unknown,
    "unreached": _unreached,
}


@for_staff
async def desk(request: Request, _account: Account) -> Response:
    """All queues, each with its number of tasks, the oldest, and the person who has taken that."""
    return page(request, "office/desk.html", queues=await queues(request))


@for_staff
async def one_queue(request: Request, account: Account) -> Response:
    """The tasks of one queue, the oldest first; POST takes, returns or finishes one."""
    name = request.path_params["queue"]
    if name not in QUEUES:
        raise NothingThere(name)
    form = await PageForm.of(request)
    if form.was_sent:
        require_right(request, account, RIGHTS[name])
        if await form.done(_act(request, account, name, form), may_be_gone=True):
            return see_other(f"{DESK}/queues/{name}")
    found = await queue(request, name)
    return page(
        request,
        "office/queue.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if form.is_gone else form.status,
        queue=found,
        right=RIGHTS[name],
        items=found.items[:_LISTED],
        problem=form.sentence if form.is_refused else None,
    )


async def _act(request: Request, account: Account, name: str, form: PageForm) -> None:
    """Take, give back, finish; or decide about a mail. Raises NotAllowed, NothingThere."""
    book, now = surroundings_of(request).desk, surroundings_of(request).clock()
    item, do = form["item"], form["do"]
    if not item or len(item) > _LONGEST:
        raise NothingThere(item)
    if name == "unknown" and do in _DECISIONS:
        await apis_of(request).send(notify.mails.resolve(item, Resolution(as_=do)))
    elif do == "take":
        await book.take(name, item, account, now)
    elif do == "give-back":
        await book.give_back(name, item)
    elif do == "done":
        await book.finish(name, item, account, now)


routes = [Route(DESK, desk), Route(f"{DESK}/queues/{{queue}}", one_queue, methods=["GET", "POST"])]
