"""What two places are, without any link."""

from math import log, sqrt
from typing import Any, Final

import numpy as np
from numba import njit

from isopolity.matching.adapters.affinity.ground import Ground

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
    "shared_official",
    "shared_spoken",
    "latitude_gap",
    "longitude_gap",
    "wealth_gap",
    "wealth_sum",
    "rank_gap",
    "order_gap",
    "name_likeness",
)
SIDE: Final = ("size", "rank", "order", "density")


@njit(cache=True)
def square(ground: Ground, u: int, v: int) -> Any:
    """The squared chord between two places."""
    x = ground.points[u, 0] - ground.points[v, 0]
    y = ground.points[u, 1] - ground.points[v, 1]
    z = ground.points[u, 2] - ground.points[v, 2]
    return x * x + y * y + z * z


@njit(cache=True)
def _ones(bits: np.uint64) -> int:
    count = 0
    while bits:
        bits &= bits - np.uint64(1)
        count += 1
    return count


@njit(cache=True)
def _common(table: np.ndarray, u: int, v: int) -> int:
    count = 0
    for word in range(table.shape[1]):
        count += _ones(table[u, word] & table[v, word])
    return count


@njit(cache=True)
def pair_content(ground: Ground, u: int, v: int, out: np.ndarray) -> None:
    """Fills `out` with PAIR; the same for (v, u)."""
    size, other = ground.size[u], ground.size[v]
    out[0] = 6371.0 * sqrt(square(ground, u, v))
    out[1] = abs(size - other)
    out[2] = size + other
    out[3] = min(size, other)
    out[4] = ground.country[u] == ground.country[v]
    out[5] = ground.continent[u] == ground.continent[v]
    out[6] = ground.region[u] == ground.region[v]
    out[7] = ground.admin1[u] == ground.admin1[v]
    out[8] = ground.timezone[u] == ground.timezone[v]
    out[9] = _common(ground.official, u, v)
    out[10] = _common(ground.spoken, u, v)
    out[11] = abs(ground.points[u, 2] - ground.points[v, 2])
    planar = ground.points[u, 0] * ground.points[v, 0] + ground.points[u, 1] * ground.points[v, 1]
    radii = (ground.points[u, 0] ** 2 + ground.points[u, 1] ** 2) * (
        ground.points[v, 0] ** 2 + ground.points[v, 1] ** 2
    )
    out[12] = 1.0 - planar / sqrt(max(radii, 1e-12))
    out[13] = abs(ground.wealth[u] - ground.wealth[v])
    out[14] = ground.wealth[u] + ground.wealth[v]
    out[15] = abs(ground.rank[u] - ground.rank[v])
    out[16] = abs(ground.order[u] - ground.order[v])
    both = _common(ground.names, u, v)
    out[17] = both / max(1, _common(ground.names, u, u) + _common(ground.names, v, v) - both)


@njit(cache=True)
def side_content(ground: Ground, u: int, out: np.ndarray) -> None:
    """Fills `out` with SIDE."""
    out[0] = ground.size[u]
    out[1] = ground.rank[u]
    out[2] = ground.order[u]
    out[3] = log(ground.near_scale[u, 1])
