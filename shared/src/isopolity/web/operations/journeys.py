"""Journeys of members, proposals, partnerships, mails and requests through the journals of all services: their events,
the events that followed, their causes, and the groups that have read them.

A member's journey includes its proposals, a partnership's the proposal that it came from. No journey leads from there
back to another member, or it would include everything that a member's partners did. Invariant: at most 500 events are
listed; more are only counted.

A group has read an event when its committed offset, as it was sampled last, is beyond the event's place. The offset
also moves beyond records that the group gave up or a reset skipped: these have dead letters until they are settled.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Final, Literal, Protocol, TypeVar

from isopolity.client import registry
from isopolity.client.call import Call
from isopolity.client.operations import journal
from isopolity.client.operations.models import (
    DeadLetterSummary,
    GroupReport,
    JournalCounts,
    JournalLine,
    JournalPage,
    StreamsReport,
)
from isopolity.contracts.catalogue import GROUPS
from isopolity.contracts.event_types import SERVICES
from isopolity.web.operations.journey_trees import UNENDORSED, id_in, present_state_of

KINDS: Final = ("member", "proposal", "partnership", "mail", "correlation", "event")
"""Kinds of journeys; `correlation` is a request, by its X-Correlation-ID."""
MOST: Final = 500
"""The most events that are listed."""
_IDS: Final = 100
"""The most ids in one request."""
_UPWARD: Final = 12
"""The most steps from an event up to its first cause."""
_LEADS_TO: Final[Mapping[str, str]] = {"member": "proposal", "partnership": "proposal", "event": "correlation"}
"""By kind, the other kind of ids in its events that is followed too."""

Answer = TypeVar("Answer")


class Ask(Protocol):
    """Sends a call; the answer, or None where the service does not answer."""

    async def __call__(self, call: Call[Answer], /) -> Answer | None:
        """The answer; None if the service does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """The events in the journals about one id."""

    kind: str
    id: str
    lines: Sequence[JournalLine] = ()
    """The events, the oldest first; empty if there are more than `MOST`."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Number of events by type, if there are too many to list."""
    away: Sequence[str] = ()
    """Services that did not answer, whose events are missing."""
    is_listed: bool = False
    """For a member without an event of its endorsement: whether registry lists it, as it lists endorsed members."""

    @property
    def number(self) -> int:
        """How many events there are."""
        return len(self.lines) or sum(self.counts.values())


async def follow(ask: Ask, kind: str, identifier: str) -> Journey | None:
    """The journey of an id; None if no service that answers has an event about it."""
    asking = _Asking(ask)
    found = await asking.lines(kind, [identifier])
    if found and (further := _LEADS_TO.get(kind)) is not None and len(found) <= MOST:
        found |= await asking.lines(further, _ids(found.values(), further))
    if len(found) > MOST:
        return await asking.counted(kind, identifier, found)
    for _ in range(_UPWARD):
        missing = {line.causation_id for line in found.values() if line.causation_id} - found.keys()
        causes = await asking.lines("event", sorted(missing - asking.asked))
        asking.asked |= missing
        if not causes or len(found) + len(causes) > MOST:
            break
        found |= causes
    if not found and not asking.away:
        return None
    lines = sorted(found.values(), key=_order)
    is_unsure = kind == "member" and present_state_of(kind, identifier, lines).code in UNENDORSED
    is_listed = bool(found) and is_unsure and await asking.is_listed(identifier)
    return Journey(kind=kind, id=identifier, lines=lines, is_listed=is_listed, away=sorted(asking.away))


def _ids(lines: Iterable[JournalLine], kind: str) -> list[str]:
    return sorted({each for line in lines if (each := id_in(line, kind))})


def _order(line: JournalLine) -> tuple[datetime, str]:
    return line.at, line.event_id


@dataclass(frozen=True, slots=True)
class _Things:
    """Ids of one kind, and the calls that ask a service for their events."""

    kind: str
    ids: Sequence[str]

    def lines(self, service: str) -> Call[JournalPage]:
        of = self._of
        return journal.list(
            service,
            limit=MOST + 1,
            member=of("member"),
            proposal=of("proposal"),
            partnership=of("partnership"),
            mail=of("mail"),
            correlation=of("correlation"),
            event=of("event"),
        )

    def counts(self, service: str) -> Call[JournalCounts]:
        return journal.counts(service, **{self.kind: self.ids})

    def _of(self, kind: str) -> Sequence[str] | None:
        return self.ids if kind == self.kind else None


