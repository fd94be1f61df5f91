"""The solver of rounds: takes the rules out, and lets the mode's solver answer what is left."""

from typing import Final

import numpy as np

from isopolity.matching.assignment.presolve import strip
from isopolity.matching.assignment.problem import Dual, Mode, Report, RoundProblem, Solution, unreported
from isopolity.matching.assignment.solvers.adjacency import Adjacency, adjacency
from isopolity.matching.assignment.solvers.blossom_graph import WORK, Shrunken, shrunken
from isopolity.matching.assignment.solvers.half_integral import HalfIntegral, half_integral
from isopolity.matching.assignment.solvers.local_search import complete, improved, rounded
from isopolity.matching.assignment.solvers.odd_sets import dual_of
from isopolity.matching.assignment.solvers.primal_dual import settle_all

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


SCALE: Final = 4
"""Of the duals: twice that of the linear programme, so that all roots' duals are even and halves are whole."""
STRIDE: Final = 10_000_000
"""Work between two reports, in edges looked at, about; 50 a candidate if that is more."""
MOST_WORK: Final = 1_000_000_000


def exact(problem: RoundProblem, report: Report, *, most_work: int = MOST_WORK, stride: int = STRIDE) -> Solution:
    """A best round with its proof; `problem` has no rules.

    When the work exceeds `most_work`, the better of what was found so far and the quick mode's round.
    """
    around = adjacency(problem)
    half = half_integral(problem, around, report)
    graph = started(problem, around, half)
    stride = max(stride, 50 * len(problem.a))
    lacking = lacks = max(len(half.cycle_start) - 1, 1)
    while lacking and graph.tally[WORK] <= most_work:
        lacking = settle_all(graph, min(graph.tally[WORK] + stride, most_work))
        report("odd cycles", 1 - lacking / lacks)
    chosen, dual = np.flatnonzero(graph.edges["chosen"]), dual_of(graph, SCALE)
    if lacking:
        other = quick(problem, report).chosen
        chosen = max(chosen, other, key=lambda edges: problem.weight[edges].sum())
    return Solution(chosen=chosen, dual=dual)


def started(problem: RoundProblem, around: Adjacency, half: HalfIntegral) -> Shrunken:
    """The shrunken graph of a half-integral optimum; of each odd cycle every second edge is chosen.

    One node a cycle then lacks an edge: the fractional jump-start of Applegate and Cook (1993).
    """
    graph = shrunken(problem, around, SCALE)
    chosen, missing = graph.edges["chosen"], graph.vertices["missing"]
    graph.vertices["node"] = SCALE // 2 * half.node
    chosen[half.twice == 2] = 1
    step = np.arange(len(half.cycle_edges)) - np.repeat(half.cycle_start[:-1], np.diff(half.cycle_start))
    chosen[half.cycle_edges[step % 2 == 1]] = 1
    np.subtract.at(missing, problem.a, chosen)
    np.subtract.at(missing, problem.b, chosen)
    return graph


class AssignmentSolver:
    """A RoundSolver. A problem of two sides (a round that only sponsors) is solved to the best in either mode."""

    name = "isopolity-assignment"

    def solve(self, problem: RoundProblem, report: Report = unreported) -> Solution:
        """The chosen edges with their dual. Raises ContradictoryRules, and what `report` raises."""
        stripped = strip(problem)
        solution = (exact if problem.mode is Mode.EXACT else quick)(stripped.plain, report)
        report("assignment", 1.0)
        return stripped.restored(solution)
