"""The core of a choice of grants: the few whose place is not clear at good prices; for all others it is.

A grant that is not its city's best at the prices, or a city left out that has a good one, loses the difference to the
bound. So a choice that differs from the best ones elsewhere than in the core loses `reach` at least: once a choice in
the core lacks less than that to the bound, none is better (Balas and Zemel 1980).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.domain.money.grant_prices import Offers, Worth

_SIZES: Final = (60, 240, 960)
"""Ways for a city to be supported or left out that are open in one core after the other, besides the best ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """Positions of grants: `fixed` are chosen, `open` ones may be, others are not."""

    offers: Offers
    fixed: Integers
    open: Integers
    reach: float
    """Any choice that leaves the core is worth less than the bound by this at least, in units of the worth."""

    @property
    def open_offers(self) -> Offers:
        """The grants that are open."""
        return self.offers.taken(self.open)

    def with_open(self, some: Integers) -> Integers:
        """The choice, ascending, that takes these of the open ones, by their positions among them."""
        return np.sort(np.concatenate([self.fixed, self.open[some]]))


def cores(offers: Offers, worth: Worth) -> Iterator[Core]:
    """Cores of more and more grants; in the last one all are open."""
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
