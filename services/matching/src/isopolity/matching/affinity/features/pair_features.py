"""All features of many pairs."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import numpy as np

from isopolity.matching.affinity.features import circle_links, content, existing_links, link_paths, region_links
from isopolity.matching.affinity.link_features import Web
from isopolity.matching.affinity.place_features import Ground
from isopolity.matching.arrays import Floats32, Integers

PAIR: Final = (*content.PAIR, *circle_links.PAIR, *region_links.PAIR, *link_paths.PAIR)
SIDE: Final = (*content.SIDE, *circle_links.SIDE, *region_links.SIDE, *existing_links.SIDE, *link_paths.SIDE)
NAMES: Final = (*PAIR, *(f"{name}_a" for name in SIDE), *(f"{name}_b" for name in SIDE))
SWAPPED: Final = np.concatenate(
    [np.arange(len(PAIR)), len(PAIR) + (np.arange(2 * len(SIDE)) + len(SIDE)) % (2 * len(SIDE))]
)
"""The column in which the feature of (b, a) stands in the row of (a, b)."""
_OWN: Final = (*existing_links.SIDE, *link_paths.SIDE)
KNOWN: Final = tuple(range(len(NAMES)))
"""The columns that may be asked when both have links."""
HALF: Final = tuple(
    column for column, name in enumerate(NAMES) if name not in link_paths.PAIR and name not in {f"{n}_a" for n in _OWN}
)
"""When only b has."""
UNKNOWN: Final = tuple(column for column in HALF if NAMES[column] not in {f"{n}_b" for n in _OWN})
"""When neither has; the other features of such pairs are not even worked out."""
ASKED: Final[Mapping[str, tuple[int, ...]]] = {"known": KNOWN, "half": HALF, "unknown": UNKNOWN}
"""What may be asked in each case."""
_BLOCK: Final = 1 << 12


def features(ground: Ground, web: Web, a: Integers, b: Integers, *, new: bool = False) -> Floats32:
    """(pairs, NAMES): the features of the pairs at positions `a` and `b`; if both are `new`, those in UNKNOWN only."""
    rows = np.empty((len(a), len(NAMES)), np.float32)
    for first in range(0, len(a), _BLOCK):
        some = slice(first, first + _BLOCK)
        _fill(ground, web, a[some], b[some], rows[some], new)
    return rows


def _fill(ground: Ground, web: Web, a: Integers, b: Integers, rows: Floats32, new: bool) -> None:
    pairs, ones, twos = _parts(rows)
    content.fill_content(ground, a, b, pairs[0], ones[0], twos[0])
    circle_links.fill_circle_links(ground, web, a, b, pairs[1], ones[1], twos[1])
    region_links.fill_region_links(ground, web, a, b, pairs[2], ones[2], twos[2])
    if new:
        return
    existing_links.fill_existing_links(ground, web, a, b, ones[3], twos[3])
    link_paths.fill_link_paths(ground, web, a, b, pairs[3], ones[4], twos[4])


def _parts(rows: Floats32) -> tuple[list[Floats32], list[Floats32], list[Floats32]]:
    """Views of the columns that belong to each module."""
    pairs = [content.PAIR, circle_links.PAIR, region_links.PAIR, link_paths.PAIR]
    sides = [content.SIDE, circle_links.SIDE, region_links.SIDE, existing_links.SIDE, link_paths.SIDE]
    ends = np.cumsum([0, *(len(names) for names in (*pairs, *sides, *sides))])
    views = [rows[:, low:high] for low, high in pairwise(ends)]
    return views[: len(pairs)], views[len(pairs) : len(pairs) + len(sides)], views[len(pairs) + len(sides) :]
