"""Trees of events under their causes: each chain holds the events of one request or one scheduled act.

Events are lines of the services' journals. They also give the present state of a member, proposal, partnership or mail,
as a code for which the console and the command have the words.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Final

from isopolity.client.operations.models import JournalLine
from isopolity.contracts import event_types as types
from isopolity.contracts.catalogue import TOPIC_OF_TYPE, TOPICS
from isopolity.contracts.seen_events import CLOSED_TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An event, and the events that it caused."""

    line: JournalLine
    at: datetime
    seconds: float
    """Seconds since its cause; for the first step, since the chain began."""
    is_replaced: bool
    """Whether a later event of its subject replaced it on a compacted topic."""
    following: Sequence["Step"] = ()
    """The steps that it caused; in a part of a chain, only those in that part."""
    followed: int = 0
    """How many events it caused, including those outside a part."""

    @property
    def service(self) -> str:
        """The service that published it."""
        return self.line.topic.split(".")[1]

    def all(self) -> Iterator["Step"]:
        """This step and all steps that it caused, directly or not."""
        yield self
        for step in self.following:
            yield from step.all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """All events with one first cause."""

    correlation_id: str
    is_request: bool
    """Whether it began with a request of that X-Correlation-ID; otherwise with an event of that id, or the clock."""
    begun_at: datetime
    seconds: float | None
    """Seconds since the chain before it began; None for the first."""
    steps: Sequence[Step]

    def all(self) -> Iterator[Step]:
        """All its steps, each before the steps that it caused."""
        for step in self.steps:
            yield from step.all()


def chains_of(lines: Iterable[JournalLine]) -> Sequence[Chain]:
    """The chains of these events, the oldest first."""
    ordered = sorted(lines, key=lambda line: (line.at, line.event_id))
    known = {line.event_id: line for line in ordered}
    replaced = _replaced(ordered)
    caused: defaultdict[str, list[JournalLine]] = defaultdict(list)
    first: defaultdict[str, list[JournalLine]] = defaultdict(list)
    for line in ordered:
        cause = line.causation_id
        if cause in known and cause != line.event_id:
            caused[cause].append(line)
        else:
            first[line.correlation_id].append(line)
    chains: list[Chain] = []
    for correlation, roots in first.items():
        begun = roots[0].at
        before = chains[-1].begun_at if chains else None
        chains.append(
            Chain(
                correlation_id=correlation,
                is_request=correlation not in {line.event_id for line in roots},
                begun_at=begun,
                seconds=None if before is None else (begun - before).total_seconds(),
                steps=[_step(line, begun, caused, replaced) for line in roots],
            )
        )
    return chains


def part_of(chains: Sequence[Chain], begin: int, number: int) -> Sequence[Chain]:
    """The chains with `number` of their steps from step `begin` on, counted from 0 over all chains.

    A step whose cause is left out takes the place of its cause.
    """
    steps = islice((step for chain in chains for step in chain.all()), begin, begin + number)
    among = {step.line.event_id for step in steps}
    parts = [replace(chain, steps=_among(chain.steps, among)) for chain in chains]
    return [part for part in parts if part.steps]


def _among(steps: Iterable[Step], wanted: set[str]) -> Sequence[Step]:
    found: list[Step] = []
    for step in steps:
        following = _among(step.following, wanted)
        found += [replace(step, following=following)] if step.line.event_id in wanted else following
    return found


def _step(line: JournalLine, before: datetime, caused: Mapping[str, list[JournalLine]], replaced: set[str]) -> Step:
    at, event_id = line.at, line.event_id
    return Step(
        line=line,
        at=at,
        seconds=max(0.0, (at - before).total_seconds()),
        is_replaced=event_id in replaced,
        following=[_step(each, at, caused, replaced) for each in caused.get(event_id, ())],
        followed=len(caused.get(event_id, ())),
    )


def _replaced(lines: Sequence[JournalLine]) -> set[str]:
    """Ids of events on compacted topics that a later event of their subject has replaced."""
    compacted = {topic.name for topic in TOPICS if topic.compacted}
    newest: dict[tuple[str, str], tuple[int, JournalLine]] = {}
    gone: set[str] = set()
    for line in lines:
        if line.topic not in compacted or line.subject is None or line.offset is None:
            continue
        key = (line.topic, line.subject)
        if (other := newest.get(key)) is None:
            newest[key] = line.offset, line
            continue
        (_, older), newest[key] = sorted((other, (line.offset, line)), key=itemgetter(0))
        gone.add(older.event_id)
    return gone


