"""Reading the embedded log: readers, consumer groups, and the consumers of a group, which share out the partitions.

Invariant: a partition has one holder at a time; the old holder's `on_revoked` has returned before the new one reads. A
consumer moves its positions, and returns records, only for partitions that it still has when the worker thread has
answered.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import ParamSpec, Protocol, TypeVar

from isopolity.messaging.broker import Batch, PartitionsCallback, TopicPartition
from isopolity.messaging.embedded.log import EmbeddedLog

P = ParamSpec("P")

T = TypeVar("T")


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    """One consumer of a group, with its partitions and positions."""

    topics: Sequence[str]
    on_assigned: PartitionsCallback | None
    on_revoked: PartitionsCallback | None
    held: frozenset[TopicPartition] = frozenset()
    positions: dict[TopicPartition, int] = field(default_factory=dict)
    paused: set[TopicPartition] = field(default_factory=set)

    def lose(self, partitions: frozenset[TopicPartition]) -> None:
        """Forget these partitions and their positions."""
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
        """Remove the member without calling its `on_revoked`, and share its partitions out."""
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


class Owner(Protocol):
    """The broker as its readers see it."""

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...

    async def something_new(self, timeout: float) -> None: ...

    def wake(self) -> None: ...


class EmbeddedReader:
    """A Reader of the embedded log."""

    def __init__(self, owner: Owner, log: EmbeddedLog, positions: dict[TopicPartition, int]) -> None:
        self._owner = owner
        self._log = log
        self._positions = positions

    async def fetch(self, *, limit: int, timeout: float) -> Sequence[Batch]:
        deadline = monotonic() + timeout
        while True:
            wanted = await self._wanted()
            behind = [(place, position) for place, position in wanted if position < self._log.ends[place]]
            if behind:
                batches = self._accept(
                    wanted=dict(behind), batches=await self._owner.run(self._log.read, behind, limit)
                )
                if batches:
                    return batches
            remaining = deadline - monotonic()
            if remaining <= 0:
                return []
            await self._owner.something_new(remaining)

    async def _wanted(self) -> list[tuple[TopicPartition, int]]:
        return list(self._positions.items())

    def _accept(self, *, wanted: Mapping[TopicPartition, int], batches: Sequence[Batch]) -> list[Batch]:
        """The batches whose partitions have not been moved meanwhile; these partitions go to the end of the queue."""
        accepted = [batch for batch in batches if self._positions.get(batch.partition) == wanted[batch.partition]]
        for batch in accepted:
            del self._positions[batch.partition]
            self._positions[batch.partition] = batch.next_offset
        return accepted

    async def end_offsets(self) -> Mapping[TopicPartition, int]:
        return {place: self._log.ends[place] for place in self._positions}

    async def position(self) -> Mapping[TopicPartition, int]:
        return dict(self._positions)

    async def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        self._positions.update(offsets)
        self._owner.wake()


class EmbeddedConsumer(EmbeddedReader):
    """A Consumer of the embedded log; its positions belong to the group's member, which loses them on revocation."""

    def __init__(self, owner: Owner, log: EmbeddedLog, group: str, member: Member) -> None:
        super().__init__(owner, log, member.positions)
        self._group = group
        self._member = member

    async def _wanted(self) -> list[tuple[TopicPartition, int]]:
        new = self._member.held - self._positions.keys()
        if new:
            committed = await self._owner.run(self._log.committed, self._group, list(new))
            for place, offset in committed.items():
                if place in self._member.held:
                    self._positions.setdefault(place, offset)
        return [(place, at) for place, at in self._positions.items() if place not in self._member.paused]

    def pause(self, partitions: Iterable[TopicPartition]) -> None:
        self._member.paused |= self._member.held.intersection(partitions)

    def resume(self, partitions: Iterable[TopicPartition]) -> None:
        self._member.paused.difference_update(partitions)
        self._owner.wake()

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        ours = {place: offset for place, offset in offsets.items() if place in self._member.held}
        if ours:
            await self._owner.run(self._log.commit, self._group, ours)

    async def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        await super().seek({place: at for place, at in offsets.items() if place in self._member.held})

    async def seek_to_start(self) -> None:
        await self.seek(dict.fromkeys(self._member.held, 0))

    def assignment(self) -> frozenset[TopicPartition]:
        return self._member.held

    async def lag(self) -> Mapping[TopicPartition, int]:
        return await self._owner.run(self._log.lag, self._group, list(self._member.held))
