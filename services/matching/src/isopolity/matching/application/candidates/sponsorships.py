"""The candidates between programmes and cities: each programme with the cities that it serves.

Invariant: cities that a programme cannot serve are left out before anything is scored. Programmes of the same regions
and countries are scored one after the other, on the same narrowed arrays.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.application.candidates.candidate import (
    CandidateArrays,
    Prospects,
    SponsorshipCandidate,
    TakenOut,
)
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Booleans, Floats, Integers
from isopolity.matching.domain.member import SPONSORSHIP, Programme, sponsorship_pair
from isopolity.matching.domain.scores import programme_eligibility, sponsorship
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.target_arrays import Targets
from isopolity.matching.domain.scores.weights import Scores

_SORTED_AT_FIRST: Final = 4
"""Times the wanted number that are sorted at first: most targets are of different cities, and few pairs are closed."""


_Place = tuple[tuple[str, ...], tuple[str, ...]]
"""The regions and the countries of a programme."""


class _Served(NamedTuple):
    """Some cities and their targets, with the positions of these among all targets."""

    profiles: Profiles
    targets: Targets
    position: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Pairs: the numbers of programmes, the positions of targets, and their parts of the score."""

    programme: Integers
    target: Integers
    parts: Mapping[str, Floats]


class SponsorshipSearch:
    """Finds the best `per_programme` cities of each programme."""

    def __init__(self, *, minimum_score: float, per_programme: int) -> None:
        self._minimum_score = minimum_score
        self._per_programme = per_programme

    def found(
        self,
        market: Market,
        free: AbstractSet[str],
        closed: Collection[str],
        only: Collection[str] | None,
        taken_out: TakenOut | None = None,
    ) -> CandidateArrays:
        """The pairs of programmes and cities in `free`, without those in `closed`; `only` those of some holders.

        Pairs that programmes would find and that are `taken_out` are left out.
        """
        closed, sides, known = set(closed), _Sides(market, free), market.programme_arrays.number
        wanted = known.keys() if only is None else [each for each in only if each in known]
        numbers = sorted((known[each] for each in wanted if each in free), key=lambda i: (_place(market, i), i))
        found = list[_Found]()
        for number in numbers:
            served = sides.served(market.programmes[number], _place(market, number))
            found += self._of_programme(market, number, served, closed, taken_out)
        for holder in sorted(only or ()):
            city = market.sponsorship_city(holder)
            if city is not None and holder in free:
                found += self._of_city(market, city, free, closed, set(numbers))
        return _arrays(market, found)

    def prospects(self, market: Market, holder: str, closed: int) -> Sequence[Prospects]:
        """For a programme the cities that it could support, the best first; for a city all programmes for it."""
        number, city = market.programme_arrays.number.get(holder), market.sponsorship_city(holder)
        if number is not None:
            programme = market.programmes[number]
            served = _Sides(market, market.able.keys()).served(programme, _place(market, number))
            wanted = self._per_programme + closed + len(market.tied_to(programme.partner_id))
            return [Prospects(holders=self._best_cities(market, number, served), wanted=wanted)]
        if city is not None:
            everybody = list(market.programme_arrays.number)
            return [Prospects(holders=iter(everybody), wanted=len(everybody))]
        return ()

    def _best_cities(self, market: Market, number: int, served: _Served) -> Iterator[str]:
        kept, scores = self._scored(market, number, served)
        promising = np.flatnonzero(scores.total >= self._minimum_score)
        ordered = market.targets.city[served.position[kept[_top(scores.total, promising, len(promising))]]]
        return (market.profiles.cities[city].sponsorship_holder for city in dict.fromkeys(ordered.tolist()))

    def _scored(self, market: Market, number: int, served: _Served) -> tuple[Integers, Scores]:
        programme = market.programmes[number]
        component = market.components.get(programme.partner_id, -1)
        return sponsorship.scores_of_allowed(programme, served.profiles, served.targets, component, market.weights)

    def _of_city(
        self, market: Market, city: int, free: AbstractSet[str], closed: Collection[str], done: Collection[int]
    ) -> Iterator[_Found]:
        """The pairs of a city with programmes, without those in `done`, each with the target that scores best."""
        profiles, targets, programmes = market.profiles, market.targets, market.programme_arrays
        own, city_id = np.flatnonzero(targets.city == city), profiles.cities[city].city_id
        scored = [
            programmes.scores(profiles, targets, target, market.programme_components, market.weights)
            for target in own.tolist()
        ]
        total = np.array(
            [
                np.where(programmes.allowed(profiles, targets, target, scores), scores.total, 0.0)
                for target, scores in zip(own.tolist(), scored, strict=True)
            ]
        )
        holders, mark = list(programmes.number), sponsorship_pair("", city_id)
        shut = {key.removesuffix(mark) for key in closed if key.endswith(mark)}
        promising = np.flatnonzero(total.max(axis=0) >= self._minimum_score).tolist()
        chosen = [
            number
            for number in promising
            if holders[number] in free and holders[number] not in shut and number not in done
        ]
        if tied := frozenset(market.tied_to(city_id)):
            chosen = [number for number in chosen if market.programmes[number].partner_id not in tied]
        best = total.argmax(axis=0)[chosen]
        names = scored[0].parts
        parts = {name: np.array([each.parts[name] for each in scored])[best, chosen] for name in names}
        yield _Found(programme=np.array(chosen, np.int64), target=own[best], parts=parts)

    def _of_programme(
        self, market: Market, number: int, served: _Served, closed: Collection[str], taken_out: TakenOut | None
    ) -> Iterator[_Found]:
        position = served.position
        if not len(position):
            return
        kept, scores = self._scored(market, number, served)
        if taken_out is not None:
            cities, city = len(market.profiles), market.targets.city[position[kept]]
            left = np.flatnonzero(~taken_out(city + cities, np.full(len(city), number + 2 * cities)))
            kept, scores = kept[left], scores.taken(left)
        chosen = self._chosen(market, market.programmes[number], scores.total, position[kept], closed)
        if len(chosen):
            parts = {name: values[chosen] for name, values in scores.parts.items()}
            programmes = np.full(len(chosen), number)
            yield _Found(programme=programmes, target=position[kept[chosen]], parts=parts)

    def _chosen(
        self, market: Market, programme: Programme, total: Floats, position: Integers, closed: Collection[str]
    ) -> Integers:
        """The best targets from `minimum_score` on, one a city; no more of the top are sorted than are needed."""
        promising = np.flatnonzero(total >= self._minimum_score)
        sorted_of_top = _SORTED_AT_FIRST * self._per_programme
        while True:
            ordered = _top(total, promising, sorted_of_top)
            kept = self._one_a_city(market, programme, position[ordered], closed)
            if len(kept) == self._per_programme or len(ordered) == len(promising):
                return ordered[kept]
            sorted_of_top *= _SORTED_AT_FIRST

    def _one_a_city(self, market: Market, programme: Programme, target: Integers, closed: Collection[str]) -> Integers:
        """Positions of the best target of each city, at most `per_programme`, without pairs that are closed or tied."""
        tied = market.tied_to(programme.partner_id)
        kept: dict[int, int] = {}
        for place, city in enumerate(market.targets.city[target].tolist()):
            if len(kept) == self._per_programme:
                break
            if city in kept:
                continue
            city_id = market.profiles.cities[city].city_id
            is_closed = closed and sponsorship_pair(programme.holder, city_id) in closed
            if city_id not in tied and not is_closed:
                kept[city] = place
        return np.array(list(kept.values()), np.int64)


