"""Trials of dead letters: what would become of each if its original were published again; redriving in small batches.

Invariant: a trial does nothing, and gives codes and names of groups, and nothing of a letter's content. A batch is
published, and the next one only when all of it was read: after a letter that returned, a batch that nobody has read, or
the end of the given time, no further one is published.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Literal

from pydantic import BaseModel, Field

from isopolity.contracts.catalogue import GROUPS
from isopolity.messaging.broker import Producer, Reader, Record, TopicPartition
from isopolity.messaging.codec import to_event
from isopolity.messaging.dead_letters import COPY_OF, DeadLetter, letters_that_follow
from isopolity.messaging.errors import BrokerRefused, PoisonMessage
from isopolity.messaging.generations import partition_of
from isopolity.messaging.redrive import redrive
from isopolity.messaging.topic_reader import records_to_the_end
from isopolity.web.operations.vitals import Vitals

_MOST: Final = 5_000
"""Records of a topic that are read for copies of letters."""
Committed = Mapping[TopicPartition, int]


class GroupTrial(BaseModel):
    """What one group that reads the topic has done with the original."""

    group: str
    state: Literal["gave-up", "handled", "waits", "unknown"] = Field(
        description="`handled`: the group has read it, or a copy, and gave up neither; `waits`: it has not read it yet"
    )


class LetterTrial(BaseModel):
    """What would become of one letter."""

    id: str
    decodes: bool = Field(description="Whether this release can read the event")
    problem: str = Field(description="The code of why not; empty where it can")
    superseded: bool = Field(description="Its topic holds a newer state: it would be settled without being published")
    lost: bool = Field(description="A reference whose original is gone: it cannot be published")
    groups: list[GroupTrial]


async def trials(
    vitals: Vitals, letters: Sequence[DeadLetter], originals: Sequence[DeadLetter | None], old: Collection[str]
) -> list[LetterTrial]:
    """A trial of each letter, with the original that was found for it; `old` are those that are superseded."""
    topics = sorted({letter.topic for letter in letters})
    readers = {topic: _readers(topic, letters) for topic in topics}
    committed = {group: await _committed(vitals, group, topics) for groups in readers.values() for group in groups}
    copies = await _copies(vitals, letters)
    found = []
    for letter, original in zip(letters, originals, strict=True):
        problem = "" if original is None else _problem(original)
        found.append(
            LetterTrial(
                id=letter.identity,
                decodes=original is not None and not problem,
                problem=problem,
                superseded=letter.identity in old,
                lost=original is None,
                groups=[
                    GroupTrial(
                        group=group, state=_state(vitals, letter, group, committed[group], copies.get(letter.first))
                    )
                    for group in readers[letter.topic]
                ],
            )
        )
    return found


def _readers(topic: str, letters: Sequence[DeadLetter]) -> list[str]:
    """The groups that read a topic, and those that gave up letters of it."""
    known = [group.name for group in GROUPS if topic in group.topics]
    return list(dict.fromkeys([*known, *(letter.group for letter in letters if letter.topic == topic)]))


async def _committed(vitals: Vitals, group: str, topics: Sequence[str]) -> Committed | None:
    try:
        return await vitals.broker.committed(group, topics)
    except BrokerRefused:  # a right is missing, to look at what is another service's
        return None


async def _copies(vitals: Vitals, letters: Sequence[DeadLetter]) -> Mapping[str, tuple[TopicPartition, int]]:
    """Where a copy lies that was published of a letter already, by the letter that was given up first."""
    wanted = {letter.first: letter for letter in letters}
    starts: dict[TopicPartition, int] = {}
    for letter in letters:
        place = TopicPartition(letter.topic, letter.partition)
        starts[place] = min(letter.offset + 1, starts.get(place, letter.offset + 1))
    found: dict[str, tuple[TopicPartition, int]] = {}
    read = 0
    async with vitals.broker.reader(sorted({place.topic for place in starts})) as reader:
        ends = dict(await reader.end_offsets())
        await reader.seek(ends | {place: start for place, start in starts.items() if start < ends.get(place, 0)})
        async for record in records_to_the_end(reader):
            read += 1
            first = dict(record.headers).get(COPY_OF, b"").decode(errors="replace")
            if first in wanted and record.offset > wanted[first].offset:
                found[first] = TopicPartition(record.topic, record.partition), record.offset
            if read >= _MOST:
                break
    return found


def _state(
    vitals: Vitals, letter: DeadLetter, group: str, committed: Committed | None, copy: tuple[TopicPartition, int] | None
) -> Literal["gave-up", "handled", "waits", "unknown"]:
    if group == letter.group and copy is None:
        return "gave-up"
    place, offset = copy or (TopicPartition(letter.topic, letter.partition), letter.offset)
    if committed is None or place.partition not in vitals.generation:
        return "unknown"
    return "handled" if committed.get(place, 0) > offset else "waits"


def _problem(letter: DeadLetter) -> str:
    """The code of why the event cannot be read; empty where it can."""
    record = Record(letter.topic, letter.partition, letter.offset, 0, letter.key, letter.value, letter.headers)
    try:
        to_event(record)
    except PoisonMessage as poison:
        return poison.reason
    return ""


BATCH: Final = 5
"""Letters that are published at a time."""
_LOOK_AGAIN: Final = 0.25


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far a redrive came."""

    handled: list[DeadLetter] = field(default_factory=list)
    """Published again, and read by the group that had given them up."""
    waiting: list[DeadLetter] = field(default_factory=list)
    """Published again, and not read yet."""
    returned: list[DeadLetter] = field(default_factory=list)
    """Letters of copies that were given up once more."""
    left: list[DeadLetter] = field(default_factory=list)
    """Not published."""
    time_is_over: bool = False
    """Whether some wait or are left for no other reason than the end of the time that was given."""


