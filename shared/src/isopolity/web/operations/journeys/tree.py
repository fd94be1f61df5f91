"""Events under their causes: chains, each of one request or act of the clock, with the events that follow from it.

Events are lines of the services' journals.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Final

from isopolity.client.operations.models import JournalLine
from isopolity.contracts.catalogue import TOPIC_OF_TYPE, TOPICS


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An event, and the events that it caused."""

    line: JournalLine
    at: datetime
    seconds: float
    """Since its cause; of the first of a chain since the chain began."""
    is_replaced: bool
    """Whether a later event of its subject took its place on the log."""
    following: Sequence["Step"] = ()
    """Where only a part of a chain is told, those alone that are in it."""
    followed: int = 0
    """How many events it caused, told or not."""

    @property
    def service(self) -> str:
        """The service that published it."""
        return self.line.topic.split(".")[1]

    def all(self) -> Iterator["Step"]:
        """This step and all that follow from it."""
        yield self
        for step in self.following:
            yield from step.all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """All events of one first cause."""

    correlation_id: str
    is_request: bool
    """Whether it began with a request of that X-Correlation-ID; otherwise with an event of that id, or the clock."""
    begun_at: datetime
    seconds: float | None
    """Since the chain before it began; None for the first."""
    steps: Sequence[Step]

    def all(self) -> Iterator[Step]:
        """All steps of it, each before what follows from it."""
        for step in self.steps:
            yield from step.all()


def chains_of(lines: Iterable[JournalLine]) -> Sequence[Chain]:
    """The chains that these events belong to, the oldest first."""
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
    """The chains with `number` of their steps, the first of all being 0.

    A step whose cause is not among them stands where its cause would stand.
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
    """Events on compacted topics of whose subject there is a later one at a place behind theirs."""
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
    """What the contract says of an event type; None for one that it does not have."""
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
    """The id of the thing of this kind that the event is about; of a member the first."""
    return _IDS[kind](line)
