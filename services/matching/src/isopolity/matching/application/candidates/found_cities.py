"""The cities that criteria reach, each with its fit and what blocks it, by its request or its needs, whichever suits
best; and what they come to: numbers, regions, people, how well they fit, and where they lie.

Invariant: a blocker stands beside the fit and never changes it. Nothing here depends on proposals, answers,
reservations, contacts or pauses, nor on ties of others that are not public.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.criteria import Choice
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Booleans, Floats, Integers, Unsigned16
from isopolity.matching.domain.member import City, Programme
from isopolity.matching.domain.scores.blockers import Blocker, codes
from isopolity.matching.domain.scores.target_arrays import Target

_TIED = Blocker.TIED.bit


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCities:
    """Cities, the best first: those that fit before those that do not; one entry each."""

    market: Market
    city: Integers
    """Positions among the market's cities."""
    target: Integers
    """Positions of the targets that suit best."""
    score: Floats
    blockers: Unsigned16
    fits: Booleans
    """Whether nothing blocks it and it scores enough."""
    requests: int
    """Requests among all targets that fit."""

    def taken(self, some: slice) -> Sequence["FoundCity"]:
        """The cities of a slice, as objects."""
        return [self._one(position) for position in range(len(self.city))[some]]

    def _one(self, position: int) -> "FoundCity":
        target = self.market.targets.targets[int(self.target[position])]
        blocking = codes(self.blockers[position])
        named = [each for each in blocking if each is not Blocker.COUNTRY or Blocker.REGION not in blocking]
        return FoundCity(
            target=target,
            score=float(self.score[position]),
            fits=bool(self.fits[position]),
            blockers=named,
            is_first_tie=not self.market.profiles.has_tie[self.city[position]],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCity:
    """A city as a programme sees it."""

    target: Target
    score: float
    fits: bool
    blockers: Sequence[Blocker]
    is_first_tie: bool

    @property
    def city(self) -> City:
        """The city of the target."""
        return self.target.city


def found_cities(
    market: Market, programme: Programme, choice: Choice, minimum: float, *, with_blocked: bool
) -> FoundCities:
    """The cities that fit the programme, among those that are looked at; `with_blocked` also those that do not."""
    targets, (bits, scores) = market.targets, market.all_sponsorships(programme)
    bits[np.isin(targets.city, market.tied_cities(programme.partner_id))] |= _TIED
    score = scores.total
    looked_at = choice.looked_at(market, programme)
    fits = looked_at & (bits == 0) & (score >= minimum)
    some = np.flatnonzero(looked_at if with_blocked else fits)
    some = some[np.lexsort((some, -score[some], ~fits[some]))]
    _, first = np.unique(targets.city[some], return_index=True)
    best = some[np.sort(first)]
    return FoundCities(
        market=market,
        city=targets.city[best],
        target=best,
        score=score[best],
        blockers=bits[best],
        fits=fits[best],
        requests=int((fits & targets.are_requests).sum()),
    )


STEPS: Final = 10
"""Steps of the fit, from 0 to 1."""
_SIZES: Final = (50_000, 200_000, 1_000_000)
"""Inhabitants at which sizes of cities part."""
_MESHES: Final = (0.1, 1, 2, 4, 6, 10, 15, 20, 30)
"""Degrees of the mesh in which cities are counted together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Sums over the cities that fit; `blocked` over the others."""

    cities: int
    requests: int
    people: int
    unknown: int
    """Cities whose number of inhabitants is not known."""
    first_ties: int
    regions: Mapping[str, int]
    """Cities by region, the most first."""
    fits: Sequence[int]
    """Cities by fit, rounded to hundredths, in `STEPS` equal steps."""
    sizes: Sequence[int]
    """Cities by inhabitants: below 50,000, below 200,000, below a million, beyond."""
    blocked: Mapping[str, int]
    """Cities that do not fit, by the first blocker, `score` where it is too low."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlace:
    """A city on the map, or the middle of several."""

    latitude: float
    longitude: float
    count: int
    name: str
    """Name of the city, or of the best fitting of several cities."""


def sums_of(found: FoundCities) -> Sums:
    """Count and add up the cities that were found."""
    profiles = found.market.profiles
    city = found.city[found.fits]
    people = profiles.population[city]
    known = people[~np.isnan(people)]
    steps = np.minimum(np.rint(np.round(found.score[found.fits], 4) * 100).astype(np.int64) * STEPS // 100, STEPS - 1)
    return Sums(
        cities=len(city),
        requests=found.requests,
        people=int(known.sum()),
        unknown=len(city) - len(known),
        first_ties=int((~profiles.has_tie[city]).sum()),
        regions=_counted(profiles.region[city], {number: code for code, number in profiles.numbers["region"].items()}),
        fits=np.bincount(steps, minlength=STEPS).tolist(),
        sizes=np.bincount(np.searchsorted(_SIZES, known, side="right"), minlength=len(_SIZES) + 1).tolist(),
        blocked=_blocked(found),
    )


def places_of(found: FoundCities, most: int) -> Sequence[FoundPlace]:
    """Where the cities that fit lie: each by itself, or more than `most` of them counted together."""
    profiles = found.market.profiles
    city = found.city[found.fits]
    latitude, longitude = profiles.latitude[city], profiles.longitude[city]
    placed = np.flatnonzero(~(np.isnan(latitude) | np.isnan(longitude)))
    city, latitude, longitude = city[placed], latitude[placed], longitude[placed]
    group, number = np.arange(len(city)), len(city)
    for mesh in _MESHES:
        if number <= most:
            break
        cell = np.floor((latitude + 90) / mesh).astype(np.int64) * 4000 + np.floor((longitude + 180) / mesh).astype(int)
        _, group = np.unique(cell, return_inverse=True)
        number = int(group.max()) + 1
    count = np.bincount(group, minlength=number)
    _, first = np.unique(group, return_index=True)
    middle = [np.bincount(group, weights, number) / np.maximum(count, 1) for weights in (latitude, longitude)]
    return [
        FoundPlace(
            latitude=round(float(middle[0][each]), 3),
            longitude=round(float(middle[1][each]), 3),
            count=int(count[each]),
            name=profiles.cities[int(city[first[each]])].name,
        )
        for each in range(number)
    ]


def _counted(numbers: Integers, names: Mapping[int, str]) -> Mapping[str, int]:
    values, counts = np.unique(numbers, return_counts=True)
    pairs = zip(values.tolist(), counts.tolist(), strict=True)
    found = {names[value]: count for value, count in pairs if value in names}
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def _blocked(found: FoundCities) -> Mapping[str, int]:
    bits = found.blockers[~found.fits].astype(np.int64)
    first = bits & -bits
    counts = {blocker.value: int((first == int(blocker.bit)).sum()) for blocker in Blocker}
    counts["score"] = int((first == 0).sum())
    return dict(sorted(((code, count) for code, count in counts.items() if count), key=lambda each: -each[1]))
