"""The linear programme of a round: fractional b-matching, as a two-sided flow on two copies of the nodes.

Its invariant: primal and dual have the same value, which bounds every round from above.
"""

from dataclasses import dataclass

import numpy as np

from isopolity.matching.adapters.solving.adjacency import Adjacency
from isopolity.matching.adapters.solving.flow import best_flow
from isopolity.matching.adapters.solving.untangling import untangled
from isopolity.matching.domain.assignment import Report, RoundProblem, unreported
from isopolity.matching.domain.profiles import Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfIntegral:
    """An optimal vertex of the linear programme with an optimal dual, complementary to it.

    With y = node / 2: an edge that is not chosen at all has weight <= y_a + y_b, one chosen wholly has >=, one chosen
    by half has =. A node with y > 0 is full.
    """

    twice: Integers
    """(m,) 2 where the edge is chosen, 1 where half of it is, else 0."""
    node: Integers
    """(n,) the duals, >= 0, in units of half a weight."""
    cycle_start: Integers
    """The halves are odd cycles without a common node; cycle c is cycle_edges[cycle_start[c] : cycle_start[c + 1]]."""
    cycle_edges: Integers
    """Positions of edges, along each cycle."""


def half_integral(problem: RoundProblem, around: Adjacency, report: Report = unreported) -> HalfIntegral:
    """The optimum of max w·x, x(edges of i) <= capacity[i], 0 <= x <= 1; `problem` has no rules.

    Each node stands once on the left and once on the right, each edge becomes two arcs; half the sum of a best flow and
    its mirror image is an optimum here (Nemhauser and Trotter 1975), and so are the duals.
    """
    room = problem.capacity
    used, u, v = best_flow(around.start, around.other, around.weight, room, room, report)
    twice = np.bincount(around.edge[used == 1], minlength=len(problem.a))
    cycle_start, cycle_edges = untangled(around, twice)
    return HalfIntegral(twice=twice, node=u + v, cycle_start=cycle_start, cycle_edges=cycle_edges)
