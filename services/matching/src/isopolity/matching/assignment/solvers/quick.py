"""The quick mode: the linear programme's half-integral optimum, rounded and made better by local search.

Its invariant: the dual that goes with the round is that of the linear programme, optimal among duals without odd sets.
"""

from typing import Final

import numpy as np

from isopolity.matching.assignment.problem import Dual, Report, RoundProblem, Solution
from isopolity.matching.assignment.solvers.adjacency import adjacency
from isopolity.matching.assignment.solvers.half_integral import half_integral
from isopolity.matching.assignment.solvers.local_search import improved
from isopolity.matching.assignment.solvers.rounding import complete, rounded

SEARCHES: Final = 8
"""Searches for an exchange, at most, by node."""


def quick(problem: RoundProblem, report: Report) -> Solution:
    """A round close to the best, with a bound; the best where no odd cycle is half chosen. `problem` has no rules."""
    nodes = len(problem.capacity)
    around = adjacency(problem)
    half = half_integral(problem, around, report)
    chosen = rounded(problem, half)
    if len(half.cycle_edges):
        improved(problem, around, half.node, chosen, report, searches=SEARCHES * nodes, effort=effort(nodes))
        complete(problem, around, chosen)
    return Solution(chosen=np.flatnonzero(chosen), dual=Dual(scale=2, node=half.node))


def effort(nodes: int) -> int:
    """The labels that one search looks at, at most: small rounds are worth more, large ones have many near ways out."""
    return max(100, min(300, 1_500_000 // max(nodes, 1)))
