"""What the loops need to know of the links: neighbours, counts between countries and regions, walks, a spectrum."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from isopolity.matching.adapters.affinity.ground import ADMIN, BAND, COUNTRY, KINDS, Circle, Codes, Ground
from isopolity.matching.domain.affinity.links import Links
from isopolity.matching.domain.affinity.places import Floats, Integers

DIMENSIONS: Final = 48
_ROUNDS: Final = 12
NEAR: Final = [kind.name for kind in KINDS].index("near")
ALIKE: Final = [kind.name for kind in KINDS].index("alike")


class Rows(NamedTuple):
    """A sparse matrix by rows, columns ascending."""

    start: NDArray[np.int64]
    column: NDArray[np.int32]
    value: NDArray[np.float32]


class Web(NamedTuple):
    """Arrays for compiled loops."""

    links: Rows
    degree: Floats
    total: float
    """Twice the number of links."""
    countries: Floats
    """(c, c): links between two countries, from both ends."""
    admin_country: Floats
    admins: Floats
    bands: Floats
    cotwin: Floats
    """(c, c): how much more often than expected one city has partners in both countries, as a logarithm."""
    masses: tuple[NDArray[np.float32], ...]
    """For each kind of circle (n, scales): the weight of the links that start in a circle."""
    two: Rows
    three: Rows
    spectrum: NDArray[np.float32]
    smooth: NDArray[np.float32]
    """The spectrum's mean over the nearest, the place itself left out."""
    alike: NDArray[np.float32]
    """The same over those most like it."""


def web_of(ground: Ground, links: Links) -> Web:
    """The arrays for `links`."""
    matrix = links.adjacency
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
    spectrum = _spectrum(walk, ground.key)
    return Web(
        links=_rows(matrix),
        degree=degree,
        total=float(2 * len(links)),
        countries=countries,
        admin_country=(admin.T @ matrix @ members).toarray(),
        admins=admins,
        bands=bands,
        cotwin=_cotwin(matrix @ members),
        masses=tuple(_masses(circle, degree) for circle in ground.circles),
        two=_rows(two),
        three=_rows(two @ walk),
        spectrum=spectrum,
        smooth=_mean(ground.circles[NEAR], spectrum),
        alike=_mean(ground.circles[ALIKE], spectrum),
    )


def _members(group: Codes) -> sparse.csr_matrix:
    size = len(group)
    return sparse.csr_matrix((np.ones(size), (np.arange(size), group)), shape=(size, int(group.max()) + 1))


def _cotwin(partners: sparse.csr_matrix) -> Floats:
    both = np.asarray((partners.T @ partners).todense(), np.float64)
    both -= np.diag(np.asarray(partners.sum(axis=0)).ravel())
    single = both.sum(axis=1)
    expected = np.outer(single, single) / max(1.0, single.sum())
    return np.asarray(np.log((both + 0.5) / (expected + 0.5)), np.float64)


def _counts(group: Codes, matrix: sparse.csr_matrix) -> Floats:
    members = _members(group)
    return np.asarray((members.T @ matrix @ members).todense(), np.float64)


def _rows(matrix: sparse.csr_matrix) -> Rows:
    matrix = matrix.tocsr()
    matrix.sort_indices()
    return Rows(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data.astype(np.float32))


def _spectrum(walk: sparse.csr_matrix, key: Integers) -> NDArray[np.float32]:
    """The leading eigenvectors by subspace iteration, each times the root of its value: products estimate the walk."""
    random = np.random.default_rng(0)
    width = min(DIMENSIONS, walk.shape[0])
    basis = random.standard_normal((walk.shape[0], width))[key]  # the order of places must not matter
    lazy = (walk + sparse.identity(walk.shape[0])) * 0.5
    for _ in range(_ROUNDS):
        basis, _ = np.linalg.qr(lazy @ (lazy @ basis))
    values, turn = np.linalg.eigh(basis.T @ (walk @ basis))
    return np.asarray(basis @ turn * np.sqrt(np.maximum(values, 0)), np.float32)


def _mean(circle: Circle, spectrum: NDArray[np.float32]) -> NDArray[np.float32]:
    """Over the members of each circle, weighted by the second scale."""
    rows, ranks = np.nonzero(circle.member >= 0)
    matrix = sparse.csr_matrix(
        (circle.weight[rows, ranks, 1], (rows, circle.member[rows, ranks])), shape=(len(spectrum), len(spectrum))
    )
    whole = np.maximum(np.asarray(matrix.sum(axis=1)), 1e-9)
    return np.asarray((matrix @ spectrum) / whole, np.float32)


def _masses(circle: Circle, degree: Floats) -> NDArray[np.float32]:
    member = np.maximum(circle.member, 0)  # where there is none the weight is 0
    mass: NDArray[np.float32] = np.einsum("nms,nm->ns", circle.weight, degree[member].astype(np.float32))
    return mass
