"""Redriving dead letters publishes their originals again, unchanged; settled letters no longer count; following them
reads on from the end of the last look.

Marks are written after the originals, so that after a crash in between a letter is still listed. Invariant: a look at a
topic without new records asks only for its end, and no value is kept.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Final, NamedTuple, Self

from isopolity.contracts.catalogue import EVENT_TOPICS
from isopolity.machine.clock import Clock
from isopolity.messaging.broker import Message, MessageBroker, Producer, Record, TopicPartition
from isopolity.messaging.dead_letters import COPY_OF, MARK, DeadLetter, OpenLetters, digest_of
from isopolity.messaging.errors import BrokerUnavailable
from isopolity.messaging.generations import generation_of
from isopolity.messaging.topic_reader import records_to_the_end

REDRIVEN: Final = "isopolity_redriven"
_COMPACTED: Final = frozenset(topic.name for topic in EVENT_TOPICS if topic.compacted)


async def superseded(broker: MessageBroker, letters: Sequence[DeadLetter]) -> frozenset[str]:
    """Identities of the `letters` that are older than the state of their key on a compacted topic.

    If such a letter was published again, it would replace the newer state, which compaction would delete.
    """
    topics = sorted({letter.topic for letter in letters} & _COMPACTED)
    if not topics:
        return frozenset()
    newest: dict[tuple[str, str], _Newest] = {}
    async with broker.reader(topics) as reader:
        async for record in records_to_the_end(reader):
            event_id = dict(record.headers).get("ce_id", b"").decode(errors="replace")
            newest[record.topic, record.key or ""] = _Newest(record.partition, record.offset, event_id)
    known = ((letter, newest.get((letter.topic, letter.key))) for letter in letters)
    return frozenset(letter.identity for letter, state in known if state is not None and state.follows(letter))


class _Newest(NamedTuple):
    """The newest state of a key."""

    partition: int
    offset: int
    event_id: str

    def follows(self, letter: DeadLetter) -> bool:
        """Whether the state is newer than the letter's; if it is in a later generation, whether it is another state."""
        if generation_of(self.partition) == generation_of(letter.partition):
            return self.offset > letter.offset
        return self.event_id not in (letter.event_id, "")


async def whole(broker: MessageBroker, letter: DeadLetter) -> DeadLetter | None:
    """The letter with its original, which is read from the log for a reference. None if that is gone."""
    if not letter.digest:
        return letter
    record = await _original_of(broker, letter)
    if record is None:
        return None
    return replace(letter, key=record.key or "", value=record.value, headers=record.headers, event="")


async def redrive(
    producer: Producer,
    dead_letter_topic: str,
    letters: Sequence[DeadLetter],
    clock: Clock,
    *,
    old: Collection[str] = frozenset(),
) -> None:
    """Publish the originals to their topics again: same key, value and headers, plus `isopolity_redriven` and
    `isopolity_redriven_of`.

    Every group that reads the topic gets them again, also groups that had processed them; no effect is done twice,
    because the event keeps its id and version and consumers are idempotent by these. `old` are the `superseded`
    letters, which are settled without being published. References must be made `whole` before; their originals are
    published without the additional headers, for which there may be no room.
    """
    at = clock().astimezone(UTC).isoformat().encode()
    await producer.publish([_original(letter, at) for letter in letters if letter.identity not in old])
    await settle(producer, dead_letter_topic, letters)


async def settle(producer: Producer, dead_letter_topic: str, letters: Sequence[DeadLetter]) -> None:
    """Mark the letters, so that they no longer count; they stay on their topic as long as it keeps them."""
    await producer.publish([_mark(letter, dead_letter_topic) for letter in letters])


def _original(letter: DeadLetter, redriven_at: bytes) -> Message:
    if letter.digest:
        return Message(letter.topic, letter.key, letter.value, letter.headers)
    headers = [header for header in letter.headers if header[0] not in (REDRIVEN, COPY_OF)]
    added = [(REDRIVEN, redriven_at), (COPY_OF, letter.first.encode())]
    return Message(letter.topic, letter.key, letter.value, [*headers, *added])


def _mark(letter: DeadLetter, dead_letter_topic: str) -> Message:
    """A mark with the letter's key, so that it follows the letter on its partition; the original's may be large."""
    key = letter.reference().key if letter.digest else letter.key
    return Message(dead_letter_topic, key, b"", [(MARK, letter.identity.encode())])


async def _original_of(broker: MessageBroker, letter: DeadLetter) -> Record | None:
    """The record with the hash of a reference: at its place, or anywhere in a later generation of its topic."""
    place = TopicPartition(letter.topic, letter.partition)
    async with broker.reader([letter.topic]) as reader:
        ends = dict(await reader.end_offsets())
        if place in ends:
            if letter.offset >= ends[place]:
                return None
            await reader.seek(ends | {place: letter.offset})
        async for record in records_to_the_end(reader):
            if digest_of(record.key or "", record.value, record.headers) == letter.digest:
                return record
            if record.partition == place.partition:
                return None
    return None


_NAMING: Final = frozenset({COPY_OF, "ce_id"})
"""Headers with the id of a letter's event."""


class LetterCounts(NamedTuple):
    """Numbers of dead letters that count, and of different members that they are about, each by reason."""

    letters: Mapping[str, int]
    members: Mapping[str, int]

    @classmethod
    def of(cls, letters: Iterable[DeadLetter]) -> Self:
        """The counts of these letters."""
        counted, members = Counter[str](), dict[str, set[str]]()
        for letter in letters:
            counted[letter.reason] += 1
            members.setdefault(letter.reason, set()).update(letter.members)
        return cls(dict(counted), {reason: len(found) for reason, found in members.items() if found})


@dataclass(slots=True)
class FollowedLetters:
    """The letters that count, without values, read on from where the last look ended.

    All letters are read again when their topic has lost records, by their age or with the whole log. A look at a topic
    without new records asks only for its end.
    """

    broker: MessageBroker
    dead_letter_topic: str
    topic: str | None = None
    """If given, only letters about this topic."""
    _letters: OpenLetters = field(default_factory=OpenLetters)
    _start: int = 0
    _next: int = 0

    async def look(self, *, patience: float = 30.0) -> Sequence[DeadLetter]:
        """The letters up to the present end of the topic.

        Raises BrokerUnavailable after `patience` seconds; the next look goes on from there.
        """
        try:
            async with asyncio.timeout(patience):
                ((place, bounds),) = (await self.broker.bounds([self.dead_letter_topic])).items()
                if bounds.start != self._start or bounds.end < self._next:
                    self._letters, self._start, self._next = OpenLetters(), bounds.start, bounds.start
                if bounds.end != self._next:
                    await self._read_on(place)
        except TimeoutError:
            raise BrokerUnavailable(f"the dead letters could not be read within {patience:g} s") from None
        return self._letters.all()

    async def _read_on(self, place: TopicPartition) -> None:
        async with self.broker.reader([self.dead_letter_topic]) as reader:
            await reader.seek({place: self._next})
            async for record in records_to_the_end(reader):
                self._letters.take(record, self._kept)
                self._next = record.offset + 1
            self._next = (await reader.position())[place]

    def _kept(self, letter: DeadLetter) -> DeadLetter | None:
        if self.topic not in (None, letter.topic):
            return None
        named = [each for each in letter.headers if each[0] in _NAMING]
        return replace(letter.without_value(), headers=named)
