"""Do places near one, or like it, twin with places near the other, or like it?

Counts of links between two neighbourhoods, weighted by kernels at several scales, and as a ratio to what the two
neighbourhoods' links alone would make expect. Every link that has one of the two places as an end is left out.
"""

from math import log
from typing import Any, Final

import numpy as np
from numba import njit

from isopolity.matching.adapters.affinity.features.content import square
from isopolity.matching.adapters.affinity.ground import Ground
from isopolity.matching.adapters.affinity.web import Web

KERNELS: Final = 6
ALIKE: Final = 2
AROUND: Final = 2
PAIR: Final = (
    *(f"near_links_{k}" for k in range(KERNELS)),
    *(f"near_ratio_{k}" for k in range(KERNELS)),
    *(f"alike_links_{k}" for k in range(ALIKE)),
    *(f"alike_ratio_{k}" for k in range(ALIKE)),
    *(f"around_links_{k}" for k in range(AROUND)),
    *(f"around_ratio_{k}" for k in range(AROUND)),
    "near_least",
    "near_least_sized",
    "alike_least",
)
SIDE: Final = (
    *(f"near_mass_{k}" for k in range(KERNELS)),
    *(f"near_share_{k}" for k in range(KERNELS)),
    "near_size_share",
    "near_own_size_share",
    *(f"alike_mass_{k}" for k in range(ALIKE)),
    *(f"alike_share_{k}" for k in range(ALIKE)),
    "alike_size_share",
    *(f"around_share_{k}" for k in range(AROUND)),
    "near_partner_size",
    "near_distance_gap",
)
_SIZE_WIDTH: Final = 0.3


@njit(cache=True)
def _weigh(ground: Ground, centre: int, other: int, out: np.ndarray) -> Any:
    """Kernels of `other` seen from `centre`: three scales, then the same times likeness of size."""
    far = square(ground, centre, other)
    gap = (ground.size[centre] - ground.size[other]) / _SIZE_WIDTH
    like = 1.0 / (1.0 + gap * gap) ** 2
    for k in range(3):
        kernel = 1.0 / (1.0 + far / ground.near_scale[centre, k])
        kernel *= kernel
        out[k] = kernel
        out[3 + k] = kernel * like
    return far


@njit(cache=True)
def _likeness(ground: Ground, centre: int, other: int) -> Any:
    far = square(ground, centre, other) * (6371.0 / 150.0) ** 2
    gap = (ground.size[centre] - ground.size[other]) / 0.25
    return far + gap * gap


