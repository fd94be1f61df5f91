"""The candidates among cities: a first stage over all pairs, then the full score of those that it puts at the top.

Invariant: blocked pairs are taken out before the best are chosen, so that they take no other pair's place.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.candidate import CandidateArrays, Prospects, TakenOut, TwinningCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_status import with_affinity
from isopolity.matching.application.ports.engine import ExcludedPairs, FirstStage
from isopolity.matching.arrays import Booleans, Floats, Floats32, Integers
from isopolity.matching.domain.member import TWINNING, twinning_pair
from isopolity.matching.domain.scores import twinning
from isopolity.matching.domain.scores.blockers import RuleColumns, city_rules, gains_nothing
from isopolity.matching.domain.scores.city_arrays import runs
from isopolity.matching.domain.scores.fit import Fit
from isopolity.matching.domain.scores.twinning import Pairs
from isopolity.matching.domain.scores.weights import Scores
from isopolity.matching.threads import ThreadPool, processors

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
WORTH_A_THREAD: Final = 1 << 16
"""The number of pairs from which another thread is worth its start."""
FULL: Final = 500
"""The most cities of which all pairs are scored in full."""
_LOOKED_AT: Final = 4
"""Times the wanted number that are looked at first, as some of them may be blocked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _FullyScored:
    """Pairs, each once, in the order of their numbers (a · cities + b), with their full scores but for affinity."""

    numbers: Integers
    pairs: Pairs
    scores: Scores

    def taken(self, positions: Integers) -> "_FullyScored":
        """The pairs at these positions, ascending."""
        numbers = self.numbers[positions]
        return _FullyScored(numbers=numbers, pairs=self.pairs.taken(positions), scores=self.scores.taken(positions))

    @classmethod
    def joined(cls, pieces: "Sequence[_FullyScored]") -> "_FullyScored":
        """All pairs of one or more pieces."""
        found = cls.in_a_row(pieces)
        order = np.argsort(found.numbers, kind="stable")
        return found.taken(order[np.append(True, np.diff(found.numbers[order]) != 0)] if len(order) else order)

    @classmethod
    def in_a_row(cls, pieces: "Sequence[_FullyScored]") -> "_FullyScored":
        """One or more pieces, one after the other."""
        names, columns = pieces[0].scores.parts, ("a", "b", "needs_a", "needs_b", "ways")
        parts = {name: np.concatenate([each.scores.parts[name] for each in pieces]) for name in names}
        return cls(
            numbers=np.concatenate([each.numbers for each in pieces]),
            pairs=Pairs(*(np.concatenate([getattr(each.pairs, name) for each in pieces]) for name in columns)),
            scores=replace(pieces[0].scores, parts=parts),
        )


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
        scores = with_affinity(best.scores, best.pairs, market)
        kept = np.flatnonzero(scores.total >= self._minimum_score)
        scores, pairs, cities = scores.taken(kept), best.pairs.taken(kept), market.profiles.cities
        total = scores.total

        def candidate(position: int) -> TwinningCandidate:
            a, b = cities[int(pairs.a[position])], cities[int(pairs.b[position])]
            score = float(total[position])
            return TwinningCandidate(city_a=a, city_b=b, score=score, scores=scores, position=position)

        return CandidateArrays(kind=TWINNING, a=pairs.a, b=pairs.b, score=total, scores=scores, make=candidate)

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
    ) -> _FullyScored:
        """The best of each row by all parts but affinity."""
        if only is None:
            columns = np.array([city.twinning_holder in free for city in market.profiles.cities], bool)
            excluded = _excluded(market, closed)
            if len(columns) <= FULL:
                return self._of_all_pairs(market, columns, excluded, taken_out)
            return _FullyScored.joined(list(self._of_everybody(market, columns, excluded, taken_out)))
        row, other = self._of_some(market, free, set(closed), sorted(free & set(only)))
        weighed, at, chosen = self._weighed(market, row, other)
        return weighed.taken(_distinct(at[chosen]))

    def _of_all_pairs(
        self, market: Market, columns: Booleans, excluded: ExcludedPairs, taken_out: TakenOut | None
    ) -> _FullyScored:
        """The best of each row among all cities, where these are few."""
        cities, rows = len(columns), np.flatnonzero(columns)
        one, other = np.triu_indices(len(rows), 1)
        a, b = rows[one], rows[other]
        barred = np.repeat(np.arange(cities), np.diff(excluded.start)) * cities + excluded.other
        is_barred = np.isin(a * cities + b, barred) | (city_rules(RuleColumns.of(market.profiles), a, b) != 0)
        if taken_out is not None:
            is_barred |= taken_out(a, b)
        weighed = _weighed(market, (a * cities + b)[~is_barred])
        pairs = weighed.pairs
        weighed = weighed.taken(np.flatnonzero(~gains_nothing(pairs.needs_a, pairs.needs_b)))
        row, at = np.concatenate((weighed.pairs.a, weighed.pairs.b)), np.tile(np.arange(len(weighed.numbers)), 2)
        return weighed.taken(_distinct(at[_best_of_each(row, weighed.scores.total[at], self._per_city)]))

    def _of_everybody(
        self, market: Market, columns: Booleans, excluded: ExcludedPairs, taken_out: TakenOut | None
    ) -> Iterator[_FullyScored]:
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
                weighed, position, chosen = self._weighed(market, some[at], best.partners[at, place].astype(np.int64))
                is_unsure = np.zeros(len(some), bool)
                if k < self._per_city * _WIDEST:
                    is_unsure[_gaining_late(at, place >= _LATE * k, weighed.scores.total[position], chosen)] = True
                yield weighed.taken(_distinct(position[chosen[~is_unsure[at[chosen]]]]))
                unsure.append(some[is_unsure])
            rows = np.concatenate(unsure)
            k = _FURTHER * k if len(rows) else 0

    def _weighed(self, market: Market, row: Integers, other: Integers) -> tuple[_FullyScored, Integers, Integers]:
        """The pairs, weighed once each; where each entry stands among them, and which entries are the best of a row."""
        pair = np.minimum(row, other) * len(market.profiles) + np.maximum(row, other)
        weighed = _weighed(market, _distinct(pair))
        at = np.searchsorted(weighed.numbers, pair)
        return weighed, at, _best_of_each(row, weighed.scores.total[at], self._per_city)

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


