"""All features of pairs of places, their names, and the ones for places without links.

Invariant: the names and their order are part of the model file; a model with other names is refused.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import numpy as np

from isopolity.matching.affinity.features import circle_links, content, existing_links, link_paths, region_links
from isopolity.matching.affinity.link_features import LinkFeatures
from isopolity.matching.affinity.place_features import PlaceFeatures
from isopolity.matching.arrays import Floats32, Integers

PAIR: Final = (*content.PAIR, *circle_links.PAIR, *region_links.PAIR, *link_paths.PAIR)
SIDE: Final = (*content.SIDE, *circle_links.SIDE, *region_links.SIDE, *existing_links.SIDE, *link_paths.SIDE)
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
    content.fill_content(places, a, b, pairs[0], ones[0], twos[0])
    circle_links.fill_circle_links(places, links, a, b, pairs[1], ones[1], twos[1])
    region_links.fill_region_links(places, links, a, b, pairs[2], ones[2], twos[2])
    if new:
        return
    existing_links.fill_existing_links(places, links, a, b, ones[3], twos[3])
    link_paths.fill_link_paths(places, links, a, b, pairs[3], ones[4], twos[4])


def _parts(features: Floats32) -> tuple[list[Floats32], list[Floats32], list[Floats32]]:
    """Views of the columns of each module: PAIR, SIDE of a, SIDE of b."""
    pairs = [content.PAIR, circle_links.PAIR, region_links.PAIR, link_paths.PAIR]
    sides = [content.SIDE, circle_links.SIDE, region_links.SIDE, existing_links.SIDE, link_paths.SIDE]
    ends = np.cumsum([0, *(len(names) for names in (*pairs, *sides, *sides))])
    views = [features[:, low:high] for low, high in pairwise(ends)]
    return views[: len(pairs)], views[len(pairs) : len(pairs) + len(sides)], views[len(pairs) + len(sides) :]
