"""The candidates among cities: a first stage over all pairs, then the full score of those that it puts at the top.

Its invariant: blocked pairs are taken out before anything is cut off, so that they take nobody's place.
"""

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from isopolity.matching.application.candidates import TWINNING, Block, Candidate
from isopolity.matching.application.history import with_affinity
from isopolity.matching.application.market import Market
from isopolity.matching.application.shortlist import Barred, FirstStage
from isopolity.matching.domain import twinning
from isopolity.matching.domain.fit import Fit
from isopolity.matching.domain.member import twinning_pair
from isopolity.matching.domain.profiles import Floats, Integers
from isopolity.matching.domain.score import Scores
from isopolity.matching.domain.sketch import Singles
from isopolity.matching.domain.twinning import Pairs

_WIDER: Final = 2
"""The first stage finds so many times what is wanted: that holds .998 of the best by the full score at 5,000 cities."""

_LOOKED_AT: Final = 4
"""So many times what is found are looked at first, as some of them may be blocked."""


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
        if only is None:
            row, other = self._of_everybody(market, free, closed)
        else:
            row, other = self._of_some(market, free, set(closed), sorted(free & set(only)))
        pair = np.minimum(row, other) * len(market.profiles) + np.maximum(row, other)
        numbers = _distinct(pair)
        pairs, scores = _weighed(market, numbers)
        at = np.searchsorted(numbers, pair)
        best = _distinct(at[_best_of_each(row, scores.total[at], self._per_city)])
        pairs = pairs.taken(best)
        scores = with_affinity(scores.taken(best), pairs, market)
        kept = np.flatnonzero(scores.total >= self._minimum_score)
        scores = scores.taken(kept)
        made = _Scored(market=market, pairs=pairs.taken(kept), scores=scores, total=scores.total)
        return Block(kind=TWINNING, a=made.pairs.a, b=made.pairs.b, score=made.total, make=made.candidate)

    def _of_everybody(
        self, market: Market, free: AbstractSet[str], closed: Collection[str]
    ) -> tuple[Integers, Integers]:
        """What the first stage puts at the top of each row: the rows, and their partners."""
        index, cities = market.profiles.index, market.profiles.cities
        columns = np.array([city.holder in free for city in cities], bool)
        rows = np.flatnonzero(columns)
        known = [(index[a], index[b]) for a, b in (*market.tied, *_city_pairs(closed)) if a in index and b in index]
        a, b = np.array(known, np.int64).reshape(-1, 2).T
        k = min(self._per_city * _WIDER, len(cities))
        best = self._stage.best(market.stage_numbers, rows, columns, Barred.of(a, b, len(cities)), k)
        at, place = np.nonzero(best.others >= 0)
        return rows[at], best.others[at, place].astype(np.int64)

    def _of_some(
        self, market: Market, free: AbstractSet[str], closed: Collection[str], holders: Iterable[str]
    ) -> tuple[Integers, Integers]:
        """The same for a few rows, each weighed with everybody; what is blocked is seen when it comes up."""
        names = [holder.removeprefix("city/") for holder in holders]
        rows = [market.profiles.index[name] for name in names if name in market.profiles.index]
        found = [self._of_one(market, free, closed, row) for row in rows]
        row = np.repeat(np.array(rows, np.int64), [len(each) for each in found])
        return row, np.concatenate([np.empty(0, np.int64), *found])

    def _of_one(self, market: Market, free: AbstractSet[str], closed: Collection[str], row: int) -> Integers:
        cities, index, wanted = market.profiles.cities, market.profiles.index, self._per_city * _WIDER
        tied = np.array([index[each] for each in market.tied_to(cities[row].city_id) if each in index], np.int64)
        barred = Barred.of(np.full(len(tied), row), tied, len(cities))
        values, kept = self._stage.row(market.stage_numbers, row, barred), list[int]()
        for other in _descending(values, _LOOKED_AT * wanted):
            if len(kept) == wanted:
                break
            city = cities[other]
            if city.holder in free and twinning_pair(cities[row].city_id, city.city_id) not in closed:
                kept.append(other)
        return np.array(kept, np.int64)


def _weighed(market: Market, numbers: Integers) -> tuple[Pairs, Scores]:
    """The pairs of these numbers (a · cities + b), by the full score; drawn from the cities concerned only."""
    a, b = np.divmod(numbers, max(len(market.profiles), 1))
    cities = _distinct(np.concatenate((a, b)))
    profiles = market.profiles.taken(cities)
    fits = Fit(profiles, market.weights.neighbours)
    pairs = twinning.pairs_of(fits, np.searchsorted(cities, a), np.searchsorted(cities, b))
    return replace(pairs, a=a, b=b), twinning.scores(profiles, pairs, market.weights)


def _distinct(numbers: Integers) -> Integers:
    """In ascending order; by sorting, which takes a tenth of the time of numpy's `unique`, that hashes."""
    ordered = np.sort(numbers)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def _descending(values: Singles, at_first: int) -> Iterator[int]:
    """Indices of what is above -inf, the highest first, the lower index first where equal; sorted as far as needed."""
    done = 0
    for count in (at_first, len(values)):
        least = np.partition(values, len(values) - count)[len(values) - count] if count < len(values) else -np.inf
        promising = np.flatnonzero((values >= least) & (values > -np.inf))
        ordered = promising[np.argsort(-values[promising], kind="stable")]
        yield from ordered[done:].tolist()
        done = len(ordered)


def _best_of_each(row: Integers, score: Floats, limit: int) -> Integers:
    """Positions of the so many best of each row, the first ones where equal."""
    order = np.lexsort((-score, row))
    starts = np.flatnonzero(np.r_[True, np.diff(row[order]) != 0]) if len(row) else np.empty(0, np.int64)
    rank = np.arange(len(row)) - np.repeat(starts, np.diff(np.r_[starts, len(row)]))
    return order[rank < limit]


def _city_pairs(closed: Collection[str]) -> list[tuple[str, str]]:
    """The pairs of cities among pair keys; a sponsorship's key starts with a holder, which has a slash."""
    parts = (key.split(":") for key in closed if "/" not in key)
    return [(pair[0], pair[1]) for pair in parts if len(pair) == 2]
