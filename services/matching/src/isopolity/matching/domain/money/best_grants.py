"""The best choice of grants: the most value within an amount of money and a number of cities, one grant a city.

The solver, HiGHS, sees the core alone. Invariant: a choice is checked in whole numbers after it.

The core holds the few grants that good prices do not decide. Taking a grant that is not its city's best at the prices,
or leaving out a city with a good grant, loses the difference to the bound. So a choice that differs from the best one
outside the core loses at least `reach`: once a choice within the core is closer than that to the bound, it is optimal
(Balas and Zemel 1980).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappush, heapreplace
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.domain.money.grant_prices import Offers, Worth, least_cost_of, prices_of_money

_SECONDS: Final = 2.0
"""The time limit of one question; after it the best choice so far is used, and its bound limits the loss."""
_SECONDS_OF_COST: Final = 0.5
"""The time limit for the least cost of a value, which only breaks ties between choices of equal value."""
_TRIES: Final = 5
"""How often the money is lowered and solved again after the solver's rounding has overspent."""
_ROUNDING: Final = 0.5
"""An upper limit of the rounding error of a bound; values and money are whole numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The positions of the chosen grants, ascending; no permitted choice is worth more than `bound`."""

    chosen: Integers
    value: int
    cost: int
    bound: int
    is_searched: bool
    """Whether the choice is optimal, although `bound` may be higher."""


def promising(offers: Offers, number: int) -> Integers:
    """Positions of the grants that are not beaten by `number` grants of other cities that cost no more."""
    order = np.lexsort((np.arange(len(offers.value)), -offers.value, offers.cost))
    kept, best, cities = list[int](), list[int](), set[int]()
    ordered = zip(order.tolist(), offers.value[order].tolist(), offers.city[order].tolist(), strict=True)
    for position, value, city in ordered:
        if number == 0 or (len(best) == number and value <= best[0]):
            continue
        kept.append(position)
        if city not in cities:  # a second grant of a city that counts already does not count
            cities.add(city)
            (heappush if len(best) < number else heapreplace)(best, value)
    return np.array(sorted(kept), np.int64)


def best_choice(offers: Offers, money: int, number: int) -> Choice:
    """A choice of most value with `money` for at most `number` cities; of equal values, one that costs least."""
    return _choice(offers, money, number, np.zeros(len(offers.value), np.int64), is_cheapest=True)


def nearest_best_choice(offers: Offers, money: int, number: int, kept: Integers) -> Choice:
    """A choice of most value, as by `best_choice`; of equal values, one with most of the positions `kept`."""
    bonus = np.zeros(len(offers.value), np.int64)
    bonus[kept] = 1
    return _choice(offers, money, number, bonus, is_cheapest=False)


def least_money(offers: Offers, number: int, value: int) -> int | None:
    """The least money with which at most `number` cities reach `value`; None if impossible or not found in time."""
    least = least_cost_of(offers, value, number) if len(offers.value) and number > 0 else None
    if least is None:
        return None
    best: int | None = None
    for core in cores(offers, least.worth):
        found, is_ended = _least_cost(core, number, value, _SECONDS)
        if found is not None:
            best = int(offers.cost[found].sum())
        if not is_ended or (best is not None and best < least.cost + core.reach + _ROUNDING):
            break
    return best


def _choice(offers: Offers, money: int, number: int, bonus: Integers, *, is_cheapest: bool) -> Choice:
    some = np.flatnonzero(offers.cost <= money)
    if not len(some) or number <= 0:
        nothing = np.empty(0, np.int64)
        return Choice(chosen=nothing, value=0, cost=0, bound=0, is_searched=True)
    able = offers.taken(some)
    prices = prices_of_money(able, money, number)
    bound = prices.bound(able, money, number)
    chosen, is_searched = np.empty(0, np.int64), False
    for core in cores(able, prices.worth(able)):
        found, is_ended = _most_value(core, money, number, bonus[some])
        value = 0 if found is None else int(able.value[found].sum())
        if found is not None and value >= able.value[chosen].sum():
            chosen = found
        is_searched = is_ended and value + core.reach > bound + _ROUNDING
        if is_searched and is_cheapest:
            cheapest, _ = _least_cost(core, number, value, _SECONDS_OF_COST)
            if cheapest is not None and able.cost[cheapest].sum() < able.cost[chosen].sum():
                chosen = cheapest
        if is_searched or not is_ended:
            break
    value, cost = int(able.value[chosen].sum()), int(able.cost[chosen].sum())
    return Choice(chosen=some[chosen], value=value, cost=cost, bound=max(bound, value), is_searched=is_searched)


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """Positions of grants: those in `fixed` are chosen, those in `open` may be chosen, all others are not."""

    offers: Offers
    fixed: Integers
    open: Integers
    reach: float
    """A choice outside the core is worth less than the bound by at least this, in units of the worth."""

    @property
    def open_offers(self) -> Offers:
        """The open grants alone, in the order of `open`."""
        return self.offers.taken(self.open)

    def with_open(self, some: Integers) -> Integers:
        """The choice, ascending, of the fixed grants and some open ones, given by their positions in `open`."""
        return np.sort(np.concatenate([self.fixed, self.open[some]]))


