"""Features of a pair from links between the countries, provinces and bands of population of its two places.

Invariant: links of the two places themselves are left out.
"""

from math import log
from typing import Any, Final

from isopolity.matching.affinity.link_features import LinkFeatures, SparseMatrix
from isopolity.matching.affinity.place_features import ADMIN, BAND, COUNTRY, PlaceFeatures
from isopolity.matching.arrays import Floats, Floats32, Integers, Integers32
from isopolity.matching.compiled import borrowing

PAIR: Final = ("country_links", "country_lift", "admin_links", "admin_lift", "band_links", "band_lift", "cotwin_lift")
SIDE: Final = ("country_share", "admin_country_share", "admin_country_lift", "band_share", "country_mass")
_PRIOR: Final = 5.0
"""A province's share is shrunk towards its country's with the weight of this number of links."""


def fill_region_links(
    places: PlaceFeatures, links: LinkFeatures, a: Integers, b: Integers, pair: Floats32, one: Floats32, two: Floats32
) -> None:
    """Writes the features of the pairs (a[i], b[i]): PAIR into `pair`, SIDE of a into `one` and of b into `two`."""
    tables = (links.countries, links.admins, links.bands)
    for position, (column, table) in enumerate(zip((COUNTRY, ADMIN, BAND), tables, strict=True)):
        part = pair[:, 2 * position : 2 * position + 2]
        _lifts(places.codes, column, links.adjacency, table, links.totals[position], a, b, part)
    pair[:, 6] = links.cotwin[places.codes[a, COUNTRY], places.codes[b, COUNTRY]]
    country_total, admin_total, band_total = links.totals
    for place, other, side in ((a, b, one), (b, a, two)):
        _shares(
            places.codes, links.adjacency, links.countries, country_total, links.admin_country, admin_total,
            links.bands, band_total, place, other, side,
        )  # fmt: skip


@borrowing
def _partners_in(adjacency: SparseMatrix, codes: Integers32, column: int, u: int, v: int) -> Any:
    """The number of partners of u in v's group; v itself counts half."""
    count = 0.0
    for step in range(adjacency.start[u], adjacency.start[u + 1]):
        p = adjacency.column[step]
        if codes[p, column] == codes[v, column]:
            count += 0.5 if p == v else 1.0
    return count


@borrowing
def _lifts(
    codes: Integers32, column: int, adjacency: SparseMatrix, table: Floats, total: Floats, a: Integers, b: Integers,
    out: Floats32,
) -> None:  # fmt: skip
    """Writes the links between the groups of a and b in a `column` of codes, and their logarithmic lift."""
    whole = total.sum()
    for row in range(len(a)):
        u, v = a[row], b[row]
        gu, gv = codes[u, column], codes[v, column]
        own = _partners_in(adjacency, codes, column, u, v) + _partners_in(adjacency, codes, column, v, u)
        count = max(table[gu, gv] - (2.0 if gu == gv else 1.0) * own, 0.0)  # within a group a link counts twice
        rest_u = max(total[gu] - (adjacency.start[u + 1] - adjacency.start[u]), 0.0)
        rest_v = max(total[gv] - (adjacency.start[v + 1] - adjacency.start[v]), 0.0)
        out[row, 0] = count
        out[row, 1] = log((count + 0.5) / (rest_u * rest_v / max(whole, 1.0) + 0.5))


@borrowing
def _shares(
    codes: Integers32, adjacency: SparseMatrix, countries: Floats, country_total: Floats, admins: Floats,
    admin_total: Floats, bands: Floats, band_total: Floats, a: Integers, b: Integers, out: Floats32,
) -> None:  # fmt: skip
    """Writes the shares of the partners of a's country, province and band that are in those of b."""
    for row in range(len(a)):
        u, v = a[row], b[row]
        cu, cv, au, bu, bv = codes[u, COUNTRY], codes[v, COUNTRY], codes[u, ADMIN], codes[u, BAND], codes[v, BAND]
        degree = adjacency.start[u + 1] - adjacency.start[u]
        own = _partners_in(adjacency, codes, COUNTRY, u, v)
        share = max(countries[cu, cv] - own - _partners_in(adjacency, codes, COUNTRY, v, u), 0.0) / (
            country_total[cu] - degree + 1.0
        )
        count = max(admins[au, cv] - own - _partners_in(adjacency, codes, ADMIN, v, u), 0.0)
        shrunk = (count + _PRIOR * share) / (max(admin_total[au] - degree, 0.0) + _PRIOR)
        band_own = _partners_in(adjacency, codes, BAND, u, v) + _partners_in(adjacency, codes, BAND, v, u)
        band = max(bands[bu, bv] - band_own, 0.0)
        out[row, 0] = share
        out[row, 1] = shrunk
        out[row, 2] = log((shrunk + 1e-4) / (share + 1e-4))
        out[row, 3] = band / (max(band_total[bu] - degree, 0.0) + _PRIOR)
        out[row, 4] = country_total[cu]
