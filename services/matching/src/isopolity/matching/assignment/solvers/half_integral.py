"""The linear programme of a round: the best fractional b-matching, which is half-integral, with an optimal dual.

Invariant: primal and dual have equal values, which no round can exceed.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import Report, RoundProblem, unreported
from isopolity.matching.assignment.solvers.adjacency import Adjacency
from isopolity.matching.assignment.solvers.auction import EPSILON_PARTS, bipartition, start_by_auction
from isopolity.matching.assignment.solvers.fractional_matching import UNREACHED, empty_matching, half_cycles
from isopolity.matching.assignment.solvers.shortest_walks import fill_nodes, start_greedily

NODES_A_REPORT: Final = 5_000
"""The number of source nodes between two reports."""
AUCTION_FROM: Final = 5_000
"""With more nodes, an auction comes first, then sweeps of short searches, so that searches from near nodes meet."""
SWEEPS: Final = 64
"""The greatest number of sweeps of short searches."""
RADIUS_PARTS: Final = 128
"""The radius of a short search is twice the heaviest weight divided by this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfIntegral:
    """An optimal vertex of the linear programme with an optimal dual, complementary to it.

    With y = dual / 2: the weight of an edge is <= y_a + y_b if it is not chosen, >= if it is chosen wholly, and = if it
    is chosen by half. A node with y > 0 is full.
    """

    halves: Integers
    """(m,): the number of chosen halves of the edge: 0, 1 or 2."""
    dual: Integers
    """(n,): the duals, >= 0, in units of half a weight."""
    cycle_start: Integers
    """The starts of odd cycles of half-chosen edges, which share no node: cycle c is edges[start[c] : start[c + 1]]."""
    cycle_edges: Integers
    """Positions of edges, in order around each cycle."""


def half_integral(
    problem: RoundProblem, around: Adjacency, report: Report = unreported, *, auction_from: int = AUCTION_FROM
) -> HalfIntegral:
    """The optimum of max w·x, x(edges of i) <= capacity[i], 0 <= x <= 1; `problem` must be without rules.

    In a bipartite problem, such as programmes and cities, no edge is chosen by half (Kőnig, Egerváry 1931). With more
    than `auction_from` nodes an auction comes first.
    """
    nodes, ends = len(problem.capacity), (problem.a, problem.b)
    matching = empty_matching(around.start, around.other, around.edge, *ends, problem.weight, problem.capacity)
    side = bipartition(nodes, *ends)
    if len(side) or nodes > auction_from:
        start_by_auction(matching, side, max(1, 2 * int(problem.weight.max(initial=0)) // EPSILON_PARTS))
    else:
        start_greedily(matching)
    sweeps = SWEEPS if nodes > auction_from and not len(side) else 0
    near = max(1, 2 * int(problem.weight.max(initial=0)) // RADIUS_PARTS)
    for turn, radius in enumerate([near] * sweeps + [UNREACHED // 4]):
        left = 0
        for first in range(0, nodes, NODES_A_REPORT):
            report("bound", (turn + first / nodes) / (sweeps + 1))
            left += fill_nodes(matching, first, min(first + NODES_A_REPORT, nodes), radius)
        if not left:
            break
    # a node whose capacity is at least its number of edges limits no choice, so its dual is 0
    matching.dual[problem.capacity >= np.diff(around.start)] = 0
    cycle_start, cycle_edges = half_cycles(matching)
    return HalfIntegral(halves=matching.halves, dual=matching.dual, cycle_start=cycle_start, cycle_edges=cycle_edges)
