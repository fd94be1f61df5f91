"""The choice with the greatest least sum, and among such choices one of great value.

Invariant: the choice keeps capacities and rules on pairs, and its least sum is never below that of the most valuable
choice; the bounds hold whatever the search finds.

A small problem is also solved by an integer programme. Invariant: its answer is a choice that keeps all capacities; the
programme works in floats, so it proves nothing.

The upper bounds of the least sum: each taker p has a multiplier m(p) ≥ 0 and a value z(p) ≥ 0, each giver a price y(g)
≥ 0. The least sum times the sum of the multipliers is at most the sum of m(p) times p's sum; and that is at most all
capacities times their values and prices, plus the excess of m(p) times a weight over both. Invariant: the bound is
computed in integers; a linear programme only finds multipliers that make it small.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.assignment.evenness.choice_state import WORK, Choosing, Offers
from isopolity.matching.assignment.evenness.exchanges import raise_least, raise_value
from isopolity.matching.assignment.presolve import Presolved, presolve
from isopolity.matching.assignment.problem import Dual, Report, RoundProblem, Solution, unreported
from isopolity.matching.assignment.solvers.round_solver import EDGES_EXACT, AssignmentSolver
from isopolity.matching.compiled import worth_compiling

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
    with worth_compiling(lambda: len(problem.a) > EDGES_EXACT):
        return _most_even(problem, is_taker, report)


def _most_even(problem: RoundProblem, is_taker: Booleans, report: Report) -> EvenChoice:
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


ASIDE: Final = 1 << 60
"""The sum of a taker that cannot get any offer, so that it does not count."""
_MOST_OFFERS: Final = 10_000
"""The greatest number of offers for which multipliers are optimised; above it they are all equal."""
_UNIT: Final = 1 << 32
"""The approximate sum of all multipliers."""


def least_sum(total: Integers) -> int:
    """The least of the sums that count; 0 if no sum counts."""
    least = int(total.min(initial=ASIDE))
    return 0 if least >= ASIDE else least


def least_alone(state: Choosing) -> int:
    """The least sum if each taker had all givers for itself; `state` has nothing chosen."""
    rank = np.arange(len(state.weight)) - state.start[state.taker]
    best = rank < state.size[state.taker]
    alone = state.total.copy()
    np.add.at(alone, state.taker[best], state.weight[best])
    return least_sum(alone)


def least_together(state: Choosing, most: int) -> int:
    """A bound that weighs all takers; `most` is a bound of the sum of all sums. `state` has nothing chosen."""
    counted = np.flatnonzero(state.total < ASIDE)
    if not len(counted):
        return 0
    equal = most // len(counted)
    if len(state.weight) > _MOST_OFFERS:
        return equal
    found = _multipliers(state, counted)
    return equal if found is None else min(equal, _bound(state, counted, *found))


def _bound(state: Choosing, counted: Integers, multiplier: Integers, value: Integers, price: Integers) -> int:
    over = multiplier[state.taker] * state.weight - value[state.taker] - price[state.giver]
    parts = (
        value * state.size,
        price * np.diff(state.slot_start),
        np.maximum(over, 0),
        multiplier[counted] * state.total[counted],
    )
    total: int = sum(sum(part.tolist()) for part in parts)
    weights: int = sum(multiplier.tolist())
    return total // max(weights, 1)


def _multipliers(state: Choosing, counted: Integers) -> tuple[Integers, Integers, Integers] | None:
    """Multipliers and values of takers and prices of givers, in units of 1 / `_UNIT`; None if not found."""
    offers, takers = len(state.weight), len(counted)
    places, weight = np.arange(offers), state.weight.astype(np.float64)
    row = np.searchsorted(counted, state.taker)  # only takers that count have offers
    sums = csr_array((-weight, (row, places)), shape=(takers, offers))
    loads = [
        csr_array((np.ones(offers), (ends, places)), shape=(size, offers))
        for ends, size in ((state.taker, len(state.size)), (state.giver, len(state.used)))
    ]
    rows = vstack(
        [hstack([sums, np.ones((takers, 1))]), *(hstack([each, csr_array((each.shape[0], 1))]) for each in loads)]
    )
    limits = np.concatenate((state.total[counted], state.size, np.diff(state.slot_start))).astype(np.float64)
    bounds = np.column_stack((np.zeros(offers + 1), np.append(np.ones(offers), np.inf)))
    found = linprog(np.append(np.zeros(offers), -1.0), rows.tocsr(), limits, bounds=bounds, method="highs")
    if found.x is None:
        return None
    whole = np.rint(np.maximum(-found.ineqlin.marginals, 0) * _UNIT).astype(np.int64)
    multiplier = np.zeros(len(state.size), np.int64)
    multiplier[counted] = whole[:takers]
    return multiplier, whole[takers : takers + len(state.size)], whole[takers + len(state.size) :]


MOST_OFFERS: Final = 400
"""The greatest number of offers; with more, the programme would take too long."""
_OPTIONS: Final = {"node_limit": 2_000, "mip_rel_gap": 0.0}
"""Without the second HiGHS ends within .01 % of the best value."""


def small_choice(state: Choosing, asides: int) -> Integers | None:
    """The positions of the best offers that the programme finds; None if it finds no choice.

    A taker whose sum in `state` is `asides` or more does not count. `state` has nothing chosen.
    """
    counted = np.flatnonzero(state.total < asides)
    offers, takers = len(state.weight), len(counted)
    weighted = _rows(np.searchsorted(counted, state.taker), state.weight, takers, np.isin(state.taker, counted))
    capacities = (
        LinearConstraint(_padded(_rows(state.taker, np.ones(offers), len(state.size))), -np.inf, state.size),
        LinearConstraint(
            _padded(_rows(state.giver, np.ones(offers), len(state.used))), -np.inf, np.diff(state.slot_start)
        ),
    )
    fixed = state.total[counted].astype(np.float64)
    sums = csr_array(hstack([weighted, -np.ones((takers, 1))]))
    upper = float(state.weight.sum() + fixed.max(initial=0))
    least = _solved(np.append(np.zeros(offers), -1.0), [*capacities, LinearConstraint(sums, -fixed, np.inf)], upper)
    if least is None:
        return None
    reached = float((weighted @ least + fixed).min(initial=upper))
    enough = LinearConstraint(_padded(weighted), reached - fixed, np.inf)
    best = _solved(np.append(-state.weight.astype(np.float64), 0.0), [*capacities, enough], upper)
    return np.flatnonzero(least if best is None else best)


def _rows(row: Integers, value: Floats | Integers, rows: int, kept: Any = slice(None)) -> csr_array:
    places = np.arange(len(row))[kept]
    return csr_array(coo_array((value[kept].astype(np.float64), (row[kept], places)), shape=(rows, len(row))))


def _padded(rows: csr_array) -> csr_array:
    """The rows with one more column, for the least sum."""
    return csr_array(hstack([rows, csr_array((rows.shape[0], 1))]))


def _solved(cost: Floats, constraints: list[LinearConstraint], upper: float) -> Floats | None:
    offers = len(cost) - 1
    found = milp(
        cost,
        constraints=constraints,
        integrality=np.append(np.ones(offers), 0),
        bounds=Bounds(np.zeros(offers + 1), np.append(np.ones(offers), upper)),
        options=_OPTIONS,
    )
    return None if found.x is None else np.rint(found.x[:offers])
