"""The choice for a problem with rules: prices of the rules, the choice at these prices, and its repair.

Invariant: the choice keeps all rules, and the dual bounds the value of any other; else NoPermittedChoice has the
shortfalls.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from isopolity.matching.assignment.presolve import presolve
from isopolity.matching.assignment.problem import CountRule, Mode, Report, RoundProblem, Solution, unreported
from isopolity.matching.assignment.solvers.ruled.conflict import disproof, irreducible
from isopolity.matching.assignment.solvers.ruled.multipliers import solved_at_good_prices
from isopolity.matching.assignment.solvers.ruled.neighbourhood import Neighbourhoods
from isopolity.matching.assignment.solvers.ruled.oracles import PlainSolver, SolvingOracle
from isopolity.matching.assignment.solvers.ruled.relaxation import Relaxation
from isopolity.matching.errors import NoPermittedChoice


class Turns(NamedTuple):
    """The number of prices that are tried by solving, by the size of the problem."""

    small: int
    large: int
    """The number for problems with LARGE nodes or more."""


TURNS: Final = {Mode.QUICK: Turns(small=2, large=1), Mode.EXACT: Turns(small=10, large=3)}
LARGE: Final = 2_000
DEAREST: Final = 3
"""The price of a unit of a rule, in pairs of worth 1, from which it is first checked whether the rules are possible."""


def ruled_choice(problem: RoundProblem, plain: PlainSolver, report: Report = unreported) -> Solution:
    """A choice that keeps all rules, with its proof. Raises ContradictoryRules, NoPermittedChoice.

    `plain` solves problems without rules on groups.
    """
    presolve(problem)  # refuses contradictory pairs
    oracle, found = attempt(problem, plain, report)
    is_doubtful = oracle.highest > DEAREST
    dual = disproof(problem, plain, report) if is_doubtful else None
    if dual is None:
        found.repair()
    if found.breaks_rules(found.chosen):
        if dual is None and not is_doubtful:
            dual = disproof(problem, plain, report)
        conflict = () if dual is None else irreducible(problem, dual, plain, report)
        raise NoPermittedChoice(shortfalls(problem, found), conflict, dual)
    found.finish(oracle.least / oracle.relaxation.parts - float(problem.weight[found.chosen == 1].sum()))
    return replace(oracle.solution, chosen=np.flatnonzero(found.chosen))


def attempt(problem: RoundProblem, plain: PlainSolver, report: Report) -> tuple[SolvingOracle, Neighbourhoods]:
    """The relaxation solved at good prices, and the neighbourhoods that repair its choice."""
    turns = TURNS[problem.mode]
    most = turns.large if len(problem.capacity) >= LARGE else turns.small
    oracle = solved_at_good_prices(Relaxation(problem=problem), plain, most, report)
    return oracle, _neighbourhoods(oracle, report)


def _neighbourhoods(oracle: SolvingOracle, report: Report) -> Neighbourhoods:
    """The neighbourhoods of the choice that an oracle keeps."""
    problem = oracle.relaxation.problem
    edges = np.arange(len(problem.a))
    ends = (np.concatenate([problem.a, problem.b]), np.tile(edges, 2))
    chosen = np.zeros(len(edges), np.int64)
    chosen[oracle.solution.chosen] = 1
    return Neighbourhoods(
        relaxation=oracle.relaxation,
        incidence=csr_array((np.ones(2 * len(edges), np.int64), ends), shape=(len(problem.capacity), len(edges))),
        cuts=oracle.cuts,
        chosen=chosen,
        loss=oracle.loss,
        report=report,
    )


def shortfalls(problem: RoundProblem, found: Neighbourhoods) -> Sequence[tuple[int, int]]:
    """The positions of the rules that the choice breaks, each with its shortfall or excess."""
    count, served = (iter(each.tolist()) for each in found.missing(found.chosen))
    missed = [next(count if isinstance(rule, CountRule) else served) for rule in problem.rules]
    return [(position, abs(by)) for position, by in enumerate(missed) if by]
