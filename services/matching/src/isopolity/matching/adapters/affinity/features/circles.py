"""Do places near one, or like it, twin with places near the other, or like it?

Links between the circles of two places, weighted by kernels at several scales, and as a ratio to what the links of the
two circles alone would make expect. Every link that has one of the two places as an end is left out.
"""

from typing import Any, Final

import numpy as np
from numba import njit

from isopolity.matching.adapters.affinity.features.content import square
from isopolity.matching.adapters.affinity.ground import KINDS, ORDER, SIZE, Circle, Ground, Matrix
from isopolity.matching.adapters.affinity.web import Rows, Web
from isopolity.matching.domain.affinity.places import Floats, Integers

PAIR: Final = tuple(
    f"{kind.name}_{what}"
    for kind in KINDS
    for what in (
        *(f"links_{rank}" for rank in kind.scales),
        *(f"ratio_{rank}" for rank in kind.scales),
        "least",
    )
)
SIDE: Final = tuple(
    f"{kind.name}_{what}"
    for kind in KINDS
    for what in (
        *(f"mass_{rank}" for rank in kind.scales),
        *(f"share_{rank}" for rank in kind.scales),
        "sized",
        "size_gap",
    )
)
_SIZE_WIDTH: Final = 0.3
_NONE: Final = 1e6


def fill_circles(ground: Ground, web: Web, a: Integers, b: Integers, pair: Matrix, one: Matrix, two: Matrix) -> None:
    """Fills `pair` with PAIR, `one` with a's SIDE and `two` with b's."""
    at_pair, at_side = 0, 0
    for circle, masses in zip(ground.circles, web.masses, strict=True):
        scales = circle.scale.shape[1]
        width, depth = 2 * scales + 1, 2 * scales + 2
        part = pair[:, at_pair : at_pair + width]
        _fill(
            ground.traits, circle, masses, web.links, web.total, a, b, part, one[:, at_side : at_side + depth],
            two[:, at_side : at_side + depth],
        )  # fmt: skip
        at_pair += width
        at_side += depth


@njit(cache=True, nogil=True)
def _away(traits: Floats, metric: Floats, u: int, v: int) -> Any:
    """The squared distance of a circle's kind."""
    size = traits[u, SIZE] - traits[v, SIZE]
    order = traits[u, ORDER] - traits[v, ORDER]
    return square(traits, u, v) * metric[0] + size * size * metric[1] + order * order * metric[2]


@njit(cache=True, nogil=True)
def _take(traits: Floats, circle: Circle, u: int, p: int, count: int, mass: Floats) -> None:
    """Takes `count` links of p out of the mass of u's circle, if p is in it."""
    if circle.group[p] != circle.group[u]:
        return
    far = _away(traits, circle.metric, u, p)
    if far <= circle.limit[u]:
        for k in range(circle.scale.shape[1]):
            kernel = 1.0 / (1.0 + far / circle.scale[u, k])
            mass[k] -= kernel * kernel * count


@njit(cache=True, nogil=True)
def _mass(traits: Floats, circle: Circle, masses: Matrix, links: Rows, u: int, v: int, mass: Floats) -> None:
    """The weight of the links that start in u's circle, those of u and v left out."""
    for k in range(circle.scale.shape[1]):
        mass[k] = masses[u, k]
    for place in (u, v):
        for step in range(links.start[place], links.start[place + 1]):
            p = links.column[step]
            if p not in (u, v):
                _take(traits, circle, u, p, 1, mass)
    _take(traits, circle, u, v, links.start[v + 1] - links.start[v], mass)


@njit(cache=True, nogil=True)
def _half(
    traits: Floats, circle: Circle, links: Rows, u: int, v: int, share: Floats, found: Floats, rest: Floats
) -> None:
    """The links from u's circle to v's: by kernels in `found`, of u's side alone in `share`; `rest` sees sizes."""
    scales, group = circle.scale.shape[1], circle.group[v]
    last = scales - 1
    share[:], found[:], rest[0], rest[1], rest[2] = 0.0, 0.0, 0.0, 0.0, _NONE
    for position in range(circle.member.shape[1]):
        a = circle.member[u, position]
        if a < 0:
            break
        if a == v:
            continue
        for step in range(links.start[a], links.start[a + 1]):
            p = links.column[step]
            if circle.group[p] != group or p in (u, v):
                continue
            gap, heavy = traits[p, SIZE] - traits[v, SIZE], circle.weight[u, position, last]
            rest[0] += heavy / (1.0 + (gap / _SIZE_WIDTH) ** 2) ** 2
            rest[1] += heavy * gap
            far, kernel = _away(traits, circle.metric, v, p), 1.0
            for k in range(scales):
                kernel = 1.0 / (1.0 + far / circle.scale[v, k])
                share[k] += circle.weight[u, position, k]
                found[k] += circle.weight[u, position, k] * kernel * kernel
            rest[2] = min(rest[2], 1.0 / np.sqrt(heavy) + 1.0 / kernel)


@njit(cache=True, nogil=True)
def _fill(
    traits: Floats, circle: Circle, masses: Matrix, links: Rows, total: float, a: Integers, b: Integers,
    pair: Matrix, one: Matrix, two: Matrix,
) -> None:  # fmt: skip
    scales = circle.scale.shape[1]
    last = scales - 1
    mass, share, found, rest = np.empty((2, scales)), np.empty(scales), np.empty((2, scales)), np.empty(3)
    for row in range(len(a)):
        least = _NONE
        for turn in range(2):
            u, v, side = (a[row], b[row], one[row]) if turn == 0 else (b[row], a[row], two[row])
            _mass(traits, circle, masses, links, u, v, mass[turn])
            _half(traits, circle, links, u, v, share, found[turn], rest)
            for k in range(scales):
                mass[turn, k] = max(mass[turn, k], 0.0)
                side[k] = mass[turn, k]
                side[scales + k] = share[k] / (mass[turn, k] + 0.1)
            side[2 * scales] = rest[0] / (share[last] + 0.1)
            side[2 * scales + 1] = rest[1] / (share[last] + 0.1)
            least = min(least, rest[2])
        for k in range(scales):
            links_found = 0.5 * (found[0, k] + found[1, k])
            pair[row, k] = links_found
            pair[row, scales + k] = links_found / (mass[0, k] * mass[1, k] / total + 0.01)
        pair[row, 2 * scales] = least
