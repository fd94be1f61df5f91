"""The choice for a problem with rules: prices of the rules, the choice at these prices, and its repair.

Invariant: the choice keeps all rules, and the dual bounds the value of any other; else NoPermittedChoice has the
shortfalls.

Rules that cannot all be kept are proved by multipliers: if every weight is 0, a choice that keeps all rules is worth 0;
so a bound below 0 proves that there is no such choice (Farkas 1902).

The greatest number of members of a ServedRule that a choice can serve: each member's first edge has equal worth and
edges weigh nothing; the bound of that problem, rounded down, is the target, and the shortfall after repair is
subtracted from it.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from isopolity.matching.assignment.presolve import presolve
from isopolity.matching.assignment.problem import (
    WEIGHT_UNIT,
    CountRule,
    Dual,
    Mode,
    Report,
    RoundProblem,
    Rule,
    ServedCount,
    ServedRule,
    Solution,
    unreported,
)
from isopolity.matching.assignment.solvers.ruled.multipliers import PlainSolver, SolvingOracle, solved_at_good_prices
from isopolity.matching.assignment.solvers.ruled.neighbourhood import Neighbourhoods
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

    In exact mode, it is worth at least as much as that of quick mode. `plain` solves problems without rules on groups.
    """
    presolve(problem)  # refuses contradictory pairs
    if problem.mode is Mode.QUICK:
        return _kept_choice(problem, plain, report).solution
    quick = replace(problem, mode=Mode.QUICK)
    try:
        exact = _kept_choice(problem, plain, report)
    except NoPermittedChoice as error:
        if error.is_proved:
            raise
        return _kept_choice(quick, plain, report).solution
    if exact.gap < 1:
        return exact.solution
    with suppress(NoPermittedChoice):
        other = _kept_choice(quick, plain, report).solution.chosen
        chosen = max(exact.solution.chosen, other, key=lambda edges: problem.weight[edges].sum())
        return replace(exact.solution, chosen=chosen)
    return exact.solution


class KeptChoice(NamedTuple):
    """A choice that keeps all rules, and by how much at most another one is worth more."""

    solution: Solution
    gap: float


def _kept_choice(problem: RoundProblem, plain: PlainSolver, report: Report) -> KeptChoice:
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
    bound = oracle.least / oracle.relaxation.parts
    found.finish(bound - float(problem.weight[found.chosen == 1].sum()))
    chosen = np.flatnonzero(found.chosen)
    return KeptChoice(replace(oracle.solution, chosen=chosen), bound - float(problem.weight[chosen].sum()))


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


DISPROOF_TURNS: Final = 4
"""The number of prices that are tried by solving, which uses odd sets."""
TESTS: Final = 40
"""The greatest number of attempts to leave out rules; a turn that has begun is finished."""
FEWEST_TESTS: Final = 12
TESTED_EDGES: Final = 1_000_000
"""The number of edges in all attempts, unless these would then be fewer than FEWEST_TESTS."""


def disproof(problem: RoundProblem, plain: PlainSolver, report: Report) -> Dual | None:
    """Dual values that prove that no choice keeps all rules of `problem`; None if not found."""
    oracle = solved_at_good_prices(
        Relaxation(problem=problem, is_weighed=False), plain, DISPROOF_TURNS, report, enough=0
    )
    return oracle.solution.dual if oracle.least < 0 else None


def irreducible(problem: RoundProblem, dual: Dual, plain: PlainSolver, report: Report) -> Sequence[int]:
    """Positions of rules that cannot all be kept, from a disproof: leaving out any one of them was tried and failed.

    With many rules, half of them are left out at once, then a quarter, and so on; after some attempts the rest stays.
    """
    kept = [position for position, each in enumerate(dual.rules) if each.least or each.most]
    size, tests = max(len(kept) // 2, 1), 0
    most = min(TESTS, max(FEWEST_TESTS, TESTED_EDGES // max(len(problem.a), 1)))
    while size and tests < most:
        for first in reversed(range(0, len(kept), size)):
            rest = kept[:first] + kept[first + size :]
            fewer = replace(problem, rules=[problem.rules[each] for each in rest])
            tests += 1
            if rest and disproof(fewer, plain, report) is not None:
                kept = rest
        size = min(size // 2, len(kept) // 2) if size > 1 else 0
    return kept


SERVED_TURNS: Final = 4
NEARER: Final = 2
"""The number of attempts at rules that are soft; the second one asks for no more than the first one reached."""
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
    oracle = solved_at_good_prices(relaxation, plain, SERVED_TURNS, report, served=price)
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


def nearest_choice(
    problem: RoundProblem, soft: int, plain: PlainSolver, report: Report = unreported
) -> tuple[RoundProblem, Solution] | None:
    """A choice that keeps all rules but the last `soft` ones, which are ServedRules, and these as nearly as is found.

    What the soft rules ask for is lowered to what the choice reaches, and the problem with these rules is returned,
    too, which the solution keeps and bounds. None where no choice was found that keeps the other rules.
    """
    presolve(problem)  # refuses contradictory pairs
    first = len(problem.rules) - soft
    for _ in range(NEARER):
        oracle, found = attempt(problem, plain, report)
        found.soft, found.last_price = soft, SOFT
        found.repair()
        missing = dict(shortfalls(problem, found))
        if any(position < first for position in missing):
            return None
        problem = replace(problem, rules=[_lowered(rule, missing.get(at, 0)) for at, rule in enumerate(problem.rules)])
        if not missing:
            found.finish(oracle.least / oracle.relaxation.parts - float(problem.weight[found.chosen == 1].sum()))
            break
    return problem, replace(oracle.solution, chosen=np.flatnonzero(found.chosen))


def _lowered(rule: Rule, by: int) -> Rule:
    return replace(rule, at_least=rule.at_least - by) if by else rule
