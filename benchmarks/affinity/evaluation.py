"""Measures of affinity scores: how well they find hidden links again, and whether they are chances.

Invariant: a query is one end of a hidden link; its true partner stands in the first column of its candidates, and none
of the others is linked with it, hidden links included, or stands there twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from isopolity.matching.affinity.links import Links
from isopolity.matching.affinity.places import Places
from isopolity.matching.arrays import Booleans, Floats, Integers

OTHERS: Final = 99
NONE: Final = -1
Negatives = Literal["uniform", "same country"]
_BINS: Final = np.array([0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.000001])
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
        """The queries at which `chosen` is true."""
        return Queries(city=self.city[chosen], candidates=self.candidates[chosen])

    def scores(self, scorer: Scorer) -> Floats:
        """(q, 1 + OTHERS): the score of each candidate, NaN where there is none."""
        there = self.candidates != NONE
        found = np.full(self.candidates.shape, np.nan)
        found[there] = scorer(np.repeat(self.city, there.sum(axis=1)), self.candidates[there])
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Quality of scores: means over queries."""

    auc: float
    hits: float
    """The share of queries whose true partner is among the best ten."""
    reciprocal: float
    """The mean reciprocal rank of the true partner."""


def quality(scores: Floats) -> Quality:
    """The quality of `scores` of queries' candidates; a tie with the true partner counts half."""
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
    """Queries in which each of `city` looks for its `partner` among random others; `links` include the hidden ones.

    A query is left out where the partner's country has no other candidate. A city without links is no candidate, as
    that would tell it from the partner; links count that are `known`, by default all.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """By bin of scores: the number of pairs, their mean score, and the share of them that are twins."""

    count: Floats
    score: Floats
    seen: Floats

    @property
    def error(self) -> float:
        """The mean distance between score and share of twins, over pairs."""
        return float((self.count * np.abs(self.score - self.seen)).sum() / self.count.sum())


def reliability(scores: Floats) -> Reliability:
    """The reliability of `scores` (q, candidates), the true partner first."""
    true = np.zeros(scores.shape, bool)
    true[:, 0] = True
    bins = np.digitize(scores.ravel(), _BINS) - 1
    count = np.bincount(bins, minlength=len(_BINS) - 1)
    there = count > 0
    score = np.bincount(bins, scores.ravel(), len(count))[there] / count[there]
    seen = np.bincount(bins, true.ravel(), len(count))[there] / count[there]
    return Reliability(count=count[there].astype(np.float64), score=score, seen=seen)


def draw(found: Reliability, path: Path) -> None:
    """Draws the bins with two standard errors, on a linear and on a logarithmic scale."""
    import matplotlib.pyplot as plt  # takes a second to import, and only this needs it

    figure, panels = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
    errors = 2 * np.sqrt(found.seen * (1 - found.seen) / found.count)
    for panel, scale in zip(panels, ("linear", "log"), strict=True):
        least = 0.0 if scale == "linear" else 1e-4
        panel.plot([least, 1], [least, 1], "--", color="#999999")
        panel.errorbar(found.score, found.seen, errors, fmt="o-", color="#1b5e8a", markersize=4, capsize=2)
        panel.set(xscale=scale, yscale=scale, xlim=(least, 1), ylim=(least, 1), xlabel="score of the pair")
        panel.grid(visible=True, alpha=0.3)
    panels[0].set(ylabel="share of such pairs that are twins", title="hidden links, one among 99 other cities")
    panels[1].set(title="the same, small chances")
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)