class _Asking:
    """Asks all services at once, and keeps the names of those that did not answer."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.away: set[str] = set()
        self.asked: set[str] = set()
        """Ids of events that were already asked for as causes."""

    async def lines(self, kind: str, ids: Sequence[str]) -> dict[str, JournalLine]:
        """The lines that refer to any of these ids, by event; more than `MOST` if there are too many."""
        pieces = [_Things(kind, ids[start : start + _IDS]) for start in range(0, len(ids), _IDS)]
        answers = await self._answers([piece.lines(service) for piece in pieces for service in SERVICES])
        return {line.event_id: line for answer in answers for line in answer.items}

    async def is_listed(self, member_id: str) -> bool:
        """Whether registry lists a member; False if it does not answer."""
        in_cities = self._answer(registry.cities.list(ids=member_id))
        in_partners = self._answer(registry.partners.list(ids=member_id))
        cities, partners = await asyncio.gather(in_cities, in_partners)
        return bool((cities and cities.items) or (partners and partners.items))

    async def counted(self, kind: str, identifier: str, found: Mapping[str, JournalLine]) -> Journey:
        """The journey with the number of events by type instead of the events."""
        things = _Things(kind, [identifier])
        if kind == "event":
            things = _Things("correlation", _ids(found.values(), "correlation"))
        answers = await self._answers([things.counts(service) for service in SERVICES])
        counts = {each.type: each.number for answer in answers for each in answer.items}
        return Journey(kind=kind, id=identifier, counts=counts, away=sorted(self.away))

    async def _answers(self, calls: Sequence[Call[Answer]]) -> Sequence[Answer]:
        """The answers, without those of services that did not answer."""
        answers = await asyncio.gather(*map(self._answer, calls))
        return [answer for answer in answers if answer is not None]

    async def _answer(self, call: Call[Answer]) -> Answer | None:
        answer = await self._ask(call)
        if answer is None:
            self.away.add(call.service)
        return answer


READ: Final = "read"
WAITS: Final = "waits"
GIVEN_UP: Final = "given-up"
UNKNOWN: Final = "unknown"
Reports = Mapping[str, StreamsReport | None]
"""The `/streams` of services, by their names; None for a service that does not answer."""
Committed = Mapping[tuple[str, str, int], int]
"""The offset that a group reads next, by group, topic and partition."""
Letters = Mapping[str, Sequence[DeadLetterSummary] | None]
"""The dead letters of services, by their names; None for a service that does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far each group has read, and the events that it gave up."""

    committed: Committed
    given_up: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Ids of dead letters, by group and place of the event, `topic/partition/offset`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A group that reads the topic of an event, and whether it has read the event."""

    group: str
    service: str
    """The service that runs the group."""
    state: Literal["read", "waits", "given-up", "unknown"]
    """`unknown` if the group's offset, or the event's place, is not known."""
    letter: str = ""
    """The id of the dead letter, if the group gave the event up."""


def with_letters(reports: Reports) -> Sequence[str]:
    """The services that report dead letters in their `/streams`."""
    return [service for service, report in reports.items() if report and any(report.dead_letters.values())]


def progress_of(reports: Reports, letters: Letters) -> Progress:
    """The progress in the services' `/streams` and `/dead-letters`."""
    dead = [letter for found in letters.values() for letter in found or ()]
    given_up = {(letter.group, letter.copy_of or letter.id): letter.id for letter in dead}
    return Progress(committed=committed_by(reports), given_up=given_up)


def committed_by(reports: Reports) -> Committed:
    """The offsets in the services' `/streams`; for each group, the report of its own service counts first."""
    found: dict[tuple[str, str, int], int] = {}
    known = [report for report in reports.values() if report is not None]
    for groups in ([report.readers for report in known], [report.consumers for report in known]):
        for group in chain.from_iterable(groups):
            found |= _of_group(group)
    return found


def _of_group(group: GroupReport) -> Mapping[tuple[str, str, int], int]:
    return {
        (group.group, topic.topic, each.partition): each.committed
        for topic in group.topics
        for each in topic.partitions
        if each.committed is not None
    }


def readings_of(line: JournalLine, progress: Progress) -> Sequence[Reading]:
    """The groups that read the event's topic, each with whether it has read the event."""
    return list(_readings(line, progress))


def _readings(line: JournalLine, progress: Progress) -> Iterator[Reading]:
    place = f"{line.topic}/{line.partition}/{line.offset}"
    for group in GROUPS:
        if line.topic not in group.topics:
            continue
        offset = None if line.partition is None else progress.committed.get((group.name, line.topic, line.partition))
        if letter := progress.given_up.get((group.name, place)):
            yield Reading(group=group.name, service=group.service, state=GIVEN_UP, letter=letter)
        elif offset is None or line.offset is None:
            yield Reading(group=group.name, service=group.service, state=UNKNOWN)
        else:
            has_read = offset > line.offset
            yield Reading(group=group.name, service=group.service, state=READ if has_read else WAITS)
