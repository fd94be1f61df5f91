"""What found cities come to: numbers, regions, people, how well they fit, and where they lie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from isopolity.matching.application.candidates.explorer.found_cities import FoundCities
from isopolity.matching.arrays import Integers
from isopolity.matching.domain.scores.blockers import Blocker

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
    """Of the city, or of the one of them that fits best."""


def sums_of(found: FoundCities) -> Sums:
    """The sums."""
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