def _excluded(market: Market, closed: Collection[str]) -> ExcludedPairs:
    """The pairs of cities that are tied or closed."""
    index = market.profiles.index
    barred = (*market.ties.edges(), *market.apart.edges(), *_city_pairs(closed))
    known = [(index[a], index[b]) for a, b in barred if a in index and b in index]
    a, b = np.array(known, np.int64).reshape(-1, 2).T
    return ExcludedPairs.of(a, b, len(market.profiles))


def _also_out(excluded: ExcludedPairs, rows: Integers, cities: int, taken_out: TakenOut) -> ExcludedPairs:
    """The excluded pairs of `rows`, ascending, with those that are taken out."""
    is_out = taken_out(np.repeat(rows, cities), np.tile(np.arange(cities), len(rows))).reshape(len(rows), cities)
    row, known = runs(excluded.start[rows], np.diff(excluded.start)[rows])
    is_out[row, excluded.other[known]] = True
    of_row = np.zeros(cities, np.int64)
    of_row[rows] = is_out.sum(axis=1)
    return ExcludedPairs(start=np.concatenate(([0], np.cumsum(of_row))), other=np.nonzero(is_out)[1].astype(np.int32))


def _weighed(market: Market, numbers: Integers) -> _FullyScored:
    """The pairs of these numbers (a · cities + b, ascending), by the full score; many on all processors."""
    pieces = np.array_split(numbers, max(1, min(processors(), len(numbers) // WORTH_A_THREAD)))
    if len(pieces) < 2:
        return _weighed_at_once(market, numbers)
    with ThreadPool(len(pieces)) as pool:
        return _FullyScored.in_a_row(list(pool.map(partial(_weighed_at_once, market), pieces)))


def _weighed_at_once(market: Market, numbers: Integers) -> _FullyScored:
    """The pairs of these numbers by the full score, in this thread, from arrays of the cities concerned only."""
    a, b = np.divmod(numbers, max(len(market.profiles), 1))
    cities = _distinct(np.concatenate((a, b)))
    profiles = market.profiles.taken(cities)
    fits = Fit(profiles, market.weights.neighbours)
    pairs = twinning.pairs_of(fits, np.searchsorted(cities, a), np.searchsorted(cities, b))
    scores = twinning.scores(profiles, pairs, market.weights)
    return _FullyScored(numbers=numbers, pairs=replace(pairs, a=a, b=b), scores=scores)


def _distinct(numbers: Integers) -> Integers:
    """In ascending order; by sorting, which takes a tenth of the time of numpy's `unique`, that hashes."""
    ordered = np.sort(numbers)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def _descending(values: Floats32, at_first: int) -> Iterator[int]:
    """Indices of what is above -inf, the highest first, the lower index first where equal; sorted as far as needed."""
    done = 0
    for count in (at_first, len(values)):
        least = np.partition(values, len(values) - count)[len(values) - count] if count < len(values) else -np.inf
        promising = np.flatnonzero((values >= least) & (values > -np.inf))
        ordered = promising[np.argsort(-values[promising], kind="stable")]
        yield from ordered[done:].tolist()
        done = len(ordered)


def _best_of_each(row: Integers, score: Floats, limit: int) -> Integers:
    """Positions of the `limit` best scores of each row; equal scores: the first ones."""
    order = np.lexsort((-score, row))
    starts = np.flatnonzero(np.r_[True, np.diff(row[order]) != 0]) if len(row) else np.empty(0, np.int64)
    rank = np.arange(len(row)) - np.repeat(starts, np.diff(np.r_[starts, len(row)]))
    return order[rank < limit]


def _gaining_late(row: Integers, is_late: Booleans, score: Floats, chosen: Integers) -> Integers:
    """The rows in which an entry that came late is as good as the last that was chosen."""
    least = np.full(row.max(initial=-1) + 1, np.inf)
    np.minimum.at(least, row[chosen], score[chosen])
    return row[is_late & (score >= least[row])]


def _city_pairs(closed: Collection[str]) -> list[tuple[str, str]]:
    """The pairs of cities among pair keys; a sponsorship's key starts with a holder, which has a slash."""
    parts = (key.split(":") for key in closed if "/" not in key)
    return [(pair[0], pair[1]) for pair in parts if len(pair) == 2]
