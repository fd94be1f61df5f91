"""Generations of topics: topics that are made anew number their partitions differently.

Partition 3 has number 3 in generation 1 and number 1003 in generation 2. So an event's place, which identifies it in
dead letters and the journal, is never used twice, and shows the generation.

The partition of a key is found by murmur2, as Kafka's own clients do, so that any tool finds the same one. The
pure-Python version that comes with aiokafka takes 15 µs a key; this one unpacks words at once and remembers keys.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from isopolity.contracts.topic import PARTITIONS, Topic

PARTITIONS_OF_A_GENERATION: Final = 1000
"""How many numbers a generation has for the partitions of one topic."""


def first_partition(generation: int) -> int:
    """The number of the first partition of each topic in `generation`, which counts from 1."""
    return (generation - 1) * PARTITIONS_OF_A_GENERATION


def generation_of(partition: int) -> int:
    """The generation of the partition with this number."""
    return partition // PARTITIONS_OF_A_GENERATION + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """The generation in which all services write and read."""

    number: int = 1
    partitions: int = PARTITIONS
    """How many partitions its topics were made with, except topics with a single partition."""

    def __contains__(self, partition: int) -> bool:
        """Whether a partition with this number belongs to the generation."""
        return generation_of(partition) == self.number

    def numbers(self, topic: Topic) -> range:
        """The numbers of the partitions of `topic`; a topic with a single partition keeps that number of partitions."""
        first = first_partition(self.number)
        return range(first, first + (1 if topic.partitions == 1 else self.partitions))

    def widths(self, topics: Sequence[Topic]) -> dict[str, int]:
        """How many partitions each of `topics` has."""
        return {topic.name: len(self.numbers(topic)) for topic in topics}


def mismatch(topic: str, found: int, wanted: int) -> str:
    """The sentence for a topic that has `found` partitions instead of `wanted`."""
    return (
        f"the topic {topic} has {found} partitions, and {wanted} are set: with another number an event may come before "
        "an earlier one of the same key. Set ISOPOLITY_TOPIC_PARTITIONS as it was when the topics were made; to have "
        "more, make a new generation with `python -m isopolity.runtime.raise_partitions`"
    )


def differing(found: Mapping[str, int], wanted: Mapping[str, int]) -> str | None:
    """The sentence for the first topic with another number of partitions than `wanted`; None where all agree."""
    for topic, count in found.items():
        if topic in wanted and count != wanted[topic]:
            return mismatch(topic, count, wanted[topic])
    return None


_SEED: Final = 0x9747B28C
_MULTIPLIER: Final = 0x5BD1E995
_MASK: Final = 0xFFFFFFFF


@lru_cache(maxsize=16_384)
def partition_of(key: bytes, partitions: int) -> int:
    """The partition of `key` among `partitions`."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """MurmurHash2, 32 bits, with the seed of Kafka's Java client (org.apache.kafka.common.utils.Utils.murmur2)."""
    words, rest = divmod(len(data), 4)
    value = _SEED ^ len(data)
    for word in struct.unpack_from(f"<{words}I", data):
        mixed = word * _MULTIPLIER & _MASK
        mixed = (mixed ^ mixed >> 24) * _MULTIPLIER & _MASK
        value = (value * _MULTIPLIER & _MASK) ^ mixed
    if rest:
        value = (value ^ int.from_bytes(data[-rest:], "little")) * _MULTIPLIER & _MASK
    value = (value ^ value >> 13) * _MULTIPLIER & _MASK
    return value ^ value >> 15
