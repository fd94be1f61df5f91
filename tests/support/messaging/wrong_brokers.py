"""Brokers that are wrong in one way each, and the clause that must find it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime
from typing import Any

from isopolity.contracts.topic import Topic
from isopolity.messaging.broker import Batch, Bounds, GroupMember, Message, MessageBroker, Place, TopicPartition
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.errors import TopicMismatch
from tests.support.messaging import broker_contract as checks

Check = Callable[[MessageBroker], Awaitable[None]]


class Wrapped:
    """Passes all calls on; mutants override the broken ones."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def fetch(self, *, limit: int, timeout: float) -> Sequence[Batch]:
        fetched: Sequence[Batch] = await self.inner.fetch(limit=limit, timeout=timeout)
        return [self.changed(batch) for batch in fetched]

    def changed(self, batch: Batch) -> Batch:
        return batch

    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        places: Sequence[Place] = await self.inner.publish(messages)
        return places


class Mutant(EmbeddedBroker):
    """An EmbeddedBroker whose producers, consumers and readers are wrapped."""

    wrapper: type[Wrapped] = Wrapped

    def producer(self, transactional_id: str | None = None) -> Any:
        return self.wrapped(super().producer(transactional_id))

    def consumer(self, group: str, topics: Sequence[str], **callbacks: Any) -> Any:
        return self.wrapped(super().consumer(group, topics, **callbacks))

    def reader(self, topics: Sequence[str]) -> Any:
        return self.wrapped(super().reader(topics))

    @asynccontextmanager
    async def wrapped(self, opening: AbstractAsyncContextManager[Any]) -> AsyncIterator[Any]:
        async with opening as inner:
            yield self.wrapper(inner)


MUTANTS: list[tuple[type[EmbeddedBroker], Check]] = []


def caught_by(*clauses: Check) -> Callable[[type[Any]], type[Any]]:
    """Decorator that adds the mutant to the list; a class derived from Wrapped becomes a broker of such parts."""

    def enter(broken: type[Any]) -> type[Any]:
        mutant = broken if issubclass(broken, EmbeddedBroker) else type(broken.__name__, (Mutant,), {"wrapper": broken})
        MUTANTS.extend((mutant, clause) for clause in clauses)
        return broken

    return enter


@caught_by(checks.what_is_read_is_what_was_published)
class DropsHeaders(Wrapped):
    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        return await super().publish([message._replace(headers=[]) for message in messages])


@caught_by(checks.order_holds_per_key)
class ReversesALaterList(Wrapped):
    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        return await super().publish(messages[::-1])


@caught_by(checks.order_holds_per_key)
class ScattersAKey(Wrapped):
    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        odd = [
            message._replace(key=f"{message.key}'") if int(message.value or b"0") % 2 else message
            for message in messages
        ]
        return await super().publish(odd)

    def changed(self, batch: Batch) -> Batch:
        return batch._replace(records=[r._replace(key=(r.key or "").rstrip("'")) for r in batch.records])


@caught_by(checks.each_message_lies_where_its_publisher_was_told)
class TellsPlacesInAnotherOrder(Wrapped):
    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        return (await super().publish(messages))[::-1]


@caught_by(checks.keys_spread_over_partitions)
class UsesOnePartition(Wrapped):
    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        return await super().publish([message._replace(key="same") for message in messages])


@caught_by(
    checks.uncommitted_records_come_again_after_a_crash, checks.work_in_flight_at_shutdown_comes_again_or_is_committed
)
class CommitsWhatItFetches(Wrapped):
    async def fetch(self, *, limit: int, timeout: float) -> Sequence[Batch]:
        fetched = await super().fetch(limit=limit, timeout=timeout)
        if hasattr(self.inner, "commit"):
            await self.inner.commit({batch.partition: batch.next_offset for batch in fetched})
        return fetched


@caught_by(checks.committed_records_do_not_come_again, checks.the_lag_falls_to_nought)
class ForgetsCommits(Wrapped):
    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        return


@caught_by(checks.groups_read_independently)
class SharesOffsetsAmongGroups(Mutant):
    def consumer(self, group: str, topics: Sequence[str], **callbacks: Any) -> Any:
        return super().consumer("everybody", topics, **callbacks)


@caught_by(checks.a_group_can_start_over)
class DoesNotSeekToStart(Wrapped):
    async def seek_to_start(self) -> None:
        return


@caught_by(checks.a_group_can_start_over)
class SeeksOneTooFar(Wrapped):
    async def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        await self.inner.seek({place: offset - 1 for place, offset in offsets.items()})


@caught_by(checks.tombstones_are_read_and_end_the_key)
class LosesTombstones(Wrapped):
    def changed(self, batch: Batch) -> Batch:
        return batch._replace(records=[record for record in batch.records if record.value is not None])


@caught_by(checks.a_compacted_topic_keeps_the_newest_of_each_key)
class KeepsTheOldest(Wrapped):
    seen: set[tuple[str, str]] = set()  # noqa: RUF012  # one for all, as a log is

    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        new = [message for message in messages if (message.topic, message.key) not in self.seen]
        places = await super().publish(list({message.key: message for message in reversed(new)}.values()))
        self.seen.update((message.topic, message.key) for message in messages)
        return places


