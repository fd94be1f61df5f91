"""How well scores find a hidden link again: its two cities among others (see “Affinity” in docs/benchmarks.md).

Invariant: a query is one end of a hidden link; its true partner stands in the first column of its candidates, and none
of the others is linked with it, hidden links included, or stands there twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from isopolity.matching.affinity.links import Links
from isopolity.matching.affinity.places import Places
from isopolity.matching.arrays import Booleans, Floats, Integers

OTHERS: Final = 99
NONE: Final = -1
Negatives = Literal["uniform", "same country"]
Scorer = Callable[[Integers, Integers], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queries:
    """`city` (q,) looks for its partner among `candidates` (q, 1 + OTHERS), the true one first.

    A country with fewer other cities gives fewer candidates; NONE stands in the rest.
    """

    city: Integers
    candidates: Integers

    def __len__(self) -> int:
        return len(self.city)

    def some(self, chosen: Booleans) -> "Queries":
        """Those at which `chosen` is true."""
        return Queries(city=self.city[chosen], candidates=self.candidates[chosen])

    def scores(self, scorer: Scorer) -> Floats:
        """(q, 1 + OTHERS): of each candidate, NaN for none."""
        there = self.candidates != NONE
        found = np.full(self.candidates.shape, np.nan)
        found[there] = scorer(np.repeat(self.city, there.sum(axis=1)), self.candidates[there])
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Means over queries."""

    auc: float
    hits: float
    """How often the true partner is among the best ten."""
    reciprocal: float
    """Of the true partner's rank."""


def quality(scores: Floats) -> Quality:
    """What `scores` of queries' candidates are worth; a tie counts as half won."""
    true, others = scores[:, :1], scores[:, 1:]
    ahead = (others > true).sum(axis=1) + 0.5 * (others == true).sum(axis=1)
    return Quality(
        auc=float((1 - ahead / (~np.isnan(others)).sum(axis=1)).mean()),
        hits=float(np.clip(10 - ahead, 0, 1).mean()),
        reciprocal=float((1 / (1 + ahead)).mean()),
    )


def both_ways(hidden: Links) -> tuple[Integers, Integers]:
    """The ends of hidden links as cities that look for a partner, and the partners."""
    return np.concatenate([hidden.a, hidden.b]), np.concatenate([hidden.b, hidden.a])


def queries(
    places: Places,
    links: Links,
    city: Integers,
    partner: Integers,
    negatives: Negatives,
    random: np.random.Generator,
    known: Links | None = None,
) -> Queries:
    """Each city of `city` looks for its `partner`; `links` are all that there are.

    A query whose partner is the only city of its country that it could be asked about is left out. Who has none among
    the `known` ones, or among all if those are not given, is no candidate: that would tell it from the partner.
    """
    linked = np.flatnonzero((links if known is None else known).degree > 0)
    by_country = [linked[places.country[linked] == country] for country in range(int(places.country.max()) + 1)]
    found = np.full((len(city), 1 + OTHERS), NONE, np.int64)
    found[:, 0] = partner
    for row, (u, v) in enumerate(zip(city.tolist(), partner.tolist(), strict=True)):
        pool = linked if negatives == "uniform" else by_country[places.country[v]]
        partners = links.adjacency.indices[links.adjacency.indptr[u] : links.adjacency.indptr[u + 1]]
        pool = np.setdiff1d(pool, [u, v, *partners], assume_unique=False)
        number = min(len(pool), OTHERS)
        found[row, 1 : 1 + number] = random.choice(pool, number, replace=False)
    asked = found[:, 1] != NONE
    return Queries(city=city[asked], candidates=found[asked])
