"""How often do countries, provinces and size bands of the two twin? Links of the two places themselves are left out."""

from math import log
from typing import Any, Final

from isopolity.matching.affinity.link_features import Rows, Web
from isopolity.matching.affinity.place_features import ADMIN, BAND, COUNTRY, Ground
from isopolity.matching.arrays import Floats, Floats32, Integers, Integers32
from isopolity.matching.compiled import borrowing

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
_PRIOR: Final = 5.0
"""A province's share is shrunk to its country's as if so many links more had been seen."""


def fill_region_links(
    ground: Ground, web: Web, a: Integers, b: Integers, pair: Floats32, one: Floats32, two: Floats32
) -> None:
    """Fills `pair` with PAIR, `one` with a's SIDE and `two` with b's."""
    tables = (web.countries, web.admins, web.bands)
    for position, (column, table) in enumerate(zip((COUNTRY, ADMIN, BAND), tables, strict=True)):
        part = pair[:, 2 * position : 2 * position + 2]
        _lifts(ground.codes, column, web.links, table, web.totals[position], a, b, part)
    pair[:, 6] = web.cotwin[ground.codes[a, COUNTRY], ground.codes[b, COUNTRY]]
    country_total, admin_total, band_total = web.totals
    for place, other, side in ((a, b, one), (b, a, two)):
        _shares(
            ground.codes, web.links, web.countries, country_total, web.admin_country, admin_total, web.bands,
            band_total, place, other, side,
        )  # fmt: skip


@borrowing
def _own(links: Rows, codes: Integers32, column: int, u: int, v: int) -> Any:
    """How many partners of u are in v's group; of a link between the two each counts half."""
    count = 0.0
    for step in range(links.start[u], links.start[u + 1]):
        p = links.column[step]
        if codes[p, column] == codes[v, column]:
            count += 0.5 if p == v else 1.0
    return count


@borrowing
def _lifts(
    codes: Integers32, column: int, links: Rows, table: Floats, total: Floats, a: Integers, b: Integers, out: Floats32
) -> None:
    whole = total.sum()
    for row in range(len(a)):
        u, v = a[row], b[row]
        gu, gv = codes[u, column], codes[v, column]
        own = _own(links, codes, column, u, v) + _own(links, codes, column, v, u)
        count = max(table[gu, gv] - (2.0 if gu == gv else 1.0) * own, 0.0)  # within a group a link stands there twice
        rest_u = max(total[gu] - (links.start[u + 1] - links.start[u]), 0.0)
        rest_v = max(total[gv] - (links.start[v + 1] - links.start[v]), 0.0)
        out[row, 0] = count
        out[row, 1] = log((count + 0.5) / (rest_u * rest_v / max(whole, 1.0) + 0.5))


@borrowing
def _shares(
    codes: Integers32, links: Rows, countries: Floats, country_total: Floats, admins: Floats, admin_total: Floats,
    bands: Floats, band_total: Floats, a: Integers, b: Integers, out: Floats32,
) -> None:  # fmt: skip
    """Where a's country, province and band have their partners."""
    for row in range(len(a)):
        u, v = a[row], b[row]
        cu, cv, au, bu, bv = codes[u, COUNTRY], codes[v, COUNTRY], codes[u, ADMIN], codes[u, BAND], codes[v, BAND]
        degree = links.start[u + 1] - links.start[u]
        own = _own(links, codes, COUNTRY, u, v)
        share = max(countries[cu, cv] - own - _own(links, codes, COUNTRY, v, u), 0.0) / (
            country_total[cu] - degree + 1.0
        )
        count = max(admins[au, cv] - own - _own(links, codes, ADMIN, v, u), 0.0)
        shrunk = (count + _PRIOR * share) / (max(admin_total[au] - degree, 0.0) + _PRIOR)
        band = max(bands[bu, bv] - _own(links, codes, BAND, u, v) - _own(links, codes, BAND, v, u), 0.0)
        out[row, 0] = share
        out[row, 1] = shrunk
        out[row, 2] = log((shrunk + 1e-4) / (share + 1e-4))
        out[row, 3] = band / (max(band_total[bu] - degree, 0.0) + _PRIOR)
        out[row, 4] = country_total[cu]
