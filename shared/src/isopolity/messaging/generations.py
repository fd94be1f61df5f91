"""Generations of topics: topics that are made anew have partitions of other numbers, so that no place is used twice.

Partition 3 of generation 1 is number 3, of generation 2 number 1003. An event's place, by which dead letters and the
journal know it, then never means another event, and tells the generation in which it was written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.contracts.topic import PARTITIONS, Topic

PARTITIONS_OF_A_GENERATION: Final = 1000
"""The numbers that a generation has for the partitions of one topic."""


def first_partition(generation: int) -> int:
    """The number of the first partition of each topic in `generation`, which counts from 1."""
    return (generation - 1) * PARTITIONS_OF_A_GENERATION


def generation_of(partition: int) -> int:
    """The generation in which a partition has this number."""
    return partition // PARTITIONS_OF_A_GENERATION + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """The generation in which all services write and read."""

    number: int = 1
    partitions: int = PARTITIONS
    """How many partitions its topics were made with."""

    def __contains__(self, partition: int) -> bool:
        """Whether a partition with this number is of the generation."""
        return generation_of(partition) == self.number

    def numbers(self, topic: Topic) -> range:
        """The numbers of the partitions of `topic`; a topic in one order keeps its single one."""
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
