"""Arrays of known links for compiled loops: neighbours, counts between countries and regions, walks, a spectrum.

Invariant: for places that join later the arrays grow, and their existing values do not change.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from isopolity.matching.affinity.circles import CIRCLE_KINDS, kernel_weights, link_masses, with_room
from isopolity.matching.affinity.links import Links
from isopolity.matching.affinity.place_features import ADMIN, BAND, COUNTRY, PlaceFeatures
from isopolity.matching.arrays import Floats, Floats32, Integers, Integers32

DIMENSIONS: Final = 48
"""The number of dimensions of the spectrum."""
_ROUNDS: Final = 24
"""The number of rounds of the subspace iteration."""
NEAR: Final = [kind.name for kind in CIRCLE_KINDS].index("near")
ALIKE: Final = [kind.name for kind in CIRCLE_KINDS].index("alike")


class SparseMatrix(NamedTuple):
    """A sparse matrix in compressed rows, whose columns ascend within a row."""

    start: Integers
    """(rows + 1,): where the entries of each row begin."""
    column: Integers32
    value: Floats32


class GroupedLinks(NamedTuple):
    """Links sorted by the groups of their ends, so that the links from one group to another form one slice.

    A link has an entry for each end that is a reference place.
    """

    groups: int
    """The number from which groups have no links."""
    start: Integers
    """(groups² + 1,): where the links from group g to group h begin, at g · groups + h."""
    one: Integers32
    other: Integers32
    ends_in: Integers32
    """The group of each entry in the columns of the adjacency."""
    most: int
    """The greatest number of links of one place."""


class LinkFeatures(NamedTuple):
    """Arrays of links with one row for each place, country, province (admin) or band of population in a country."""

    adjacency: SparseMatrix
    grouped: tuple[GroupedLinks, ...]
    """For each kind of circle: the links sorted by its groups."""
    degree: Floats
    total: float
    """Twice the number of links, or 1 without links: the divisor of masses."""
    countries: Floats
    """(c, c): links between two countries, counted from both ends, as in the next three tables."""
    admin_country: Floats
    admins: Floats
    bands: Floats
    totals: tuple[Floats, Floats, Floats]
    """The number of link ends of each country, province and band."""
    cotwin: Floats
    """(c, c): how much more often than expected one city has partners in both countries, as a logarithm."""
    masses: tuple[Floats32, ...]
    """For each kind of circle (n, scales): the weight of the links that start in a circle."""
    two_steps: SparseMatrix
    """Walks of two links, normalised by the degrees on the way."""
    three_steps: SparseMatrix
    spectrum: Floats32
    """(n, DIMENSIONS): leading eigenvectors; the product of two rows estimates the normalised link."""
    near_spectrum: Floats32
    """The mean spectrum of the circle "near", without the centre itself."""
    alike_spectrum: Floats32
    """The mean spectrum of the circle "alike", without the centre itself."""


def link_features_of(places: PlaceFeatures, links: Links) -> LinkFeatures:
    """The arrays of `links` between `places`."""
    matrix = links.adjacency
    groups = {kind.group: circle.group for kind, circle in zip(CIRCLE_KINDS, places.circles, strict=True)}
    by_group = {name: grouped_links_of(links, group, places.reference_count) for name, group in groups.items()}
    degree = links.degree.astype(np.float64)
    country = places.codes[:, COUNTRY]
    countries = _counts(country, matrix)
    members = _members(country)
    bands = _counts(places.codes[:, BAND], matrix)
    admin = _members(places.codes[:, ADMIN])
    admins = np.ascontiguousarray((admin.T @ matrix @ admin).toarray())
    damped = sparse.diags(1 / np.sqrt(np.maximum(degree, 1)))
    step = damped @ matrix @ damped
    two_steps = step @ step
    spectrum = _spectrum(step, places.key, np.flatnonzero(degree))
    asked = np.arange(len(degree))
    return LinkFeatures(
        adjacency=_compressed(matrix),
        grouped=tuple(by_group[kind.group] for kind in CIRCLE_KINDS),
        degree=degree,
        total=float(max(1, 2 * len(links))),
        countries=countries,
        admin_country=np.ascontiguousarray((admin.T @ matrix @ members).toarray()),
        admins=admins,
        bands=bands,
        totals=(countries.sum(axis=1), admins.sum(axis=1), bands.sum(axis=1)),
        cotwin=_cotwin(matrix @ members),
        masses=tuple(link_masses(places.traits, circle, degree, asked) for circle in places.circles),
        two_steps=_compressed(two_steps),
        three_steps=_compressed(two_steps @ step),
        spectrum=spectrum,
        near_spectrum=_circle_mean(places, NEAR, spectrum, asked),
        alike_spectrum=_circle_mean(places, ALIKE, spectrum, asked),
    )


def extended_link_features(known: LinkFeatures, places: PlaceFeatures, asked: Integers) -> LinkFeatures:
    """`known` for more `places`, which have joined at the end without links; circles at `asked` have been drawn since.

    Rows of `asked` are written into the arrays of `known` if these have room; they have not been read before.
    """
    size = len(places.traits)
    countries, admins, bands = (int(places.codes[:, column].max()) + 1 for column in (COUNTRY, ADMIN, BAND))
    degree, spectrum = _padded(known.degree, size), with_room(known.spectrum, size)
    near = _circle_mean(places, NEAR, spectrum, asked)
    alike = _circle_mean(places, ALIKE, spectrum, asked)
    return known._replace(
        adjacency=_longer(known.adjacency, size),
        degree=degree,
        countries=_padded(known.countries, countries, countries),
        admin_country=_padded(known.admin_country, admins, countries),
        admins=_padded(known.admins, admins, admins),
        bands=_padded(known.bands, bands, bands),
        totals=(_padded(known.totals[0], countries), _padded(known.totals[1], admins), _padded(known.totals[2], bands)),
        cotwin=_padded(known.cotwin, countries, countries),
        masses=tuple(
            _written(with_room(mass, size), asked, link_masses(places.traits, circle, degree, asked))
            for mass, circle in zip(known.masses, places.circles, strict=True)
        ),
        two_steps=_longer(known.two_steps, size),
        three_steps=_longer(known.three_steps, size),
        spectrum=spectrum,
        near_spectrum=_written(with_room(known.near_spectrum, size), asked, near),
        alike_spectrum=_written(with_room(known.alike_spectrum, size), asked, alike),
    )


def grouped_links_of(links: Links, group: Integers32, reference_count: int) -> GroupedLinks:
    """The `links` by `group`, a number for each place; only the first `reference_count` places lie in circles."""
    one, other = np.concatenate([links.a, links.b]), np.concatenate([links.b, links.a])
    one, other = one[one < reference_count], other[one < reference_count]
    groups = int(group.max()) + 1
    code = group[one].astype(np.int64) * groups + group[other]
    order = np.argsort(code, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(code, minlength=groups**2))])
    return GroupedLinks(
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


def _written(array: NDArray[Any], asked: Integers, rows: NDArray[Any]) -> NDArray[Any]:
    """`array` itself, after `rows` have been written into it."""
    array[asked] = rows
    return array


def _longer(matrix: SparseMatrix, size: int) -> SparseMatrix:
    return matrix._replace(start=np.pad(matrix.start, (0, size + 1 - len(matrix.start)), mode="edge"))


def _members(group: Integers32) -> sparse.csr_matrix:
    size = len(group)
    return sparse.csr_matrix((np.ones(size), (np.arange(size), group)), shape=(size, int(group.max()) + 1))


def _cotwin(partners: sparse.csr_matrix) -> Floats:
    both = np.asarray((partners.T @ partners).todense(), np.float64)
    both -= np.diag(np.asarray(partners.sum(axis=0)).ravel())
    single = both.sum(axis=1)
    expected = np.outer(single, single) / max(1.0, single.sum())
    return np.ascontiguousarray(np.log((both + 0.5) / (expected + 0.5)), np.float64)


def _counts(group: Integers32, matrix: sparse.csr_matrix) -> Floats:
    members = _members(group)
    return np.ascontiguousarray((members.T @ matrix @ members).todense(), np.float64)


def _compressed(matrix: sparse.csr_matrix) -> SparseMatrix:
    matrix = matrix.tocsr()
    matrix.sort_indices()
    return SparseMatrix(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data.astype(np.float32))


def _spectrum(step: sparse.csr_matrix, key: Integers, linked: Integers) -> Floats32:
    """Leading eigenvectors by subspace iteration, each times the root of its eigenvalue; 0 for places without links.

    The rounds are few enough that double precision keeps the vectors apart without a new basis in between. Places
    without links are left out of the iteration, so that they change nothing.
    """
    width = min(DIMENSIONS, len(linked))
    spectrum = np.zeros((step.shape[0], width), np.float32)
    if not width:
        return spectrum
    step = step[linked][:, linked]
    order = np.argsort(np.argsort(key[linked]))  # the result must not depend on the order of places
    basis = np.random.default_rng(0).standard_normal((len(linked), width))[order]
    lazy = (step + sparse.identity(len(linked))) * 0.5
    for _ in range(_ROUNDS):
        basis = lazy @ basis
    basis, _ = np.linalg.qr(basis)
    values, turn = np.linalg.eigh(basis.T @ (step @ basis))
    spectrum[linked] = basis @ turn * np.sqrt(np.maximum(values, 0))
    return spectrum


def _circle_mean(places: PlaceFeatures, kind: int, spectrum: Floats32, asked: Integers) -> Floats32:
    """(asked, DIMENSIONS): the mean spectrum of a circle's members, weighted by the kernel of its second scale."""
    circle = places.circles[kind]
    member, weight = circle.member[asked], kernel_weights(places.traits, circle, 1, asked)
    rows, ranks = np.nonzero(member >= 0)
    matrix = sparse.csr_matrix((weight[rows, ranks], (rows, member[rows, ranks])), shape=(len(asked), len(spectrum)))
    whole = np.maximum(np.asarray(matrix.sum(axis=1)), 1e-9)
    return np.asarray((matrix @ spectrum) / whole, np.float32)