def _most_value(core: Core, money: int, number: int, bonus: Integers) -> tuple[Integers | None, bool]:
    """The most value in a core and, of choices of one value, the most `bonus`, 0 or 1 each; whether all was searched.

    None if no choice is permitted, or none was found in time.
    """
    offers, places = core.open_offers, number - len(core.fixed)
    allowed = left = money - int(core.offers.cost[core.fixed].sum())
    objective = -(offers.value * (len(offers.value) + 1) + bonus[core.open]).astype(np.float64)
    for _ in range(_TRIES):
        if allowed < 0 or places < 0:
            return None, True
        rows, limits = _rows(offers, allowed, places)
        found, is_ended = _solved(objective, LinearConstraint(rows, ub=limits))
        if found is None:
            return None, is_ended
        spent = int(offers.cost[found].sum())
        if spent <= left and len(found) <= places:
            return core.with_open(found), is_ended and allowed == left
        allowed -= max(spent - left, 1)
    return None, False


def _least_cost(core: Core, number: int, value: int, seconds: float) -> tuple[Integers | None, bool]:
    """The least cost in a core of a choice that is worth `value`, and whether all was searched; None as above."""
    offers, places = core.open_offers, number - len(core.fixed)
    wanted = value - int(core.offers.value[core.fixed].sum())
    if places < 0:
        return None, True
    rows, limits = _rows(offers, None, places)
    enough = LinearConstraint(csr_array(offers.value[None, :].astype(np.float64)), lb=wanted)
    unit = int(np.gcd.reduce(offers.cost)) or 1
    found, is_ended = _solved(offers.cost / unit, LinearConstraint(rows, ub=limits), enough, seconds=seconds)
    is_enough = found is not None and offers.value[found].sum() >= wanted and len(found) <= places
    return (core.with_open(found), is_ended) if found is not None and is_enough else (None, is_ended)


def _solved(
    objective: Floats, *constraints: LinearConstraint, seconds: float = _SECONDS
) -> tuple[Integers | None, bool]:
    """Positions of what is chosen at the least of the objective, and whether all was searched.

    None if no choice is permitted, or none was found in time.
    """
    if not len(objective):
        return np.empty(0, np.int64), True
    found = milp(
        objective,
        constraints=constraints,
        integrality=np.ones(len(objective)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0, "time_limit": seconds},
    )
    return None if found.x is None else np.flatnonzero(found.x > 0.5), found.status in (0, 2)


def _rows(offers: Offers, money: int | None, number: int) -> tuple[csr_array, Sequence[float]]:
    """The rows of the money if there is any, of the number of cities, and of each city with several grants."""
    unit = int(np.gcd.reduce(offers.cost)) or 1
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


_SIZES: Final = (60, 240, 960)
"""The number of ways to support a city or leave it out that each successive core opens, beside the best ones."""


def cores(offers: Offers, worth: Worth) -> Iterator[Core]:
    """Cores of increasing size; in the last one all grants are open."""
    loss = worth.city[offers.city] - worth.grant
    has_grants = np.bincount(offers.city, minlength=len(worth.city)) > 0
    ways = np.sort(np.concatenate([loss, worth.city[has_grants]]))
    surely = int(np.count_nonzero(has_grants))
    for size in _SIZES:
        if surely + size < len(ways):
            yield _core(offers, worth, loss, float(ways[surely + size]))
    everything = np.arange(len(offers.value))
    yield Core(offers=offers, fixed=everything[:0], open=everything, reach=np.inf)


def _core(offers: Offers, worth: Worth, loss: Floats, reach: float) -> Core:
    is_way = loss < reach
    ways = np.bincount(offers.city[is_way], minlength=len(worth.city)) + (worth.city < reach)
    is_fixed = is_way & (ways[offers.city] == 1)
    return Core(offers=offers, fixed=np.flatnonzero(is_fixed), open=np.flatnonzero(is_way & ~is_fixed), reach=reach)
