"""The quick mode: the linear programme's half-integral optimum, rounded and made better by local search.

Its invariant: the dual that goes with the round is that of the linear programme, optimal among duals without odd sets.
"""

import numpy as np

from isopolity.matching.adapters.solving.adjacency import adjacency
from isopolity.matching.adapters.solving.half_integral import half_integral
from isopolity.matching.adapters.solving.improving import improved
from isopolity.matching.adapters.solving.rounding import complete, rounded
from isopolity.matching.domain.assignment import Dual, Report, RoundProblem, Solution


def quick(problem: RoundProblem, report: Report) -> Solution:
    """A round close to the best, with a bound; `problem` has no rules."""
    around = adjacency(problem)
    half = half_integral(problem, around, report)
    chosen = improved(problem, around, half.node, rounded(problem, half), report)
    complete(problem, around, chosen)
    return Solution(chosen=np.flatnonzero(chosen), dual=Dual(scale=2, node=half.node))
