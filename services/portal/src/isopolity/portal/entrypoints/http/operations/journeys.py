"""The journey of one thing: its events in all services, under their causes, who has read each, and where it stands.

Invariant: what is shown comes from the services' journals, samples and ledger of mails, in ids and words of the
contracts; a service that does not answer is named, and hides nothing of the others.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Final, TypeVar

from isopolity.client import notify
from isopolity.client.call import Call
from isopolity.client.notify.models import MailDetail, MailOut
from isopolity.client.operations import dead_letters
from isopolity.client.operations.models import JournalLine
from isopolity.portal.entrypoints.http.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.forms.page_form import if_known
from isopolity.portal.entrypoints.http.known_members import KnownMember, public_members_named, public_names_of
from isopolity.portal.entrypoints.http.operations.reports import reports_of
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, see_other
from isopolity.web.operations import journeys as search
from isopolity.web.operations.journey_trees import (
    Chain,
    chains_of,
    id_in,
    part_of,
    partnerships_standing,
    present_state_of,
    proposals_open,
    summary_of,
)

PATH: Final = f"{FLOW}/journey"
_ID: Final = re.compile(r"[^\s\x00-\x1f]{1,300}")
_ON_A_PAGE: Final = 30
"""Events on one page."""
_MAILS: Final = 20
"""The most mails on a page, the newest."""
_PROPOSALS: Final = 100
"""The most proposals whose mails are looked for."""
_OPEN: Final = 10
"""Proposals that wait for answers and are listed, the newest."""
_DIGITS: Final = 6
Answer = TypeVar("Answer")


@for_operators
async def journeys(request: Request, _account: Account) -> Response:
    """The form for a kind and an id; once both are given, the way to their journey. A member's name does, too."""
    kind, identifier = (request.query_params.get(name, "").strip() for name in ("kind", "id"))
    if not kind and not identifier:
        return _form(request)
    if kind == "member":
        if named := await public_members_named(request, identifier):
            return _form(request, kind, identifier, named=named)
        if "registry" in request.state.patience.reasons:
            return _form(request, kind, identifier, "names", HTTPStatus.SERVICE_UNAVAILABLE)
    if problem := _problem(kind, identifier):
        return _form(request, kind, identifier, problem, HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other(str(request.url.replace(path=f"{PATH}/{kind}/{identifier}", query="")))


@for_operators
async def journey(request: Request, _account: Account) -> Response:
    """Show the journey of one thing, a page of its events at a time."""
    kind, identifier = request.path_params["kind"], request.path_params["id"]
    if problem := _problem(kind, identifier):
        return _form(request, kind, identifier, problem, HTTPStatus.UNPROCESSABLE_ENTITY)

    async def ask(call: Call[Answer]) -> Answer | None:
        return await if_known(apis_of(request).send(call))

    found, reports = await asyncio.gather(search.follow(ask, kind, identifier), reports_of(request))
    if found is None:
        return _form(request, kind, identifier, "unknown", HTTPStatus.NOT_FOUND)
    asked = search.with_letters(reports)
    answers = await asyncio.gather(*(ask(dead_letters.list(service)) for service in asked))
    letters = dict(zip(asked, answers, strict=True))
    progress = search.progress_of(reports, letters)
    chains = chains_of(found.lines)
    begin = _begin(request, found, chains)
    readings = {line.event_id: search.readings_of(line, progress) for line in found.lines}
    part, waits = part_of(chains, begin, _ON_A_PAGE), proposals_open(found.lines)
    lines = [step.line for chain in part for step in chain.all()]
    mails = await _mails(request, found)
    addressees = [each.member_id for each in mails[:_MAILS]]
    members = [*_members([*waits[-_OPEN:], *lines], found), *addressees, *_members(found.lines, found)]
    names = await public_names_of(request, members)
    return page(
        request,
        "operations/journey.html",
        journey=found,
        chains=part,
        begin=begin,
        on_a_page=_ON_A_PAGE,
        readings=readings,
        waiting=_numbers(readings, search.WAITS),
        given_up=_numbers(readings, search.GIVEN_UP),
        away=sorted({*found.away, *(service for service in asked if letters[service] is None)}),
        standing=present_state_of(kind, identifier, found.lines, is_listed=found.is_listed),
        open_proposals=len(waits),
        listed=waits[: -_OPEN - 1 : -1],
        sides=_sides(found),
        names=names,
        partnerships=partnerships_standing(found.lines),
        mails=mails[:_MAILS],
        more_mails=len(mails) > _MAILS,
        summary_of=summary_of,
    )


def _numbers(readings: Mapping[str, Sequence[search.Reading]], state: str) -> Sequence[tuple[str, int]]:
    """By group the number of events that it has in this state, where it has any."""
    found = Counter(each.group for of_event in readings.values() for each in of_event if each.state == state)
    return sorted(found.items())


def _sides(found: search.Journey) -> Sequence[JournalLine]:
    """The first event of a proposal or partnership that names both of its members; at most one."""
    if found.kind not in ("proposal", "partnership"):
        return ()
    own = [line for line in found.lines if id_in(line, found.kind) == found.id]
    return [line for line in own if line.member_id and line.other_member_id][:1]


def _members(lines: Iterable[JournalLine], found: search.Journey) -> Iterator[str | None]:
    """The ids of the members in these events; that of the journey first."""
    if found.kind == "member":
        yield found.id
    for line in lines:
        yield line.member_id
        yield line.other_member_id


def _begin(request: Request, found: search.Journey, chains: Sequence[Chain]) -> int:
    """The first event of the page that is asked for, or that the event is on whose journey it is."""
    ids = [step.line.event_id for chain in chains for step in chain.all()]
    asked = request.query_params.get("begin", "")
    if asked.isascii() and asked.isdecimal():
        wanted = min(int(asked[:_DIGITS]), len(ids) - 1)
    else:
        wanted = ids.index(found.id) if found.kind == "event" and found.id in ids else 0
    return max(wanted, 0) // _ON_A_PAGE * _ON_A_PAGE


def _problem(kind: str, identifier: str) -> str:
    """The code of what is wrong with what was asked for; empty where nothing is."""
    if kind not in search.KINDS:
        return "kind"
    return "" if _ID.fullmatch(identifier) else "id"


async def _mails(request: Request, found: search.Journey) -> Sequence[MailOut | MailDetail]:
    """The mails about the journey's proposals, the newest first, or the one that it is of."""
    proposals = sorted({line.proposal_id for line in found.lines if line.proposal_id})[:_PROPOSALS]
    apis = apis_of(request)
    if found.kind == "mail":
        mail = await if_known(apis.send(notify.mails.read(found.id)))
        return () if mail is None else [mail]
    if not proposals:
        return ()
    mails = await if_known(apis.send(notify.mails.list(proposal_id=proposals, limit=_MAILS + 1)))
    return () if mails is None else mails.items


def _form(
    request: Request,
    kind: str = "",
    identifier: str = "",
    problem: str = "",
    status: int = 200,
    named: Sequence[KnownMember] = (),
) -> Response:
    return page(
        request,
        "operations/journeys.html",
        status,
        kinds=search.KINDS,
        kind=kind,
        identifier=identifier,
        problem=problem,
        named=named,
    )


routes = [Route(PATH, journeys), Route(f"{PATH}/{{kind}}/{{id:path}}", journey)]
