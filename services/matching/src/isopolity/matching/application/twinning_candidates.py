"""The candidates among cities: a first stage over all pairs, then the full score of those that it puts at the top.

Its invariant: blocked pairs are taken out before anything is cut off, so that they take nobody's place.
"""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.application.candidates import TWINNING, Block, Candidate
from isopolity.matching.application.market import Market
from isopolity.matching.application.shortlist import Barred, FirstStage
from isopolity.matching.domain import twinning
from isopolity.matching.domain.fit import Fit
from isopolity.matching.domain.member import twinning_pair
from isopolity.matching.domain.profiles import Floats, Integers, Truths
from isopolity.matching.domain.score import Scores
from isopolity.matching.domain.twinning import Pairs

_WIDER: Final = 2
"""The first stage finds so many times what is wanted: that holds .998 of the best by the full score at 5,000 cities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    """Pairs with their scores, as a Block makes candidates of them."""

    market: Market
    pairs: Pairs
    scores: Scores
    total: Floats

    def candidate(self, position: int) -> Candidate:
        a, b = (self.market.profiles.cities[int(end[position])] for end in (self.pairs.a, self.pairs.b))
        return Candidate(
            kind=TWINNING,
            key=twinning_pair(a.city_id, b.city_id),
            a=a.holder,
            b=b.holder,
            score=float(self.total[position]),
            scores=self.scores,
            position=position,
            partner=a,
            city=b,
        )


class TwinningSearch:
    """Finds the best `per_city` partners of each city."""

    def __init__(self, stage: FirstStage, *, minimum_score: float, per_city: int) -> None:
        self._stage = stage
        self._minimum_score = minimum_score
        self._per_city = per_city

    def found(
        self, market: Market, free: AbstractSet[str], closed: Collection[str], only: Collection[str] | None
    ) -> Block:
        """The pairs of cities in `free`, without those in `closed`; `only` those of some holders."""
        columns = np.array([city.holder in free for city in market.profiles.cities], bool)
        rows = np.flatnonzero(columns if only is None else columns & _among(market, only))
        row, other = self._shortlisted(market, rows, columns, closed)
        numbers = np.unique(np.minimum(row, other) * len(columns) + np.maximum(row, other))
        a, b = np.divmod(numbers, max(len(columns), 1))
        pairs = twinning.pairs_of(Fit(market.profiles, market.weights.neighbours), a, b)
        total = twinning.scores(market.profiles, pairs, market.weights).total
        at = np.searchsorted(numbers, np.minimum(row, other) * len(columns) + np.maximum(row, other))
        kept = np.unique(at[_best_of_each(row, total[at], self._per_city)])
        return _block(market, pairs.taken(kept[total[kept] >= self._minimum_score]))

    def _shortlisted(
        self, market: Market, rows: Integers, columns: Truths, closed: Collection[str]
    ) -> tuple[Integers, Integers]:
        """What the first stage puts at the top of each row: the rows, and their partners."""
        index = market.profiles.index
        known = [(index[a], index[b]) for a, b in (*market.tied, *_city_pairs(closed)) if a in index and b in index]
        a, b = np.array(known, np.int64).reshape(-1, 2).T
        k = min(self._per_city * _WIDER, len(columns))
        best = self._stage.best(market.stage_numbers, rows, columns, Barred.of(a, b, len(columns)), k)
        at, place = np.nonzero(best.others >= 0)
        return rows[at], best.others[at, place].astype(np.int64)


def _among(market: Market, holders: Collection[str]) -> Truths:
    found = np.zeros(len(market.profiles), bool)
    found[[market.profiles.index[name] for kind, _, name in (h.partition("/") for h in holders) if kind == "city"]] = (
        True
    )
    return found


def _best_of_each(row: Integers, score: Floats, limit: int) -> Integers:
    """Positions of the so many best of each row, the first ones where equal."""
    order = np.lexsort((-score, row))
    starts = np.flatnonzero(np.r_[True, np.diff(row[order]) != 0]) if len(row) else np.empty(0, np.int64)
    rank = np.arange(len(row)) - np.repeat(starts, np.diff(np.r_[starts, len(row)]))
    return order[rank < limit]


def _block(market: Market, pairs: Pairs) -> Block:
    scores = twinning.scores(market.profiles, pairs, market.weights)
    made = _Scored(market=market, pairs=pairs, scores=scores, total=scores.total)
    return Block(kind=TWINNING, a=pairs.a, b=pairs.b, score=made.total, make=made.candidate)


def _city_pairs(closed: Collection[str]) -> list[tuple[str, str]]:
    """The pairs of cities among pair keys; a sponsorship's key starts with a holder, which has a slash."""
    parts = (key.split(":") for key in closed if "/" not in key)
    return [(pair[0], pair[1]) for pair in parts if len(pair) == 2]
