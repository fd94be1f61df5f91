"""Dead letters: records that a consumer could not process, kept unchanged, with the reason in headers.

A record that is too large together with the added headers is kept as a reference: its place, its hash, and its first
bytes. A letter that was redriven or settled is followed by a mark on its topic and no longer counts. If the copy fails
again, its letter replaces the first one, also in a service that has not redriven it.

Invariant: key, value and the original headers are untouched, and nothing of the value is copied into the
reason, so that a dead letter holds nothing personal that its event did not hold.
"""

import asyncio
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Final, Self

from isopolity.messaging.broker import MAX_MESSAGE_BYTES, Headers, Message, MessageBroker, Reader, Record, size_of
from isopolity.messaging.codec import member_ids
from isopolity.messaging.errors import NO_FAILURE, BrokerUnavailable, Failure
from isopolity.messaging.generations import generation_of
from isopolity.messaging.topic_reader import records_to_the_end

PREFIX: Final = "isopolity_dead_letter_"
MARK: Final = PREFIX + "redriven"
"""The header of a mark: the identity of the letter that no longer counts."""
COPY_OF: Final = "isopolity_redriven_of"
"""The header of a redriven copy: the identity of the first letter."""
_FIRST_BYTES: Final = 1000
_FIRST_CHARACTERS: Final = 200
_CAUSE_DIGITS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A record that was given up: where it came from, who gave it up, when and why."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes | None
    headers: Headers
    """The original headers; a reference has none."""
    group: str
    reason: str
    detail: str
    at: datetime
    written_at: datetime | None = None
    """When the original was written to its topic; letters of an earlier release lack it."""
    digest: str = ""
    """The hash of the original of a reference, whose first bytes are in key and value; else empty."""
    event: str = ""
    """The id of the event of a reference, which has no headers; else empty."""
    failures: int = 1
    """How often an event of this id was given up, as far as the dead letters still show."""
    failure: Failure = NO_FAILURE
    """The words and trace of the error, and the release."""
    members: frozenset[str] = frozenset()
    """Ids of the members that the event is about, in a letter without its value."""

    @property
    def identity(self) -> str:
        """The letter's name for people and commands: its origin, `topic/partition/offset`."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def age(self) -> tuple[int, int]:
        """A value that grows with the records of a key, also over generations, whose offsets begin anew."""
        return generation_of(self.partition), self.offset

    @property
    def first(self) -> str:
        """The identity of the first letter, from which the failed copy was redriven; else its own."""
        found = dict(self.headers).get(COPY_OF, b"").decode(errors="replace")
        return found or self.identity

    @property
    def event_id(self) -> str:
        """The id of the event, by which failures are counted; the letter's identity where it has none."""
        found = self.event or dict(self.headers).get("ce_id", b"").decode(errors="replace")
        return found if 0 < len(found) <= _FIRST_CHARACTERS else self.identity

    @property
    def cause(self) -> str:
        """A short name of the failure, equal for letters that one group gave up for one reason and error."""
        facts = (self.group, self.reason, self.detail, self.failure.message, *self.failure.trace)
        return sha256("\n".join(facts).encode()).hexdigest()[:_CAUSE_DIGITS]

    def without_value(self) -> Self:
        """The letter without its value, but with the ids of members in the value."""
        return replace(self, value=None, members=member_ids(self.topic, self.value))

    @classmethod
    def of(
        cls, record: Record, *, group: str, reason: str, detail: str, at: datetime, failure: Failure = NO_FAILURE
    ) -> Self:
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
            written_at=record.written_at,
            failure=failure,
        )

    def reference(self) -> Self:
        """The letter with the original's hash and first bytes in place of the original."""
        return replace(
            self,
            key=self.key[:_FIRST_CHARACTERS],
            value=None if self.value is None else self.value[:_FIRST_BYTES],
            headers=(),
            digest=self.digest or digest_of(self.key, self.value, self.headers),
            event=self.event_id,
        )

    def to_message(self, dead_letter_topic: str) -> Message:
        """The message for the dead-letter topic: a reference where the whole letter is too large for it."""
        whole = self._to_message(dead_letter_topic)
        return whole if size_of(whole) <= MAX_MESSAGE_BYTES else self.reference()._to_message(dead_letter_topic)

    def _to_message(self, dead_letter_topic: str) -> Message:
        facts = {
            "reason": self.reason,
            "detail": self.detail,
            "topic": self.topic,
            "partition": str(self.partition),
            "offset": str(self.offset),
            "group": self.group,
            "time": self.at.isoformat(),
            "written": self.written_at.isoformat() if self.written_at else "",
            "digest": self.digest,
            "event": self.event,
            **self.failure.facts(),
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
            written_at=datetime.fromisoformat(facts["written"]) if facts.get("written") else None,
            digest=facts.get("digest", ""),
            event=facts.get("event", ""),
            failure=Failure.of_facts(facts),
        )


