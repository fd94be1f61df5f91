"""How often do countries, provinces and size bands of the two twin? Links of the two places themselves are left out."""

from math import log
from typing import Final

import numpy as np
from numba import njit

from isopolity.matching.adapters.affinity.ground import Ground
from isopolity.matching.adapters.affinity.web import Web

PAIR: Final = (
    "country_links",
    "country_lift",
    "admin_links",
    "admin_lift",
    "band_links",
    "band_lift",
    "cotwin_lift",
)
SIDE: Final = ("country_share", "admin_country_share", "admin_country_lift", "band_share", "country_mass")


@njit(cache=True)
def _own(web: Web, group: np.ndarray, u: int, v: int) -> float:
    """How many partners of u are in v's group."""
    count = 0.0
    for step in range(web.start[u], web.start[u + 1]):
        count += group[web.partner[step]] == group[v]
    return count


@njit(cache=True)
def _lift(links: float, one: float, other: float, total: float) -> float:
    expected = one * other / total
    return log((links + 0.5) / (expected + 0.5))


@njit(cache=True)
def pair_regions(ground: Ground, web: Web, u: int, v: int, out: np.ndarray) -> None:
    """Fills `out` with PAIR."""
    cu, cv = ground.country[u], ground.country[v]
    du, dv = web.degree[u], web.degree[v]
    links = max(web.countries[cu, cv] - _own(web, ground.country, u, v) - _own(web, ground.country, v, u), 0.0)
    out[0] = links
    out[1] = _lift(links, max(web.country_total[cu] - du, 0.0), max(web.country_total[cv] - dv, 0.0), web.total)
    au, av = ground.admin1[u], ground.admin1[v]
    links = max(web.admins[au, av] - _own(web, ground.admin1, u, v) - _own(web, ground.admin1, v, u), 0.0)
    out[2] = links
    out[3] = _lift(links, max(web.admin_total[au] - du, 0.0), max(web.admin_total[av] - dv, 0.0), web.total)
    bu, bv = web.band[u], web.band[v]
    links = max(web.bands[bu, bv] - _own(web, web.band, u, v) - _own(web, web.band, v, u), 0.0)
    out[4] = links
    out[5] = _lift(links, max(web.band_total[bu] - du, 0.0), max(web.band_total[bv] - dv, 0.0), web.total)
    out[6] = _lift(web.shared[cu, cv], web.shared_total[cu], web.shared_total[cv], max(1.0, web.shared_total.sum()))


@njit(cache=True)
def side_regions(ground: Ground, web: Web, u: int, v: int, out: np.ndarray) -> None:
    """Fills `out` with SIDE: where u's country, province and band have their partners."""
    cu, cv, au = ground.country[u], ground.country[v], ground.admin1[u]
    du = web.degree[u]
    own = _own(web, ground.country, u, v)
    back = _own(web, ground.country, v, u)
    out[0] = max(web.countries[cu, cv] - own - back, 0.0) / (web.country_total[cu] - du + 1.0)
    admin_back = _own(web, ground.admin1, v, u)
    links, mass = max(web.admin_country[au, cv] - own - admin_back, 0.0), max(web.admin_total[au] - du, 0.0)
    # shrunk to the country's share: as if 5 links more had been seen
    out[1] = (links + 5.0 * out[0]) / (mass + 5.0)
    out[2] = log((out[1] + 1e-4) / (out[0] + 1e-4))
    bu, bv = web.band[u], web.band[v]
    band = max(web.bands[bu, bv] - _own(web, web.band, u, v) - _own(web, web.band, v, u), 0.0)
    out[3] = band / (max(web.band_total[bu] - du, 0.0) + 5.0)
    out[4] = web.country_total[cu]
