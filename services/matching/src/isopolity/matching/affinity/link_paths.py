"""Features of a pair from paths of links between its places: exact paths, and paths with a jump to a near place."""

from math import sqrt
from typing import Any, Final

import numpy as np

from isopolity.matching.affinity.circles import SIZE, squared_chord
from isopolity.matching.affinity.link_features import NEAR, LinkFeatures, SparseMatrix
from isopolity.matching.affinity.place_features import COUNTRY, PlaceFeatures
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
def _at(matrix: SparseMatrix, u: int, v: int) -> Any:
    """The entry of row u and column v."""
    low, high = matrix.start[u], matrix.start[u + 1]
    while low < high:
        middle = (low + high) // 2
        if matrix.column[middle] < v:
            low = middle + 1
        else:
            high = middle
    return matrix.value[low] if low < matrix.start[u + 1] and matrix.column[low] == v else 0.0


@borrowing
def _product(one: SparseMatrix, u: int, other: SparseMatrix, v: int) -> Any:
    """The inner product of row u of `one` and row v of `other`."""
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
    places: PlaceFeatures, links: LinkFeatures, a: Integers, b: Integers, pair: Floats32, one: Floats32, two: Floats32
) -> None:
    """Writes the features of the pairs (a[i], b[i]): PAIR into `pair`, SIDE of a into `one` and of b into `two`."""
    near = places.circles[NEAR]
    scale = near.scale / near.metric[0]
    _partners(places.traits, places.codes, links.adjacency, a, b, pair[:, :_PARTNERS])
    _walk_weights(links.two_steps, links.three_steps, a, b, pair[:, _PARTNERS : _PARTNERS + _WALKS])
    for position, spectrum in enumerate((links.spectrum, links.near_spectrum, links.alike_spectrum)):
        pair[:, _PARTNERS + _WALKS + 1 + position] = _cosines(spectrum, spectrum, a, b)
    pair[:, _PARTNERS + _WALKS] = np.einsum("ij,ij->i", links.spectrum[a], links.spectrum[b])
    for place, other, side in ((a, b, one), (b, a, two)):
        for position, steps in enumerate((links.two_steps, links.three_steps)):
            part = side[:, 5 * position : 5 * position + 5]
            _reaches(places.traits, places.codes, scale, steps, place, other, part)
        side[:, 10] = _cosines(links.spectrum, links.near_spectrum, place, other)
        side[:, 11] = _cosines(links.spectrum, links.alike_spectrum, place, other)


def _cosines(first: Floats32, second: Floats32, a: Integers, b: Integers) -> Floats:
    one, other = first[a], second[b]
    lengths = np.sqrt(np.einsum("ij,ij->i", one, one) * np.einsum("ij,ij->i", other, other))
    return np.asarray(np.einsum("ij,ij->i", one, other) / np.maximum(lengths, 1e-9), np.float64)


@borrowing
def _walk_weights(two: SparseMatrix, three: SparseMatrix, a: Integers, b: Integers, out: Floats32) -> None:
    """Writes the normalised weight of walks of two to six links, which are made of walks of `two` and `three`."""
    for row in range(len(a)):
        u, v = a[row], b[row]
        out[row, 0] = _at(two, u, v)
        out[row, 1] = _at(three, u, v)
        out[row, 2] = _product(two, u, two, v)
        out[row, 3] = _product(two, u, three, v)
        out[row, 4] = _product(three, u, three, v)


@borrowing
def _partners(
    traits: Floats, codes: Integers32, adjacency: SparseMatrix, a: Integers, b: Integers, out: Floats32
) -> None:
    """Compares the partners of a with those of b."""
    for row in range(len(a)):
        u, v = a[row], b[row]
        common, rare, nearest, k0, k1, k2, same, alike = 0.0, 0.0, 1e3, 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(adjacency.start[u], adjacency.start[u + 1]):
            p = adjacency.column[i]
            if p == v:
                continue
            for j in range(adjacency.start[v], adjacency.start[v + 1]):
                q = adjacency.column[j]
                if q == u:
                    continue
                if p == q:
                    common += 1.0
                    rare += 1.0 / (adjacency.start[p + 1] - adjacency.start[p])
                far = squared_chord(traits, p, q)
                nearest = min(nearest, far)
                k0 += 1.0 / (1.0 + far * (EARTH_RADIUS_KM / 20.0) ** 2) ** 2
                k1 += 1.0 / (1.0 + far * (EARTH_RADIUS_KM / 80.0) ** 2) ** 2
                k2 += 1.0 / (1.0 + far * (EARTH_RADIUS_KM / 400.0) ** 2) ** 2
                if codes[p, COUNTRY] == codes[q, COUNTRY]:
                    same += 1.0
                    gap = (traits[p, SIZE] - traits[q, SIZE]) / 0.3
                    alike += 1.0 / (1.0 + gap * gap) ** 2
        degree_u = float(adjacency.start[u + 1] - adjacency.start[u])
        degree_v = float(adjacency.start[v + 1] - adjacency.start[v])
        pairs = sqrt(max(1.0, degree_u * degree_v))
        out[row, 0] = common
        out[row, 1] = rare
        out[row, 2] = common / max(1.0, degree_u + degree_v - common)
        out[row, 3] = EARTH_RADIUS_KM * sqrt(nearest)
        out[row, 4] = k0
        out[row, 5] = k1 / pairs
        out[row, 6] = k2 / pairs
        out[row, 7] = same / pairs
        out[row, 8] = alike / pairs


@borrowing
def _reaches(
    traits: Floats, codes: Integers32, scale: Floats, steps: SparseMatrix, a: Integers, b: Integers, out: Floats32
) -> None:
    """Compares the places that are reached from a by the walks in `steps` with b."""
    for row in range(len(a)):
        u, v = a[row], b[row]
        beside, wide, country, alike, whole = 0.0, 0.0, 0.0, 0.0, 1e-9
        for step in range(steps.start[u], steps.start[u + 1]):
            x, value = steps.column[step], steps.value[step]
            if x in (u, v):
                continue
            whole += value
            if codes[x, COUNTRY] == codes[v, COUNTRY]:
                far = squared_chord(traits, x, v)
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
