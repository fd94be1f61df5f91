"""Needs and offers as numbers for the kernels of the first stage: slots of each city, and tables of their worth.

Invariant: the tables are made from the functions of the score, `nearness` and `reaches`; the numbers of a need or an
offer depend on it alone.
"""

from functools import cache, lru_cache
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Floats32, Integers16, Integers32, Unsigned8
from isopolity.matching.domain.meaning.topic_closeness import NONE, STEPS, all_topics, near_to
from isopolity.matching.domain.scores import subjects
from isopolity.matching.domain.scores.city_arrays import Topics
from isopolity.matching.domain.scores.nearness import ANSWERS, SAME, nearness
from isopolity.matching.domain.scores.strength import KINDS, MODES, POSSIBLE, REACHES
from isopolity.thesaurus.concepts import MOST_TOPICS

KIND, SUBJECT, TOPICS = 0, 1, 2
"""The fields of a need or an offer; its topics are from TOPICS on."""
FIELDS: Final = TOPICS + MOST_TOPICS
EMPTY: Final = -1
UNKNOWN_TOPICS, HALF_KNOWN, FAR_TOPICS, SAME_TOPICS = 0, 1, 2, 3
PARTS: Final = 4
MEETING_STEPS: Final = ANSWERS * STEPS
"""The steps of closeness beyond which topics meet."""
PER_STEP: Final = 1 / ((SAME - ANSWERS) * STEPS)
"""The part of the way from topics that do not meet to the same ones, by step of closeness."""
ALL_TO_NEAREST: Final = (1.0, 1.0, 0.9, 0.86)
"""By the number of a need's topics: the closeness of all of them to an offer's topics (`in_all`) by that of the nearest
two, in the mean. The first stage multiplies by it, since it knows no more than the nearest two."""
REACHABLE: Final[Floats32] = np.where(
    POSSIBLE[KINDS[:, 1]].transpose(1, 2, 0)[:, :, None, :], REACHES[None, None], 0.0
).astype(np.float32)
"""(4, 4, kinds, kinds), by mobilities of needer and offerer, and kinds of need and offer: `REACHES`, or 0 where they
cannot meet."""


def slots_of(topics: Topics, cities: int) -> Integers16:
    """(slots, FIELDS, cities): the entries of each city in a column, with as many slots as the most entries of a city.

    An entry has its kind, its subject, and its topics, the first one again where there are fewer than MOST_TOPICS.
    EMPTY stands where there are no topics, and everywhere behind a city's last entry.
    """
    count = np.bincount(topics.city, minlength=cities)
    slot = np.arange(len(topics)) - (np.cumsum(count) - count)[topics.city]
    found = np.full((count.max(initial=0), FIELDS, cities), EMPTY, np.int16)
    found[slot, KIND, topics.city] = topics.intensity * len(MODES) + topics.mode
    found[slot, SUBJECT, topics.city] = topics.subject
    first = topics.concepts[:, :1]
    for place, concepts in enumerate(np.where(topics.concepts == NONE, first, topics.concepts).T):
        found[slot, TOPICS + place, topics.city] = concepts
    return found


@lru_cache(maxsize=2)
def nearness_parts(codes: tuple[str, ...], neighbours: float) -> Floats32:
    """(PARTS, subjects, subjects): the nearness of each need's subject with each offer's, as far as subjects tell it.

    Where neither side names topics, where one of them does, where both name topics that are far, and how much is added
    where they are the same. Cached, as it depends on codes and weights alone.
    """
    share = subjects.shares(codes, codes, neighbours)
    far, same = (nearness(share, closeness, 2) for closeness in (0.0, 1.0))
    found = np.stack((nearness(share, 0.0, 0), nearness(share, 0.0, 1), far, same - far)).astype(np.float32)
    found.flags.writeable = False
    return found


class NearTopics(NamedTuple):
    """The topics near to each topic: those of topic i are from start[i] to start[i + 1]."""

    start: Integers32
    numbers: Integers16
    steps: Unsigned8


NO_TOPICS: Final = NearTopics(np.zeros(1, np.int32), np.empty(0, np.int16), np.empty(0, np.uint8))
"""In place of `near_topics` where no member names a topic."""


@cache
def near_topics() -> NearTopics:
    """The topics near to each topic of the thesaurus; cached, since making them takes most of a second."""
    near = [near_to(number) for number in range(all_topics())]
    start = np.zeros(len(near) + 1, np.int32)
    np.cumsum([len(each.numbers) for each in near], out=start[1:])
    return NearTopics(
        start, np.concatenate([each.numbers for each in near]), np.concatenate([each.steps for each in near])
    )
