"""Rules that cannot hold together: a proof by multipliers, and the rules of it none of which can be left out.

Where every weight is 0, a choice that keeps all rules is worth 0; so a bound below 0 proves that there is none (Farkas
1902).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from isopolity.matching.assignment.problem import Dual, Report, RoundProblem
from isopolity.matching.assignment.solvers.ruled.multipliers import solved_at_good_prices
from isopolity.matching.assignment.solvers.ruled.oracles import PlainSolver
from isopolity.matching.assignment.solvers.ruled.relaxation import Relaxation

TURNS: Final = 4
"""Prices that are tried by solving, which knows of odd sets."""
TESTS: Final = 40
"""How often rules are left out, at most, but for the turn that is begun."""


def disproof(problem: RoundProblem, plain: PlainSolver, report: Report) -> Dual | None:
    """Dual values that prove that no choice keeps all rules of `problem`; None if none were found."""
    oracle = solved_at_good_prices(Relaxation(problem=problem, is_weighed=False), plain, TURNS, report, enough=0)
    return oracle.solution.dual if oracle.least < 0 else None


def irreducible(problem: RoundProblem, dual: Dual, plain: PlainSolver, report: Report) -> Sequence[int]:
    """Positions of rules that cannot hold together, found from a disproof: each was left out once, and was needed.

    Of many rules, half of them are left out at once, then a quarter, and so on; after TESTS the rest stays.
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
