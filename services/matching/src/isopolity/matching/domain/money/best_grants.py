"""The best choice of grants: the most value within an amount of money and a number of cities, one grant a city.

Invariant: a choice is checked in whole numbers after the solver, and its bound, which multipliers of the linear
programme give, is added up in exact arithmetic: it holds whatever they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappush, heapreplace
from math import floor
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

from isopolity.matching.arrays import Floats, Integers

_SECONDS: Final = 2.0
"""How long one question may take; then the best choice so far counts, and its bound tells how good it is."""
_SECONDS_OF_COST: Final = 0.5
"""The same for the least cost of a value, which only decides between choices that are worth as much."""
_TRIES: Final = 5
"""How often the money is tightened where the solver's rounding has spent a little too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Possible grants, one entry each."""

    value: Integers
    """(k,), >= 1"""
    cost: Integers
    """(k,), >= 1: the least amount of the grant."""
    city: Integers
    """(k,), >= 0: at most one grant is chosen of each city."""

    def taken(self, positions: Integers) -> "Offers":
        """Those at the positions."""
        return Offers(value=self.value[positions], cost=self.cost[positions], city=self.city[positions])


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The positions of the chosen grants, ascending; no permitted choice is worth more than `bound`."""

    chosen: Integers
    value: int
    cost: int
    bound: int
    is_searched: bool
    """Whether the solver came to its end, so that nothing is better, though the bound may be higher."""


def promising(offers: Offers, number: int) -> Integers:
    """Positions of grants without those that `number` grants of other cities beat, which cost no more."""
    order = np.lexsort((np.arange(len(offers.value)), -offers.value, offers.cost))
    kept, best, cities = list[int](), list[int](), set[int]()
    for position in order.tolist():
        value, city = int(offers.value[position]), int(offers.city[position])
        if number == 0 or (len(best) == number and value <= best[0]):
            continue
        kept.append(position)
        if city not in cities:  # another grant of a city that counts already says nothing of further cities
            cities.add(city)
            (heappush if len(best) < number else heapreplace)(best, value)
    return np.array(sorted(kept), np.int64)


def best_choice(offers: Offers, money: int, number: int) -> Choice:
    """The most value with `money` for at most `number` cities; of choices of one value, one that costs least."""
    best, is_searched = _most_value(offers, money, number, np.zeros(len(offers.value), np.int64))
    if len(best):
        cheapest = _least_cost(offers, number, int(offers.value[best].sum()))
        if cheapest is not None and offers.cost[cheapest].sum() <= offers.cost[best].sum():
            best = cheapest
    return _choice(offers, best, money, number, is_searched=is_searched)


def nearest_best_choice(offers: Offers, money: int, number: int, kept: Integers) -> Choice:
    """The most value, as `best_choice`; of choices of one value, one that has most of the positions `kept`."""
    bonus = np.zeros(len(offers.value), np.int64)
    bonus[kept] = 1
    best, is_searched = _most_value(offers, money, number, bonus)
    return _choice(offers, best, money, number, is_searched=is_searched)


def least_money(offers: Offers, number: int, value: int) -> int | None:
    """The least money with which at most `number` cities are worth `value`; None where none are."""
    if not len(offers.value) or number <= 0:
        return None
    found = _least_cost(offers, number, value)
    return None if found is None else int(offers.cost[found].sum())


def _choice(offers: Offers, chosen: Integers, money: int, number: int, *, is_searched: bool) -> Choice:
    value, cost = int(offers.value[chosen].sum()), int(offers.cost[chosen].sum())
    bound = max(_bound(offers, money, number), value)
    return Choice(chosen=chosen, value=value, cost=cost, bound=bound, is_searched=is_searched)


def _most_value(offers: Offers, money: int, number: int, bonus: Integers) -> tuple[Integers, bool]:
    """The most value and, of choices of one value, the most `bonus`, which is 0 or 1 each; whether all was searched."""
    if not len(offers.value) or number <= 0:
        return np.empty(0, np.int64), True
    able = Bounds(0, offers.cost <= money)
    objective = -(offers.value * (len(offers.value) + 1) + bonus).astype(np.float64)
    allowed = money
    for _ in range(_TRIES):
        rows, limits = _rows(offers, allowed, number)
        found, is_searched = _solved(objective, able, LinearConstraint(rows, ub=limits))
        if found is None:
            break
        spent = int(offers.cost[found].sum())
        if spent <= money and len(found) <= number:
            return found, is_searched and allowed == money
        allowed -= max(spent - money, 1)
    return np.empty(0, np.int64), False


def _least_cost(offers: Offers, number: int, value: int) -> Integers | None:
    rows, limits = _rows(offers, None, number)
    enough = LinearConstraint(csr_array(offers.value[None, :].astype(np.float64)), lb=value)
    unit = np.gcd.reduce(offers.cost)
    found, _ = _solved(
        offers.cost / unit, Bounds(0, 1), LinearConstraint(rows, ub=limits), enough, seconds=_SECONDS_OF_COST
    )
    return found if found is not None and offers.value[found].sum() >= value else None


def _solved(
    objective: Floats, bounds: Bounds, *constraints: LinearConstraint, seconds: float = _SECONDS
) -> tuple[Integers | None, bool]:
    """Positions of what is chosen at the least of the objective, and whether all was searched.

    None where nothing is permitted, or nothing was found in time.
    """
    found = milp(
        objective,
        constraints=constraints,
        integrality=np.ones(len(objective)),
        bounds=bounds,
        options={"mip_rel_gap": 0.0, "time_limit": seconds},
    )
    return None if found.x is None else np.flatnonzero(found.x > 0.5), found.status == 0


def _rows(offers: Offers, money: int | None, number: int) -> tuple[csr_array, Sequence[float]]:
    """The rows of the money if there is any, of the number of cities, and of each city with several grants."""
    unit = int(np.gcd.reduce(offers.cost))
    lines, limits = [np.ones(len(offers.value))], [float(number)]
    if money is not None:
        lines.append(offers.cost / unit)
        limits.append(float(money // unit))
    cities, place, count = np.unique(offers.city, return_inverse=True, return_counts=True)
    several = np.flatnonzero(count > 1)
    row_of_city = np.full(len(cities), -1)
    row_of_city[several] = np.arange(len(several))
    row = row_of_city[place]
    inside = np.flatnonzero(row >= 0)
    shape = (len(several), len(offers.value))
    of_cities = csr_array((np.ones(len(inside)), (row[inside], inside)), shape=shape)
    return csr_array(vstack([csr_array(np.array(lines)), of_cities])), [*limits, *np.ones(len(several))]


def _bound(offers: Offers, money: int, number: int) -> int:
    """What no choice exceeds: with the prices l of money and m of a city, l * money + m * number + each city's most.

    A city's most is the largest of its `value - l * cost - m`, or 0; what costs more than there is counts nowhere.
    Any prices >= 0 give a bound.
    """
    able = offers.taken(np.flatnonzero(offers.cost <= money))
    if not len(able.value) or number <= 0:
        return 0
    rows, limits = _rows(able, money, number)
    relaxed = linprog(-able.value.astype(np.float64), A_ub=rows, b_ub=limits, bounds=(0, 1), method="highs")
    a_city, a_unit = (0.0, 0.0) if relaxed.x is None else -relaxed.ineqlin.marginals[:2]
    unit = int(np.gcd.reduce(able.cost))
    money_price, city_price = Fraction(max(float(a_unit), 0.0)) / unit, Fraction(max(float(a_city), 0.0))
    most = dict[int, Fraction]()
    for value, cost, city in zip(able.value.tolist(), able.cost.tolist(), able.city.tolist(), strict=True):
        over = value - money_price * cost - city_price
        if over > most.get(city, 0):
            most[city] = over
    return floor(money_price * money + city_price * number + sum(most.values()))