def digest_of(key: str, value: bytes | None, headers: Headers) -> str:
    """SHA-256 of a record's value, key and headers, each after its length, in hexadecimal digits."""
    parts = [b"" if value is None else b"=" + value, key.encode()]
    for name, content in headers:
        parts += [name.encode(), content]
    digest = sha256()
    for part in parts:
        digest.update(struct.pack(">Q", len(part)))
        digest.update(part)
    return digest.hexdigest()


async def list_dead_letters(
    broker: MessageBroker, dead_letter_topic: str, *, patience: float = 30.0
) -> Sequence[DeadLetter]:
    """All dead letters on the topic that were neither redriven nor settled, the oldest first.

    A letter that was written twice, after a crash, counts once; other records are left out. Raises BrokerUnavailable if
    the letters cannot be read within `patience` seconds.
    """
    letters = await _all_of(broker, dead_letter_topic, patience, lambda letter: letter)
    return sorted(letters, key=lambda letter: letter.at)


async def dead_letters_without_values(
    broker: MessageBroker, dead_letter_topic: str, *, patience: float = 30.0
) -> Sequence[DeadLetter]:
    """The letters that count, without their values, which are read only for the ids of members.

    Raises BrokerUnavailable.
    """
    return await _all_of(broker, dead_letter_topic, patience, DeadLetter.without_value)


async def letters_that_follow(reader: Reader, *, patience: float = 30.0) -> Sequence[DeadLetter]:
    """The letters from the reader's place to the present end of their topic, including those marked since.

    Raises BrokerUnavailable if they cannot be read within `patience` seconds.
    """
    try:
        async with asyncio.timeout(patience):
            return [letter async for record in records_to_the_end(reader) if (letter := _read(record)) is not None]
    except TimeoutError:
        raise BrokerUnavailable(f"the dead letters could not be read within {patience:g} s") from None


async def _all_of(
    broker: MessageBroker, dead_letter_topic: str, patience: float, kept: Callable[[DeadLetter], DeadLetter]
) -> Sequence[DeadLetter]:
    try:
        async with asyncio.timeout(patience):
            return await _read_all(broker, dead_letter_topic, kept)
    except TimeoutError:
        raise BrokerUnavailable(f"the dead letters could not be read within {patience:g} s") from None


async def _read_all(
    broker: MessageBroker, dead_letter_topic: str, kept: Callable[[DeadLetter], DeadLetter]
) -> Sequence[DeadLetter]:
    letters = OpenLetters()
    async with broker.reader([dead_letter_topic]) as reader:
        async for record in records_to_the_end(reader):
            letters.take(record, kept)
    return letters.all()


@dataclass(slots=True)
class OpenLetters:
    """The letters that count, collected from the records of their topic in order."""

    open: dict[str, DeadLetter] = field(default_factory=dict)
    newest: dict[str, DeadLetter] = field(default_factory=dict)
    failed: dict[str, set[str]] = field(default_factory=dict)

    def take(self, record: Record, kept: Callable[[DeadLetter], DeadLetter | None]) -> None:
        """Take a letter, which is kept as `kept` (None: not at all), or a mark, which ends the counting of one."""
        found = _read(record)
        letter = None if found is None else kept(found)
        if letter is not None:
            self.failed.setdefault(letter.event_id, set()).add(letter.identity)
            before = self.newest.setdefault(letter.first, letter)
            if letter.age >= before.age:  # else it was written again after a crash
                self.open.pop(before.identity, None)
                self.open[letter.identity] = self.newest[letter.first] = letter
        elif found is None:
            for name, value in record.headers:
                if name == MARK:
                    self.open.pop(value.decode(errors="replace"), None)

    def all(self) -> list[DeadLetter]:
        """The letters that count, with how often the event of each failed."""
        return [replace(letter, failures=len(self.failed[letter.event_id])) for letter in self.open.values()]


def _read(record: Record) -> DeadLetter | None:
    try:
        return DeadLetter.from_record(record)
    except (KeyError, ValueError):
        return None
