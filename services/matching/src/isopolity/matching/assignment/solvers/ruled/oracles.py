"""Oracles: a relaxation solved at some prices, by its linear programme or to the optimum."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Floats
from isopolity.matching.assignment.cuts import Cuts
from isopolity.matching.assignment.presolve import presolve
from isopolity.matching.assignment.problem import Report, RoundProblem, Solution, unreported
from isopolity.matching.assignment.solvers.adjacency import adjacency
from isopolity.matching.assignment.solvers.half_integral import half_integral
from isopolity.matching.assignment.solvers.ruled.relaxation import Activity, Multipliers, Relaxation

HALVES: Final = 2
"""Activities are counted in halves, since a linear programme may choose edges by half."""


class Priced(NamedTuple):
    """The relaxation at some prices: its bound, and the activity of its choice."""

    bound: float
    """The bound, in units of 1 / parts of a weight."""
    activity: Activity
    """The activity of each rule, in halves."""


Oracle = Callable[[Multipliers], Priced]
PlainSolver = Callable[[RoundProblem, Report], Solution]
"""A solver of problems without rules on groups."""


def linear_oracle(relaxation: Relaxation) -> Oracle:
    """The oracle that solves the linear programme, whose bound uses no odd sets."""

    def ask(prices: Multipliers) -> Priced:
        weights = relaxation.weights(prices)
        relaxed, kept = relaxation.relaxed(weights)
        presolved = presolve(relaxed)
        half = half_integral(presolved.reduced, adjacency(presolved.reduced))
        halves = np.zeros(len(weights), np.int64)
        halves[kept[presolved.kept]] = half.halves
        halves[relaxation.problem.must] = HALVES
        return Priced(int(weights @ halves) / HALVES + relaxation.constant(prices), relaxation.activity(halves))

    return ask


@dataclass(slots=True, kw_only=True)
class SolvingOracle:
    """The oracle that solves by `plain`, and keeps the solution of the least bound."""

    relaxation: Relaxation
    plain: PlainSolver
    least: float = np.inf
    """The least bound, a whole number in units of 1 / parts of a weight; infinite before the first call."""
    solution: Solution = field(init=False)
    """The solution that proves it; its choice may break rules."""
    highest: float = field(init=False)
    """The highest price of a rule at the least bound, in pairs of worth 1 for each edge that it counts."""
    cuts: Cuts = field(init=False)
    """The odd sets of that solution."""
    loss: Floats = field(init=False)
    """(m,): the loss against that bound by choosing each edge, in weights; if negative, by leaving it out."""

    def __call__(self, prices: Multipliers) -> Priced:
        """Solve the relaxation at these prices."""
        relaxation = self.relaxation
        weights = relaxation.weights(prices)
        relaxed, kept = relaxation.relaxed(weights)
        found = self.plain(relaxed, unreported)
        solution = relaxation.solution(found, kept, prices)
        problem, scale = relaxation.problem, found.dual.scale
        cuts = Cuts.of(problem, solution.dual.odd_sets)
        node = found.dual.node
        loss = node[problem.a] + node[problem.b] + cuts.values_of_edges() - scale * weights
        counted = loss < 0
        counted[problem.must], counted[problem.never] = True, False
        total = int(problem.capacity @ node) + int(cuts.most @ cuts.value) - int(loss[counted].sum())
        bound = -(-total // scale) + relaxation.constant(prices)
        if bound < self.least:
            self.least, self.solution, self.cuts = bound, solution, cuts
            self.loss, self.highest = loss / (scale * relaxation.parts), relaxation.highest(prices)
        chosen = np.zeros(len(weights), np.int64)
        chosen[solution.chosen] = HALVES
        return Priced(bound, relaxation.activity(chosen))
