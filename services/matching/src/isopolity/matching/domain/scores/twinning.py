"""The score of two cities as twins, part by part, and the rules that exclude a pair.

The parts of the score are symmetric: swapping the two cities swaps `needs-a` with `needs-b` and changes nothing else.
`balance`, the geometric mean of the two directions, carries much of the weight, so that a one-sided pair scores low.
`size`, `distance`, `hours` and `language` count as far as what the two would do asks for it; a part that nothing asks
for is 1: nothing speaks against the pair.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from isopolity.matching.arrays import Floats, Integers, Unsigned8, Unsigned16
from isopolity.matching.domain.scores.blockers import Blocker, RuleColumns, city_rules, gains_nothing
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.fit import Fit
from isopolity.matching.domain.scores.hours import common_hours, hours_value
from isopolity.matching.domain.scores.strength import CARRIED, LIVE, SPOKEN, TRAVELLED, asked_by
from isopolity.matching.domain.scores.weights import (
    DEFAULT_WEIGHTS,
    UNKNOWN,
    Scores,
    Weights,
    language_value,
    weighed_down,
)
from isopolity.matching.domain.sphere import great_circle_km
from isopolity.matching.errors import InvalidScores

_NOTHING_FURTHER: Final[Mapping[str, Floats]] = MappingProxyType({})
_SIZES: Final = np.log([1.0, 10.0, 20.0, 100.0])
_SIZE_VALUES: Final = np.array([1.0, 0.8, 0.6, 0.0])
"""The worth of two sizes by how many times one is the other's, as logarithms: it falls slowly to ten times, where both
can still carry what the other wants, and steeply beyond twenty."""
_HALF_WAY_KM: Final = 4000.0
"""The distance at which a tie that needs travel is worth half."""
_GIVEN: Final = frozenset({"size", "distance", "hours", "language"})
"""The parts that count as far as what the two would do asks for them."""
_GIVEN_COUNTS: Final = 0.9
"""The share of the weight of these parts that a pair has to earn back: what is near, alike and easy is no reason."""
SAME_KIND: Final = 0.4
BOTH_LEARNING: Final = 0.3
SAME_FIELD: Final = 0.3
"""The summands of the part `setting`: same kind of member, two learning cities, same creative field."""
FIRST_TIE: Final = 0.2
COMPONENTS_JOINED: Final = 0.3
REGIONS_LINKED: Final = 0.3
"""The summands of the part `network`: the first tie of each city, two components joined, two regions linked."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of cities by index, `a` < `b`: the met share of each city's needs, and how both would work together."""

    a: Integers
    b: Integers
    needs_a: Floats
    needs_b: Floats
    ways: Floats
    """(pairs, ways): the share of each `Way` in what both would gain; all 0 where nobody gains anything."""

    def __len__(self) -> int:
        return len(self.a)

    def taken(self, positions: Integers) -> "Pairs":
        """The pairs at these positions alone, in their order."""
        return Pairs(
            self.a[positions],
            self.b[positions],
            self.needs_a[positions],
            self.needs_b[positions],
            self.ways[positions],
        )


def pairs_of(fits: Fit, a: Integers, b: Integers) -> Pairs:
    """The pairs (a[i], b[i]), a[i] < b[i], blocked or not."""
    of_a, of_b = fits.of_pairs(a, b), fits.of_pairs(b, a)
    both = of_a.by_way + of_b.by_way
    whole = both.sum(axis=1, keepdims=True)
    return Pairs(a, b, of_a.value, of_b.value, np.divide(both, whole, out=np.zeros_like(both), where=whole > 0))


def few_pairs(profiles: Profiles, a: Integers, b: Integers, weights: Weights = DEFAULT_WEIGHTS) -> Pairs:
    """The pairs (a[i], b[i]), a[i] < b[i], blocked or not; builds a fit of these cities only, so it suits few pairs."""
    return pairs_of(Fit(profiles, weights.neighbours, among=np.union1d(a, b).tolist()), a, b)


def blockers(profiles: Profiles, fits: Fit, pairs: Pairs) -> Unsigned16:
    """The blockers of each pair that follow from the two profiles, whatever its score, as bits."""
    bits: Unsigned16 = city_rules(RuleColumns.of(profiles), pairs.a, pairs.b)
    nothing = np.flatnonzero(gains_nothing(pairs.needs_a, pairs.needs_b))
    a, b = pairs.a[nothing], pairs.b[nothing]
    near = fits.are_near(a, b) | fits.are_near(b, a)
    bits[nothing] |= np.where(near, Blocker.OUT_OF_REACH.bit, Blocker.SUBJECTS.bit)
    return bits


