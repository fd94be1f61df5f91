"""Arrays of places for compiled loops: traits, codes, letters of names, and the circles round each place.

Invariant: places that joined later count in no rank and are in no circle, so they have no effect on others.
"""

import unicodedata
import zlib
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.affinity.circles import (
    CIRCLE_KINDS,
    Circle,
    NeighbourTrees,
    draw_circles,
    extended_circle,
    undrawn_circle,
    with_room,
)
from isopolity.matching.affinity.places import Places
from isopolity.matching.arrays import Floats, Integers, Integers32, Unsigned64
from isopolity.matching.threads import ThreadPool, processors

COUNTRY, ADMIN, TIMEZONE, CONTINENT, REGION, BAND = range(6)
"""The columns of `codes`."""
BANDS: Final = 5
"""The number of bands of population in each country."""
_FIRST_BAND: Final = 3.0
"""The decimal logarithm of population at which the first band begins."""
_BAND_WIDTH: Final = 0.75
_TRIO_BITS: Final = 256
_MANY: Final = 1000
"""The number of circles from which on all processors are used to draw them."""


class PlaceFeatures(NamedTuple):
    """Arrays with one row for each place; distances are squared chords on the unit sphere."""

    traits: Floats
    """(n, 7): a column each for X, Y, Z, SIZE, ORDER, WEALTH, RANK."""
    codes: Integers32
    """(n, 6): a column each for COUNTRY, ADMIN, TIMEZONE, CONTINENT, REGION, BAND."""
    official: Unsigned64
    spoken: Unsigned64
    names: Unsigned64
    """(n, 4): as bits, which of 256 buckets hold three consecutive letters of the name."""
    key: Integers
    """(n,): the rank of each place by its id; only for the first places, as no other rank is needed."""
    circles: tuple[Circle, ...]
    """The circles of each kind, in the order of CIRCLE_KINDS."""
    reference_count: int
    """The number of the first places, which alone are in circles."""


def place_features_of(places: Places, asked: Integers | None = None) -> PlaceFeatures:
    """The arrays of `places`, with circles round the places at positions `asked`, by default round all.

    Pairs of other places must not be scored. It takes some seconds for 15,000 places.
    """
    everybody = np.arange(len(places))
    by_id = sorted(range(len(places)), key=lambda position: places.entries[position].place_id)
    features = PlaceFeatures(
        traits=_traits(places, everybody),
        codes=_codes(places),
        official=places.official,
        spoken=places.spoken,
        names=np.zeros((len(places), _TRIO_BITS // 64), np.uint64),
        key=np.argsort(by_id).astype(np.int64),
        circles=tuple(undrawn_circle(kind, places) for kind in CIRCLE_KINDS),
        reference_count=places.reference_count,
    )
    return with_circles(features, places, everybody if asked is None else asked, {})


def extended_place_features(known: PlaceFeatures, places: Places) -> PlaceFeatures:
    """`known` with the places that have joined at the end; their circles are not drawn yet."""
    size, new = len(places), np.arange(len(known.traits), len(places))
    return known._replace(
        traits=np.concatenate([known.traits, _traits(places, new)]),
        codes=_codes(places),
        official=places.official,
        spoken=places.spoken,
        names=with_room(known.names, size),
        circles=tuple(
            extended_circle(kind, circle, places) for kind, circle in zip(CIRCLE_KINDS, known.circles, strict=True)
        ),
    )


def with_circles(known: PlaceFeatures, places: Places, asked: Integers, trees: NeighbourTrees) -> PlaceFeatures:
    """`known` itself, after circles have been drawn round the places `asked`.

    Only rows `asked` of its arrays change. `trees` belong to its reference places; missing ones are put there.
    """
    known.names[asked] = _trios(places, asked)

    def draw(kind: int) -> None:
        draw_circles(CIRCLE_KINDS[kind], known.circles[kind], known.traits, known.reference_count, asked, trees)

    with ThreadPool(1 if len(asked) < _MANY else processors()) as pool:
        list(pool.map(draw, range(len(CIRCLE_KINDS))))
    return known


def _traits(places: Places, new: Integers) -> Floats:
    rank, order = _ranks(places, new)
    return np.column_stack([places.points[new], places.log_population[new], order, places.log_wealth[new], rank])


def _codes(places: Places) -> Integers32:
    band = np.clip(((places.log_population - _FIRST_BAND) / _BAND_WIDTH).astype(np.int64), 0, BANDS - 1)
    codes = (
        places.country,
        places.admin1,
        places.timezone,
        places.continent,
        places.region,
        places.country * BANDS + band,
    )
    return np.column_stack(codes).astype(np.int32)


def _ranks(places: Places, new: Integers) -> tuple[Floats, Floats]:
    """Ranks by population of the places `new` in their countries, as a share and as a logarithm.

    A place that joined later has the rank that it would have among the reference places.
    """
    size, reference_count = places.log_population, places.reference_count
    share, logarithm = np.zeros(len(new)), np.zeros(len(new))
    for number in np.unique(places.country[new]):
        members = np.flatnonzero(places.country[:reference_count] == number)
        rank = np.empty(len(places))
        rank[members[np.argsort(-size[members], kind="stable")]] = np.arange(len(members))
        rows = np.flatnonzero(places.country[new] == number)
        joined = new[rows[new[rows] >= reference_count]]
        rank[joined] = np.searchsorted(np.sort(-size[members]), -size[joined])
        logarithm[rows], share[rows] = np.log1p(rank[new[rows]]), rank[new[rows]] / max(1, len(members))
    return share, logarithm


def _trios(places: Places, asked: Integers) -> Unsigned64:
    found = np.zeros((len(asked), _TRIO_BITS // 64), np.uint64)
    for row, position in enumerate(asked.tolist()):
        letters = unicodedata.normalize("NFKD", places.entries[position].name.lower())
        text = f" {''.join(letter for letter in letters if letter.isalpha() or letter == ' ')} "
        bits = 0
        for start in range(len(text) - 2):
            bits |= _bit(text[start : start + 3])
        found[row] = np.frombuffer(bits.to_bytes(_TRIO_BITS // 8, "little"), "<u8")
    return found


@lru_cache(1 << 16)
def _bit(trio: str) -> int:
    """The bit of the bucket of three letters."""
    return 1 << zlib.crc32(trio.encode()) % _TRIO_BITS
