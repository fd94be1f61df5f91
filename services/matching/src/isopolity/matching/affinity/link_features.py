"""What the loops need to know of the links: neighbours, counts between countries and regions, walks, a spectrum."""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from isopolity.matching.affinity.circles import KINDS, masses, roomy, weights
from isopolity.matching.affinity.links import Links
from isopolity.matching.affinity.place_features import ADMIN, BAND, COUNTRY, Ground
from isopolity.matching.arrays import Floats, Floats32, Integers, Integers32

DIMENSIONS: Final = 48
_ROUNDS: Final = 24
NEAR: Final = [kind.name for kind in KINDS].index("near")
ALIKE: Final = [kind.name for kind in KINDS].index("alike")


class Rows(NamedTuple):
    """A sparse matrix by rows, columns ascending."""

    start: Integers
    column: Integers32
    value: Floats32


class Between(NamedTuple):
    """Every link stands here twice, once from each end that lies in circles."""

    groups: int
    """A group with a greater number has no links."""
    start: Integers
    """(groups² + 1,): where the links from group g to group h begin, at g · groups + h."""
    one: Integers32
    other: Integers32
    ends_in: Integers32
    """The group of each entry in the columns of the adjacency."""
    most: int
    """Links of one place."""


class Web(NamedTuple):
    """Arrays for compiled loops."""

    links: Rows
    between: tuple[Between, ...]
    """For each kind of circle: the links by its groups."""
    degree: Floats
    total: float
    """Twice the number of links, 1 where there is none: sums of masses are divided by it."""
    countries: Floats
    """(c, c): links between two countries, from both ends."""
    admin_country: Floats
    admins: Floats
    bands: Floats
    totals: tuple[Floats, Floats, Floats]
    """Of each country, province and band."""
    cotwin: Floats
    """(c, c): how much more often than expected one city has partners in both countries, as a logarithm."""
    masses: tuple[Floats32, ...]
    """For each kind of circle (n, scales): the weight of the links that start in a circle."""
    two: Rows
    three: Rows
    spectrum: Floats32
    smooth: Floats32
    """The spectrum's mean over the nearest, the place itself left out."""
    alike: Floats32
    """The same over those most like it."""


def web_of(ground: Ground, links: Links) -> Web:
    """The arrays for `links`."""
    matrix = links.adjacency
    groups = {kind.group: circle.group for kind, circle in zip(KINDS, ground.circles, strict=True)}
    by_group = {name: between(links, group, ground.base) for name, group in groups.items()}
    degree = links.degree.astype(np.float64)
    country = ground.codes[:, COUNTRY]
    countries = _counts(country, matrix)
    members = _members(country)
    bands = _counts(ground.codes[:, BAND], matrix)
    admin = _members(ground.codes[:, ADMIN])
    admins = (admin.T @ matrix @ admin).toarray()
    damped = sparse.diags(1 / np.sqrt(np.maximum(degree, 1)))
    walk = damped @ matrix @ damped
    two = walk @ walk
    spectrum = _spectrum(walk, ground.key, np.flatnonzero(degree))
    asked = np.arange(len(degree))
    return Web(
        links=_rows(matrix),
        between=tuple(by_group[kind.group] for kind in KINDS),
        degree=degree,
        total=float(max(1, 2 * len(links))),
        countries=countries,
        admin_country=(admin.T @ matrix @ members).toarray(),
        admins=admins,
        bands=bands,
        totals=(countries.sum(axis=1), admins.sum(axis=1), bands.sum(axis=1)),
        cotwin=_cotwin(matrix @ members),
        masses=tuple(masses(ground.traits, circle, degree, asked) for circle in ground.circles),
        two=_rows(two),
        three=_rows(two @ walk),
        spectrum=spectrum,
        smooth=_mean(ground, NEAR, spectrum, asked),
        alike=_mean(ground, ALIKE, spectrum, asked),
    )


def extended(known: Web, ground: Ground, asked: Integers) -> Web:
    """The arrays of the same links for a ground with further places at its end, of which none has a link.

    The circles of those at `asked` are new, too; what is known of them is written into the arrays of `known` where
    these have room, as nobody has asked about them before.
    """
    size = len(ground.traits)
    countries, admins, bands = (int(ground.codes[:, column].max()) + 1 for column in (COUNTRY, ADMIN, BAND))
    degree, spectrum = _padded(known.degree, size), roomy(known.spectrum, size)
    return known._replace(
        links=_longer(known.links, size),
        degree=degree,
        countries=_padded(known.countries, countries, countries),
        admin_country=_padded(known.admin_country, admins, countries),
        admins=_padded(known.admins, admins, admins),
        bands=_padded(known.bands, bands, bands),
        totals=(
            _padded(known.totals[0], countries),
            _padded(known.totals[1], admins),
            _padded(known.totals[2], bands),
        ),
        cotwin=_padded(known.cotwin, countries, countries),
        masses=tuple(
            _filled(roomy(mass, size), asked, masses(ground.traits, circle, degree, asked))
            for mass, circle in zip(known.masses, ground.circles, strict=True)
        ),
        two=_longer(known.two, size),
        three=_longer(known.three, size),
        spectrum=spectrum,
        smooth=_filled(roomy(known.smooth, size), asked, _mean(ground, NEAR, spectrum, asked)),
        alike=_filled(roomy(known.alike, size), asked, _mean(ground, ALIKE, spectrum, asked)),
    )


