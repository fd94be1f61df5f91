"""Answers that matching has not taken in although they came: dead letters, and redriven ones that still wait.

Invariant: an answer that is redriven is found at every moment: its copy lies on the topic before its letter is marked,
and the letters are read first.
"""

from collections.abc import Collection
from dataclasses import dataclass

from isopolity.contracts.catalogue import MATCHING_GROUP, RESPONSE, dead_letter_topic
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.dead_letters import list_dead_letters
from isopolity.messaging.redrive import REDRIVEN
from isopolity.messaging.topic_reading import records_to_the_end
from isopolity.turns import Turns


@dataclass(frozen=True, slots=True)
class UnheardAnswers:
    """Ids of the proposals of such answers, which are the keys of their records."""

    broker: MessageBroker

    async def __call__(self) -> Collection[str]:
        """Raises BrokerUnavailable where they cannot be known."""
        letters = await list_dead_letters(self.broker, dead_letter_topic(MATCHING_GROUP.service).name)
        found = {letter.key for letter in letters if letter.topic == RESPONSE.name}
        return found | await self._redriven()

    async def _redriven(self) -> set[str]:
        """Those of copies that the group has not read yet."""
        bounds = await self.broker.bounds([RESPONSE.name])
        committed = await self.broker.committed(MATCHING_GROUP.name, [RESPONSE.name])
        positions = {place: max(start, committed.get(place, start)) for place, (start, _) in bounds.items()}
        found: set[str] = set()
        if all(positions[place] >= end for place, (_, end) in bounds.items()):
            return found
        turns = Turns()
        async with self.broker.reader([RESPONSE.name]) as reader:
            await reader.seek(positions)
            async for record in records_to_the_end(reader):
                await turns.over()
                if any(name == REDRIVEN for name, _ in record.headers):
                    found.add(record.key or "")
        return found