async def redrive_in_small_batches(
    vitals: Vitals, producer: Producer, letters: Sequence[DeadLetter], old: Collection[str], patience: float
) -> Progress:
    """Publish the letters again, a small batch at a time, and mark them; those that are `old` are marked only.

    Stops at the first that returns, and once `patience` seconds are over, counted over all.
    """
    progress, end = Progress(), monotonic() + patience
    known = {each.identity for each in await vitals.dead_letters()}
    overtaken = [each for each in letters if each.identity in old]
    await redrive(producer, vitals.dead_letter_topic, overtaken, vitals.clock, old=old)
    progress.left = [each for each in letters if each.identity not in old]
    async with vitals.broker.reader([vitals.dead_letter_topic]) as reader:
        await reader.seek(await reader.end_offsets())
        while progress.left:
            batch, progress.left = progress.left[:BATCH], progress.left[BATCH:]
            await redrive(producer, vitals.dead_letter_topic, batch, vitals.clock)
            reading = await _reading(vitals, batch, end)
            progress.returned = await _returned(vitals, reader, batch, known)
            back = _names(progress.returned)
            fate = progress.handled if reading == "done" else progress.waiting
            fate.extend(each for each in batch if not back & _names([each]))
            if progress.returned or reading == "stopped":
                break
            if monotonic() >= end:
                progress.time_is_over = bool(progress.waiting or progress.left)
                break
    return progress


async def _reading(vitals: Vitals, letters: Sequence[DeadLetter], end: float) -> Literal["done", "late", "stopped"]:
    """How far the groups that gave the letters up have read what lies on these partitions by now.

    `late`: at `end` they have not read all of it; `stopped`: one of them has no member that could.
    """
    bounds = await vitals.broker.bounds(sorted({letter.topic for letter in letters}))
    numbers = {topic: sorted(each.partition for each in bounds if each.topic == topic) for topic, _ in bounds}
    wanted: dict[str, dict[TopicPartition, int]] = {}
    for letter in letters:
        there = numbers[letter.topic]
        place = TopicPartition(letter.topic, there[partition_of(letter.key.encode(), len(there))])
        wanted.setdefault(letter.group, {})[place] = bounds[place].end
    while True:
        if all([await _has_read(vitals, group, places) for group, places in wanted.items()]):
            return "done"
        if not all([await vitals.broker.members(group) for group in wanted]):
            return "stopped"
        if monotonic() >= end:
            return "late"
        await asyncio.sleep(_LOOK_AGAIN)


async def _has_read(vitals: Vitals, group: str, places: dict[TopicPartition, int]) -> bool:
    committed = await vitals.broker.committed(group, sorted({place.topic for place in places}))
    return all(committed.get(place, 0) >= offset for place, offset in places.items())


async def _returned(
    vitals: Vitals, reader: Reader, letters: Sequence[DeadLetter], known: Collection[str]
) -> list[DeadLetter]:
    """Letters of copies of these, which were not among those known before.

    All are read, to count failures, only where one has come since the reader's last look.
    """
    sent = _names(letters)
    if not sent & _names(await letters_that_follow(reader)):
        return []
    return [each for each in await vitals.dead_letters() if each.identity not in known and sent & _names([each])]


def _names(letters: Sequence[DeadLetter]) -> frozenset[str]:
    """What a letter and that of its copy have in common: whose copy it is, or, of references, the event."""
    return frozenset(name for letter in letters for name in (letter.first, letter.event_id))
