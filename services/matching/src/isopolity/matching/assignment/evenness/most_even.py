"""The choice with the greatest least sum, and among such choices one of great value.

Invariant: the choice keeps capacities and rules on pairs, and its least sum is never below that of the most valuable
choice; the bounds hold whatever the search finds.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.evenness.choice_state import WORK, Choosing, Offers
from isopolity.matching.assignment.evenness.exchanges import raise_least, raise_value
from isopolity.matching.assignment.evenness.least_bound import ASIDE, least_alone, least_sum, least_together
from isopolity.matching.assignment.evenness.small_choices import MOST_OFFERS, small_choice
from isopolity.matching.assignment.presolve import Presolved, presolve
from isopolity.matching.assignment.problem import Dual, Report, RoundProblem, Solution, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver

_CANDIDATES: Final = 40
"""The number of best offers of each taker from which the first choice is made."""
_TARGETS: Final = 14
"""The greatest number of targets that are tried."""
_MOST_WORK: Final = 100_000_000
"""The number of offers looked at for all targets; a fifth of it is then spent on the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvenChoice:
    """A choice, and the least sum of its takers with its bound."""

    solution: Solution
    """The chosen edges; the dual bounds the value of any choice, even or not."""
    least: int
    """The least sum among the takers that can get an offer."""
    bound: int
    """An upper bound of `least` in any choice."""
    left_out: Integers
    """The nodes of takers that cannot get an offer: all their edges are forbidden or lead to full givers."""


def most_even(problem: RoundProblem, is_taker: Booleans, report: Report = unreported) -> EvenChoice:
    """Choose edges with the greatest least sum of a taker that the search finds, then with the greatest value.

    `problem` has two sides, of which `is_taker` is one, and no group rules. Raises ContradictoryRules.
    """
    presolved = presolve(problem)
    offers = Offers.of(presolved.reduced, is_taker, _fixed(presolved, is_taker))
    first, candidates = _most_valuable(presolved.reduced, offers)
    report("first choice", 1.0)
    bound = least_alone(offers.empty)
    state = _raised(offers, offers.choosing(first), bound, report)
    if len(offers.edge) <= MOST_OFFERS and (found := small_choice(offers.empty, ASIDE)) is not None:
        state = max(offers.choosing(found), state, key=lambda each: (least_sum(each.total), int(each.total.sum())))
    state.counters[WORK] = 0
    raise_value(state, least_sum(state.total), _MOST_WORK // 5)
    least = least_sum(state.total)  # the takers with the least sum may have gained by value exchanges
    report("value", 1.0)
    chosen = np.sort(offers.edge[np.flatnonzero(state.chosen)])
    if least < bound:
        bound = min(bound, least_together(offers.empty, _most(presolved, candidates.dual)))
    return EvenChoice(
        solution=presolved.postsolve(replace(candidates, chosen=chosen)),
        least=least,
        bound=bound,
        left_out=offers.takers[offers.empty.total >= ASIDE],
    )


def _fixed(presolved: Presolved, is_taker: Booleans) -> Integers:
    """By node: the weights of its edges that must be chosen; `ASIDE` for a taker without such edges and offers."""
    original, reduced = presolved.original, presolved.reduced
    must, number = np.unique(original.must), len(original.capacity)
    fixed = np.zeros(number, np.int64)
    offered = np.zeros(number, bool)
    for ends, others in ((original.a, reduced.a), (original.b, reduced.b)):
        np.add.at(fixed, ends[must], original.weight[must])
        offered[ends[must]] = offered[others] = True
    fixed[is_taker & ~offered] = ASIDE
    return fixed


def _most(presolved: Presolved, dual: Dual) -> int:
    """A bound of the value of any choice, by the dual values of the nodes."""
    reduced, original = presolved.reduced, presolved.original
    over = dual.scale * reduced.weight - dual.node[reduced.a] - dual.node[reduced.b]
    total = int((reduced.capacity * dual.node).sum()) + int(np.maximum(over, 0).sum())
    return total // dual.scale + int(original.weight[np.unique(original.must)].sum())


def _most_valuable(problem: RoundProblem, offers: Offers) -> tuple[Integers, Solution]:
    """The offers of the most valuable choice among each taker's best offers, and its solution with a dual."""
    state = offers.empty
    rank = np.arange(len(offers.edge)) - state.start[state.taker]
    kept = np.sort(offers.edge[rank < np.maximum(_CANDIDATES, 2 * state.size[state.taker])])
    if not len(kept):
        return np.empty(0, np.int64), AssignmentSolver().solve(problem)
    small = replace(problem, a=problem.a[kept], b=problem.b[kept], weight=problem.weight[kept])
    solution = AssignmentSolver().solve(small)
    chosen = np.zeros(len(problem.a), bool)
    chosen[kept[solution.chosen]] = True
    return np.flatnonzero(chosen[offers.edge]), solution


def _raised(offers: Offers, state: Choosing, bound: int, report: Report) -> Choosing:
    """The best choice that exchanges reach from `state`, for targets between its least sum and the bound."""
    low, high, target = least_sum(state.total), bound, bound
    for turn in range(_TARGETS):
        if low >= high:
            break
        tried = Choosing(*(array.copy() for array in state))
        reached = raise_least(tried, target, _MOST_WORK)
        if least_sum(tried.total) > low:
            state, low = tried, least_sum(tried.total)
        state.counters[WORK] = tried.counters[WORK]
        high = high if reached else target - 1
        target = (low + high + 1) // 2
        report("least sum", (turn + 1) / _TARGETS)
    return state
