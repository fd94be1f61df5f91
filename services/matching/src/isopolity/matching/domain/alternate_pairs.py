"""Alternates: for each member that a round has paired, the next best pairs that the round did not choose."""

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.problem import RoundProblem


def alternates(problem: RoundProblem, chosen: Integers, each: int) -> Integers:
    """The positions, ascending, of the best `each` edges of every node that has a chosen one; none that must never be.

    Between edges of one weight the one that comes first in the problem is taken.
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