class _Sides:
    """The cities among some holders with their targets, as arrays of their own; drawn when they are asked for first."""

    def __init__(self, market: Market, holders: AbstractSet[str]) -> None:
        self._market = market
        self._holders = holders
        self._everywhere: _Served | None = None
        self._place: _Place | None = None
        self._served: _Served | None = None

    def served(self, programme: Programme, place: _Place) -> _Served:
        """The cities that a programme of this place serves; ask for programmes of one place in a row."""
        if self._everywhere is None:
            self._everywhere = self._drawn()
        if self._served is None or place != self._place:
            profiles, _, _ = self._everywhere
            in_region = programme_eligibility.in_region(programme, profiles)
            here = in_region & programme_eligibility.in_country(programme, profiles)
            self._place, self._served = place, _narrowed(self._everywhere, here)
        return self._served

    def _drawn(self) -> _Served:
        profiles, targets = self._market.profiles, self._market.targets
        cities = np.zeros(len(profiles), bool)
        named = map(self._market.sponsorship_city, self._holders)
        cities[[city for city in named if city is not None]] = True
        return _narrowed(_Served(profiles, targets, np.arange(len(targets.city))), cities)


def _narrowed(served: _Served, cities: Booleans) -> _Served:
    profiles, targets, position = served
    if cities.all():
        return served
    kept = cities[targets.city]
    number = np.cumsum(cities) - 1
    return _Served(profiles.taken(np.flatnonzero(cities)), targets.narrowed(kept, number), position[kept])


def _top(total: Floats, promising: Integers, count: int) -> Integers:
    """The `count` of the highest total and all that equal the last of them; equal totals: the first ones first."""
    values = total[promising]
    if count < len(values):
        kept = values >= np.partition(values, len(values) - count)[len(values) - count]
        promising, values = promising[kept], values[kept]
    return promising[np.argsort(-values, kind="stable")]


def _place(market: Market, number: int) -> _Place:
    programme = market.programmes[number]
    return programme.regions, programme.countries


def _arrays(market: Market, found: Sequence[_Found]) -> CandidateArrays:
    """All pairs that were found, programme by programme."""
    target = np.concatenate([np.empty(0, np.int64), *(each.target for each in found)])
    programme = np.concatenate([np.empty(0, np.int64), *(each.programme for each in found)])
    order, names = np.argsort(programme, kind="stable"), found[0].parts if found else ()
    programme, target = programme[order], target[order]
    parts = {name: np.concatenate([each.parts[name] for each in found])[order] for name in names}
    scores = sponsorship.scored(parts, market.weights)
    total = scores.total if found else np.empty(0)

    def candidate(position: int) -> SponsorshipCandidate:
        return SponsorshipCandidate(
            programme=market.programmes[int(programme[position])],
            target=market.targets.targets[int(target[position])],
            score=float(total[position]),
            scores=scores,
            position=position,
        )

    return CandidateArrays(
        kind=SPONSORSHIP,
        a=market.targets.city[target] + len(market.profiles),
        b=programme + 2 * len(market.profiles),
        score=total,
        scores=scores,
        make=candidate,
    )
