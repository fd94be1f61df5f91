"""Prices of money and of a place; at these, each city's best grant gives a bound of the worth of any choice.

With the prices l of money and m of a place, a choice is worth at most l * money + m * places + each city's largest
`value - l * cost - m`, or 0. Invariant: the bound holds for all prices >= 0; it is added up in exact arithmetic.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import lcm
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Booleans, Floats, Integers

_HALVINGS: Final = 40
"""The number of halvings of the range of a price in a search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Possible grants as arrays of k entries."""

    value: Integers
    """(k,), >= 1: the value of the grant."""
    cost: Integers
    """(k,), >= 1: the least amount of the grant."""
    city: Integers
    """(k,), >= 0: the number of the city; at most one grant of each city is chosen."""

    def taken(self, positions: Integers) -> "Offers":
        """The grants at these positions, in their order."""
        return Offers(value=self.value[positions], cost=self.cost[positions], city=self.city[positions])


class Worth(NamedTuple):
    """The worth of each grant at some prices, and of each city with its best grant; a city without one is worth 0."""

    grant: Floats
    """(k,): the value of each grant less its price; may be negative."""
    city: Floats
    """(cities,): the worth of its best grant, >= 0."""


class Prices(NamedTuple):
    """The price of a unit of money and of a place, >= 0, in units of value."""

    money: float
    place: float

    def worth(self, offers: Offers) -> Worth:
        """The worth of each grant and city at these prices: its value less what it costs at them."""
        return _worth(offers, offers.value - self.money * offers.cost - self.place)

    def bound(self, offers: Offers, money: int, number: int) -> int:
        """An upper bound of the value of any choice with `money` for at most `number` cities."""
        (of_money, one), (of_place, other) = self.money.as_integer_ratio(), self.place.as_integer_ratio()
        unit = lcm(one, other)
        of_money, of_place, most = of_money * (unit // one), of_place * (unit // other), dict[int, int]()
        for value, cost, city in zip(offers.value.tolist(), offers.cost.tolist(), offers.city.tolist(), strict=True):
            over = unit * value - of_money * cost - of_place
            if over > most.get(city, 0):
                most[city] = over
        return (of_money * money + of_place * number + sum(most.values())) // unit


def prices_of_money(offers: Offers, money: int, number: int) -> Prices:
    """The prices with the least bound for `money` and at most `number` cities, within the precision of the search."""

    def is_dear_enough(price: float) -> bool:
        return _sum_of_best(offers, offers.value - price * offers.cost, offers.cost, number) <= money

    price = _least(is_dear_enough, float((offers.value / offers.cost).max(initial=0)))
    return Prices(price, _place(_worth(offers, offers.value - price * offers.cost), number))


class Least(NamedTuple):
    """A lower bound of the cost of a wanted value, and the worth of grants, in money, that proves it."""

    worth: Worth
    cost: float


def least_cost_of(offers: Offers, value: int, number: int) -> Least | None:
    """A lower bound of what `value` for at most `number` cities costs; None if no choice is worth as much."""

    def is_high_enough(price: float) -> bool:
        worth = np.asarray(price * offers.value - offers.cost, np.float64)
        return _sum_of_best(offers, worth, offers.value, number) >= value

    most = 2.0 * float(offers.cost.sum())  # at this price even one unit of value is worth all the money
    if not is_high_enough(most):
        return None
    price = _least(is_high_enough, most)
    own = np.asarray(price * offers.value - offers.cost, np.float64)
    place = _place(_worth(offers, own), number)
    worth = _worth(offers, own - place)
    return Least(worth, price * value - place * number - float(worth.city.sum()))


def _least(is_enough: Callable[[float], bool], most: float) -> float:
    """The least price from 0 to `most` that is enough, by bisection; `most` itself must be enough."""
    if is_enough(0.0):
        return 0.0
    least = 0.0
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        least, most = (least, middle) if is_enough(middle) else (middle, most)
    return most


def _worth(offers: Offers, grant: Floats) -> Worth:
    city = np.zeros(int(offers.city.max()) + 1)
    np.maximum.at(city, offers.city, grant)
    return Worth(grant, city)


def _place(worth: Worth, number: int) -> float:
    """The price of a place: the worth of the best city beyond the first `number`."""
    return float(np.partition(worth.city, -number - 1)[-number - 1]) if number < len(worth.city) else 0.0


def _sum_of_best(offers: Offers, grant: Floats, amount: Integers, number: int) -> int:
    """The sum of `amount` over the best grants of the `number` best cities."""
    best = _first_of_each(offers.city, grant)
    best = best[grant[best] > 0]
    return int(amount[best[np.argsort(-grant[best], kind="stable")[:number]]].sum())


def _first_of_each(city: Integers, grant: Floats) -> Integers:
    """The position of the best grant of each city, by worth."""
    order = np.lexsort((-grant, city))
    is_first: Booleans = np.append(True, np.diff(city[order]) > 0)[: len(order)]
    return np.asarray(order[is_first], np.int64)
