"""Documents for samples: topics and groups as the broker reports them, and the consumers of this process."""

from collections.abc import Mapping
from datetime import datetime

from isopolity.contracts.catalogue import GROUPS, published_by
from isopolity.messaging.broker import Bounds, GroupMember, MessageBroker, TopicPartition, moment_of
from isopolity.messaging.errors import BrokerRefused
from isopolity.messaging.topic_reader import Waiting, waiting
from isopolity.web.operations.stream_samples import (
    GroupSample,
    GroupTopicSample,
    Held,
    MemberSample,
    PartitionSample,
    Retried,
    RunnerSample,
    TopicSample,
    WaitingSample,
)
from isopolity.web.operations.vitals import ConsumerGroup, Vitals


async def sampled_streams(vitals: Vitals) -> tuple[list[TopicSample], list[GroupSample]]:
    """The topics that the service publishes and its groups read; its groups, and those that read its topics.

    Raises BrokerUnavailable, or BrokerRefused.
    """
    own = published_by(vitals.service)
    wanted = {group.name: (vitals.service, tuple(group.topics)) for group in vitals.groups}
    for group in GROUPS:
        common = tuple(topic for topic in group.topics if topic in own)
        if common and group.name not in wanted:
            wanted[group.name] = (group.service, common)
    topics = list(dict.fromkeys([*own, *(topic for _, read in wanted.values() for topic in read)]))
    bounds = await vitals.broker.bounds(topics) if topics else {}
    groups = [
        await _group(vitals.broker, name, service, {p: b for p, b in bounds.items() if p.topic in read})
        for name, (service, read) in wanted.items()
    ]
    return [_topic(topic, bounds) for topic in topics], groups


async def _group(
    broker: MessageBroker, name: str, service: str, bounds: Mapping[TopicPartition, Bounds]
) -> GroupSample:
    topics = list(dict.fromkeys(place.topic for place in bounds))
    try:
        members, committed = await broker.members(name), await broker.committed(name, topics)
    except BrokerRefused as error:  # this service has no right to read another service's topic
        return GroupSample(group=name, service=service, problem=str(error))
    found = await waiting(broker, bounds, committed)
    waiting_members: set[str] = set().union(*(each.members for each in found.values()))
    return GroupSample(
        group=name,
        service=service,
        members_waiting=len(waiting_members),
        topics=[_group_topic(topic, bounds, committed, found) for topic in topics],
        members=[_member(each) for each in members],
    )


def _group_topic(
    topic: str,
    bounds: Mapping[TopicPartition, Bounds],
    committed: Mapping[TopicPartition, int],
    found: Mapping[TopicPartition, Waiting],
) -> GroupTopicSample:
    places = sorted(place for place in bounds if place.topic == topic)
    waits = [found.get(place, Waiting()) for place in places]
    return GroupTopicSample(
        topic=topic,
        records=sum(each.records for each in waits),
        more=any(each.is_cut for each in waits),
        oldest_at=min((at for each in waits if (at := _moment(each.oldest_ms))), default=None),
        members=len(set[str]().union(*(each.members for each in waits))),
        untyped=sum(each.untyped for each in waits),
        partitions=[
            WaitingSample(
                partition=place.partition,
                committed=committed.get(place),
                records=each.records,
                more=each.is_cut,
                oldest_at=_moment(each.oldest_ms),
                members=len(each.members),
            )
            for place, each in zip(places, waits, strict=True)
        ],
    )


def _topic(topic: str, bounds: Mapping[TopicPartition, Bounds]) -> TopicSample:
    places = sorted(place for place in bounds if place.topic == topic)
    return TopicSample(
        topic=topic,
        partitions=[PartitionSample(partition=p.partition, start=bounds[p].start, end=bounds[p].end) for p in places],
    )


def sampled_runner(group: ConsumerGroup) -> RunnerSample:
    """The sample of a consumer group's runner in this process."""
    health = group.health()
    return RunnerSample(
        group=group.name,
        state=str(health.state),
        ready=health.ready,
        reason=health.reason,
        held=_held(health.assigned),
        retrying=[
            Retried(
                topic=place.topic,
                partition=place.partition,
                attempts=each.attempts,
                since=each.since,
                error=each.refusal or each.error,
            )
            for place, each in sorted(health.retrying.items())
        ],
    )


def _member(member: GroupMember) -> MemberSample:
    return MemberSample(client=member.client, host=member.host, held=_held(member.partitions))


def _held(places: frozenset[TopicPartition]) -> list[Held]:
    by_topic: dict[str, list[int]] = {}
    for place in sorted(places):
        by_topic.setdefault(place.topic, []).append(place.partition)
    return [Held(topic=topic, partitions=partitions) for topic, partitions in by_topic.items()]


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else moment_of(milliseconds)
