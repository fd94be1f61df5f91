"""Names of topics and partitions on Kafka: in generation 2 the name of a topic ends in `.g2`, in 1 it is as it is."""

from collections.abc import Sequence
from functools import lru_cache
from re import compile as pattern
from typing import Final

from aiokafka import structs

from isopolity.messaging.broker import TopicPartition
from isopolity.messaging.generations import PARTITIONS_OF_A_GENERATION, first_partition, generation_of

_NAMED: Final = pattern(r"(.+)\.g([1-9][0-9]*)")


def on_kafka(topic: str, generation: int) -> str:
    """The name on Kafka of a topic's generation."""
    return topic if generation == 1 else f"{topic}.g{generation}"


def topic_of(name: str) -> tuple[str, int]:
    """The topic and the generation that have this name on Kafka."""
    found = _NAMED.fullmatch(name)
    return (name, 1) if found is None else (found[1], int(found[2]))


@lru_cache(maxsize=1024)
def theirs(place: TopicPartition) -> structs.TopicPartition:
    """A partition of ours as Kafka knows it."""
    name = on_kafka(place.topic, generation_of(place.partition))
    return structs.TopicPartition(name, place.partition % PARTITIONS_OF_A_GENERATION)


@lru_cache(maxsize=1024)
def ours(place: structs.TopicPartition) -> TopicPartition:
    """A partition of Kafka's as we know it."""
    topic, generation = topic_of(place[0])
    return TopicPartition(topic, first_partition(generation) + place[1])


def all_on_kafka(topics: Sequence[str], generation: int) -> list[str]:
    """The names on Kafka of these topics' generation."""
    return [on_kafka(topic, generation) for topic in topics]
