"""Redriving in small batches: some originals are published and awaited, then the next, until one of them returns.

Invariant: after a letter that returned, a batch that nobody has read, or the end of the time that was given, no further
one is published.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Literal

from isopolity.messaging.broker import Producer, Reader, TopicPartition
from isopolity.messaging.dead_letters import DeadLetter, letters_that_follow
from isopolity.messaging.partitioning import partition_of
from isopolity.messaging.redrive import redrive
from isopolity.web.operations.vitals import Vitals

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
