"""All features of many pairs."""

from typing import Final

import numpy as np
from numba import njit

from isopolity.matching.adapters.affinity.features import content, near, own, paths, regions
from isopolity.matching.adapters.affinity.ground import Ground
from isopolity.matching.adapters.affinity.web import Web

PAIR: Final = (*content.PAIR, *near.PAIR, *regions.PAIR, *paths.PAIR)
SIDE: Final = (*content.SIDE, *near.SIDE, *regions.SIDE, *own.SIDE, *paths.SIDE)
NAMES: Final = (*PAIR, *(f"{name}_a" for name in SIDE), *(f"{name}_b" for name in SIDE))
SWAPPED: Final = np.concatenate(
    [np.arange(len(PAIR)), len(PAIR) + (np.arange(2 * len(SIDE)) + len(SIDE)) % (2 * len(SIDE))]
)
"""The column in which the feature of (b, a) stands in the row of (a, b)."""
_OWN: Final = (*own.SIDE, *paths.SIDE)
KNOWN: Final = tuple(range(len(NAMES)))
"""The columns that may be asked when both have links."""
HALF: Final = tuple(
    column for column, name in enumerate(NAMES) if name not in paths.PAIR and name not in {f"{n}_a" for n in _OWN}
)
"""When only b has."""
UNKNOWN: Final = tuple(column for column in HALF if NAMES[column] not in {f"{n}_b" for n in _OWN})
_P1 = len(content.PAIR)
_P2 = _P1 + len(near.PAIR)
_P3 = _P2 + len(regions.PAIR)
_P4 = _P3 + len(paths.PAIR)
_S1 = len(content.SIDE)
_S2 = _S1 + len(near.SIDE)
_S3 = _S2 + len(regions.SIDE)
_S4 = _S3 + len(own.SIDE)
_S5 = _S4 + len(paths.SIDE)


@njit(cache=True)
def fill(ground: Ground, web: Web, a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    """Fills `out` (pairs, features) with NAMES."""
    pair, one, two = np.empty(_P4), np.empty(_S5), np.empty(_S5)
    for row in range(len(a)):
        u, v = a[row], b[row]
        content.pair_content(ground, u, v, pair[:_P1])
        near.near_start(pair[_P1:_P2])
        near.near_half(ground, web, u, v, pair[_P1:_P2], one[_S1:_S2])
        near.near_half(ground, web, v, u, pair[_P1:_P2], two[_S1:_S2])
        near.near_finish(web, pair[_P1:_P2])
        regions.pair_regions(ground, web, u, v, pair[_P2:_P3])
        paths.pair_paths(ground, web, u, v, pair[_P3:_P4])
        for place, other, side in ((u, v, one), (v, u, two)):
            content.side_content(ground, place, side[:_S1])
            regions.side_regions(ground, web, place, other, side[_S2:_S3])
            own.own_side(ground, web, place, other, side[_S3:_S4])
            paths.side_paths(ground, web, place, other, side[_S4:_S5])
        for k in range(_P4):
            out[row, k] = pair[k]
        for k in range(_S5):
            out[row, _P4 + k] = one[k]
            out[row, _P4 + _S5 + k] = two[k]
