"""Chance that repeats: each member has a stream of its own, so that adding one redraws little of the others."""

import random
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

SEED = "isopolity-demo-2026"
Option = TypeVar("Option")


class Chance:
    """Draws for one subject; built on `random()` alone, the one method whose sequence Python keeps stable."""

    def __init__(self, *key: str) -> None:
        self._random = random.Random("|".join((SEED, *key))).random  # noqa: S311 - a demonstration, not a secret

    def happens(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self._random() < probability

    def number(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + int(self._random() * (high - low + 1))

    def pick(self, options: Sequence[Option]) -> Option:
        """Return one of the options, each as likely."""
        return options[int(self._random() * len(options))]

    def weighted(self, weights: Mapping[str, float], count: int) -> list[str]:
        """Return `count` different keys, heavier ones sooner."""
        left = {key: weight for key, weight in weights.items() if weight > 0}
        drawn: list[str] = []
        while left and len(drawn) < count:
            mark = self._random() * sum(left.values())
            hit = next(key for key, reached in zip(left, accumulate(left.values()), strict=True) if reached > mark)
            drawn.append(hit)
            del left[hit]
        return drawn