@njit(cache=True)
def near_half(ground: Ground, web: Web, u: int, v: int, pair: np.ndarray, side: np.ndarray) -> None:
    """Adds half of PAIR's links as seen from u's neighbours to `pair`, and fills u's SIDE.

    In `pair` the ratios hold the masses' product until `near_finish`.
    """
    wa, wb = np.empty(KERNELS), np.empty(KERNELS)
    mass, share, links = np.zeros(KERNELS), np.zeros(KERNELS), np.zeros(KERNELS)
    sized, owned, sizes, weights = 0.0, 0.0, 0.0, 1e-9
    least, least_sized, least_alike = 1e9, 1e9, 1e9
    distance, far_sum = np.sqrt(square(ground, u, v)), 0.0
    for position in range(ground.near.shape[1]):
        a = ground.near[u, position]
        if a < 0:
            break
        if a == v:
            continue
        far = _weigh(ground, u, a, wa)
        gap_a = abs(ground.size[u] - ground.size[a])
        for step in range(web.start[a], web.start[a + 1]):
            p = web.partner[step]
            if p in (u, v):
                continue
            for k in range(KERNELS):
                mass[k] += wa[k]
            gap = (ground.size[p] - ground.size[v]) / _SIZE_WIDTH
            like = 1.0 / (1.0 + gap * gap) ** 2
            sized += wa[5] * like
            sizes += wa[1] * ground.size[p]
            far_sum += wa[1] * log(square(ground, a, p) + 1e-7)
            weights += wa[1]
            if ground.country[p] == ground.country[v]:
                other = _weigh(ground, v, p, wb)
                owned += wa[5] * like
                for k in range(KERNELS):
                    share[k] += wa[k]
                    links[k] += wa[k] * wb[k]
                both = far / ground.near_scale[u, 1] + other / ground.near_scale[v, 1]
                least = min(least, both)
                least_sized = min(least_sized, both + 4.0 * (gap_a + abs(ground.size[p] - ground.size[v])))
    for k in range(KERNELS):
        pair[k] += 0.5 * links[k]
        pair[KERNELS + k] *= mass[k]
        side[k] = mass[k]
        side[KERNELS + k] = share[k] / (mass[k] + 0.1)
    at = 2 * KERNELS
    side[at] = sized / (mass[5] + 0.1)
    side[at + 1] = owned / (share[5] + 0.1)
    last = 2 * KERNELS + 2 * ALIKE + 2 * AROUND
    pair[last] = min(pair[last], least)
    pair[last + 1] = min(pair[last + 1], least_sized)
    # alike
    at_pair = 2 * KERNELS
    m0, m1, s0, s1, l0, l1, z = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for position in range(ground.alike.shape[1]):
        a = ground.alike[u, position]
        if a < 0:
            break
        if a == v:
            continue
        like = _likeness(ground, u, a)
        w0 = 1.0 / (1.0 + like / ground.alike_scale[u, 0]) ** 2
        w1 = 1.0 / (1.0 + like / ground.alike_scale[u, 1]) ** 2
        for step in range(web.start[a], web.start[a + 1]):
            p = web.partner[step]
            if p in (u, v):
                continue
            m0 += w0
            m1 += w1
            gap = (ground.size[p] - ground.size[v]) / _SIZE_WIDTH
            z += w1 / (1.0 + gap * gap) ** 2
            if ground.country[p] == ground.country[v]:
                s0 += w0
                s1 += w1
                other = _likeness(ground, v, p)
                b0 = 1.0 / (1.0 + other / ground.alike_scale[v, 0]) ** 2
                b1 = 1.0 / (1.0 + other / ground.alike_scale[v, 1]) ** 2
                l0 += w0 * b0
                l1 += w1 * b1
                least_alike = min(least_alike, like + other)
    pair[at_pair] += 0.5 * l0
    pair[at_pair + 1] += 0.5 * l1
    pair[at_pair + 2] *= m0
    pair[at_pair + 3] *= m1
    pair[last + 2] = min(pair[last + 2], least_alike)
    at += 2
    side[at] = m0
    side[at + 1] = m1
    side[at + 2] = s0 / (m0 + 0.1)
    side[at + 3] = s1 / (m1 + 0.1)
    side[at + 4] = z / (m1 + 0.1)
    # around, borders ignored
    at_pair += 2 * ALIKE
    m0, m1, s0, s1, l0, l1 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for position in range(ground.around.shape[1]):
        a = ground.around[u, position]
        if a < 0:
            break
        if a == v:
            continue
        far = square(ground, u, a)
        w0 = 1.0 / (1.0 + far / ground.around_scale[u, 0]) ** 2
        w1 = 1.0 / (1.0 + far / ground.around_scale[u, 1]) ** 2
        for step in range(web.start[a], web.start[a + 1]):
            p = web.partner[step]
            if p in (u, v):
                continue
            m0 += w0
            m1 += w1
            other = square(ground, v, p)
            b0 = 1.0 / (1.0 + other / ground.around_scale[v, 0]) ** 2
            b1 = 1.0 / (1.0 + other / ground.around_scale[v, 1]) ** 2
            if ground.country[p] == ground.country[v]:
                s0 += w0
                s1 += w1
            l0 += w0 * b0
            l1 += w1 * b1
    pair[at_pair] += 0.5 * l0
    pair[at_pair + 1] += 0.5 * l1
    pair[at_pair + 2] *= m0
    pair[at_pair + 3] *= m1
    at += 5
    side[at] = s0 / (m0 + 0.1)
    side[at + 1] = s1 / (m1 + 0.1)
    side[at + 2] = sizes / weights - ground.size[v]
    side[at + 3] = far_sum / weights - 2.0 * log(distance + 1e-4)


@njit(cache=True)
def near_start(pair: np.ndarray) -> None:
    """Before the two halves."""
    pair[:] = 0.0
    pair[KERNELS : 2 * KERNELS] = 1.0
    pair[2 * KERNELS + 2 : 2 * KERNELS + 4] = 1.0
    pair[2 * KERNELS + 6 : 2 * KERNELS + 8] = 1.0
    pair[2 * KERNELS + 8 :] = 1e9


@njit(cache=True)
def near_finish(web: Web, pair: np.ndarray) -> None:
    """After the two halves: products of masses become ratios to expectation."""
    for k in range(KERNELS):
        pair[KERNELS + k] = pair[k] / (pair[KERNELS + k] / web.total + 0.01)
    for at in (2 * KERNELS, 2 * KERNELS + 4):
        for k in range(2):
            pair[at + 2 + k] = pair[at + k] / (pair[at + 2 + k] / web.total + 0.01)
