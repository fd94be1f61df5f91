"""Consumer groups of the embedded broker: the members of one process share out the partitions.

Invariant: a partition has one holder at a time; the old one's `on_revoked` has returned before the new one reads.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from isopolity.messaging.broker import PartitionsCallback, TopicPartition


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    """One consumer of a group, and what it holds."""

    topics: Sequence[str]
    on_assigned: PartitionsCallback | None
    on_revoked: PartitionsCallback | None
    held: frozenset[TopicPartition] = frozenset()
    positions: dict[TopicPartition, int] = field(default_factory=dict)
    paused: set[TopicPartition] = field(default_factory=set)

    def lose(self, partitions: frozenset[TopicPartition]) -> None:
        """Forget these partitions and where they were read."""
        self.held -= partitions
        self.paused -= partitions
        for place in partitions:
            self.positions.pop(place, None)


@dataclass(slots=True, eq=False)
class Group:
    """The members of one group, in the order in which they came."""

    places: Callable[[Sequence[str]], list[TopicPartition]]
    members: list[Member] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def join(self, member: Member) -> None:
        """Give the member its share."""
        async with self.lock:
            self.members.append(member)
            await self._rebalance()

    async def leave(self, member: Member) -> None:
        """Take the member's partitions without asking it, and share them out."""
        async with self.lock:
            self.members.remove(member)
            member.lose(member.held)
            await self._rebalance()

    async def _rebalance(self) -> None:
        shares = self._shares()
        for member in self.members:
            lost = member.held - shares[member]
            if lost and member.on_revoked is not None:
                await member.on_revoked(lost)
            member.lose(lost)
        for member in self.members:
            gained = shares[member] - member.held
            member.held |= gained
            if member.on_assigned is not None and (gained or not member.held):
                await member.on_assigned(gained)

    def _shares(self) -> dict[Member, frozenset[TopicPartition]]:
        shares: dict[Member, set[TopicPartition]] = {member: set() for member in self.members}
        for topic in dict.fromkeys(topic for member in self.members for topic in member.topics):
            interested = [member for member in self.members if topic in member.topics]
            for place in self.places([topic]):
                shares[interested[place.partition % len(interested)]].add(place)
        return {member: frozenset(share) for member, share in shares.items()}
