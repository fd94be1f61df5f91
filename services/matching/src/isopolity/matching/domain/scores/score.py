"""A score and its parts.

Invariant: the score is the weighted mean of its parts, so it lies in [0, 1] as they do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from isopolity.matching.arrays import Floats, Integers

UNKNOWN: Final = 0.5
"""The value of a part if one of the two sides has not given the facts that it needs."""


def language_value(known: Any, common: Any) -> Any:
    """The part `language`: 1 with a common language, 0 without, UNKNOWN unless both sides' languages are `known`.

    Takes one pair or arrays of pairs; the first stage derives its three values from this function.
    """
    return common + UNKNOWN * np.logical_not(known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A named part of a score: its `value` in [0, 1] and its `weight` in the whole score."""

    name: str
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of many pairs: the values of each part, one entry a pair."""

    parts: Mapping[str, Floats]
    weights: Mapping[str, float]
    version: str
    """The version of the network's weights."""

    @property
    def total(self) -> Floats:
        """The score of each pair; the weight of a part that is missing in `parts` does not count."""
        weighted = sum(self.weights[name] * values for name, values in self.parts.items())
        whole = sum(self.weights[name] for name in self.parts)
        return np.asarray(np.clip(weighted / whole, 0, 1), np.float64)

    def taken(self, positions: Integers) -> "Scores":
        """The scores of the pairs at these positions alone, in their order."""
        parts = {name: values[positions] for name, values in self.parts.items()}
        return Scores(parts, self.weights, self.version)

    def parts_of(self, position: int) -> Sequence[Part]:
        """The parts of the pair at `position`, in the order of `parts`."""
        return tuple(
            Part(name=name, value=float(values[position]), weight=self.weights[name])
            for name, values in self.parts.items()
        )
