"""Alternates: for each member that a round has paired, the next best pairs that the round did not choose."""

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import RoundProblem


def alternates(problem: RoundProblem, chosen: Integers, each: int) -> Integers:
    """Positions, ascending, of the `each` best unchosen edges of every paired node; `problem.never` is left out.

    Of edges with equal weights, the one that comes first in the problem is taken.
    """
    spare = np.ones(len(problem.a), bool)
    spare[chosen] = False
    spare[problem.never] = False
    paired = np.zeros(len(problem.capacity), bool)
    paired[problem.a[chosen]] = True
    paired[problem.b[chosen]] = True
    edge = np.tile(np.flatnonzero(spare), 2)
    node = np.concatenate([problem.a[spare], problem.b[spare]])
    order = np.lexsort((edge, -problem.weight[edge], node))
    ordered = node[order]
    place = np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
    return np.unique(edge[order[(place < each) & paired[ordered]]])