@caught_by(checks.the_end_never_goes_back)
class TellsTheNumberOfRowsAsEnd(Wrapped):
    async def end_offsets(self) -> Mapping[TopicPartition, int]:
        return dict.fromkeys(await self.inner.end_offsets(), 1)


@caught_by(checks.a_paused_partition_is_not_fetched)
class DoesNotPause(Wrapped):
    def pause(self, partitions: Iterable[TopicPartition]) -> None:
        return


@caught_by(checks.a_paused_partition_is_not_fetched)
class DoesNotResume(Wrapped):
    def resume(self, partitions: Iterable[TopicPartition]) -> None:
        return


@caught_by(checks.a_fetch_returns_no_more_than_asked)
class FetchesWithoutBound(Wrapped):
    async def fetch(self, *, limit: int, timeout: float) -> Sequence[Batch]:
        return await super().fetch(limit=limit * 1000, timeout=timeout)


@caught_by(checks.a_fetch_lets_others_run)
class HandsOutWhatItHas(Wrapped):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.batches: list[Batch] = []

    async def fetch(self, *, limit: int, timeout: float) -> Sequence[Batch]:
        if not self.batches:
            fetched = await self.inner.fetch(limit=100, timeout=timeout)
            self.batches = [batch._replace(records=[record]) for batch in fetched for record in batch.records]
        return [self.batches.pop(0)] if self.batches else []


@caught_by(checks.a_waiting_reader_is_woken)
class WakesNobody(EmbeddedBroker):
    def wake(self) -> None:
        return


@caught_by(checks.a_reader_knows_when_it_has_read_all)
class CountsTheEndOneTooHigh(Wrapped):
    async def end_offsets(self) -> Mapping[TopicPartition, int]:
        return {place: end + 1 for place, end in (await self.inner.end_offsets()).items()}


@caught_by(checks.nothing_to_read_is_no_lag)
class CountsAMarker(EmbeddedBroker):
    async def group_lag(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return {place: lag + 1 for place, lag in (await super().group_lag(group, topics)).items()}


@caught_by(checks.work_in_flight_at_shutdown_comes_again_or_is_committed)
class SkipsARecordOnCommit(Wrapped):
    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        await self.inner.commit({place: offset + 1 for place, offset in offsets.items()})


@caught_by(checks.a_predecessor_is_fenced)
class FencesNobody(Mutant):
    def producer(self, transactional_id: str | None = None) -> Any:
        return super().producer(None)


@caught_by(checks.members_share_the_partitions)
class GivesEveryMemberEverything(Mutant):
    def consumer(self, group: str, topics: Sequence[str], **callbacks: Any) -> Any:
        return super().consumer(f"{group}.{id(callbacks)}", topics, **callbacks)


@caught_by(checks.members_share_the_partitions)
class RevokesWithoutAWord(Mutant):
    def consumer(self, group: str, topics: Sequence[str], **callbacks: Any) -> Any:
        return super().consumer(group, topics)


@caught_by(checks.a_topic_with_other_partitions_is_refused)
class IgnoresOtherPartitions(EmbeddedBroker):
    async def ensure_topics(self, topics: Sequence[Topic]) -> None:
        with suppress(TopicMismatch):
            await super().ensure_topics(topics)


@caught_by(checks.thousands_are_published_at_once)
class LosesAllButAHundred(Wrapped):
    async def publish(self, messages: Sequence[Message]) -> Sequence[Place]:
        return await super().publish(messages[:100])


@caught_by(checks.bounds_hold_what_was_published)
class TellsTheEndAsStart(EmbeddedBroker):
    async def bounds(self, topics: Sequence[str]) -> Mapping[TopicPartition, Bounds]:
        return {place: Bounds(end, end) for place, (_, end) in (await super().bounds(topics)).items()}


@caught_by(checks.the_offset_of_a_moment_is_that_of_the_first_record_since)
class KnowsNoMoments(EmbeddedBroker):
    async def offsets_at(self, topics: Sequence[str], moment: datetime) -> Mapping[TopicPartition, int]:
        return {place: start for place, (start, _) in (await self.bounds(topics)).items()}


@caught_by(checks.committed_offsets_are_told_by_group)
class CommitsForEverybody(EmbeddedBroker):
    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        return {place: start for place, (start, _) in (await self.bounds(topics)).items()}


@caught_by(checks.who_is_in_a_group_is_told_with_what_each_holds)
class TellsNotWhatMembersHold(EmbeddedBroker):
    async def members(self, group: str) -> Sequence[GroupMember]:
        return [member._replace(partitions=frozenset()) for member in await super().members(group)]


@caught_by(checks.a_group_without_members_reads_on_from_where_it_is_moved)
class MovesNobody(EmbeddedBroker):
    async def move_group(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        return None


@caught_by(checks.the_broker_answers_a_ping)
class DoesNotAnswer(EmbeddedBroker):
    async def ping(self) -> None:
        raise ConnectionError
