"""The greatest number of members of a ServedRule that a choice can serve, with a proved bound.

Each member's first edge has equal worth and edges weigh nothing; the bound of that problem, rounded down, is the
target, and the shortfall after repair is subtracted from it.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from isopolity.matching.assignment.presolve import presolve
from isopolity.matching.assignment.problem import (
    WEIGHT_UNIT,
    Report,
    RoundProblem,
    ServedCount,
    ServedRule,
    unreported,
)
from isopolity.matching.assignment.solvers.ruled.multipliers import solved_at_good_prices
from isopolity.matching.assignment.solvers.ruled.oracles import PlainSolver
from isopolity.matching.assignment.solvers.ruled.relaxation import Relaxation
from isopolity.matching.assignment.solvers.ruled.ruled_choice import attempt, shortfalls
from isopolity.matching.errors import NoPermittedChoice

TURNS: Final = 4
SOFT: Final = 4.0
"""The price of an unserved member, in pairs of worth 1: above the gain of an exchange, below the cost of rules."""


def most_served(
    problem: RoundProblem, rule: ServedRule, plain: PlainSolver, report: Report = unreported
) -> ServedCount:
    """The number of members of `rule` served by a choice within the problem's rules, and an upper bound of it.

    `rule.at_least` is ignored. Raises ContradictoryRules, and NoPermittedChoice if no choice was found that
    keeps the rules.
    """
    presolve(problem)  # refuses contradictory pairs
    asked = replace(problem, rules=[*problem.rules, replace(rule, at_least=0)])
    relaxation = Relaxation(problem=asked, is_weighed=False)
    price = WEIGHT_UNIT * relaxation.parts
    oracle = solved_at_good_prices(relaxation, plain, TURNS, report, served=price)
    bound = int(oracle.least // price)
    if bound < 0:
        raise NoPermittedChoice((), dual=oracle.solution.dual)
    wanted = replace(asked, rules=[*problem.rules, replace(rule, at_least=bound)])
    _, found = attempt(wanted, plain, report)
    found.last_price = SOFT
    found.repair()
    count, served = found.missing(found.chosen)
    if np.any(count) or np.any(served[:-1]):
        raise NoPermittedChoice(shortfalls(problem, found))
    return ServedCount(served=bound - int(served[-1]), bound=bound)
