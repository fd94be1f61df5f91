"""Do places near one, or like it, twin with places near the other, or like it?

Links between the circles of two places, weighted by kernels at several scales, and as a ratio to what the links of the
two circles alone would make expect. Every link that has one of the two places as an end is left out.
"""

from typing import Any, Final

import numpy as np

from isopolity.matching.affinity.circles import KINDS, SIZE, Circle, away
from isopolity.matching.affinity.link_features import Between, Rows, Web
from isopolity.matching.affinity.place_features import Ground
from isopolity.matching.arrays import Floats, Floats32, Integers
from isopolity.matching.compiled import borrowing, compiled

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


def fill_circle_links(
    ground: Ground, web: Web, a: Integers, b: Integers, pair: Floats32, one: Floats32, two: Floats32
) -> None:
    """Fills `pair` with PAIR, `one` with a's SIDE and `two` with b's."""
    at_pair, at_side = 0, 0
    for circle, masses, between in zip(ground.circles, web.masses, web.between, strict=True):
        scales = circle.scale.shape[1]
        width, depth = 2 * scales + 1, 2 * scales + 2
        part = pair[:, at_pair : at_pair + width]
        _fill(
            ground.traits, circle, masses, web.links, between, web.total, a, b, part,
            one[:, at_side : at_side + depth], two[:, at_side : at_side + depth],
        )  # fmt: skip
        at_pair += width
        at_side += depth


@borrowing
def _mass(
    traits: Floats, circle: Circle, masses: Floats32, links: Rows, u: int, v: int, mass: Floats, turn: int
) -> None:
    """The weight of the links that start in u's circle, those of u and v left out."""
    for k in range(circle.scale.shape[1]):
        mass[turn, k] = masses[u, k]
    for place in (u, v):
        for step in range(links.start[place], links.start[place + 1]):
            p = links.column[step]
            if p not in (u, v):
                _take(traits, circle, u, p, 1, mass, turn)
    degree = links.start[v + 1] - links.start[v]
    if degree > 0:
        _take(traits, circle, u, v, degree, mass, turn)


@borrowing
def _take(traits: Floats, circle: Circle, u: int, p: int, count: int, mass: Floats, turn: int) -> None:
    """Takes `count` links of p out of the mass of u's circle, if p is in it."""
    if circle.group[p] != circle.group[u]:
        return
    far = away(traits, circle.metric, u, p)
    if far <= circle.limit[u]:
        for k in range(circle.scale.shape[1]):
            kernel = 1.0 / (1.0 + far / circle.scale[u, k])
            mass[turn, k] -= kernel * kernel * count


@borrowing
def _listed(
    traits: Floats, circle: Circle, links: Rows, between: Between, u: int, v: int, start: Integers, end: Integers
) -> Any:
    """How many links go from u's circle to v's group; their ends in `start` and `end`.

    Where links between the two groups are few, by going through them, else through the circle.
    """
    own, group, count = circle.group[u], circle.group[v], 0
    if own >= between.groups or group >= between.groups:
        return 0
    first, beyond = between.start[own * between.groups + group], between.start[own * between.groups + group + 1]
    if beyond - first <= circle.member.shape[1]:
        for step in range(first, beyond):
            a, p = between.one[step], between.other[step]
            if a not in (u, v) and p not in (u, v) and away(traits, circle.metric, u, a) <= circle.limit[u]:
                start[count], end[count] = a, p
                count += 1
        return count
    for position in range(circle.member.shape[1]):
        a = circle.member[u, position]
        if a < 0:
            break
        if a == v:
            continue
        for step in range(links.start[a], links.start[a + 1]):
            if between.ends_in[step] == group:
                p = links.column[step]
                if p not in (u, v):
                    start[count], end[count] = a, p
                    count += 1
    return count


@borrowing
def _half(
    traits: Floats, circle: Circle, u: int, v: int, count: int, start: Integers, end: Integers, weight: Floats,
    half: Floats, turn: int,
) -> None:  # fmt: skip
    """What `count` links from u's circle are towards v's, in half[turn]; `weight` is room to work in.

    By scale the sums of what their starts weigh, then with the kernels of both ends; then how alike ends and v are in
    size, by how much ends are larger, and how near the nearest link is to both.
    """
    scales = circle.scale.shape[1]
    alike, larger, least, last, off, reach = 0.0, 0.0, _NONE, -1, 1.0, 1.0
    for k in range(2 * scales):
        half[turn, k] = 0.0
    for i in range(count):
        if start[i] != last:
            last = start[i]
            far = away(traits, circle.metric, u, last)
            for k in range(scales):
                off = 1.0 + far / circle.scale[u, k]
                weight[k] = 1.0 / off**2
        far = away(traits, circle.metric, v, end[i])
        for k in range(scales):
            reach = 1.0 + far / circle.scale[v, k]
            half[turn, k] += weight[k]
            half[turn, scales + k] += weight[k] / reach**2
        gap = traits[end[i], SIZE] - traits[v, SIZE]
        alike += weight[scales - 1] / (1.0 + (gap / _SIZE_WIDTH) ** 2) ** 2
        larger += weight[scales - 1] * gap
        least = min(least, off + reach)
    half[turn, 2 * scales], half[turn, 2 * scales + 1], half[turn, 2 * scales + 2] = alike, larger, least


@borrowing
def _side(side: Floats32, row: int, mass: Floats, half: Floats, turn: int) -> None:
    scales = mass.shape[1]
    for k in range(scales):
        mass[turn, k] = max(mass[turn, k], 0.0)
        side[row, k] = mass[turn, k]
        side[row, scales + k] = half[turn, k] / (mass[turn, k] + 0.1)
    whole = half[turn, scales - 1] + 0.1
    for k in range(2):
        side[row, 2 * scales + k] = half[turn, 2 * scales + k] / whole


@compiled
def _fill(
    traits: Floats, circle: Circle, masses: Floats32, links: Rows, between: Between, total: float, a: Integers,
    b: Integers, pair: Floats32, one: Floats32, two: Floats32,
) -> None:  # fmt: skip
    scales, most = circle.scale.shape[1], circle.member.shape[1] * between.most
    mass, half, weight = np.empty((2, scales)), np.empty((2, 2 * scales + 3)), np.empty(scales)
    start, end = np.empty(most, np.int64), np.empty(most, np.int64)
    for row in range(len(a)):
        u, v = a[row], b[row]
        for turn in range(2):
            _mass(traits, circle, masses, links, u, v, mass, turn)
            count = _listed(traits, circle, links, between, u, v, start, end)
            _half(traits, circle, u, v, count, start, end, weight, half, turn)
            _side(one if turn == 0 else two, row, mass, half, turn)
            u, v = v, u
        for k in range(scales):
            found = 0.5 * (half[0, scales + k] + half[1, scales + k])
            pair[row, k] = found
            pair[row, scales + k] = found / (mass[0, k] * mass[1, k] / total + 0.01)
        pair[row, 2 * scales] = min(half[0, 2 * scales + 2], half[1, 2 * scales + 2])
