"""The partners that one place has already, against the other place; the pair's own link is left out."""

from math import log, sqrt
from typing import Final

import numpy as np
from numba import njit

from isopolity.matching.adapters.affinity.features.content import square
from isopolity.matching.adapters.affinity.ground import Ground
from isopolity.matching.adapters.affinity.web import Web

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


@njit(cache=True)
def own_side(ground: Ground, web: Web, u: int, v: int, out: np.ndarray) -> None:
    """Fills `out` with SIDE: u's partners seen from v."""
    count, in_country, in_admin, in_region, domestic, speaking = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    nearest, least, distance_least = 1e9, 1e9, 1e9
    k0, k1, k2, gaps, kernel, like, degrees, distances = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    cotwin, cotwin_most, busiest, countries = 0.0, -1e9, 0.0, 0.0
    apart = log(square(ground, u, v) + 1e-7)
    whole = max(1.0, web.shared_total.sum())
    cv = ground.country[v]
    previous = -1
    for step in range(web.start[u], web.start[u + 1]):
        p = web.partner[step]
        if p == v:
            continue
        count += 1.0
        far = square(ground, p, v)
        nearest = min(nearest, far)
        near1 = 1.0 / (1.0 + far / ground.near_scale[v, 1]) ** 2
        k0 += 1.0 / (1.0 + far / ground.near_scale[v, 0]) ** 2
        k1 += near1
        k2 += 1.0 / (1.0 + far * (6371.0 / 400.0) ** 2) ** 2
        gap = ground.size[p] - ground.size[v]
        gaps += gap
        least = min(least, abs(gap))
        sized = 1.0 / (1.0 + (gap / 0.3) ** 2) ** 2
        kernel += sized
        if ground.country[p] == cv:
            in_country += 1.0
            like += sized
            in_admin += ground.admin1[p] == ground.admin1[v]
        in_region += ground.region[p] == ground.region[v]
        domestic += ground.country[p] == ground.country[u]
        for word in range(ground.spoken.shape[1]):
            if ground.official[p, word] & ground.official[v, word]:
                speaking += 1.0
                break
        degrees += log(web.degree[p] + 1.0)
        busiest = max(busiest, web.degree[p])
        own = log(square(ground, u, p) + 1e-7)
        distances += own
        distance_least = min(distance_least, abs(own - apart))
        cp = ground.country[p]
        lift = log((web.shared[cp, cv] + 0.5) / (web.shared_total[cp] * web.shared_total[cv] / whole + 0.5))
        cotwin += lift
        cotwin_most = max(cotwin_most, lift)
        if ground.country[p] != previous:
            countries += 1.0
            previous = ground.country[p]
    if count == 0.0:
        out[:] = np.nan
        return
    share = web.countries[ground.country[u], cv] / max(1.0, web.country_total[ground.country[u]])
    out[0] = count
    out[1] = 6371.0 * sqrt(nearest)
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
    out[19] = cotwin / count
    out[20] = cotwin_most
    out[21] = busiest
    out[22] = in_country - share * count
