"""Dead letters: what a consumer could not process, kept as it came, with the reason in headers.

One that was redriven is followed by a mark on its topic and counts no more: if it fails again, a new one comes.
Its invariant: key, value and the original headers are untouched, and nothing of the value is copied into the reason, so
that a dead letter holds nothing personal that its event did not hold.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from isopolity.clock import Clock
from isopolity.contracts.catalogue import EVENT_TOPICS
from isopolity.messaging.broker import Headers, Message, MessageBroker, Producer, Reader, Record
from isopolity.messaging.errors import BrokerUnavailable

PREFIX: Final = "isopolity_dead_letter_"
REDRIVEN: Final = "isopolity_redriven"
_MARK: Final = PREFIX + "redriven"
_COMPACTED: Final = frozenset(topic.name for topic in EVENT_TOPICS if topic.compacted)
_PAGE: Final = 1000
_WAIT_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A record that was given up: where it came from, who gave it up, when and why."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes | None
    headers: Headers
    """The original headers."""
    group: str
    reason: str
    detail: str
    at: datetime

    @property
    def identity(self) -> str:
        """Its origin, `topic/partition/offset`, by which people and commands name it."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    @classmethod
    def of(cls, record: Record, *, group: str, reason: str, detail: str, at: datetime) -> Self:
        """The dead letter of `record`, which `group` gave up."""
        return cls(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key or "",
            value=record.value,
            headers=record.headers,
            group=group,
            reason=reason,
            detail=detail,
            at=at,
        )

    def to_message(self, dead_letter_topic: str) -> Message:
        """The message for the dead-letter topic."""
        facts = {
            "reason": self.reason,
            "detail": self.detail,
            "topic": self.topic,
            "partition": str(self.partition),
            "offset": str(self.offset),
            "group": self.group,
            "time": self.at.isoformat(),
        }
        added = [(PREFIX + name, value.encode()) for name, value in facts.items()]
        return Message(dead_letter_topic, self.key, self.value, [*self.headers, *added])

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """Read one back from the dead-letter topic. Raises KeyError or ValueError if it is none."""
        facts = {name.removeprefix(PREFIX): value.decode() for name, value in record.headers if name.startswith(PREFIX)}
        return cls(
            topic=facts["topic"],
            partition=int(facts["partition"]),
            offset=int(facts["offset"]),
            key=record.key or "",
            value=record.value,
            headers=[header for header in record.headers if not header[0].startswith(PREFIX)],
            group=facts["group"],
            reason=facts["reason"],
            detail=facts["detail"],
            at=datetime.fromisoformat(facts["time"]),
        )


class TooManyDeadLetters(Exception):
    """More records were given up within the window than the limit allows: a deploy is bad, not the data."""


@dataclass(slots=True, kw_only=True)
class DeadLetterLimit:
    """At most `limit` dead letters within any `window`."""

    limit: int
    window: timedelta
    clock: Clock
    _times: deque[datetime] = field(default_factory=deque)

    def count(self) -> int:
        """How many lie within the window now."""
        start = self.clock() - self.window
        while self._times and self._times[0] <= start:
            self._times.popleft()
        return len(self._times)

    def take(self) -> None:
        """Count one more, before it is written. Raises TooManyDeadLetters if it is one too many."""
        if self.count() >= self.limit:
            raise TooManyDeadLetters(f"{self.limit} dead letters within {self.window}; the next one was not written")
        self._times.append(self.clock())


async def list_dead_letters(
    broker: MessageBroker, dead_letter_topic: str, *, patience: float = 30.0
) -> Sequence[DeadLetter]:
    """All dead letters that the topic still holds and nobody has redriven, oldest first.

    One that was written twice, after a crash, counts once; what does not look like one is left out. Raises
    BrokerUnavailable if they cannot be read within `patience` seconds.
    """
    try:
        async with asyncio.timeout(patience):
            letters = await _all_of(broker, dead_letter_topic)
    except TimeoutError:
        raise BrokerUnavailable(f"the dead letters could not be read within {patience:g} s") from None
    return sorted(letters, key=lambda letter: letter.at)


async def superseded(broker: MessageBroker, letters: Sequence[DeadLetter]) -> frozenset[str]:
    """Which of `letters` are older than what a topic of states holds of their key, by identity.

    Published again such a one would take the place of the newer state, and compaction would forget that.
    """
    topics = sorted({letter.topic for letter in letters} & _COMPACTED)
    if not topics:
        return frozenset()
    newest: dict[tuple[str, str], int] = {}
    async with broker.reader(topics) as reader:
        async for record in _records(reader):
            newest[record.topic, record.key or ""] = record.offset
    return frozenset(
        letter.identity for letter in letters if newest.get((letter.topic, letter.key), -1) > letter.offset
    )


async def _all_of(broker: MessageBroker, dead_letter_topic: str) -> Sequence[DeadLetter]:
    letters: dict[str, DeadLetter] = {}
    async with broker.reader([dead_letter_topic]) as reader:
        async for record in _records(reader):
            mark = next((value.decode("utf-8", "replace") for name, value in record.headers if name == _MARK), None)
            if mark is not None:
                letters.pop(mark, None)
            elif (letter := _read(record)) is not None:
                letters[letter.identity] = letter
    return list(letters.values())


async def _records(reader: Reader) -> AsyncIterator[Record]:
    """All that the topics hold now, in the order of each partition."""
    ends = await reader.end_offsets()
    while any(position < ends[place] for place, position in (await reader.position()).items()):
        for batch in await reader.fetch(limit=_PAGE, timeout=_WAIT_SECONDS):
            for record in batch.records:
                yield record


def _read(record: Record) -> DeadLetter | None:
    try:
        return DeadLetter.from_record(record)
    except (KeyError, ValueError):
        return None


async def redrive(
    producer: Producer,
    dead_letter_topic: str,
    letters: Sequence[DeadLetter],
    clock: Clock,
    *,
    old: Collection[str] = frozenset(),
) -> None:
    """Publish the originals to their topics again: same key, value and headers, plus `isopolity_redriven`.

    Every group that reads the topic gets them again, also those that had processed them: their effects are not done
    twice, because the event keeps its id and version and consumers are idempotent by these. `old` are those that are
    `superseded`: they are settled without being published. The marks follow the originals: after a crash in between,
    a letter is still listed, not lost.
    """
    at = clock().astimezone(UTC).isoformat().encode()
    await producer.publish([_original(letter, at) for letter in letters if letter.identity not in old])
    await producer.publish(
        [Message(dead_letter_topic, one.key, b"", [(_MARK, one.identity.encode())]) for one in letters]
    )


def _original(letter: DeadLetter, redriven_at: bytes) -> Message:
    headers = [header for header in letter.headers if header[0] != REDRIVEN]
    return Message(letter.topic, letter.key, letter.value, [*headers, (REDRIVEN, redriven_at)])


def _mark(letter: DeadLetter, dead_letter_topic: str) -> Message:
    """Has the key of the letter, and so lies after it on the same partition."""
    return Message(dead_letter_topic, letter.key, b"", [(_MARK, letter.identity.encode())])
