"""Features of a pair from the partners that one place has already, compared with the other place.

Invariant: the pair's own link is left out.
"""

from math import log, sqrt
from typing import Final

import numpy as np

from isopolity.matching.affinity.circles import SIZE, squared_chord
from isopolity.matching.affinity.link_features import NEAR, LinkFeatures, SparseMatrix
from isopolity.matching.affinity.place_features import ADMIN, COUNTRY, REGION, PlaceFeatures
from isopolity.matching.arrays import Floats, Floats32, Integers, Integers32, Unsigned64
from isopolity.matching.compiled import borrowing
from isopolity.matching.domain.sphere import EARTH_RADIUS_KM

SIDE: Final = (
    "own_degree",
    "own_nearest",
    "own_near_0",
    "own_near_1",
    "own_near_2",
    "own_in_country",
    "own_country_share",
    "own_in_admin",
    "own_in_region",
    "own_size_least",
    "own_size_gap",
    "own_size_kernel",
    "own_like",
    "own_partner_degree",
    "own_distance_gap",
    "own_distance_least",
    "own_domestic",
    "own_countries",
    "own_speaking",
    "own_cotwin",
    "own_cotwin_most",
    "own_busiest",
    "own_country_excess",
)


def fill_existing_links(
    places: PlaceFeatures, links: LinkFeatures, a: Integers, b: Integers, one: Floats32, two: Floats32
) -> None:
    """Writes the features of the pairs (a[i], b[i]): SIDE of a into `one` and of b into `two`.

    They are NaN for a place that has no other partner.
    """
    near = places.circles[NEAR]
    scale = near.scale / near.metric[0]
    country_share = links.countries / np.maximum(links.countries.sum(axis=1, keepdims=True), 1.0)
    for place, other, side in ((a, b, one), (b, a, two)):
        _fill(
            places.traits, places.codes, places.official, scale, links.adjacency, country_share, links.cotwin, place,
            other, side,
        )  # fmt: skip


@borrowing
def _fill(
    traits: Floats, codes: Integers32, official: Unsigned64, scale: Floats, adjacency: SparseMatrix,
    country_share: Floats, cotwin: Floats, a: Integers, b: Integers, out: Floats32,
) -> None:  # fmt: skip
    for row in range(len(a)):
        _side(traits, codes, official, scale, adjacency, country_share, cotwin, a[row], b[row], out[row])


@borrowing
def _side(
    traits: Floats, codes: Integers32, official: Unsigned64, scale: Floats, adjacency: SparseMatrix,
    country_share: Floats, cotwin: Floats, u: int, v: int, out: np.ndarray,
) -> None:  # fmt: skip
    """Writes SIDE of u, whose partners are compared with v."""
    count, in_country, in_admin, in_region, domestic, speaking = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    nearest, least, distance_least = 1e9, 1e9, 1e9
    k0, k1, k2, gaps, kernel, like, degrees, distances = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    lifts, most_lift, busiest, countries = 0.0, -1e9, 0.0, 0.0
    apart = log(squared_chord(traits, u, v) + 1e-7)
    cv = codes[v, COUNTRY]
    previous = -1
    for step in range(adjacency.start[u], adjacency.start[u + 1]):
        p = adjacency.column[step]
        if p == v:
            continue
        degree = float(adjacency.start[p + 1] - adjacency.start[p])
        count += 1.0
        far = squared_chord(traits, p, v)
        nearest = min(nearest, far)
        near1 = 1.0 / (1.0 + far / scale[v, 1]) ** 2
        k0 += 1.0 / (1.0 + far / scale[v, 0]) ** 2
        k1 += near1
        k2 += 1.0 / (1.0 + far * (EARTH_RADIUS_KM / 400.0) ** 2) ** 2
        gap = traits[p, SIZE] - traits[v, SIZE]
        gaps += gap
        least = min(least, abs(gap))
        sized = 1.0 / (1.0 + (gap / 0.3) ** 2) ** 2
        kernel += sized
        if codes[p, COUNTRY] == cv:
            in_country += 1.0
            like += sized
            in_admin += codes[p, ADMIN] == codes[v, ADMIN]
        in_region += codes[p, REGION] == codes[v, REGION]
        domestic += codes[p, COUNTRY] == codes[u, COUNTRY]
        for word in range(official.shape[1]):
            if official[p, word] & official[v, word]:
                speaking += 1.0
                break
        degrees += log(degree + 1.0)
        busiest = max(busiest, degree)
        own = log(squared_chord(traits, u, p) + 1e-7)
        distances += own
        distance_least = min(distance_least, abs(own - apart))
        cp = codes[p, COUNTRY]
        lift = cotwin[cp, cv]
        lifts += lift
        most_lift = max(most_lift, lift)
        if codes[p, COUNTRY] != previous:
            countries += 1.0
            previous = codes[p, COUNTRY]
    if count == 0.0:
        out[:] = np.nan
        return
    share = country_share[codes[u, COUNTRY], cv]
    out[0] = count
    out[1] = EARTH_RADIUS_KM * sqrt(nearest)
    out[2] = k0
    out[3] = k1
    out[4] = k2
    out[5] = in_country
    out[6] = in_country / count
    out[7] = in_admin
    out[8] = in_region / count
    out[9] = least
    out[10] = gaps / count
    out[11] = kernel / count
    out[12] = like
    out[13] = degrees / count
    out[14] = distances / count - apart
    out[15] = distance_least
    out[16] = domestic / count
    out[17] = countries
    out[18] = speaking / count
    out[19] = lifts / count
    out[20] = most_lift
    out[21] = busiest
    out[22] = in_country - share * count
