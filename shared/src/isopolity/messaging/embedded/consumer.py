"""Reading the embedded log: readers, and the consumers of a group.

Invariant: a consumer moves its positions, and returns records, only for partitions that it still holds when the
worker thread has answered.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from typing import ParamSpec, Protocol, TypeVar

from isopolity.messaging.broker import Batch, TopicPartition
from isopolity.messaging.embedded.groups import Member
from isopolity.messaging.embedded.log import EmbeddedLog

P = ParamSpec("P")
T = TypeVar("T")


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
        """The batches whose partitions still stand where they were read from; those go to the end of the line."""
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
    """A Consumer of the embedded log; its positions lie with the group's member, which loses them on revocation."""

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
