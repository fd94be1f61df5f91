"""The solver of rounds: presolve removes the rules, then the solver of the mode, quick or exact, chooses edges.

Invariant: the dual of a quick round is optimal for the linear programme; the dual of an exact one is feasible at every
step, so that a search that is stopped still proves a bound.
"""

from typing import Final

import numpy as np

from isopolity.matching.assignment.presolve import presolve
from isopolity.matching.assignment.problem import (
    Dual,
    Mode,
    Report,
    RoundProblem,
    ServedCount,
    ServedRule,
    Solution,
    unreported,
)
from isopolity.matching.assignment.solvers.blossom_graph import WORK, BlossomGraph, blossom_graph, dual_of
from isopolity.matching.assignment.solvers.half_integral import HalfIntegral, half_integral
from isopolity.matching.assignment.solvers.local_search import fill_free_slots, improve, rounded
from isopolity.matching.assignment.solvers.primal_dual import remove_deficiencies
from isopolity.matching.assignment.solvers.search_arrays import Adjacency, adjacency
from isopolity.matching.compiled import worth_compiling

EDGES_QUICK: Final = 100_000
"""The number of edges up to which quick mode is interpreted faster than its kernels are compiled."""
EDGES_EXACT: Final = 20_000
"""The number for exact mode."""
RULED_SOLVES: Final = 20
"""About the number of choices without rules from which one with rules is made."""
SEARCHES: Final = 8
"""The greatest number of searches for an exchange per node."""
SCALE: Final = 4
"""The scale of duals in exact mode: twice that of the linear programme, so that root duals are even."""
STRIDE: Final = 10_000_000
"""The work between two reports, in edges and vertices looked at, or 50 per edge of the problem if that is more."""
MOST_WORK: Final = 1_000_000_000
"""The amount of work after which exact mode stops."""


class AssignmentSolver:
    """A RoundSolver. A bipartite problem, such as a round of sponsorships, is solved to the optimum in either mode."""

    name = "isopolity-assignment"

    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        """The chosen edges with their dual. Raises ContradictoryRules, NoPermittedChoice, and what `report` raises."""
        if problem.rules:
            from isopolity.matching.assignment.solvers.ruled.ruled_choice import ruled_choice  # it loads scipy.optimize

            with worth_compiling(lambda: len(problem.a) * RULED_SOLVES > EDGES_QUICK):
                return ruled_choice(problem, self.solve, report)
        presolved = presolve(problem)
        choose, most_edges = (exact, EDGES_EXACT) if problem.mode is Mode.EXACT else (quick, EDGES_QUICK)
        with worth_compiling(lambda: len(presolved.reduced.a) > most_edges):
            solution = choose(presolved.reduced, report)
        report("assignment", 1.0)
        return presolved.postsolve(solution)

    def most_served(self, problem: RoundProblem, rule: ServedRule, report: Report = unreported) -> ServedCount:
        """The number of members of `rule` served by a choice within the problem's rules, and an upper bound of it.

        `rule.at_least` is ignored. Raises the errors of `solve`.
        """
        from isopolity.matching.assignment.solvers.ruled.ruled_choice import most_served

        return most_served(problem, rule, self.solve, report)

    def nearest(
        self, problem: RoundProblem, soft: int, report: Report = unreported
    ) -> tuple[RoundProblem, Solution] | None:
        """The choice that keeps the last `soft` rules as nearly as is found; see `nearest_choice`."""
        from isopolity.matching.assignment.solvers.ruled.ruled_choice import nearest_choice

        with worth_compiling(lambda: len(problem.a) * RULED_SOLVES > EDGES_QUICK):
            return nearest_choice(problem, soft, self.solve, report)


def quick(problem: RoundProblem, report: Report) -> Solution:
    """A round close to the optimum with a bound; optimal if no edge is chosen by half. `problem` has no rules.

    The half-integral optimum of the linear programme is rounded and then improved by local search.
    """
    nodes = len(problem.capacity)
    around = adjacency(problem)
    half = half_integral(problem, around, report)
    chosen = rounded(problem, half)
    if len(half.cycle_edges):
        improve(problem, around, half.dual, chosen, report, searches=SEARCHES * nodes, effort=effort(nodes))
        fill_free_slots(problem, around, chosen)
    return Solution(chosen=np.flatnonzero(chosen), dual=Dual(scale=2, node=half.dual))


def effort(nodes: int) -> int:
    """The greatest number of labels per search: 300 in small rounds, down to 100 in large ones, where ends are near."""
    return max(100, min(300, 1_500_000 // max(nodes, 1)))


def exact(problem: RoundProblem, report: Report, *, most_work: int = MOST_WORK, stride: int = STRIDE) -> Solution:
    """An optimal round with its proof; `problem` has no rules.

    If the work exceeds `most_work`, the better of the current round and that of quick mode is returned.
    """
    around = adjacency(problem)
    half = half_integral(problem, around, report)
    graph = jump_started(problem, around, half)
    stride = max(stride, 50 * len(problem.a))
    deficient = cycles = max(len(half.cycle_start) - 1, 1)
    while deficient and graph.counters[WORK] <= most_work:
        deficient = remove_deficiencies(graph, min(graph.counters[WORK] + stride, most_work))
        report("odd cycles", 1 - deficient / cycles)
    chosen, dual = np.flatnonzero(graph.edges["chosen"]), dual_of(graph, SCALE)
    if deficient:
        other = quick(problem, report).chosen
        chosen = max(chosen, other, key=lambda edges: problem.weight[edges].sum())
    return Solution(chosen=chosen, dual=dual)


def jump_started(problem: RoundProblem, around: Adjacency, half: HalfIntegral) -> BlossomGraph:
    """The blossom graph of a half-integral optimum; every second edge of each odd cycle is chosen.

    Then one node of each cycle is deficient: the fractional jump-start of Applegate and Cook (1993).
    """
    graph = blossom_graph(problem, around, SCALE)
    chosen, deficiency = graph.edges["chosen"], graph.vertices["deficiency"]
    graph.vertices["dual"] = SCALE // 2 * half.dual
    chosen[half.halves == 2] = 1
    step = np.arange(len(half.cycle_edges)) - np.repeat(half.cycle_start[:-1], np.diff(half.cycle_start))
    chosen[half.cycle_edges[step % 2 == 1]] = 1
    np.subtract.at(deficiency, problem.a, chosen)
    np.subtract.at(deficiency, problem.b, chosen)
    return graph
