"""Ways through the graph of links from one place to the other, exact ones and such with a jump to a neighbour."""

from math import sqrt
from typing import Final

import numpy as np
from numba import njit

from isopolity.matching.adapters.affinity.features.content import square
from isopolity.matching.adapters.affinity.ground import Ground
from isopolity.matching.adapters.affinity.web import Rows, Web

PAIR: Final = (
    "common",
    "walk_2",
    "walk_3",
    "walk_4",
    "walk_5",
    "walk_6",
    "partners_nearest",
    "partners_near_0",
    "partners_near_1",
    "partners_near_2",
    "partners_same_country",
    "partners_alike",
    "spectrum",
    "spectrum_cosine",
)
SIDE: Final = (
    "reach_2_near",
    "reach_2_wide",
    "reach_2_country",
    "reach_2_alike",
    "reach_3_near",
    "reach_3_wide",
    "reach_3_country",
    "reach_3_alike",
    "reach_3_alike_share",
    "smooth_cosine",
)


@njit(cache=True)
def _at(rows: Rows, u: int, v: int) -> float:
    low, high = rows.start[u], rows.start[u + 1]
    while low < high:
        middle = (low + high) // 2
        if rows.column[middle] < v:
            low = middle + 1
        else:
            high = middle
    return rows.value[low] if low < rows.start[u + 1] and rows.column[low] == v else 0.0


@njit(cache=True)
def _meet(one: Rows, u: int, other: Rows, v: int) -> float:
    """The product of a row of each."""
    total = 0.0
    i, j, end_i, end_j = one.start[u], other.start[v], one.start[u + 1], other.start[v + 1]
    while i < end_i and j < end_j:
        x, y = one.column[i], other.column[j]
        if x == y:
            total += one.value[i] * other.value[j]
            i += 1
            j += 1
        elif x < y:
            i += 1
        else:
            j += 1
    return total


@njit(cache=True)
def _dot(one: np.ndarray, u: int, other: np.ndarray, v: int) -> float:
    total = 0.0
    for k in range(one.shape[1]):
        total += one[u, k] * other[v, k]
    return total


@njit(cache=True)
def _cosine(one: np.ndarray, u: int, other: np.ndarray, v: int) -> float:
    return _dot(one, u, other, v) / sqrt(_dot(one, u, one, u) * _dot(other, v, other, v) + 1e-18)


@njit(cache=True)
def pair_paths(ground: Ground, web: Web, u: int, v: int, out: np.ndarray) -> None:
    """Fills `out` with PAIR."""
    common, nearest, k0, k1, k2, same, alike = 0.0, 1e9, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(web.start[u], web.start[u + 1]):
        p = web.partner[i]
        if p == v:
            continue
        for j in range(web.start[v], web.start[v + 1]):
            q = web.partner[j]
            if q == u:
                continue
            common += p == q
            far = square(ground, p, q)
            nearest = min(nearest, far)
            k0 += 1.0 / (1.0 + far * (6371.0 / 20.0) ** 2) ** 2
            k1 += 1.0 / (1.0 + far * (6371.0 / 80.0) ** 2) ** 2
            k2 += 1.0 / (1.0 + far * (6371.0 / 400.0) ** 2) ** 2
            if ground.country[p] == ground.country[q]:
                same += 1.0
                gap = (ground.size[p] - ground.size[q]) / 0.3
                alike += 1.0 / (1.0 + gap * gap) ** 2
    pairs = sqrt(max(1.0, web.degree[u] * web.degree[v]))
    out[0] = common
    out[1] = _at(web.two, u, v)
    out[2] = _at(web.three, u, v)
    out[3] = _meet(web.two, u, web.two, v)
    out[4] = _meet(web.two, u, web.three, v)
    out[5] = _meet(web.three, u, web.three, v)
    out[6] = 6371.0 * sqrt(nearest)
    out[7] = k0
    out[8] = k1 / pairs
    out[9] = k2 / pairs
    out[10] = same / pairs
    out[11] = alike / pairs
    out[12] = _dot(web.spectrum, u, web.spectrum, v)
    out[13] = _cosine(web.spectrum, u, web.spectrum, v)


@njit(cache=True)
def _reach(ground: Ground, rows: Rows, u: int, v: int, out: np.ndarray) -> float:
    near, wide, country, alike, whole = 0.0, 0.0, 0.0, 0.0, 1e-9
    for step in range(rows.start[u], rows.start[u + 1]):
        x = rows.column[step]
        if x in (u, v):
            continue
        value = rows.value[step]
        whole += value
        if ground.country[x] == ground.country[v]:
            far = square(ground, x, v)
            country += value
            near += value / (1.0 + far / ground.near_scale[v, 0]) ** 2
            wide += value / (1.0 + far / ground.near_scale[v, 2]) ** 2
            gap = (ground.size[x] - ground.size[v]) / 0.3
            alike += value / ((1.0 + far / ground.near_scale[v, 2]) * (1.0 + gap * gap)) ** 2
    out[0], out[1], out[2], out[3] = near, wide, country / whole, alike
    return whole


@njit(cache=True)
def side_paths(ground: Ground, web: Web, u: int, v: int, out: np.ndarray) -> None:
    """Fills `out` with SIDE: who can be reached from u in two and three steps, seen from v."""
    _reach(ground, web.two, u, v, out[0:4])
    whole = _reach(ground, web.three, u, v, out[4:8])
    out[8] = out[7] / whole
    out[9] = _cosine(web.spectrum, u, web.smooth, v)
