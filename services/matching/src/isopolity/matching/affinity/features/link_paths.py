"""Ways through the graph of links from one place to the other, exact ones and such with a jump to a neighbour."""

from math import sqrt
from typing import Any, Final

import numpy as np

from isopolity.matching.affinity.circles import SIZE, square
from isopolity.matching.affinity.link_features import NEAR, Rows, Web
from isopolity.matching.affinity.place_features import COUNTRY, Ground
from isopolity.matching.arrays import Floats, Floats32, Integers, Integers32
from isopolity.matching.compiled import borrowing
from isopolity.matching.domain.sphere import EARTH_RADIUS_KM

_PARTNERS: Final = 9
_WALKS: Final = 5
PAIR: Final = (
    "common",
    "common_rare",
    "jaccard",
    "partners_nearest",
    "partners_near_0",
    "partners_near_1",
    "partners_near_2",
    "partners_same_country",
    "partners_alike",
    *(f"walk_{length}" for length in range(2, 2 + _WALKS)),
    "spectrum",
    "spectrum_both",
    "smooth_both",
    "alike_both",
)
SIDE: Final = (
    *(f"reach_{length}_{what}" for length in (2, 3) for what in ("near", "wide", "country", "alike", "alike_share")),
    "smooth_one",
    "alike_one",
)


@borrowing
def _at(rows: Rows, u: int, v: int) -> Any:
    low, high = rows.start[u], rows.start[u + 1]
    while low < high:
        middle = (low + high) // 2
        if rows.column[middle] < v:
            low = middle + 1
        else:
            high = middle
    return rows.value[low] if low < rows.start[u + 1] and rows.column[low] == v else 0.0


@borrowing
def _meet(one: Rows, u: int, other: Rows, v: int) -> Any:
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


def fill_link_paths(
    ground: Ground, web: Web, a: Integers, b: Integers, pair: Floats32, one: Floats32, two: Floats32
) -> None:
    """Fills `pair` with PAIR, `one` with a's SIDE and `two` with b's."""
    near = ground.circles[NEAR]
    scale = near.scale / near.metric[0]
    _partners(ground.traits, ground.codes, web.links, a, b, pair[:, :_PARTNERS])
    _walks(web.two, web.three, a, b, pair[:, _PARTNERS : _PARTNERS + _WALKS])
    products = ((web.spectrum, web.spectrum), (web.smooth, web.smooth), (web.alike, web.alike))
    for position, (first, second) in enumerate(products):
        pair[:, _PARTNERS + _WALKS + 1 + position] = _cosines(first, second, a, b)
    pair[:, _PARTNERS + _WALKS] = np.einsum("ij,ij->i", web.spectrum[a], web.spectrum[b])
    for place, other, side in ((a, b, one), (b, a, two)):
        for position, rows in enumerate((web.two, web.three)):
            _reaches(ground.traits, ground.codes, scale, rows, place, other, side[:, 5 * position : 5 * position + 5])
        side[:, 10] = _cosines(web.spectrum, web.smooth, place, other)
        side[:, 11] = _cosines(web.spectrum, web.alike, place, other)


def _cosines(first: Floats32, second: Floats32, a: Integers, b: Integers) -> Floats:
    one, other = first[a], second[b]
    lengths = np.sqrt(np.einsum("ij,ij->i", one, one) * np.einsum("ij,ij->i", other, other))
    return np.asarray(np.einsum("ij,ij->i", one, other) / np.maximum(lengths, 1e-9), np.float64)


@borrowing
def _walks(two: Rows, three: Rows, a: Integers, b: Integers, out: Floats32) -> None:
    for row in range(len(a)):
        u, v = a[row], b[row]
        out[row, 0] = _at(two, u, v)
        out[row, 1] = _at(three, u, v)
        out[row, 2] = _meet(two, u, two, v)
        out[row, 3] = _meet(two, u, three, v)
        out[row, 4] = _meet(three, u, three, v)


@borrowing
def _partners(traits: Floats, codes: Integers32, links: Rows, a: Integers, b: Integers, out: Floats32) -> None:
    """The partners of the one against those of the other."""
    for row in range(len(a)):
        u, v = a[row], b[row]
        common, rare, nearest, k0, k1, k2, same, alike = 0.0, 0.0, 1e3, 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(links.start[u], links.start[u + 1]):
            p = links.column[i]
            if p == v:
                continue
            for j in range(links.start[v], links.start[v + 1]):
                q = links.column[j]
                if q == u:
                    continue
                if p == q:
                    common += 1.0
                    rare += 1.0 / (links.start[p + 1] - links.start[p])
                far = square(traits, p, q)
                nearest = min(nearest, far)
                k0 += 1.0 / (1.0 + far * (EARTH_RADIUS_KM / 20.0) ** 2) ** 2
                k1 += 1.0 / (1.0 + far * (EARTH_RADIUS_KM / 80.0) ** 2) ** 2
                k2 += 1.0 / (1.0 + far * (EARTH_RADIUS_KM / 400.0) ** 2) ** 2
                if codes[p, COUNTRY] == codes[q, COUNTRY]:
                    same += 1.0
                    gap = (traits[p, SIZE] - traits[q, SIZE]) / 0.3
                    alike += 1.0 / (1.0 + gap * gap) ** 2
        degrees = float(links.start[u + 1] - links.start[u]), float(links.start[v + 1] - links.start[v])
        pairs = sqrt(max(1.0, degrees[0] * degrees[1]))
        out[row, 0] = common
        out[row, 1] = rare
        out[row, 2] = common / max(1.0, degrees[0] + degrees[1] - common)
        out[row, 3] = EARTH_RADIUS_KM * sqrt(nearest)
        out[row, 4] = k0
        out[row, 5] = k1 / pairs
        out[row, 6] = k2 / pairs
        out[row, 7] = same / pairs
        out[row, 8] = alike / pairs


@borrowing
def _reaches(
    traits: Floats, codes: Integers32, scale: Floats, rows: Rows, a: Integers, b: Integers, out: Floats32
) -> None:
    """Who can be reached from a, seen from b."""
    for row in range(len(a)):
        u, v = a[row], b[row]
        beside, wide, country, alike, whole = 0.0, 0.0, 0.0, 0.0, 1e-9
        for step in range(rows.start[u], rows.start[u + 1]):
            x, value = rows.column[step], rows.value[step]
            if x in (u, v):
                continue
            whole += value
            if codes[x, COUNTRY] == codes[v, COUNTRY]:
                far = square(traits, x, v)
                country += value
                beside += value / (1.0 + far / scale[v, 0]) ** 2
                wide += value / (1.0 + far / scale[v, 2]) ** 2
                gap = (traits[x, SIZE] - traits[v, SIZE]) / 0.3
                alike += value / ((1.0 + far / scale[v, 2]) * (1.0 + gap * gap)) ** 2
        out[row, 0] = beside
        out[row, 1] = wide
        out[row, 2] = country / whole
        out[row, 3] = alike
        out[row, 4] = alike / whole
