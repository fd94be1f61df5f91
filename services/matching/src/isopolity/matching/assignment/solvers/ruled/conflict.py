"""Rules that cannot all be kept: a proof by multipliers, and a set of such rules of which each is needed.

If every weight is 0, a choice that keeps all rules is worth 0; so a bound below 0 proves that there is no such choice
(Farkas 1902).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from isopolity.matching.assignment.problem import Dual, Report, RoundProblem
from isopolity.matching.assignment.solvers.ruled.multipliers import solved_at_good_prices
from isopolity.matching.assignment.solvers.ruled.oracles import PlainSolver
from isopolity.matching.assignment.solvers.ruled.relaxation import Relaxation

TURNS: Final = 4
"""The number of prices that are tried by solving, which uses odd sets."""
TESTS: Final = 40
"""The greatest number of attempts to leave out rules; a turn that has begun is finished."""


def disproof(problem: RoundProblem, plain: PlainSolver, report: Report) -> Dual | None:
    """Dual values that prove that no choice keeps all rules of `problem`; None if not found."""
    oracle = solved_at_good_prices(Relaxation(problem=problem, is_weighed=False), plain, TURNS, report, enough=0)
    return oracle.solution.dual if oracle.least < 0 else None


def irreducible(problem: RoundProblem, dual: Dual, plain: PlainSolver, report: Report) -> Sequence[int]:
    """Positions of rules that cannot all be kept, from a disproof: leaving out any one of them was tried and failed.

    With many rules, half of them are left out at once, then a quarter, and so on; after TESTS attempts the rest stays.
    """
    kept = [position for position, each in enumerate(dual.rules) if each.least or each.most]
    size, tests = max(len(kept) // 2, 1), 0
    while size and tests < TESTS:
        for first in reversed(range(0, len(kept), size)):
            rest = kept[:first] + kept[first + size :]
            fewer = replace(problem, rules=[problem.rules[each] for each in rest])
            tests += 1
            if rest and disproof(fewer, plain, report) is not None:
                kept = rest
        size = min(size // 2, len(kept) // 2) if size > 1 else 0
    return kept