def between(links: Links, group: Integers32, base: int) -> Between:
    """The `links` by `group`, a number for each place; of the first `base` places, as only these lie in circles."""
    one, other = np.concatenate([links.a, links.b]), np.concatenate([links.b, links.a])
    one, other = one[one < base], other[one < base]
    groups = int(group.max()) + 1
    code = group[one].astype(np.int64) * groups + group[other]
    order = np.argsort(code, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(code, minlength=groups**2))])
    return Between(
        groups=groups,
        start=start,
        one=one[order].astype(np.int32),
        other=other[order].astype(np.int32),
        ends_in=group[links.adjacency.indices],
        most=int(links.degree.max(initial=0)),
    )


def _padded(array: NDArray[Any], *shape: int) -> NDArray[Any]:
    missing = [(0, wanted - there) for wanted, there in zip(shape, array.shape, strict=True)]
    return np.pad(array, missing) if any(more for _, more in missing) else array


def _filled(array: NDArray[Any], asked: Integers, rows: NDArray[Any]) -> NDArray[Any]:
    """The array itself, with these rows written into it."""
    array[asked] = rows
    return array


def _longer(rows: Rows, size: int) -> Rows:
    return rows._replace(start=np.pad(rows.start, (0, size + 1 - len(rows.start)), mode="edge"))


def _members(group: Integers32) -> sparse.csr_matrix:
    size = len(group)
    return sparse.csr_matrix((np.ones(size), (np.arange(size), group)), shape=(size, int(group.max()) + 1))


def _cotwin(partners: sparse.csr_matrix) -> Floats:
    both = np.asarray((partners.T @ partners).todense(), np.float64)
    both -= np.diag(np.asarray(partners.sum(axis=0)).ravel())
    single = both.sum(axis=1)
    expected = np.outer(single, single) / max(1.0, single.sum())
    return np.asarray(np.log((both + 0.5) / (expected + 0.5)), np.float64)


def _counts(group: Integers32, matrix: sparse.csr_matrix) -> Floats:
    members = _members(group)
    return np.asarray((members.T @ matrix @ members).todense(), np.float64)


def _rows(matrix: sparse.csr_matrix) -> Rows:
    matrix = matrix.tocsr()
    matrix.sort_indices()
    return Rows(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data.astype(np.float32))


def _spectrum(walk: sparse.csr_matrix, key: Integers, linked: Integers) -> Floats32:
    """The leading eigenvectors by subspace iteration, each times the root of its value: products estimate the walk.

    Its rounds are so few that they need no new basis on the way: doubles tell the vectors apart at the end.
    Of the linked places only: the others are 0 in them, and must not change anything.
    """
    width = min(DIMENSIONS, len(linked))
    spectrum = np.zeros((walk.shape[0], width), np.float32)
    if not width:
        return spectrum
    walk = walk[linked][:, linked]
    order = np.argsort(np.argsort(key[linked]))  # the order of places must not matter
    basis = np.random.default_rng(0).standard_normal((len(linked), width))[order]
    lazy = (walk + sparse.identity(len(linked))) * 0.5
    for _ in range(_ROUNDS):
        basis = lazy @ basis
    basis, _ = np.linalg.qr(basis)
    values, turn = np.linalg.eigh(basis.T @ (walk @ basis))
    spectrum[linked] = basis @ turn * np.sqrt(np.maximum(values, 0))
    return spectrum


def _mean(ground: Ground, kind: int, spectrum: Floats32, asked: Integers) -> Floats32:
    """Over the members of the circles round `asked`, weighted by the second scale."""
    circle = ground.circles[kind]
    member, weight = circle.member[asked], weights(ground.traits, circle, 1, asked)
    rows, ranks = np.nonzero(member >= 0)
    matrix = sparse.csr_matrix((weight[rows, ranks], (rows, member[rows, ranks])), shape=(len(asked), len(spectrum)))
    whole = np.maximum(np.asarray(matrix.sum(axis=1)), 1e-9)
    return np.asarray((matrix @ spectrum) / whole, np.float32)
