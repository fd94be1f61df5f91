"""The limit on dead letters of one consumer group, over all its instances and over restarts.

Before a letter is written it is announced, by a small record on the dead-letter topic. The topic has one partition, so
all instances see the announcements in one order, and that order decides which one is over the limit. A letter that is
still in an outbox is announced too. Letters count by the id of their event: a redriven event that fails again counts
once.

Resuming a group writes a record there, too: earlier announcements no longer count. Letters that had counted when the
group stopped are forgiven: they do not count if they are given up again, and neither do letters of a batch whose offset
was not committed. The group's last announcement, however old, is the moment at which it stopped, so all processes
forgive alike.

Invariant: within any window, and since the group was resumed, no more than `limit` letters of the group are written
that count.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from isopolity.machine.clock import Clock
from isopolity.messaging.broker import Message, MessageBroker, Reader, Record, TopicPartition
from isopolity.messaging.dead_letters import PREFIX, DeadLetter
from isopolity.messaging.errors import BrokerUnavailable
from isopolity.messaging.topic_reader import records_to_the_end

UNKNOWN_TYPE: Final = "unknown-type"
"""The reason for an event of a newer release; it is no sign of a bad deploy, so it does not count for the limit."""
_ANNOUNCEMENT: Final = PREFIX + "claim"
"""The header that makes a record an announcement; its name is from an earlier release."""
_RESUMED: Final = PREFIX + "resumed"
"""The header that makes a record a resumption, after which a group's letters count anew."""
_GROUP: Final = PREFIX + "group"
_TIME: Final = PREFIX + "time"
_TOPIC: Final = PREFIX + "topic"
_PAGE: Final = 1000
_WAIT_SECONDS: Final = 0.5


def resumption(dead_letter_topic: str, group: str, moment: datetime) -> Message:
    """The message after which the dead letters of a group count anew."""
    return Message(dead_letter_topic, group, b"", [(_RESUMED, moment.isoformat().encode()), (_GROUP, group.encode())])


class TooManyDeadLetters(Exception):
    """More records were given up within the window than the limit allows; probably a bad deploy, not bad data."""


@dataclass(slots=True, kw_only=True)
class DeadLetterLimit:
    """At most `limit` dead letters of `group` within any `window`, counted on the dead-letter topic `topic`."""

    limit: int
    window: timedelta
    clock: Clock
    broker: MessageBroker
    topic: str
    group: str
    patience: float = 30.0
    """How many seconds reading and writing the topic may take."""
    _announced: dict[str, datetime] = field(default_factory=dict)
    """Moments of the group's announcements by the event's id, in the order of the topic."""
    _forgiven: set[str] = field(default_factory=set)
    """Ids of events with a letter that had counted when the group stopped, before its last resumption."""
    _resumed_at: datetime | None = None
    """The moment in the record of the group's last resumption; None without one."""
    _next: Mapping[TopicPartition, int] = field(default_factory=dict)
    """The offset up to which the topic has been read."""
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def count(self) -> int:
        """Number of letters within the window, as of the last time that this process had a letter to write."""
        return len(self._recent())

    async def take(self, letter: DeadLetter) -> None:
        """Count `letter` before it is written; one that is counted already, after a crash, is not counted again.

        Raises TooManyDeadLetters if it is over the limit, BrokerUnavailable or BrokerRefused if that cannot be known.
        """
        if letter.reason == UNKNOWN_TYPE:
            return
        try:
            async with self._lock, asyncio.timeout(self.patience), self.broker.reader([self.topic]) as reader:
                await self._take(reader, letter)
        except TimeoutError:
            raise BrokerUnavailable(f"the dead letters could not be counted within {self.patience:g} s") from None

    async def _take(self, reader: Reader, letter: DeadLetter) -> None:
        ends = await reader.end_offsets()
        await reader.seek({place: min(self._next.get(place, 0), end) for place, end in ends.items()})
        async for record in records_to_the_end(reader):
            self._note(record)
        self._drop_old()
        if letter.event_id in self._forgiven:
            self._next = await reader.position()
            return
        if letter.event_id not in self._recent():
            self._check(len(self._recent()))
            async with self.broker.producer() as producer:
                await producer.publish([self._announcement(letter)])
            while letter.event_id not in self._recent():
                for batch in await reader.fetch(limit=_PAGE, timeout=_WAIT_SECONDS):
                    for record in batch.records:
                        self._note(record)
        self._next = await reader.position()
        self._check(list(self._recent()).index(letter.event_id))

    def _check(self, earlier: int) -> None:
        if earlier >= self.limit:
            raise TooManyDeadLetters(f"{self.limit} dead letters within {self.window}; the next one was not written")

    def _recent(self) -> Mapping[str, datetime]:
        start = self.clock() - self.window
        return {identity: at for identity, at in self._announced.items() if at > start}

    def _drop_old(self) -> None:
        """Drop the announcements that neither count nor could be forgiven by a resumption."""
        if self._announced:
            start = min(self.clock(), max(self._announced.values())) - self.window
            self._announced = {identity: at for identity, at in self._announced.items() if at > start}

    def _announcement(self, letter: DeadLetter) -> Message:
        facts = {_ANNOUNCEMENT: letter.event_id, _GROUP: self.group, _TIME: self.clock().isoformat()}
        return Message(self.topic, letter.identity, b"", [(name, value.encode()) for name, value in facts.items()])

    def _note(self, record: Record) -> None:
        facts = {name: value.decode(errors="replace") for name, value in record.headers if name.startswith(PREFIX)}
        # The original headers of a letter may have any names.
        if _TOPIC in facts or facts.get(_GROUP) != self.group:
            return
        if _RESUMED in facts:
            self._note_resumption(facts[_RESUMED])
        if _ANNOUNCEMENT in facts:
            self._note_announcement(facts[_ANNOUNCEMENT], facts.get(_TIME, ""))

    def _note_resumption(self, time: str) -> None:
        """Forgive the letters that had counted when the group stopped, and no others.

        Letters that an earlier resumption forgave stay forgiven if the group stopped again within the window after it,
        or has announced no letter since: it may not be beyond them yet.
        """
        try:
            at = datetime.fromisoformat(time)
        except ValueError:
            return
        if self._announced:
            stopped_at = max(self._announced.values())
            if self._resumed_at is None or stopped_at - self._resumed_at >= self.window:
                self._forgiven.clear()
            self._forgiven |= {one for one, then in self._announced.items() if then > stopped_at - self.window}
            self._announced.clear()
        self._resumed_at = at

    def _note_announcement(self, identity: str, time: str) -> None:
        try:
            at = datetime.fromisoformat(time)
        except ValueError:
            return
        known = self._announced.get(identity)
        if known is None or at - known >= self.window:
            self._announced.pop(identity, None)
            self._announced[identity] = at
