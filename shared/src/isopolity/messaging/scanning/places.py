"""Places in topics as a text for an address: `registry.city:17,20,4;registry.partner:3,0,9`, an offset a partition.

Topics of a later generation say it: `registry.city@2:17,20,4`.
Invariant: `read_places(written_places(offsets))` is `offsets`; a topic is given whole, or not at all.
"""

import re
from collections.abc import Mapping
from typing import Final

from isopolity.messaging.broker import TopicPartition
from isopolity.messaging.generations import first_partition, generation_of

PREFIX: Final = "isopolity."
_ONE: Final = re.compile(r"([a-z0-9.-]{1,100})(?:@([1-9]\d{0,5}))?:(\d{1,18}(?:,\d{1,18})*)")


class WrongPlaces(ValueError):
    """The text names no places; the message says what to do."""


def written_places(offsets: Mapping[TopicPartition, int]) -> str:
    """The text of these offsets, which are those of whole topics. Raises ValueError where a partition is missing."""
    topics: dict[str, dict[int, int]] = {}
    for place, offset in offsets.items():
        topics.setdefault(place.topic, {})[place.partition] = offset
    for topic, known in topics.items():
        if max(known) - first_partition(generation_of(min(known))) >= len(known):
            raise ValueError(f"of {topic} only the partitions {sorted(known)} have places")
    return ";".join(_written(topic, known) for topic, known in sorted(topics.items()))


def _written(topic: str, known: Mapping[int, int]) -> str:
    generation = generation_of(min(known))
    name = topic.removeprefix(PREFIX) + ("" if generation == 1 else f"@{generation}")
    return f"{name}:{','.join(str(known[number]) for number in sorted(known))}"


def read_places(text: str) -> dict[TopicPartition, int]:
    """The offsets in the text. Raises WrongPlaces."""
    found: dict[TopicPartition, int] = {}
    for part in text.split(";"):
        one = _ONE.fullmatch(part)
        if one is None:
            raise WrongPlaces("This is no place to go on from; follow a link of the list, or begin anew.")
        topic = one[1] if one[1].startswith(PREFIX) else PREFIX + one[1]
        for number, offset in enumerate(one[3].split(","), first_partition(int(one[2] or 1))):
            found[TopicPartition(topic, number)] = int(offset)
    return found
