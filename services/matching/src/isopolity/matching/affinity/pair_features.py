"""All features of pairs of places, their names, and the ones for places without links.

Invariant: the names and their order are part of the model file; a model with other names is refused.
"""

from collections.abc import Mapping
from itertools import pairwise
from math import sqrt
from typing import Final

import numpy as np

from isopolity.matching.affinity import circle_links, existing_links, link_paths, region_links
from isopolity.matching.affinity.circles import ORDER, RANK, SIZE, WEALTH, X, Y, Z, squared_chord
from isopolity.matching.affinity.link_features import LinkFeatures
from isopolity.matching.affinity.place_features import ADMIN, CONTINENT, COUNTRY, REGION, TIMEZONE, PlaceFeatures
from isopolity.matching.arrays import Floats32, Integers
from isopolity.matching.compiled import borrowing
from isopolity.matching.domain.sphere import EARTH_RADIUS_KM

CONTENT_PAIR: Final = (
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
PAIR: Final = (*CONTENT_PAIR, *circle_links.PAIR, *region_links.PAIR, *link_paths.PAIR)
CONTENT_SIDE: Final = ("size", "rank", "order", "density")
SIDE: Final = (*CONTENT_SIDE, *circle_links.SIDE, *region_links.SIDE, *existing_links.SIDE, *link_paths.SIDE)
NAMES: Final = (*PAIR, *(f"{name}_a" for name in SIDE), *(f"{name}_b" for name in SIDE))
SWAPPED: Final = np.concatenate(
    [np.arange(len(PAIR)), len(PAIR) + (np.arange(2 * len(SIDE)) + len(SIDE)) % (2 * len(SIDE))]
)
"""For each column of (b, a): the column of (a, b) with the same feature."""
_NEEDS_LINKS: Final = (*existing_links.SIDE, *link_paths.SIDE)
_ALL: Final = tuple(range(len(NAMES)))
_WITHOUT_A: Final = tuple(
    column
    for column, name in enumerate(NAMES)
    if name not in link_paths.PAIR and name not in {f"{side}_a" for side in _NEEDS_LINKS}
)
_WITHOUT_BOTH: Final = tuple(
    column for column in _WITHOUT_A if NAMES[column] not in {f"{side}_b" for side in _NEEDS_LINKS}
)
CASE_COLUMNS: Final[Mapping[str, tuple[int, ...]]] = {"known": _ALL, "half": _WITHOUT_A, "unknown": _WITHOUT_BOTH}
"""The columns that a forest may use, by its case: both places have links (known), only b (half), or none of the two."""
_BLOCK: Final = 1 << 12
"""The number of pairs whose features are computed in one step."""


def pair_features(
    places: PlaceFeatures, links: LinkFeatures, a: Integers, b: Integers, *, new: bool = False
) -> Floats32:
    """(pairs, NAMES): the features of the pairs at positions `a` and `b`.

    With `new`, only the columns of the case "unknown" are computed; the others have arbitrary values.
    """
    features = np.empty((len(a), len(NAMES)), np.float32)
    for first in range(0, len(a), _BLOCK):
        some = slice(first, first + _BLOCK)
        _fill(places, links, a[some], b[some], features[some], new)
    return features


def _fill(places: PlaceFeatures, links: LinkFeatures, a: Integers, b: Integers, features: Floats32, new: bool) -> None:
    if len(a) == 1:  # columns of a single row are contiguous, and each kernel would be compiled again for these
        twice = np.empty((2, len(NAMES)), np.float32)
        _fill(places, links, a.repeat(2), b.repeat(2), twice, new)
        features[:] = twice[:1]
        return
    pairs, ones, twos = _parts(features)
    fill_content(places, a, b, pairs[0], ones[0], twos[0])
    circle_links.fill_circle_links(places, links, a, b, pairs[1], ones[1], twos[1])
    region_links.fill_region_links(places, links, a, b, pairs[2], ones[2], twos[2])
    if new:
        return
    existing_links.fill_existing_links(places, links, a, b, ones[3], twos[3])
    link_paths.fill_link_paths(places, links, a, b, pairs[3], ones[4], twos[4])


def _parts(features: Floats32) -> tuple[list[Floats32], list[Floats32], list[Floats32]]:
    """Views of the columns of each module: PAIR, SIDE of a, SIDE of b."""
    pairs = [CONTENT_PAIR, circle_links.PAIR, region_links.PAIR, link_paths.PAIR]
    sides = [CONTENT_SIDE, circle_links.SIDE, region_links.SIDE, existing_links.SIDE, link_paths.SIDE]
    ends = np.cumsum([0, *(len(names) for names in (*pairs, *sides, *sides))])
    views = [features[:, low:high] for low, high in pairwise(ends)]
    return views[: len(pairs)], views[len(pairs) : len(pairs) + len(sides)], views[len(pairs) + len(sides) :]


_CODES: Final = (COUNTRY, CONTINENT, REGION, ADMIN, TIMEZONE)


def fill_content(places: PlaceFeatures, a: Integers, b: Integers, pair: Floats32, one: Floats32, two: Floats32) -> None:
    """Writes features of the places alone: CONTENT_PAIR into `pair`, CONTENT_SIDE of a into `one`, of b into `two`."""
    _fill_pair(places.traits, places.codes, a, b, pair)
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
def _fill_pair(traits: np.ndarray, codes: np.ndarray, a: np.ndarray, b: np.ndarray, pair: np.ndarray) -> None:
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
