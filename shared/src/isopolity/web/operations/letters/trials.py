"""Trials of dead letters: what publishing the original again would do; redriving in small batches.

Invariant: a trial changes nothing, and returns codes and names of groups, and nothing of a letter's content. A batch is
published only when the batch before it was read: none follows once a letter has failed again, a batch was not read, or
the given time is over.
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
"""The most records of a topic that are read to find copies of letters."""
Committed = Mapping[TopicPartition, int]


class GroupTrial(BaseModel):
    """A group that reads the topic, and whether it has handled the original."""

    group: str
    state: Literal["gave-up", "handled", "waits", "unknown"] = Field(
        description="`handled`: the group has read it, or a copy, and gave up neither; `waits`: it has not read it yet"
    )


class LetterTrial(BaseModel):
    """The trial of one letter: whether it can be published again, and what each group has done with it."""

    id: str
    decodes: bool = Field(description="Whether this release can read the event")
    problem: str = Field(description="The code of the reason why it cannot; empty if it can")
    superseded: bool = Field(description="Its topic holds a newer state: it would be settled without being published")
    lost: bool = Field(description="A reference whose original is gone: it cannot be published")
    groups: list[GroupTrial]


async def trials(
    vitals: Vitals, letters: Sequence[DeadLetter], originals: Sequence[DeadLetter | None], old: Collection[str]
) -> list[LetterTrial]:
    """A trial of each letter; `originals` are the records found for them, `old` the ids of superseded letters."""
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
    """The groups that read a topic, and those that gave up its letters."""
    known = [group.name for group in GROUPS if topic in group.topics]
    return list(dict.fromkeys([*known, *(letter.group for letter in letters if letter.topic == topic)]))


async def _committed(vitals: Vitals, group: str, topics: Sequence[str]) -> Committed | None:
    try:
        return await vitals.broker.committed(group, topics)
    except BrokerRefused:  # this service has no right to read another service's topic
        return None


async def _copies(vitals: Vitals, letters: Sequence[DeadLetter]) -> Mapping[str, tuple[TopicPartition, int]]:
    """Place of the copy that was already published of a letter, by the identity of the first letter."""
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
    """The code of the reason why the event cannot be read; empty if it can."""
    record = Record(letter.topic, letter.partition, letter.offset, 0, letter.key, letter.value, letter.headers)
    try:
        to_event(record)
    except PoisonMessage as poison:
        return poison.reason
    return ""


BATCH: Final = 5
"""The number of letters in a batch."""
_LOOK_AGAIN: Final = 0.25


@dataclass(slots=True, kw_only=True)
class Progress:
    """The progress of a redrive."""

    handled: list[DeadLetter] = field(default_factory=list)
    """Letters that were published again and read by the group that had given them up."""
    waiting: list[DeadLetter] = field(default_factory=list)
    """Letters that were published again and not read yet."""
    returned: list[DeadLetter] = field(default_factory=list)
    """Letters whose copies were given up again."""
    left: list[DeadLetter] = field(default_factory=list)
    """Letters that were not published."""
    time_is_over: bool = False
    """Whether letters are unread or unpublished only because the given time was over."""


async def redrive_in_small_batches(
    vitals: Vitals, producer: Producer, letters: Sequence[DeadLetter], old: Collection[str], patience: float
) -> Progress:
    """Publish the letters again in small batches, and mark them; letters in `old` are only marked.

    Stops at the first letter that fails again, and after `patience` seconds in all.
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
    """Whether the groups that gave the letters up have read these partitions to their present ends.

    `late`: they had not done so at `end`; `stopped`: a group has no member to read.
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
    """New letters of copies of these, which are not in `known`.

    All letters are read, to count failures, only if one was added since the reader's last look.
    """
    sent = _names(letters)
    if not sent & _names(await letters_that_follow(reader)):
        return []
    return [each for each in await vitals.dead_letters() if each.identity not in known and sent & _names([each])]


def _names(letters: Sequence[DeadLetter]) -> frozenset[str]:
    """Ids that a letter shares with the letter of its copy: the first letter's identity, and the event's id."""
    return frozenset(name for letter in letters for name in (letter.first, letter.event_id))
