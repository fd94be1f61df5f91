"""Following a thing through the journals of all services: its events, those of what it led to, and their causes.

A member leads to its proposals, a partnership to the proposal that it came of; nothing leads back to a member, or all
that its partners did would be part of it. Invariant: at most 500 events are listed; beyond that they are counted.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol, TypeVar

from isopolity.client import registry
from isopolity.client.call import Call
from isopolity.client.operations import journal
from isopolity.client.operations.models import JournalCounts, JournalLine, JournalPage
from isopolity.contracts.event_types import SERVICES
from isopolity.web.operations.journeys.lines import id_in
from isopolity.web.operations.journeys.present_state import UNENDORSED, present_state_of

KINDS: Final = ("member", "proposal", "partnership", "mail", "correlation", "event")
"""What a journey may be of; `correlation` is a request, by its X-Correlation-ID."""
MOST: Final = 500
"""Events that are listed."""
_IDS: Final = 100
"""Ids in one request."""
_UPWARD: Final = 12
"""Steps from an event to the first of its causes."""
_LEADS_TO: Final[Mapping[str, str]] = {"member": "proposal", "partnership": "proposal", "event": "correlation"}
"""By kind, the ids in its events that are followed as well."""

Answer = TypeVar("Answer")


class Ask(Protocol):
    """Sends a call."""

    async def __call__(self, call: Call[Answer], /) -> Answer | None:
        """The answer; None where the service does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What the journals tell of one thing."""

    kind: str
    id: str
    lines: Sequence[JournalLine] = ()
    """The events, the oldest first; none where there are too many."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """By type, where there are too many to list."""
    away: Sequence[str] = ()
    """Services that did not answer: what they would tell is missing."""
    is_listed: bool = False
    """Of a member of which no event tells it: whether registry lists it, as it lists those that are endorsed."""

    @property
    def number(self) -> int:
        """How many events there are."""
        return len(self.lines) or sum(self.counts.values())


async def follow(ask: Ask, kind: str, identifier: str) -> Journey | None:
    """The journey of a thing; None where no service that answers knows an event of it."""
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
    """Things of one kind, whose events are looked for."""

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
    """Asks all services at once, and remembers who did not answer."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.away: set[str] = set()
        self.asked: set[str] = set()
        """Events that were looked for as causes."""

    async def lines(self, kind: str, ids: Sequence[str]) -> dict[str, JournalLine]:
        """The lines that any of these ids leads to, by event; more than MOST if there are too many."""
        pieces = [_Things(kind, ids[start : start + _IDS]) for start in range(0, len(ids), _IDS)]
        answers = await self._answers([piece.lines(service) for piece in pieces for service in SERVICES])
        return {line.event_id: line for answer in answers for line in answer.items}

    async def is_listed(self, member_id: str) -> bool:
        """Whether registry lists a member; not where it does not answer."""
        in_cities = self._answer(registry.cities.list(ids=member_id))
        in_partners = self._answer(registry.partners.list(ids=member_id))
        cities, partners = await asyncio.gather(in_cities, in_partners)
        return bool((cities and cities.items) or (partners and partners.items))

    async def counted(self, kind: str, identifier: str, found: Mapping[str, JournalLine]) -> Journey:
        """How many events of the thing itself there are, by type."""
        things = _Things(kind, [identifier])
        if kind == "event":
            things = _Things("correlation", _ids(found.values(), "correlation"))
        answers = await self._answers([things.counts(service) for service in SERVICES])
        counts = {each.type: each.number for answer in answers for each in answer.items}
        return Journey(kind=kind, id=identifier, counts=counts, away=sorted(self.away))

    async def _answers(self, calls: Sequence[Call[Answer]]) -> Sequence[Answer]:
        """The answers of those that answer."""
        answers = await asyncio.gather(*map(self._answer, calls))
        return [answer for answer in answers if answer is not None]

    async def _answer(self, call: Call[Answer]) -> Answer | None:
        answer = await self._ask(call)
        if answer is None:
            self.away.add(call.service)
        return answer
