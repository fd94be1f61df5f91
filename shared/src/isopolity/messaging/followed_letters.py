"""Dead letters followed: read on from where the last look ended, and counted.

Invariant: a look at a topic on which nothing is new asks for its end alone, and no value is kept.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, Self

from isopolity.messaging.broker import MessageBroker, TopicPartition
from isopolity.messaging.dead_letters import COPY_OF, DeadLetter, OpenLetters
from isopolity.messaging.errors import BrokerUnavailable
from isopolity.messaging.topic_reader import records_to_the_end

_NAMING: Final = frozenset({COPY_OF, "ce_id"})
"""Headers that tell which event a letter is about."""


class LetterCounts(NamedTuple):
    """How many dead letters count, and how many different members they are about, each by reason."""

    letters: Mapping[str, int]
    members: Mapping[str, int]

    @classmethod
    def of(cls, letters: Iterable[DeadLetter]) -> Self:
        """The counts of these."""
        counted, members = Counter[str](), dict[str, set[str]]()
        for letter in letters:
            counted[letter.reason] += 1
            members.setdefault(letter.reason, set()).update(letter.members)
        return cls(dict(counted), {reason: len(found) for reason, found in members.items() if found})


@dataclass(slots=True)
class FollowedLetters:
    """The letters that count, without values, read on from where the last look ended.

    All are read once more when their topic has lost records: as they grow too old, or with the whole log. A look at a
    topic on which nothing is new asks for its end alone.
    """

    broker: MessageBroker
    dead_letter_topic: str
    topic: str | None = None
    """Where it is given, those about this topic alone."""
    _letters: OpenLetters = field(default_factory=OpenLetters)
    _start: int = 0
    _next: int = 0

    async def look(self, *, patience: float = 30.0) -> Sequence[DeadLetter]:
        """The letters up to the present end of the topic.

        Raises BrokerUnavailable after `patience` seconds; the next look goes on where this one was.
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
