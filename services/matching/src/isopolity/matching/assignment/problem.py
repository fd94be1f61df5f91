"""A round as a problem in numbers, and what a solver answers.

Holders of capacity are nodes 0 … n-1, pairs that may be chosen are edges 0 … m-1. Weights are integers, so that a value
and a bound are exact and anybody can add them up again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers

WEIGHT_UNIT: Final = 1_000_000
"""The weight of a pair that is worth 1."""


class Mode(StrEnum):
    """How hard a solver tries; both are bounded by work, not by the clock."""

    QUICK = "quick"
    EXACT = "exact"


def _none() -> Integers:
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundProblem:
    """What a solver gets: choose edges of the greatest weight, at most `capacity[i]` of them at node i.

    Edges are sorted by (a, b), a < b, each pair of nodes once; weights are in 1 … WEIGHT_UNIT. `must` and `never` are
    rules that hold whatever they cost.
    """

    capacity: Integers
    """(n,)"""
    a: Integers
    """(m,)"""
    b: Integers
    weight: Integers
    must: Integers = field(default_factory=_none)
    """Positions of the edges that must be chosen."""
    never: Integers = field(default_factory=_none)
    """Positions of the edges that must not be chosen."""
    seed: int = 0
    """Decides between pairs of the same weight."""
    mode: Mode = Mode.QUICK


@dataclass(frozen=True, slots=True, kw_only=True)
class OddSet:
    """A cut: of the edges inside `nodes` and those in `edges`, at most half the capacity can be chosen, rounded down.

    Each of `edges` has one end in `nodes`. At most (sum of the nodes' capacities + len(edges)) // 2 of the edges inside
    and of `edges` can be chosen together (Edmonds and Johnson 1970).
    """

    nodes: Sequence[int]
    edges: Sequence[int] = ()
    value: int
    """Its dual value, >= 0, in units of 1 / `scale` of a weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dual:
    """Dual values that prove an upper bound; all in units of 1 / `scale` of a weight.

    An edge's own dual (of “at most once”) is not kept: it is what its weight exceeds the other values by, and, for
    an edge that must be chosen, that difference whatever its sign. The bound is the sum of capacity times value over
    the nodes, of the edges' duals, and of each odd set's value times its right-hand side.
    """

    scale: int
    node: Integers
    """(n,), >= 0"""
    odd_sets: Sequence[OddSet] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Positions of the chosen edges, ascending, and the dual that tells how good they are."""

    chosen: Integers
    dual: Dual


Report = Callable[[str, float], None]
"""Told a step and how much of it is done, in [0, 1]; raises to stop the solver."""


def unreported(step: str, done: float) -> None:
    """A Report that nobody reads."""
