"""The problem of a round in numbers, and the solution of a solver.

Holders of capacity are nodes 0 … n-1, pairs that may be chosen are edges 0 … m-1. Invariant: weights are integers, so
that values and bounds are exact and anyone can recompute them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Integers

WEIGHT_UNIT: Final = 1_000_000
"""The weight of a pair of worth 1."""


class Mode(StrEnum):
    """The amount of work that a solver spends; both modes are bounded by work, not by time."""

    QUICK = "quick"
    EXACT = "exact"


def _none() -> Integers:
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRule:
    """Bounds on the sum of the amounts of the chosen edges among some edges."""

    edges: Integers
    """(k,): positions of edges, ascending."""
    at_least: int = 0
    at_most: int | None = None
    """None if there is no upper limit."""
    amount: Integers | None = None
    """(k,), >= 1: the amount of each edge; None means 1 for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedRule:
    """At least `at_least` of some members have a chosen edge; a member is one node or several."""

    nodes: Integers
    """(k,): the nodes of the members, each node once."""
    members: Integers
    """(k,): the member of each of `nodes`, numbered from 0 without gaps, ascending."""
    at_least: int


Rule = CountRule | ServedRule


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundProblem:
    """The problem of choosing edges with the greatest total weight, at most `capacity[i]` of them at node i.

    Edges are sorted by (a, b), a < b, each pair of nodes once; weights are in 1 … WEIGHT_UNIT. `must`, `never` and
    `rules` are kept whatever they cost.
    """

    capacity: Integers
    """(n,): the greatest number of chosen edges at each node."""
    a: Integers
    """(m,): the end of each edge with the lower number."""
    b: Integers
    weight: Integers
    must: Integers = field(default_factory=_none)
    """Positions of the edges that must be chosen."""
    never: Integers = field(default_factory=_none)
    """Positions of the edges that must not be chosen."""
    rules: Sequence[Rule] = ()
    seed: int = 0
    """Breaks ties between pairs of equal weight."""
    mode: Mode = Mode.QUICK


@dataclass(frozen=True, slots=True, kw_only=True)
class OddSet:
    """A cut: of the edges inside `nodes` and those in `edges`, at most half the capacity can be chosen, rounded down.

    Each of `edges` has exactly one end in `nodes`. At most (sum of the nodes' capacities + len(edges)) // 2 of the
    edges inside and of `edges` can be chosen together (Edmonds and Johnson 1970).
    """

    nodes: Sequence[int]
    edges: Sequence[int] = ()
    value: int
    """The dual value of the set, >= 0, in units of 1 / `scale` of a weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDual:
    """The dual values of a rule, >= 0, in units of 1 / `scale` of a weight."""

    least: int = 0
    """The dual value of one unit of `at_least`."""
    most: int = 0
    """The dual value of one unit of `at_most`."""
    members: Sequence[int] = ()
    """The dual value of each member's first edge, for a ServedRule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dual:
    """Dual values that prove an upper bound, all in units of 1 / `scale` of a weight.

    The dual of an edge (of “at most once”) is not stored: it is the excess of its weight over the other values, at
    least 0, or, for an edge that must be chosen, that difference whatever its sign. The bound is the sum of capacity
    times value over the nodes, of the duals of the edges, and of each odd set's value times its right-hand side. A rule
    raises the weights of its edges by `least` and lowers them by `most`, a ServedRule raises them by the values of the
    members at both ends; then it adds `most` times at_most and the excess of `least` over each member's value, and
    subtracts `least` times at_least (Lagrangian relaxation, Held and Karp 1971).
    """

    scale: int
    node: Integers
    """(n,), >= 0: the value of one unit of each node's capacity."""
    odd_sets: Sequence[OddSet] = ()
    rules: Sequence[RuleDual] = ()
    """The dual values of each rule of the problem, in the order of its rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The positions of the chosen edges, ascending, and a dual that bounds the value of any choice."""

    chosen: Integers
    dual: Dual


Report = Callable[[str, float], None]
"""Called with the name of a step and the share of it that is done, in [0, 1]; it raises to stop the solver."""


def unreported(step: str, done: float) -> None:
    """A Report that does nothing."""


class ServedCount(NamedTuple):
    """The number of members of a ServedRule that a choice serves, and an upper bound of it in any choice."""

    served: int
    bound: int


def edges_at(a: Integers, b: Integers, nodes: Integers) -> list[Integers]:
    """The edges of each of some nodes, ascending; `a` and `b` are the ends of all."""
    ends = np.concatenate((a, b))
    order = np.argsort(ends, kind="stable")
    start, beyond = (np.searchsorted(ends[order], nodes, side) for side in ("left", "right"))
    return [np.sort(order[one:other] % len(a)) for one, other in zip(start, beyond, strict=True)]
