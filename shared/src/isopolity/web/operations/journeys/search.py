"""Following a thing through the journals of all services: its events, those of what it led to, and their causes.

A member leads to its proposals, a partnership to the proposal that it came of; nothing leads back to a member, or all
that its partners did would be part of it. Invariant: at most 500 events are listed; beyond that they are counted.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from isopolity.contracts.event_types import SERVICES
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

Line = Mapping[str, Any]
"""A line of a journal, as its service tells it."""
Ask = Callable[[str, str, Mapping[str, Any]], Awaitable[Any]]
"""Gets the JSON at a path of a service's API with these parameters; None where the service does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What the journals tell of one thing."""

    kind: str
    id: str
    lines: Sequence[Line] = ()
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
    found = await asking.lines({kind: [identifier]})
    if found and (further := _LEADS_TO.get(kind)) is not None and len(found) <= MOST:
        found |= await asking.lines({further: _ids(found.values(), further)})
    if len(found) > MOST:
        return await asking.counted(kind, identifier, found)
    for _ in range(_UPWARD):
        missing = {line["causation_id"] for line in found.values() if line["causation_id"]} - found.keys()
        causes = await asking.lines({"event": sorted(missing - asking.asked)})
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


def _ids(lines: Iterable[Line], kind: str) -> list[str]:
    return sorted({line[f"{kind}_id"] for line in lines if line[f"{kind}_id"]})


def _order(line: Line) -> tuple[str, str]:
    return line["at"], line["event_id"]


class _Asking:
    """Asks all services at once, and remembers who did not answer."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.away: set[str] = set()
        self.asked: set[str] = set()
        """Events that were looked for as causes."""

    async def lines(self, wanted: Mapping[str, Sequence[str]]) -> dict[str, Line]:
        """The lines that any of these ids leads to, by event; more than MOST if there are too many."""
        pieces = [
            {kind: list(ids[start : start + _IDS])}
            for kind, ids in wanted.items()
            for start in range(0, len(ids), _IDS)
        ]
        asked = ((service, {**piece, "limit": MOST + 1}) for piece in pieces for service in SERVICES)
        answers = await asyncio.gather(*(self._answer(service, "/journal", piece) for service, piece in asked))
        return {line["event_id"]: line for answer in answers if answer for line in answer["items"]}

    async def is_listed(self, member_id: str) -> bool:
        """Whether registry lists a member; not where it does not answer."""
        paths = ("/cities", "/partners")
        answers = await asyncio.gather(*(self._answer("registry", path, {"ids": member_id}) for path in paths))
        return any(answer and answer["items"] for answer in answers)

    async def counted(self, kind: str, identifier: str, found: Mapping[str, Line]) -> Journey:
        """How many events of the thing itself there are, by type."""
        wanted: dict[str, Any] = {kind: [identifier]}
        if kind == "event":
            wanted = {"correlation": _ids(found.values(), "correlation")}
        answers = await asyncio.gather(*(self._answer(service, "/journal/counts", wanted) for service in SERVICES))
        counts = {each["type"]: each["number"] for answer in answers if answer for each in answer["items"]}
        return Journey(kind=kind, id=identifier, counts=counts, away=sorted(self.away))

    async def _answer(self, service: str, path: str, parameters: Mapping[str, Any]) -> Any:
        answer = await self._ask(service, path, parameters)
        if answer is None:
            self.away.add(service)
        return answer
