"""A score with its parts, and the weights that the network gives to the parts.

Invariant: weights that exist are usable. They are finite, none is negative, they name parts that exist, and what
two members can give each other counts for something; equal weights have equal versions.

Invariant: the score is in [0, 1] and rises with each part.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, Self

import numpy as np

from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.errors import InvalidWeights

TWINNING_DEFAULTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "needs-a": 0.05,
        "needs-b": 0.05,
        "balance": 0.80,
        "size": 0.08,
        "setting": 0.04,
        "distance": 0.20,
        "hours": 0.08,
        "language": 0.16,
        "network": 0.06,
        "affinity": 0.0,
    }
)
"""`affinity` counts for nothing unless a network gives it a weight: it costs more than it decides (ADR 0097)."""
SPONSORSHIP_DEFAULTS: Final[Mapping[str, float]] = MappingProxyType(
    {"subjects": 0.70, "grant": 0.10, "support": 0.05, "focus": 0.05, "language": 0.05, "network": 0.05}
)
_FIT: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {"twinning": frozenset({"needs-a", "needs-b", "balance"}), "sponsorship": frozenset({"subjects"})}
)
"""By kind: the parts of which at least one needs a positive weight, as a proposal rests on them."""
_LARGEST: Final = 1000.0
_DEFAULTS: Final = MappingProxyType({"twinning": TWINNING_DEFAULTS, "sponsorship": SPONSORSHIP_DEFAULTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The weights by part; an omitted part has its default. Raises InvalidWeights.

    Only proportions count: a score is divided by the sum of the weights of the parts that it has.
    """

    twinning: Mapping[str, float] = field(default_factory=dict)
    sponsorship: Mapping[str, float] = field(default_factory=dict)
    neighbours: float = 1.0
    """The factor of a neighbouring subject's share, in [0, 1]; 0 leaves neighbours out."""

    def __post_init__(self) -> None:
        for kind, defaults in _DEFAULTS.items():
            object.__setattr__(self, kind, _completed(kind, getattr(self, kind), defaults))
        object.__setattr__(self, "neighbours", _number("neighbours", self.neighbours, 1))

    @classmethod
    def of(cls, document: object) -> Self:
        """Read weights from a document: tables `twinning` and `sponsorship`, number `neighbours`, all optional."""
        if not isinstance(document, Mapping):
            raise InvalidWeights("The weights are no table; write tables twinning and sponsorship, a number a part.")
        unknown = sorted(str(name) for name in document if name not in (*_DEFAULTS, "neighbours"))
        if unknown:
            raise InvalidWeights(f"There is no weight {unknown[0]!r}; there are twinning, sponsorship and neighbours.")
        return cls(**document)

    def document(self) -> dict[str, Any]:
        """The weights as a document of JSON types, which `of` reads."""
        return {
            "twinning": dict(self.twinning),
            "sponsorship": dict(self.sponsorship),
            "neighbours": self.neighbours,
        }

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits of a hash that identify exactly these weights."""
        return hashlib.sha256(json.dumps(self.document(), sort_keys=True).encode()).hexdigest()[:12]


def _completed(kind: str, given: object, defaults: Mapping[str, float]) -> Mapping[str, float]:
    if not isinstance(given, Mapping):
        raise InvalidWeights(f"The weights of {kind} are no table; write a number for each part.")
    for name in given:
        if name not in defaults:
            raise InvalidWeights(f"A {kind} has no part {name!r}; its parts are {', '.join(defaults)}.")
    weights = dict(defaults) | {name: _number(f"{name} of a {kind}", value) for name, value in given.items()}
    if not any(weights.values()):
        raise InvalidWeights(f"All weights of a {kind} are zero; give at least one part a positive weight.")
    if not any(weights[name] for name in _FIT[kind]):
        names = " or ".join(name for name in defaults if name in _FIT[kind])
        raise InvalidWeights(f"A {kind} rests on what one can give the other; give {names} a positive weight.")
    if weights.get("needs-a") != weights.get("needs-b"):
        raise InvalidWeights("A twinning has no first city; give needs-a and needs-b the same weight.")
    return MappingProxyType(weights)


def _number(name: str, value: object, largest: float = _LARGEST) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= largest:  # false for NaN
        return float(value) + 0.0  # no minus zero: it would have a version of its own
    raise InvalidWeights(f"Give the weight {name} a number from 0 to {largest:g}.")


DEFAULT_WEIGHTS: Final = Weights()
UNKNOWN: Final = 0.5
"""The value of a part if one of the two sides has not given the facts that it needs."""


def language_value(known: Any, common: Any) -> Any:
    """The worth of two sides' languages: 1 with a common one, 0 without, UNKNOWN unless both have named some.

    Takes one pair or arrays of pairs; the first stage derives its three values from this function.
    """
    return common + UNKNOWN * np.logical_not(known)


def weighed_down(share: Any, value: Any) -> Any:
    """A part of the score that matters only to a `share` of what two sides would do: 1 where it matters to nothing."""
    return 1 - share * (1 - value)


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
    given: frozenset[str] = frozenset()
    """The parts that are 1 where nothing speaks against a pair, as between two that have nothing to do together."""
    given_counts: float = 1.0
    """The share of the weight of these parts that a pair has to earn back."""

    @property
    def total(self) -> Floats:
        """The score of each pair; the weight of a part that is missing in `parts` does not count.

        It is the weighted mean of the parts less `given_counts` of the weight of the `given` ones, as a share of the
        rest: so that what two would gain decides whether a pair is worth proposing.
        """
        weighted = sum(self.weights[name] * values for name, values in self.parts.items())
        whole = sum(self.weights[name] for name in self.parts)
        given = self.given_counts * sum(self.weights[name] for name in self.given if name in self.parts)
        return np.asarray(np.clip((weighted - given) / (whole - given), 0, 1), np.float64)

    def taken(self, positions: Integers) -> "Scores":
        """The scores of the pairs at these positions alone, in their order."""
        parts = {name: values[positions] for name, values in self.parts.items()}
        return replace(self, parts=parts)

    def parts_of(self, position: int) -> Sequence[Part]:
        """The parts of the pair at `position`, in the order of `parts`."""
        return tuple(
            Part(name=name, value=float(values[position]), weight=self.weights[name])
            for name, values in self.parts.items()
        )
