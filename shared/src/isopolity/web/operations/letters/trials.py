"""Trials of dead letters: what would become of each, if its original were published again; nothing is done.

Invariant: a trial tells codes and names of groups, and nothing of what a letter says.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal

from pydantic import BaseModel, Field

from isopolity.contracts.catalogue import GROUPS
from isopolity.messaging.broker import Record, TopicPartition
from isopolity.messaging.codec import to_event
from isopolity.messaging.dead_letters import COPY_OF, DeadLetter
from isopolity.messaging.errors import BrokerRefused, PoisonMessage
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
    vitals: Vitals,
    letters: Sequence[DeadLetter],
    originals: Sequence[DeadLetter | None],
    old: Collection[str],
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
