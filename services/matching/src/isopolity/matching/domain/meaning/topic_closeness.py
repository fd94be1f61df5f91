"""The closeness of the topics of a need to those of an offer, by the thesaurus.

Closeness is held in whole steps, so that one match and arrays of matches come to the same value. Invariant: it is
symmetric for two topics, it depends on them alone, and the number of a topic is that of this release's thesaurus,
whatever members state.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Floats, Integers, Integers16, Unsigned8
from isopolity.thesaurus.closeness import near
from isopolity.thesaurus.concepts import MOST_TOPICS, concepts

STEPS: Final = 200
"""Steps of closeness from 0, far, to 1, the same topic."""
NONE: Final = -1
"""The number in place of a topic where fewer than MOST_TOPICS are named."""
_BEST, _EACH = 0.4, 0.3
"""The weights of the best pair of topics, and of the mean over the topics of each of the two sides."""


class Near(NamedTuple):
    """The topics that are near to one, itself among them: ascending numbers, and their closeness in steps."""

    numbers: Integers16
    steps: Unsigned8


@cache
def _numbers() -> Mapping[str, int]:
    return {code: number for number, code in enumerate(concepts())}


@cache
def _codes() -> Sequence[str]:
    return tuple(concepts())


def all_topics() -> int:
    """The number of topics that there are."""
    return len(_codes())


def numbers_of(codes: Iterable[str]) -> Sequence[int]:
    """The numbers of topics, each once; topics that this release does not know are left out."""
    known = _numbers()
    return list(dict.fromkeys(known[code] for code in codes if code in known))[:MOST_TOPICS]


def topic_numbers(codes: Sequence[Sequence[str]]) -> Integers16:
    """(entries, MOST_TOPICS): topics by their numbers in the thesaurus, then NONE."""
    found = np.full((len(codes), MOST_TOPICS), NONE, np.int16)
    for entry, topics in enumerate(codes):
        if topics:
            numbers = numbers_of(topics)
            found[entry, : len(numbers)] = numbers
    return found


@cache
def near_to(number: int) -> Near:
    """The topics near to the topic with this number; callers share the cached arrays and must not change them."""
    known = _numbers()
    found = sorted((known[code], round(value * STEPS)) for code, value in near(_codes()[number]).items())
    kept = [(other, steps) for other, steps in found if steps > 0]
    return Near(np.array([other for other, _ in kept], np.int16), np.array([steps for _, steps in kept], np.uint8))


def closeness_to(topics: Integers16, others: Integers16) -> Floats:
    """(n,): the closeness of `topics` (MOST_TOPICS,) to each of `others` (n, MOST_TOPICS), 0 where either has none."""
    found = np.zeros(len(others))
    steps = [_steps_to(number) for number in topics[topics != NONE].tolist()]
    if steps:
        some = np.flatnonzero(np.maximum.reduce(steps)[others].any(axis=1))
        table = np.stack([each[others[some]] for each in steps], axis=1)
        named = (others[some] != NONE).sum(axis=1)
        found[some] = in_all(table, np.full(len(some), len(steps)), named)
    return found


def _steps_to(number: int) -> Unsigned8:
    """By number of each topic: its steps of closeness to the topic with this number; the last entry, for NONE, is 0."""
    near, found = near_to(number), np.zeros(all_topics() + 1, np.uint8)
    found[near.numbers] = near.steps
    return found


def table_of(numbers: Integers) -> Unsigned8:
    """(n + 1, n + 1): the closeness in steps of each of `numbers`, ascending, to each; the last ones are for NONE."""
    found = np.zeros((len(numbers) + 1, len(numbers) + 1), np.uint8)
    place = np.full(all_topics(), len(numbers), np.int64)
    place[numbers] = np.arange(len(numbers))
    for row, number in enumerate(numbers.tolist()):
        others = near_to(number)
        found[row, place[others.numbers]] = others.steps
    found[:, -1] = 0
    return found


def in_all(steps: Integers | Unsigned8, needs: Integers, offers: Integers) -> Floats:
    """(n,): the closeness of topics of needs to those of offers, in [0, 1].

    It is high where most topics of either side are met by the other's: one topic in common out of three is little, as
    many needs name it. `steps` (n, topics, topics) is by topic of a need and topic of an offer, 0 beyond the numbers of
    topics that these name, `needs` and `offers`.
    """
    of_needs, of_offers = steps.max(axis=2).astype(np.int64), steps.max(axis=1).astype(np.int64)
    each = of_needs.sum(axis=1) / np.maximum(needs, 1) + of_offers.sum(axis=1) / np.maximum(offers, 1)
    return np.asarray((_BEST * of_needs.max(axis=1) + _EACH * each) / STEPS, np.float64)


class BestPair(NamedTuple):
    """The topic of a need and the topic of an offer that are nearest to each other."""

    need: str
    offer: str
    closeness: float
    """The closeness of these two topics, in [0, 1]."""
    in_all: float
    """The closeness of all topics of the need to all topics of the offer, in [0, 1]."""


def best_pair(needs: Sequence[str], offers: Sequence[str]) -> BestPair | None:
    """The nearest pair, the first of equally near ones; None if either side names no topic that this release knows."""
    need, offer = numbers_of(needs), numbers_of(offers)
    if not need or not offer:
        return None
    steps = [[_steps(one, other) for other in offer] for one in need]
    most = max(map(max, steps))
    row = next(row for row, each in enumerate(steps) if most in each)
    return BestPair(
        _codes()[need[row]],
        _codes()[offer[steps[row].index(most)]],
        most / STEPS,
        float(in_all(np.array([steps]), np.array([len(need)]), np.array([len(offer)]))[0]),
    )


def _steps(one: int, other: int) -> int:
    others = near_to(one)
    at = int(np.searchsorted(others.numbers, other))
    return int(others.steps[at]) if at < len(others.numbers) and others.numbers[at] == other else 0
