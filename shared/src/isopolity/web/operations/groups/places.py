"""Moves of a reset: for each partition the present offset of a group, its offset after the reset, and records between.

Invariant: no place lies outside the offsets that its partition keeps, and none before the moment from which the group
still has the rows that keep it from doing anything twice.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, Field

from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.seen_events import seen_type
from isopolity.machine.turns import Turns
from isopolity.messaging.broker import Bounds, MessageBroker, Record, TopicPartition
from isopolity.web.operations.vitals import ConsumerGroup, Vitals
from isopolity.web.problems import Problem

MOST: Final = 5_000
"""Records that a preview reads."""
_PAGE: Final = 100
_WAIT_SECONDS: Final = 0.5
UNKNOWN: Final = "unknown"
"""Stands for a type that the catalogue does not have."""
Bound = Mapping[TopicPartition, Bounds]


class Destination(BaseModel):
    """Where the group is to read on, in all partitions of a topic or in one."""

    topic: str = Field(max_length=200, examples=["isopolity.registry.city"])
    partition: int | None = Field(default=None, ge=0, description="None: all partitions of the topic")
    to: Literal["start", "end", "offset", "moment"]
    offset: int | None = Field(default=None, ge=0, le=2**63 - 1, description="With `to: offset`, and one partition")
    moment: AwareDatetime | None = Field(default=None, description="With `to: moment`: from the first record since")


@dataclass(slots=True, kw_only=True)
class Move:
    """One partition: the offset that the group reads next, and the one that it would read after the reset."""

    place: TopicPartition
    before: int
    after: int
    types: Counter[str] = field(default_factory=Counter)
    """Number of records between the two, by the type of their event."""
    is_cut: bool = False
    """True if there may be more records between than were read."""

    @property
    def span(self) -> range:
        """The offsets that would be read again, or skipped."""
        return range(min(self.before, self.after), max(self.before, self.after))


async def moves_to(vitals: Vitals, group: ConsumerGroup, wanted: Destination) -> Sequence[Move]:
    """The moves, with the records between counted. Raises Problem for a place that is not kept or lies too far back."""
    if wanted.topic not in group.topics:
        raise Problem(422, f"{group.name} does not read {wanted.topic}; it reads {', '.join(group.topics)}.")
    bounds = await vitals.broker.bounds([wanted.topic])
    chosen = {place: found for place, found in bounds.items() if wanted.partition in (None, place.partition)}
    if not chosen:
        numbers = sorted(place.partition for place in bounds)
        has = f"it has {numbers[0]} to {numbers[-1]}" if numbers else "it is not there"
        raise Problem(422, f"{wanted.topic} has no partition {wanted.partition}; {has}.")
    targets = await _targets(vitals, chosen, wanted)
    committed = await vitals.broker.committed(group.name, [wanted.topic])
    moves = [
        Move(place=place, before=max(start, committed.get(place, start)), after=targets[place])
        for place, (start, _) in sorted(chosen.items())
    ]
    await _check_memory(vitals, group, moves)
    await _count(vitals.broker, bounds, moves)
    return moves


async def _targets(vitals: Vitals, chosen: Bound, wanted: Destination) -> Mapping[TopicPartition, int]:
    if wanted.to == "start":
        return {place: start for place, (start, _) in chosen.items()}
    if wanted.to == "end":
        return {place: end for place, (_, end) in chosen.items()}
    if wanted.to == "moment":
        moment = _past(wanted.moment, vitals.clock())
        found = await vitals.broker.offsets_at([wanted.topic], moment)
        return {place: max(start, found[place]) for place, (start, _) in chosen.items()}
    if wanted.offset is None or len(chosen) != 1:
        raise Problem(422, "Give an offset, and the one partition that it is of.")
    ((place, (start, end)),) = chosen.items()
    if not start <= wanted.offset <= end:
        held = Bounds(start, end).held
        sentence = (
            f"Partition {place.partition} of {place.topic} holds {held}; give one of them, or {end} for their end."
        )
        raise Problem(422, sentence if start < end else f"Partition {place.partition} of {place.topic} holds nothing.")
    return {place: wanted.offset}


def _past(moment: datetime | None, now: datetime) -> datetime:
    if moment is None:
        raise Problem(422, "Give the moment, with its zone: 2026-11-28T09:00:00Z.")
    if moment > now:
        raise Problem(422, f"{moment.isoformat()} has not come yet; give a moment before now.")
    return moment


async def _check_memory(vitals: Vitals, group: ConsumerGroup, moves: Sequence[Move]) -> None:
    """Raise Problem for a move back before the moment from which the group remembers which events it has handled."""
    back = [move for move in moves if move.after < move.before]
    if group.remembers is None or not back:
        return
    since = vitals.clock() - group.remembers
    earliest = await vitals.broker.offsets_at([back[0].place.topic], since)
    if any(move.after < min(earliest[move.place], move.before) for move in back):
        raise Problem(
            422,
            f"{group.name} remembers for {group.remembers.days} days what it has done, so it may read nothing again "
            f"from before {since.isoformat(timespec='seconds')}; choose a later place.",
        )


async def _count(broker: MessageBroker, bounds: Bound, moves: Sequence[Move]) -> None:
    turns, by_place, read = Turns(), {move.place: move for move in moves}, Counter[TopicPartition]()
    async for record in between(broker, bounds, moves):
        await turns.over()
        place = TopicPartition(record.topic, record.partition)
        if read.total() >= MOST:
            for move in moves:
                move.is_cut = bool(move.span)
            return
        read[place] += 1
        by_place[place].types[type_of(record)] += 1


async def between(broker: MessageBroker, bounds: Bound, moves: Sequence[Move]) -> AsyncIterator[Record]:
    """The records between the two places of each move; records beyond are not read."""
    spans = {move.place: move.span for move in moves if move.span}
    if not spans:
        return
    async with broker.reader(sorted({place.topic for place in spans})) as reader:
        ends = {place: found.end for place, found in bounds.items()}
        await reader.seek(ends | {place: span.start for place, span in spans.items()})
        while spans:
            for batch in await reader.fetch(limit=_PAGE, timeout=_WAIT_SECONDS):
                for record in batch.records:
                    if record.offset in spans.get(batch.partition, ()):
                        yield record
            positions = await reader.position()
            done = {place for place, span in spans.items() if positions[place] >= span.stop}
            await reader.seek({place: ends[place] for place in done})
            spans = {place: span for place, span in spans.items() if place not in done}


def type_of(record: Record) -> str:
    """The type of a record's event, masked where it would show an answer; `UNKNOWN` if the catalogue lacks it."""
    event_type = dict(record.headers).get("ce_type", b"").decode("utf-8", "replace")
    return seen_type(event_type) if event_type in EVENT_TYPES else UNKNOWN
