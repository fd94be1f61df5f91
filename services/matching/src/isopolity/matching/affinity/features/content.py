"""Features of a pair from its places alone: distance, size, rank, wealth, codes, languages, letters of names."""

from math import sqrt
from typing import Final

import numpy as np

from isopolity.matching.affinity.circles import ORDER, RANK, SIZE, WEALTH, X, Y, Z, squared_chord
from isopolity.matching.affinity.place_features import ADMIN, CONTINENT, COUNTRY, REGION, TIMEZONE, PlaceFeatures
from isopolity.matching.arrays import Floats32, Integers
from isopolity.matching.compiled import borrowing
from isopolity.matching.domain.sphere import EARTH_RADIUS_KM

PAIR: Final = (
    "distance",
    "size_gap",
    "size_sum",
    "size_least",
    "same_country",
    "same_continent",
    "same_region",
    "same_admin",
    "same_timezone",
    "latitude_gap",
    "longitude_gap",
    "wealth_gap",
    "wealth_sum",
    "rank_gap",
    "order_gap",
    "shared_official",
    "shared_spoken",
    "name_likeness",
)
SIDE: Final = ("size", "rank", "order", "density")
_CODES: Final = (COUNTRY, CONTINENT, REGION, ADMIN, TIMEZONE)


def fill_content(places: PlaceFeatures, a: Integers, b: Integers, pair: Floats32, one: Floats32, two: Floats32) -> None:
    """Writes the features of the pairs (a[i], b[i]): PAIR into `pair`, SIDE of a into `one` and of b into `two`."""
    _fill(places.traits, places.codes, a, b, pair)
    pair[:, -3], pair[:, -2] = _shared_bits(places.official, a, b), _shared_bits(places.spoken, a, b)
    both, of_a, of_b = (_shared_bits(places.names, *ends) for ends in ((a, b), (a, a), (b, b)))
    pair[:, -1] = both / np.maximum(of_a + of_b - both, 1)
    for place, side in ((a, one), (b, two)):
        side[:, :3] = places.traits[place][:, [SIZE, RANK, ORDER]]
        side[:, 3] = np.log(places.circles[0].scale[place, 1])


def _shared_bits(table: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The number of bits that the rows a[i] and b[i] have in common."""
    return np.asarray(np.bitwise_count(table[a] & table[b]).sum(axis=1))


@borrowing
def _fill(traits: np.ndarray, codes: np.ndarray, a: np.ndarray, b: np.ndarray, pair: np.ndarray) -> None:
    for row in range(len(a)):
        u, v, out = a[row], b[row], pair[row]
        size, other = traits[u, SIZE], traits[v, SIZE]
        out[0] = EARTH_RADIUS_KM * sqrt(squared_chord(traits, u, v))
        out[1] = abs(size - other)
        out[2] = size + other
        out[3] = min(size, other)
        for position, code in enumerate(_CODES):
            out[4 + position] = codes[u, code] == codes[v, code]
        out[9] = abs(traits[u, Z] - traits[v, Z])
        planar = traits[u, X] * traits[v, X] + traits[u, Y] * traits[v, Y]
        radii = (traits[u, X] ** 2 + traits[u, Y] ** 2) * (traits[v, X] ** 2 + traits[v, Y] ** 2)
        out[10] = 1.0 - planar / sqrt(max(radii, 1e-12))
        out[11] = abs(traits[u, WEALTH] - traits[v, WEALTH])
        out[12] = traits[u, WEALTH] + traits[v, WEALTH]
        out[13] = abs(traits[u, RANK] - traits[v, RANK])
        out[14] = abs(traits[u, ORDER] - traits[v, ORDER])
