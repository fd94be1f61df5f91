"""A round as a problem: who may be paired with whom, what each pair is worth, how much each member can handle.

Invariant of a solution: no holder is in more pairs than its capacity, and no pair is chosen twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatePair:
    """Two holders of capacity that may be paired; `key` names the pair."""

    key: str
    a: str
    b: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundProblem:
    """What a solver gets; `seed` decides between pairs of the same weight."""

    pairs: Sequence[CandidatePair]
    capacities: Mapping[str, int]
    seed: int