def summary_of(event_type: str) -> str | None:
    """The summary of an event type in its contract; None for an unknown type."""
    topic = TOPIC_OF_TYPE.get(event_type)
    return None if topic is None else next(each.summary for each in topic.types if each.name == event_type)


_IDS: Final[Mapping[str, Callable[[JournalLine], str | None]]] = {
    "member": lambda line: line.member_id,
    "proposal": lambda line: line.proposal_id,
    "partnership": lambda line: line.partnership_id,
    "mail": lambda line: line.mail_id,
    "correlation": lambda line: line.correlation_id,
    "event": lambda line: line.event_id,
}


def id_in(line: JournalLine, kind: str) -> str | None:
    """The id of this kind in the event; of two members, the first one's; None without any."""
    return _IDS[kind](line)


_PROPOSAL: Final[Mapping[str, str]] = {
    types.PROPOSAL_ISSUED: "proposal-out",
    types.PROPOSAL_ANSWERED: "proposal-answered",
    types.PROPOSAL_AGREED: "proposal-agreed",
    types.PROPOSAL_SUPERSEDED: "proposal-taken-back",
    CLOSED_TYPE: "proposal-closed",
}
_PARTNERSHIP: Final[Mapping[str, str]] = {
    types.PARTNERSHIP_ESTABLISHED: "partnership-stands",
    types.PARTNERSHIP_REVIEWED: "partnership-stands",
    types.PARTNERSHIP_RENEWED: "partnership-stands",
    types.PARTNERSHIP_ENDED: "partnership-ended",
}
_MEMBER: Final[Mapping[str, str]] = {
    types.CITY_REGISTERED: "member-registered",
    types.PARTNER_REGISTERED: "member-registered",
    types.CITY_ENDORSED: "member-endorsed",
    types.PARTNER_ENDORSED: "member-endorsed",
    types.CITY_WITHDRAWN: "member-left",
    types.PARTNER_WITHDRAWN: "member-left",
}
_MAIL: Final[Mapping[str, str]] = {
    types.DELIVERY_SENT: "mail-sent",
    types.DELIVERY_DEFERRED: "mail-deferred",
    types.DELIVERY_BOUNCED: "mail-bounced",
    types.DELIVERY_FAILED: "mail-failed",
    types.DELIVERY_SUPPRESSED: "mail-suppressed",
    types.DELIVERY_UNKNOWN: "mail-unknown",
}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {"proposal": _PROPOSAL, "partnership": _PARTNERSHIP, "mail": _MAIL}
_LISTED: Final = "member-listed"
UNENDORSED: Final = frozenset({"", "member-registered"})
"""Codes of members that, by their events, were neither endorsed nor have left."""
OPEN: Final = frozenset({"proposal-out", "proposal-answered"})
"""Codes of proposals with answers pending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentState:
    """The present state of a member, proposal, partnership or mail; `code` is empty if its events do not give it."""

    code: str
    since: datetime | None = None
    """The moment of the event that gives the state."""


def present_state_of(
    kind: str, identifier: str, lines: Iterable[JournalLine], *, is_listed: bool = False
) -> PresentState:
    """The state by the newest event about this id; `lines` are in order.

    A member that was endorsed from the start, for instance by an import, has no event of its endorsement; pass
    `is_listed` if registry lists it.
    """
    if kind == "member":
        found = _of_member(identifier, lines)
        return PresentState(code=_LISTED) if is_listed and found.code in UNENDORSED else found
    words, found = _WORDS.get(kind, {}), PresentState(code="")
    for line in lines:
        if line.type in words and id_in(line, kind) == identifier:
            found = PresentState(code=words[line.type], since=line.at)
    return found


def _of_member(identifier: str, lines: Iterable[JournalLine]) -> PresentState:
    own = [line for line in lines if identifier in (line.member_id, line.other_member_id)]
    found = PresentState(code="")
    for line in own:
        if (code := _MEMBER.get(line.type)) is not None:
            found = PresentState(code=code, since=line.at)
    return found


def proposals_open(lines: Sequence[JournalLine]) -> Sequence[JournalLine]:
    """The first event of each proposal in these events that still has answers pending, in their order."""
    first: dict[str, JournalLine] = {}
    for line in lines:
        if line.proposal_id:
            first.setdefault(line.proposal_id, line)
    return [line for each, line in first.items() if present_state_of("proposal", each, lines).code in OPEN]


def partnerships_standing(lines: Sequence[JournalLine]) -> int:
    """How many of the partnerships in these events have not ended."""
    ids = {line.partnership_id for line in lines if line.partnership_id}
    return sum(present_state_of("partnership", each, lines).code == "partnership-stands" for each in ids)
