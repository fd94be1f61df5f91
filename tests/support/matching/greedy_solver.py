"""A round solver that takes the best pair first: at least half of the best possible weight, with a loose bound."""

import numpy as np

from isopolity.matching.assignment.presolve import presolve
from isopolity.matching.assignment.problem import Dual, Report, RoundProblem, Solution, unreported


class GreedyRoundSolver:
    """A RoundSolver; the rules are kept, the bound is the sum of each node's best weight times its capacity."""

    name = "greedy"

    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        presolved = presolve(problem)
        report("assignment", 0.0)
        solution = _best_first(presolved.reduced)
        report("assignment", 1.0)
        return presolved.postsolve(solution)


def _best_first(problem: RoundProblem) -> Solution:
    lot = np.random.default_rng(problem.seed).permutation(len(problem.a))
    left, chosen = problem.capacity.copy(), []
    for edge in np.lexsort((lot, -problem.weight)).tolist():
        a, b = problem.a[edge], problem.b[edge]
        if left[a] > 0 and left[b] > 0:
            left[a] -= 1
            left[b] -= 1
            chosen.append(edge)
    node = np.zeros(len(problem.capacity), np.int64)
    np.maximum.at(node, problem.a, problem.weight)
    np.maximum.at(node, problem.b, problem.weight)
    return Solution(chosen=np.array(sorted(chosen), np.int64), dual=Dual(scale=2, node=node))
