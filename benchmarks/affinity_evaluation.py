"""How well scores find a hidden link again: its two cities among others (see “Affinity” in docs/benchmarks.md).

Invariant: a query is one end of a hidden link; its true partner stands in the first column of its candidates, and none
of the others is linked with it, hidden links included.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from isopolity.matching.domain.affinity.links import Links
from isopolity.matching.domain.affinity.places import Floats, Integers, Places

OTHERS: Final = 99
Negatives = Literal["uniform", "same country"]
Scorer = Callable[[Integers, Integers], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queries:
    """`city` (q,) looks for its partner among `candidates` (q, 1 + OTHERS), the true one first."""

    city: Integers
    candidates: Integers

    def __len__(self) -> int:
        return len(self.city)

    def scores(self, scorer: Scorer) -> Floats:
        """(q, 1 + OTHERS): of each candidate."""
        return scorer(np.repeat(self.city, 1 + OTHERS), self.candidates.ravel()).reshape(self.candidates.shape)


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
        auc=float(1 - ahead.mean() / others.shape[1]),
        hits=float(np.clip(10 - ahead, 0, 1).mean()),
        reciprocal=float((1 / (1 + ahead)).mean()),
    )


def both_ways(hidden: Links) -> tuple[Integers, Integers]:
    """The ends of hidden links as cities that look for a partner, and the partners."""
    return np.concatenate([hidden.a, hidden.b]), np.concatenate([hidden.b, hidden.a])


def queries(
    places: Places, links: Links, city: Integers, partner: Integers, negatives: Negatives, random: np.random.Generator
) -> Queries:
    """Each city of `city` looks for its `partner`; `links` are all that there are.

    A small country's cities stand among the others more than once; a query without any other city there is left out.
    """
    found, kept = [], []
    everywhere = np.arange(len(places))
    by_country = [np.flatnonzero(places.country == country) for country in range(int(places.country.max()) + 1)]
    for u, v in zip(city, partner, strict=True):
        pool = everywhere if negatives == "uniform" else by_country[places.country[v]]
        linked = links.adjacency.indices[links.adjacency.indptr[u] : links.adjacency.indptr[u + 1]]
        pool = np.setdiff1d(pool, [u, v, *linked], assume_unique=False)
        kept.append(len(pool) > 0)
        if len(pool):
            found.append([v, *random.choice(pool, OTHERS, replace=len(pool) < OTHERS)])
    return Queries(city=city[np.array(kept, bool)], candidates=np.array(found, np.int64))
