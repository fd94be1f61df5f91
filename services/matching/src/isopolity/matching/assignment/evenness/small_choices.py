"""The best choice of a small problem by an integer programme: first the greatest least sum, then the greatest value.

Invariant: an answer is a choice that keeps all capacities; the programme works in floats, so it proves nothing.
"""

from typing import Any, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack

from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.assignment.evenness.choice_state import Choosing

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
