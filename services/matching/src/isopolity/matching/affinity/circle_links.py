"""Features of a pair from links between its places' circles: do places like the one twin with places like the other?

Links are weighted by kernels at several scales, as sums and as ratios to the expected sum for these circles.
Invariant: links of the two places themselves are left out.
"""

from typing import Any, Final

import numpy as np

from isopolity.matching.affinity.circles import CIRCLE_KINDS, SIZE, Circle, squared_distance
from isopolity.matching.affinity.link_features import GroupedLinks, LinkFeatures, SparseMatrix
from isopolity.matching.affinity.place_features import PlaceFeatures
from isopolity.matching.arrays import Floats, Floats32, Integers
from isopolity.matching.compiled import borrowing, compiled

PAIR: Final = tuple(
    f"{kind.name}_{what}"
    for kind in CIRCLE_KINDS
    for what in (*(f"links_{rank}" for rank in kind.scales), *(f"ratio_{rank}" for rank in kind.scales), "least")
)
SIDE: Final = tuple(
    f"{kind.name}_{what}"
    for kind in CIRCLE_KINDS
    for what in (
        *(f"mass_{rank}" for rank in kind.scales),
        *(f"share_{rank}" for rank in kind.scales),
        "sized",
        "size_gap",
    )
)
_SIZE_WIDTH: Final = 0.3
_NO_LINK: Final = 1e6
"""The value used for the distance of the nearest link if there is no link."""


def fill_circle_links(
    places: PlaceFeatures, links: LinkFeatures, a: Integers, b: Integers, pair: Floats32, one: Floats32, two: Floats32
) -> None:
    """Writes the features of the pairs (a[i], b[i]): PAIR into `pair`, SIDE of a into `one` and of b into `two`."""
    at_pair, at_side = 0, 0
    for circle, masses, grouped in zip(places.circles, links.masses, links.grouped, strict=True):
        scales = circle.scale.shape[1]
        width, depth = 2 * scales + 1, 2 * scales + 2
        part = pair[:, at_pair : at_pair + width]
        _fill(
            places.traits, circle, masses, links.adjacency, grouped, links.total, a, b, part,
            one[:, at_side : at_side + depth], two[:, at_side : at_side + depth],
        )  # fmt: skip
        at_pair += width
        at_side += depth


@borrowing
def _mass(
    traits: Floats, circle: Circle, masses: Floats32, adjacency: SparseMatrix, u: int, v: int, mass: Floats, turn: int
) -> None:
    """Writes into mass[turn] the weight of the links that start in u's circle, without the links of u and v."""
    for k in range(circle.scale.shape[1]):
        mass[turn, k] = masses[u, k]
    for place in (u, v):
        for step in range(adjacency.start[place], adjacency.start[place + 1]):
            p = adjacency.column[step]
            if p not in (u, v):
                _subtract(traits, circle, u, p, 1, mass, turn)
    degree = adjacency.start[v + 1] - adjacency.start[v]
    if degree > 0:
        _subtract(traits, circle, u, v, degree, mass, turn)


@borrowing
def _subtract(traits: Floats, circle: Circle, u: int, p: int, count: int, mass: Floats, turn: int) -> None:
    """Subtracts `count` links of p from the mass of u's circle, if p is in it."""
    if circle.group[p] != circle.group[u]:
        return
    far = squared_distance(traits, circle.metric, u, p)
    if far <= circle.limit[u]:
        for k in range(circle.scale.shape[1]):
            kernel = 1.0 / (1.0 + far / circle.scale[u, k])
            mass[turn, k] -= kernel * kernel * count


@borrowing
def _listed(
    traits: Floats, circle: Circle, adjacency: SparseMatrix, grouped: GroupedLinks, u: int, v: int, start: Integers,
    end: Integers,
) -> Any:  # fmt: skip
    """The number of links from u's circle to v's group; their ends are written into `start` and `end`.

    It goes through all links between the two groups if these are few, else through the circle.
    """
    own, group, count = circle.group[u], circle.group[v], 0
    if own >= grouped.groups or group >= grouped.groups:
        return 0
    first, beyond = grouped.start[own * grouped.groups + group], grouped.start[own * grouped.groups + group + 1]
    if beyond - first <= circle.member.shape[1]:
        for step in range(first, beyond):
            a, p = grouped.one[step], grouped.other[step]
            if a not in (u, v) and p not in (u, v) and squared_distance(traits, circle.metric, u, a) <= circle.limit[u]:
                start[count], end[count] = a, p
                count += 1
        return count
    for position in range(circle.member.shape[1]):
        a = circle.member[u, position]
        if a < 0:
            break
        if a == v:
            continue
        for step in range(adjacency.start[a], adjacency.start[a + 1]):
            if grouped.ends_in[step] == group:
                p = adjacency.column[step]
                if p not in (u, v):
                    start[count], end[count] = a, p
                    count += 1
    return count


@borrowing
def _half(
    traits: Floats, circle: Circle, u: int, v: int, count: int, start: Integers, end: Integers, weight: Floats,
    half: Floats, turn: int,
) -> None:  # fmt: skip
    """Writes into half[turn] how near `count` links from u's circle come to v; `weight` is working memory.

    First, for each scale, the sum of the kernels at their starts; then, for each scale, the sum of the products of the
    kernels at both ends; then how alike their ends and v are in size, by how much the ends are larger, and how near the
    nearest link lies to both.
    """
    scales = circle.scale.shape[1]
    alike, larger, least, last, off, reach = 0.0, 0.0, _NO_LINK, -1, 1.0, 1.0
    for k in range(2 * scales):
        half[turn, k] = 0.0
    for i in range(count):
        if start[i] != last:
            last = start[i]
            far = squared_distance(traits, circle.metric, u, last)
            for k in range(scales):
                off = 1.0 + far / circle.scale[u, k]
                weight[k] = 1.0 / off**2
        far = squared_distance(traits, circle.metric, v, end[i])
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
    traits: Floats, circle: Circle, masses: Floats32, adjacency: SparseMatrix, grouped: GroupedLinks, total: float,
    a: Integers, b: Integers, pair: Floats32, one: Floats32, two: Floats32,
) -> None:  # fmt: skip
    scales, most = circle.scale.shape[1], circle.member.shape[1] * grouped.most
    mass, half, weight = np.empty((2, scales)), np.empty((2, 2 * scales + 3)), np.empty(scales)
    start, end = np.empty(most, np.int64), np.empty(most, np.int64)
    for row in range(len(a)):
        u, v = a[row], b[row]
        for turn in range(2):
            _mass(traits, circle, masses, adjacency, u, v, mass, turn)
            count = _listed(traits, circle, adjacency, grouped, u, v, start, end)
            _half(traits, circle, u, v, count, start, end, weight, half, turn)
            _side(one if turn == 0 else two, row, mass, half, turn)
            u, v = v, u
        for k in range(scales):
            found = 0.5 * (half[0, scales + k] + half[1, scales + k])
            pair[row, k] = found
            pair[row, scales + k] = found / (mass[0, k] * mass[1, k] / total + 0.01)
        pair[row, 2 * scales] = min(half[0, 2 * scales + 2], half[1, 2 * scales + 2])
