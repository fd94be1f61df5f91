"""The core of a choice of grants: the few that good prices do not decide.

Taking a grant that is not its city's best at the prices, or leaving out a city with a good grant, loses the difference
to the bound. So a choice that differs from the best one outside the core loses at least `reach`: once a choice within
the core is closer than that to the bound, it is optimal (Balas and Zemel 1980).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.domain.money.grant_prices import Offers, Worth

_SIZES: Final = (60, 240, 960)
"""The number of ways to support a city or leave it out that each successive core opens, beside the best ones."""


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