def scores(
    profiles: Profiles,
    pairs: Pairs,
    weights: Weights = DEFAULT_WEIGHTS,
    further: Mapping[str, Floats] = _NOTHING_FURTHER,
) -> Scores:
    """The whole score of each pair; `further` are parts whose values come from outside, such as `affinity`.

    Raises InvalidScores unless these are numbers from 0 to 1, one a pair.
    """
    a, b = pairs.a, pairs.b
    fit = Scores(
        {
            "needs-a": pairs.needs_a,
            "needs-b": pairs.needs_b,
            "balance": balance(pairs.needs_a, pairs.needs_b),
            "size": weighed_down(asked_by(pairs.ways, CARRIED), _size(profiles, a, b)),
            "setting": _setting(profiles, a, b),
            "distance": weighed_down(asked_by(pairs.ways, TRAVELLED), nearness(distance_km(profiles, a, b))),
            "hours": weighed_down(asked_by(pairs.ways, LIVE), hours_value(hours_in_common(profiles, a, b))),
            "language": weighed_down(asked_by(pairs.ways, SPOKEN), _language(profiles, a, b)),
            "network": _network(profiles, a, b),
        },
        weights.twinning,
        weights.version,
        _GIVEN,
        _GIVEN_COUNTS,
    )
    return with_further(fit, further, weights.version)


def with_further(known: Scores, further: Mapping[str, Floats], version: str) -> Scores:
    """The scores with `further` parts; `version` identifies everything that decided them. Raises InvalidScores."""
    pairs = len(known.parts["balance"])
    checked = {name: _checked(name, values, pairs, known.weights) for name, values in further.items()}
    return replace(known, parts={**known.parts, **checked}, version=version)


def distance_km(profiles: Profiles, a: Integers | int, b: Integers | int) -> Floats:
    """Great-circle distances in km, NaN if a place is unknown; an array for arrays of cities, else one value."""
    return great_circle_km(profiles.latitude[a], profiles.longitude[a], profiles.latitude[b], profiles.longitude[b])


def hours_in_common(profiles: Profiles, a: Integers | int, b: Integers | int) -> Floats:
    """Common working hours, NaN if a time zone is unknown; an array for arrays of cities, else one value."""
    return common_hours(profiles.utc_offset[a], profiles.utc_offset[b])


def balance(one: Any, other: Any) -> Any:
    """The part `balance`: the geometric mean of both sides' met shares; also compiled in the first stage."""
    return np.sqrt(one * other)


def size_value(one: Floats, other: Floats) -> Floats:
    """The worth of two sizes for work that takes people and rooms, from the logarithms of two populations."""
    with np.errstate(invalid="ignore"):
        apart = np.abs(one - other)
    return np.where(np.isfinite(apart), np.interp(apart, _SIZES, _SIZE_VALUES), UNKNOWN)


def nearness(km: Floats) -> Floats:
    """The worth of a tie that needs travel over this distance, in (0, 1]; UNKNOWN for NaN."""
    near = 1 / (1 + km / _HALF_WAY_KM)
    return np.where(np.isnan(near), UNKNOWN, near)


def _checked(name: str, values: Floats, pairs: int, weights: Mapping[str, float]) -> Floats:
    if name not in weights:
        raise InvalidScores(f"A twinning has no part {name!r}; its parts are {', '.join(weights)}.")
    if values.shape != (pairs,):
        raise InvalidScores(f"Give the part {name} one value for each of the {pairs} pairs.")
    if not ((values >= 0) & (values <= 1)).all():  # both comparisons are false for NaN
        raise InvalidScores(f"Give the part {name} numbers from 0 to 1 only.")
    return values


def _size(profiles: Profiles, a: Integers, b: Integers) -> Floats:
    with np.errstate(divide="ignore"):
        return size_value(np.log(profiles.population[a]), np.log(profiles.population[b]))


def _setting(profiles: Profiles, a: Integers, b: Integers) -> Floats:
    field = profiles.creative_field
    same_field = (field[a] == field[b]) & (field[a] >= 0)
    both_learning = profiles.learning[a] & profiles.learning[b]
    same_kind = profiles.kind[a] == profiles.kind[b]
    return np.asarray(SAME_KIND * same_kind + BOTH_LEARNING * both_learning + SAME_FIELD * same_field, np.float64)


def _language(profiles: Profiles, a: Integers, b: Integers) -> Floats:
    of_a, of_b = (_spoken(profiles, cities) for cities in (a, b))
    known = of_a.any(axis=1) & of_b.any(axis=1)
    found: Floats = language_value(np.asarray(known, bool), (of_a & of_b).any(axis=1))
    return found


def _spoken(profiles: Profiles, cities: Integers) -> Unsigned8:
    """The languages of `cities`, one bit each; packs all cities or only these, whichever are fewer."""
    if len(cities) < len(profiles):
        return np.packbits(profiles.languages[cities], axis=1)
    return np.packbits(profiles.languages, axis=1)[cities]


def _network(profiles: Profiles, a: Integers, b: Integers) -> Floats:
    """The part `network`: a first tie, two components joined, two regions linked."""
    first_ties = (~profiles.has_tie[a]).astype(np.float64) + ~profiles.has_tie[b]
    joined = profiles.component[a] != profiles.component[b]
    other_region = profiles.region[a] != profiles.region[b]
    return np.asarray(FIRST_TIE * first_ties + COMPONENTS_JOINED * joined + REGIONS_LINKED * other_region, np.float64)
