"""The linear programme of a round: fractional b-matching, half-integral and with an optimal dual.

Its invariant: primal and dual have the same value, which bounds every round from above.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import Report, RoundProblem, unreported
from isopolity.matching.assignment.solvers.adjacency import Adjacency
from isopolity.matching.assignment.solvers.auction import STEPS, sides, start_by_auction
from isopolity.matching.assignment.solvers.fractional_matching import FAR, half_cycles, opened
from isopolity.matching.assignment.solvers.shortest_walks import settle, start_greedily

AT_A_TIME: Final = 5_000
"""Nodes that are settled between two reports."""
LARGE: Final = 5_000
"""With more nodes an auction comes first; then all search near by before any searches far, so that they meet."""
SWEEPS: Final = 64
"""How often near by, at most."""
PARTS: Final = 128
"""How far each time: this part of twice the heaviest weight."""


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


def half_integral(
    problem: RoundProblem, around: Adjacency, report: Report = unreported, *, large: int = LARGE
) -> HalfIntegral:
    """The optimum of max w·x, x(edges of i) <= capacity[i], 0 <= x <= 1; `problem` has no rules.

    Where the nodes have two sides, as programmes and cities do, there are no halves (Kőnig, Egerváry 1931).
    """
    nodes, ends = len(problem.capacity), (problem.a, problem.b)
    now = opened(around.start, around.other, around.edge, *ends, problem.weight, problem.capacity)
    side = sides(nodes, *ends)
    if len(side) or nodes > large:
        start_by_auction(now, side, max(1, 2 * int(problem.weight.max(initial=0)) // STEPS))
    else:
        start_greedily(now)
    sweeps = SWEEPS if nodes > large and not len(side) else 0
    near = max(1, 2 * int(problem.weight.max(initial=0)) // PARTS)
    for turn, radius in enumerate([near] * sweeps + [FAR // 4]):
        left = 0
        for first in range(0, nodes, AT_A_TIME):
            report("bound", (turn + first / nodes) / (sweeps + 1))
            left += settle(now, first, min(first + AT_A_TIME, nodes), radius)
        if not left:
            break
    # who has no more edges than places is never full, and pays nothing
    now.dual[problem.capacity >= np.diff(around.start)] = 0
    cycle_start, cycle_edges = half_cycles(now)
    return HalfIntegral(twice=now.twice, node=now.dual, cycle_start=cycle_start, cycle_edges=cycle_edges)
