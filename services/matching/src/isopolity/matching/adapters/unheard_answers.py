"""Answers that arrived but are not recorded: dead letters, and redriven ones that are not read yet.

Invariant: such an answer is found at every moment. Its letter is in the outbox until it is on its topic, its copy is on
the topic before the letter is marked, and if the copy also fails, there is a new letter. So letters, copies and again
letters are read, in this order.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import select

from isopolity.contracts.catalogue import MATCHING_GROUP, RESPONSE, dead_letter_topic
from isopolity.machine.turns import Turns
from isopolity.matching.adapters.sql import tables
from isopolity.messaging.broker import MessageBroker, load_headers
from isopolity.messaging.dead_letters import PREFIX
from isopolity.messaging.redrive import REDRIVEN, FollowedLetters
from isopolity.messaging.topic_reader import records_to_the_end
from isopolity.persistence.database import Database

_TOPIC: Final = dead_letter_topic(MATCHING_GROUP.service).name


class UnheardAnswers:
    """Finds the ids of the proposals of such answers, which are the keys of their records."""

    def __init__(self, broker: MessageBroker, database: Database) -> None:
        self.broker = broker
        self.database = database
        self._letters = FollowedLetters(broker, _TOPIC, RESPONSE.name)

    async def __call__(self) -> Collection[str]:
        """The ids of the proposals. Raises BrokerUnavailable if they cannot be read."""
        return await self._given_up() | await self._redriven() | await self._given_up()

    async def _given_up(self) -> set[str]:
        """The ids of dead letters, in the outbox and on their topic."""
        outbox = tables.messaging.outbox.c
        async with self.database.reading() as connection:
            query = select(outbox.key, outbox.headers).where(outbox.topic == _TOPIC)
            waiting = (await connection.execute(query)).all()
        of_answers = (PREFIX + "topic", RESPONSE.name.encode())
        found = {row.key for row in waiting if of_answers in load_headers(row.headers)}
        return found | {letter.key for letter in await self._letters.look()}

    async def _redriven(self) -> set[str]:
        """The ids of redriven copies that the group has not read yet."""
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
