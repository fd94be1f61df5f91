"""How near topics are to each other, by the graph of the thesaurus: 1 for the same, 0 for those that have nothing to do
with each other.

The nearness of two topics is that of the best path between them: the product over its steps. A step leads to a broader
or narrower topic, to a related one, to one whose label stands within the other (“literacy” in “adult literacy”), or to
another that is broadest in its group. A step counts less, the more neighbours of its kind there are. Invariant:
closeness is symmetric.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from heapq import heappop, heappush
from itertools import combinations
from math import exp, log, log2
from types import MappingProxyType
from typing import Final

from isopolity.thesaurus.concepts import DEFAULT_LANGUAGE, concepts

LEAST: Final = 0.2
"""Topics that are less near than this have a closeness of 0."""
_NARROWER: Final = (0.78, 0.08)
_RELATED: Final = (0.7, 0.05)
_WITHIN: Final = (0.65, 0.06)
_GROUP: Final = (0.5, 0.04)
"""For each kind of step its nearness where there is one neighbour, and how much that falls with each doubling."""
_PER_UNIT: Final = 10_000
"""Lengths of steps are whole numbers, so that a path is as long in either direction."""
_FARTHEST: Final = round(-log(LEAST) * _PER_UNIT)
_PART: Final = re.compile("[a-z]+")

_Steps = Mapping[str, Mapping[str, int]]
"""The neighbours of each topic, with the length of the step to each."""


def closeness(one: str, other: str) -> float:
    """How near two topics are, from 0 to 1; 0 for a code that is no topic, but for itself."""
    return 1.0 if one == other else near(one).get(other, 0.0)


@cache
def near(code: str) -> Mapping[str, float]:
    """All topics that are near a topic, itself among them, with how near each is; empty for a code that is no topic."""
    if code not in concepts():
        return MappingProxyType({})
    steps = _steps()
    lengths: dict[str, int] = {}
    reached = [(0, code)]
    while reached:
        length, one = heappop(reached)
        if one not in lengths:
            lengths[one] = length
            for other, step in steps[one].items():
                if other not in lengths and length + step <= _FARTHEST:
                    heappush(reached, (length + step, other))
    return MappingProxyType({each: round(exp(-length / _PER_UNIT), 3) for each, length in lengths.items()})


@cache
def _steps() -> _Steps:
    steps: dict[str, dict[str, int]] = {code: {} for code in concepts()}
    for one, other, nearness in (*_of_concepts(), *_of_labels(), *_of_groups()):
        length = round(-log(nearness) * _PER_UNIT)
        steps[one][other] = steps[other][one] = min(steps[one].get(other, length), length)
    return MappingProxyType(steps)


def _of_concepts() -> Iterator[tuple[str, str, float]]:
    for code, concept in concepts().items():
        for narrower in concept.narrower:
            yield code, narrower, _nearness(_NARROWER, len(concept.narrower))
        for related in concept.related:
            both = len(concept.related) * len(concepts()[related].related)
            yield code, related, _nearness(_RELATED, both)


def _of_labels() -> Iterator[tuple[str, str, float]]:
    """Topics whose label stands within that of another, in English and whether in singular or plural."""
    parts = {code: _parts(concept.labels[DEFAULT_LANGUAGE]) for code, concept in concepts().items()}
    named = {each: code for code, each in parts.items()}
    within: dict[str, list[str]] = {}
    for code, each in parts.items():
        for first, last in combinations(range(len(each) + 1), 2):
            other = named.get(each[first:last], code)
            if other != code:
                within.setdefault(other, []).append(code)
    for code, others in within.items():
        for other in others:
            yield code, other, _nearness(_WITHIN, len(others))


def _parts(label: str) -> tuple[str, ...]:
    return tuple([word.removesuffix("s") for word in _PART.findall(label.lower())])


def _of_groups() -> Iterator[tuple[str, str, float]]:
    groups: dict[str, list[str]] = {}
    for code, concept in concepts().items():
        if not concept.broader:
            groups.setdefault(concept.group, []).append(code)
    for codes in groups.values():
        for place, code in enumerate(codes):
            for other in codes[place + 1 :]:
                yield code, other, _nearness(_GROUP, len(codes))


def _nearness(kind: Sequence[float], neighbours: int) -> float:
    alone, falling = kind
    return max(LEAST / 2, alone - falling * log2(neighbours))
