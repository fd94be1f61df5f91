"""The candidates among cities: a first stage over all pairs, then the full score of those that it puts at the top.

Invariant: blocked pairs are taken out before the best are chosen, so that they take no other pair's place.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.all_pairs.full_scores import (
    FullyScored,
    best_of_each,
    distinct,
    excluded_pairs,
    weighed,
)
from isopolity.matching.application.candidates.candidate import CandidateArrays, Prospects, TakenOut
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.engine import ExcludedPairs, FirstStage
from isopolity.matching.arrays import Booleans, Floats, Floats32, Integers
from isopolity.matching.domain.member import twinning_pair
from isopolity.matching.domain.scores.blockers import RuleColumns, city_rules
from isopolity.matching.domain.scores.city_arrays import runs

_WIDER: Final = 5
"""Times the wanted number that the first stage finds: with fewer, more cities need a second look at all others."""
_FURTHER: Final = 4
"""Times as many partners that a city with late ones gets in another look."""
_WIDEST: Final = _WIDER * _FURTHER**2
"""The most times the wanted number that it finds, for cities whose partners it can hardly tell apart: 80."""
_FOR_ONE: Final = 8
"""Times the wanted number that it finds for a single city, which costs next to nothing."""
_LATE: Final = 0.5
"""Where a partner from the last half of what it found is among the best, there may be others behind."""
_ENTRIES: Final = 1 << 19
"""Pairs that are scored together, so that memory is bounded."""
_LOOKED_OUT: Final = 1 << 22
"""Pairs of which it is told together whether a rule takes them out, so that memory is bounded."""
FULL: Final = 500
"""The most cities of which all pairs are scored in full."""
_LOOKED_AT: Final = 4
"""Times the wanted number that are looked at first, as some of them may be blocked."""


class TwinningSearch:
    """Finds the best `per_city` partners of each city."""

    def __init__(self, stage: FirstStage, *, minimum_score: float, per_city: int) -> None:
        self._stage = stage
        self._minimum_score = minimum_score
        self._per_city = per_city

    def found(
        self,
        market: Market,
        free: AbstractSet[str],
        closed: Collection[str],
        only: Collection[str] | None,
        taken_out: TakenOut | None = None,
    ) -> CandidateArrays:
        """The pairs of cities in `free`, without those in `closed`; `only` those of some holders.

        Among all cities, pairs that are `taken_out` are left out.
        """
        best = self._best(market, free, closed, only, taken_out)
        return best.enough(market, self._minimum_score).arrays(market)

    def prospects(self, market: Market, holder: str, closed: int) -> Sequence[Prospects]:
        """The cities in the order of the first stage, for the city that `holder` is; none for a programme."""
        row, cities = market.twinning_city(holder), market.profiles.cities
        if row is None:
            return ()
        wanted = self._per_city * _FOR_ONE + closed
        in_order = (cities[other].twinning_holder for other in _descending(self._row(market, row), _LOOKED_AT * wanted))
        return [Prospects(holders=in_order, wanted=wanted)]

    def _best(
        self,
        market: Market,
        free: AbstractSet[str],
        closed: Collection[str],
        only: Collection[str] | None,
        taken_out: TakenOut | None,
    ) -> FullyScored:
        """The best of each row by all parts but affinity."""
        if only is None:
            columns = np.array([city.twinning_holder in free for city in market.profiles.cities], bool)
            excluded = excluded_pairs(market, closed)
            if len(columns) <= FULL:
                return self._of_all_pairs(market, columns, excluded, taken_out)
            return FullyScored.joined(list(self._of_everybody(market, columns, excluded, taken_out)))
        row, other = self._of_some(market, free, set(closed), sorted(free & set(only)))
        found, at, chosen = self._weighed(market, row, other)
        return found.taken(distinct(at[chosen]))

    def _of_all_pairs(
        self, market: Market, columns: Booleans, excluded: ExcludedPairs, taken_out: TakenOut | None
    ) -> FullyScored:
        """The best of each row among all cities, where these are few."""
        cities, rows = len(columns), np.flatnonzero(columns)
        one, other = np.triu_indices(len(rows), 1)
        a, b = rows[one], rows[other]
        barred = np.repeat(np.arange(cities), np.diff(excluded.start)) * cities + excluded.other
        is_barred = np.isin(a * cities + b, barred) | (city_rules(RuleColumns.of(market.profiles), a, b) != 0)
        if taken_out is not None:
            is_barred |= taken_out(a, b)
        found = weighed(market, (a * cities + b)[~is_barred]).gaining()
        row, at = np.concatenate((found.pairs.a, found.pairs.b)), np.tile(np.arange(len(found.numbers)), 2)
        return found.taken(distinct(at[best_of_each(row, found.scores.total[at], self._per_city)]))

    def _of_everybody(
        self, market: Market, columns: Booleans, excluded: ExcludedPairs, taken_out: TakenOut | None
    ) -> Iterator[FullyScored]:
        """The best of each row among the k best of the first stage; rows that may have more get another look."""
        rows, k = np.flatnonzero(columns), self._per_city * _WIDER
        while k:
            unsure = [np.empty(0, np.int64)]
            at_once = max(_ENTRIES // k if taken_out is None else _LOOKED_OUT // len(columns), 1)
            for first in range(0, max(len(rows), 1), at_once):
                some = rows[first : first + at_once]
                barred = excluded if taken_out is None else _also_out(excluded, some, len(columns), taken_out)
                best = self._stage.best(market.first_stage_numbers, some, columns, barred, k)
                at, place = np.nonzero(best.partners >= 0)
                found, position, chosen = self._weighed(market, some[at], best.partners[at, place].astype(np.int64))
                is_unsure = np.zeros(len(some), bool)
                if k < self._per_city * _WIDEST:
                    is_unsure[_gaining_late(at, place >= _LATE * k, found.scores.total[position], chosen)] = True
                yield found.taken(distinct(position[chosen[~is_unsure[at[chosen]]]]))
                unsure.append(some[is_unsure])
            rows = np.concatenate(unsure)
            k = _FURTHER * k if len(rows) else 0

    def _weighed(self, market: Market, row: Integers, other: Integers) -> tuple[FullyScored, Integers, Integers]:
        """The pairs, weighed once each; where each entry stands among them, and which entries are the best of a row."""
        pair = np.minimum(row, other) * len(market.profiles) + np.maximum(row, other)
        found = weighed(market, distinct(pair))
        at = np.searchsorted(found.numbers, pair)
        return found, at, best_of_each(row, found.scores.total[at], self._per_city)

    def _of_some(
        self, market: Market, free: AbstractSet[str], closed: Collection[str], holders: Iterable[str]
    ) -> tuple[Integers, Integers]:
        """The rows and partners of a few cities, each scored with all others; blocked pairs are passed over."""
        rows = [row for row in map(market.twinning_city, holders) if row is not None]
        found = [self._of_one(market, free, closed, row) for row in rows]
        row = np.repeat(np.array(rows, np.int64), [len(each) for each in found])
        return row, np.concatenate([np.empty(0, np.int64), *found])

    def _of_one(self, market: Market, free: AbstractSet[str], closed: Collection[str], row: int) -> Integers:
        cities, wanted, kept = market.profiles.cities, self._per_city * _FOR_ONE, list[int]()
        for other in _descending(self._row(market, row), _LOOKED_AT * wanted):
            if len(kept) == wanted:
                break
            city = cities[other]
            if city.twinning_holder in free and twinning_pair(cities[row].city_id, city.city_id) not in closed:
                kept.append(other)
        return np.array(kept, np.int64)

    def _row(self, market: Market, row: int) -> Floats32:
        """First-stage scores of the city at `row` with every city; -inf where a tie or a rule bars the pair."""
        cities = market.profiles.cities
        tied = np.array(market.tied_cities(cities[row].city_id), np.int64)
        excluded = ExcludedPairs.of(np.full(len(tied), row), tied, len(cities))
        return self._stage.row(market.first_stage_numbers, row, excluded)


def _also_out(excluded: ExcludedPairs, rows: Integers, cities: int, taken_out: TakenOut) -> ExcludedPairs:
    """The excluded pairs of `rows`, ascending, with those that are taken out."""
    is_out = taken_out(np.repeat(rows, cities), np.tile(np.arange(cities), len(rows))).reshape(len(rows), cities)
    row, known = runs(excluded.start[rows], np.diff(excluded.start)[rows])
    is_out[row, excluded.other[known]] = True
    of_row = np.zeros(cities, np.int64)
    of_row[rows] = is_out.sum(axis=1)
    return ExcludedPairs(start=np.concatenate(([0], np.cumsum(of_row))), other=np.nonzero(is_out)[1].astype(np.int32))


def _descending(values: Floats32, at_first: int) -> Iterator[int]:
    """Indices of what is above -inf, the highest first, the lower index first where equal; sorted as far as needed."""
    done = 0
    for count in (at_first, len(values)):
        least = np.partition(values, len(values) - count)[len(values) - count] if count < len(values) else -np.inf
        promising = np.flatnonzero((values >= least) & (values > -np.inf))
        ordered = promising[np.argsort(-values[promising], kind="stable")]
        yield from ordered[done:].tolist()
        done = len(ordered)


def _gaining_late(row: Integers, is_late: Booleans, score: Floats, chosen: Integers) -> Integers:
    """The rows in which an entry that came late is as good as the last that was chosen."""
    least = np.full(row.max(initial=-1) + 1, np.inf)
    np.minimum.at(least, row[chosen], score[chosen])
    return row[is_late & (score >= least[row])]
