"""A round solver that takes the best pair first: half of the best possible weight at least, proved only roughly."""

import numpy as np

from isopolity.matching.domain.assignment import Dual, Report, RoundProblem, Solution, unreported


class GreedyRoundSolver:
    """A RoundSolver; the rules are kept, the bound is the sum of each node's best weight times its capacity."""

    name = "greedy"

    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        m = len(problem.a)
        lot = np.random.default_rng(problem.seed).permutation(m)
        rank = np.lexsort((lot, -problem.weight))
        must = set(problem.must.tolist())
        never = set(problem.never.tolist())
        left, chosen = problem.capacity.copy(), []
        for edge in [*sorted(must), *(e for e in rank.tolist() if e not in must and e not in never)]:
            a, b = problem.a[edge], problem.b[edge]
            if left[a] > 0 and left[b] > 0:
                left[a] -= 1
                left[b] -= 1
                chosen.append(edge)
        node = np.zeros(len(problem.capacity), np.int64)
        np.maximum.at(node, problem.a, problem.weight)
        np.maximum.at(node, problem.b, problem.weight)
        report("assignment", 1.0)
        return Solution(chosen=np.array(sorted(chosen), np.int64), dual=Dual(scale=2, node=node))
