"""Proved upper bounds of the least sum in any choice.

Each taker p has a multiplier m(p) ≥ 0 and a value z(p) ≥ 0, each giver a price y(g) ≥ 0. The least sum times the sum of
the multipliers is at most the sum of m(p) times p's sum; and that is at most all capacities times their values and
prices, plus the excess of m(p) times a weight over both. Invariant: the bound is computed in integers; a linear
programme only finds multipliers that make it small.
"""

from typing import Final

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, vstack

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.evenness.choice_state import Choosing

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
